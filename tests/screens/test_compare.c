/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_compare - two recorded sessions side by side: the same scenario under the kernel's scheduler and
 * under 'vtime', which in its second half binds hogs to a CPU instead of moving them. SXP_REGENERATE=1 writes the
 * golden files anew.
 */
#include "tests/unit/test.h"
#include "drawn.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "ops/journal.h"
#include "ops/past.h"
#include "tui/keys.h"
#include "tui/tui.h"

#include <locale.h>

struct side {
	const char *path;
	struct session_info info;
	struct model *model;
	struct scenario *scenario;
	struct past *past;
};

struct bench {
	struct side a, b;
	bool opened;
	struct tui *tui;
};

static const struct model *side_at(struct side *s, uint64_t t_ns, struct err *err)
{
	if (!s->past)
		s->past = past_open(s->path, s->model->trace, err);
	return past_at(s->past, t_ns);
}

static const struct model *host_model(void *arg)
{
	return ((struct bench *)arg)->a.model;
}

static const struct scenario *host_scenario(void *arg)
{
	return ((struct bench *)arg)->a.scenario;
}

static bool host_live(void *arg)
{
	return false;
}

static const struct model *host_model_at(void *arg, uint64_t t_ns, struct err *err)
{
	return side_at(&((struct bench *)arg)->a, t_ns, err);
}

static int host_compare_open(void *arg, const char *file, struct err *err)
{
	if (strcmp(file, "b.session"))
		return err_set(err, 2, "there is no '%s'", file);
	((struct bench *)arg)->opened = true;
	return 0;
}

static const struct model *host_other(void *arg, const char **name)
{
	struct bench *b = arg;

	*name = b->opened ? "b.session" : NULL;
	return b->opened ? b->b.model : NULL;
}

static const struct model *host_other_at(void *arg, uint64_t t_ns, struct err *err)
{
	return side_at(&((struct bench *)arg)->b, t_ns, err);
}

static const struct tui_host host = {
	.model = host_model,
	.scenario = host_scenario,
	.submit = no_guest_submit,
	.submit_block = no_guest_block,
	.cancel = no_guest_act,
	.quit = no_guest_act,
	.console = no_guest_console,
	.live = host_live,
	.model_at = host_model_at,
	.compare_open = host_compare_open,
	.other = host_other,
	.other_at = host_other_at,
};

static void side_open(struct side *s, const char *path)
{
	struct err err = ERR_INIT;

	s->path = path;
	s->model = model_create();
	if (journal_read(path, false, &s->info, s->model, &s->scenario, NULL, &err) < 0)
		fail_msg("%s", err.msg);
}

static void side_close(struct side *s)
{
	past_close(s->past);
	model_destroy(s->model);
	scenario_destroy(s->scenario);
	session_info_finish(&s->info);
}

static int set_up(void **state)
{
	struct bench *b = xcalloc(1, sizeof(*b));

	side_open(&b->a, SCREENS_DIR "/compare-a.session");
	side_open(&b->b, SCREENS_DIR "/compare-b.session");
	b->tui = tui_create(&host, b, "a.session", false);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	tui_destroy(b->tui);
	side_close(&b->a);
	side_close(&b->b);
	free(b);
	return 0;
}

static bool sees(struct bench *b, const char *text)
{
	cleanup_buf struct buf seen = BUF_INIT;
	bool found;

	picture(b->tui, 40, 120, false, &seen);
	found = strstr(buf_text(&seen), text);
	return found;
}

static void assert_shows(struct bench *b, const char *text)
{
	cleanup_buf struct buf seen = BUF_INIT;

	picture(b->tui, 40, 120, false, &seen);
	if (!strstr(buf_text(&seen), text))
		print_error("expected '%s' in\n%s", text, buf_text(&seen));
	assert_non_null(strstr(buf_text(&seen), text));
}

static void two_sessions_stand_side_by_side_at_every_size(void **state)
{
	struct bench *b = *state;

	assert_false(sees(b, "8Compare"));
	type(b->tui, "8");
	assert_shows(b, ":compare FILE.session");
	type(b->tui, ":compare b.session\n");
	assert_golden(b->tui, "compare-80x24", 24, 80);
	assert_golden(b->tui, "compare-200x60", 60, 200);
	assert_golden(b->tui, "compare-40x12", 12, 40);
	press(b->tui, KEY_TAB);
	assert_golden(b->tui, "compare-lockstep-40x12", 12, 40);
}

static void both_are_moved_in_lockstep(void **state)
{
	struct bench *b = *state;

	type(b->tui, ":compare b.session\n");
	/* the last op that both have */
	assert_shows(b, "A a.session at 9.822s");
	assert_shows(b, "B b.session at 8.360s");
	assert_shows(b, "differs");
	/* back to where hogs are in /low in both: there is an op of A alone in between */
	type(b->tui, "[[");
	assert_shows(b, "A a.session at 7.785s");
	assert_shows(b, "B b.session at 6.346s");
	assert_false(sees(b, "CGROUP"));
	type(b->tui, "]");
	assert_shows(b, "A a.session at 7.819s");
	/* as long after the op before as A is, in B */
	assert_shows(b, "B b.session at 6.380s");
	type(b->tui, "f");
	type(b->tui, "hogs.1\n");
	assert_shows(b, "hogs.1 ");
	assert_shows(b, "CLASS");
	type(b->tui, "F");
	assert_shows(b, "back to now");
	assert_shows(b, "only in A");
}

static void what_is_the_same_is_shown_on_request(void **state)
{
	struct bench *b = *state;

	type(b->tui, ":compare b.session\n");
	assert_false(sees(b, "= kernel"));
	type(b->tui, "D");
	assert_shows(b, "all figures are shown");
	assert_shows(b, "same");
	type(b->tui, "f");
	type(b->tui, "kernel\n");
	assert_shows(b, "7.3.4");
	type(b->tui, "D");
	assert_shows(b, "only figures that differ are shown");
}

static void what_cannot_be_opened_is_said_and_changes_nothing(void **state)
{
	struct bench *b = *state;

	type(b->tui, ":compare c.session\n");
	assert_shows(b, "there is no 'c.session'");
	assert_shows(b, "1Lab*");
	type(b->tui, ":compare\n");
	assert_shows(b, "compare FILE.session");
}

#define COMPARE_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		COMPARE_TEST(two_sessions_stand_side_by_side_at_every_size),
		COMPARE_TEST(both_are_moved_in_lockstep),
		COMPARE_TEST(what_is_the_same_is_shown_on_request),
		COMPARE_TEST(what_cannot_be_opened_is_said_and_changes_nothing),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
