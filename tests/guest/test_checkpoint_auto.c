/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_checkpoint_auto - checkpoints that nobody asks for: before ops and so often; where there is no room for
 * one, or none can be had, the session goes on and says so once.
 */
#include "lab.h"

#include "../unit/test.h"
#include "base/cleanup.h"

#include <errno.h>
#include <unistd.h>

#define WATCHED "scx_enable_state_var:int"

static int unbound(void **state)
{
	unsetenv("SXP_CHECKPOINT_BOUND");
	return lab_folder_teardown(state);
}

static struct checkpoint_figures figures(struct lab *lab)
{
	struct checkpoint_figures f;

	session_checkpoint_figures(lab_session(lab), &f);
	return f;
}

/* How often it was said that there was none. */
static unsigned complaints(struct lab *lab)
{
	const struct event *ev;
	size_t mark = 0;
	unsigned n = 0;

	while ((ev = lab_find(lab, mark, EV_HOST_LOG, NULL, "no checkpoint before this op"))) {
		assert_int_equal(ev->level, 6);
		mark = lab_place(lab, ev) + 1;
		n++;
	}
	return n;
}

static void any_moment_can_be_gone_back_to(void **state)
{
	struct lab *lab = lab_boot(&(struct lab_config){.journal = lab_journal, .checkpoint_ns = 500000000});
	struct err err = ERR_INIT;
	char when[32], name[32];
	uint64_t then;
	unsigned made;
	size_t mark;

	assert_int_equal(session_rewind(lab_session(lab), "1ms", &err), -ENOENT);
	assert_non_null(strstr(err.msg, "at 1ms or before"));
	while (figures(lab).made < 3)
		lab_turn(lab);
	made = figures(lab).made;
	then = session_model(lab_session(lab))->now_ns;
	lab_ok(lab, "spawn hogs spin n=1");
	while (figures(lab).made < made + 3)
		lab_turn(lab);
	/* to the last before that moment, not to the first or the newest; one more may have been on its way */
	snprintf(when, sizeof(when), "%llu.%09llus", (unsigned long long)(then / 1000000000),
		 (unsigned long long)(then % 1000000000));
	mark = lab_mark(lab);
	if (session_rewind(lab_session(lab), when, &err))
		fail_msg("%s", err.msg);
	lab_back(lab, mark);
	snprintf(name, sizeof(name), "checkpoint '#%u'", made);
	if (!lab_find(lab, mark, EV_HOST_LOG, NULL, name)) {
		snprintf(name, sizeof(name), "checkpoint '#%u'", made + 1);
		assert_non_null(lab_find(lab, mark, EV_HOST_LOG, NULL, name));
	}
	assert_null(lab_group(lab, "hogs"));
	/* and there they go on */
	made = figures(lab).made;
	while (figures(lab).made < made + 2)
		lab_turn(lab);
	lab_ok(lab, "spawn hogs spin n=1");
	lab_end(lab);
}

static void without_room_the_session_goes_on_and_says_so_once(void **state)
{
	struct err err = ERR_INIT;
	struct lab *lab;

	setenv("SXP_CHECKPOINT_BOUND", "16", 1);
	lab = lab_boot(&(struct lab_config){.journal = lab_journal, .checkpoints = true});
	lab_ok(lab, "cgroup add low");
	lab_ok(lab, "spawn hogs@low spin n=1");
	lab_ok(lab, "cgroup add high");
	assert_int_equal(complaints(lab), 1);
	assert_non_null(lab_find(lab, 0, EV_HOST_LOG, NULL, "no room"));
	assert_int_equal(figures(lab).made, 0);
	assert_int_equal(session_step_back(lab_session(lab), false, &err), -ENOENT);
	assert_non_null(lab_group(lab, "hogs"));
	lab_end(lab);
}

static void the_oldest_go_and_what_is_left_can_be_gone_back_to(void **state)
{
	struct lab *lab = lab_boot(&(struct lab_config){.journal = lab_journal, .checkpoints = true});
	struct err err = ERR_INIT;
	char bound[24];
	size_t mark;
	int i;

	lab_ok(lab, "cgroup add low");
	/* as much as there is now, and an eighth: what is made next is too much */
	snprintf(bound, sizeof(bound), "%llu", (unsigned long long)(figures(lab).kept * 8 / 7 >> 20));
	setenv("SXP_CHECKPOINT_BOUND", bound, 1);
	for (i = 0; i < 6; i++)
		lab_ok(lab, "spawn w%d spin n=1", i);
	assert_int_equal(figures(lab).made, 7);
	assert_true(figures(lab).forgotten >= 3);
	mark = lab_mark(lab);
	if (session_step_back(lab_session(lab), false, &err))
		fail_msg("%s", err.msg);
	lab_back(lab, mark);
	assert_null(lab_group(lab, "w5"));
	assert_non_null(lab_group(lab, "w4"));
	lab_end(lab);
}

/* Whoever cancels at once means the op that was typed just now, though it waits for its checkpoint. */
static void what_waits_for_its_checkpoint_can_be_cut_short(void **state)
{
	struct lab *lab = lab_boot(&(struct lab_config){.journal = lab_journal, .checkpoints = true});
	size_t mark = lab_mark(lab);
	uint64_t seq = lab_send(lab, "hold 1h");

	session_cancel(lab_session(lab));
	assert_non_null(strstr(lab_end_of(lab, mark, seq)->text, "cut short"));
	lab_end(lab);
}

static void while_a_place_is_watched_there_is_none_and_then_there_is(void **state)
{
	struct lab *lab = lab_boot(&(struct lab_config){.journal = lab_journal, .checkpoints = true});
	unsigned made;

	lab_ok(lab, "watch " WATCHED);
	made = figures(lab).made;
	lab_ok(lab, "cgroup add low");
	lab_ok(lab, "cgroup add high");
	lab_ok(lab, "unwatch " WATCHED);
	assert_int_equal(complaints(lab), 1);
	assert_non_null(lab_find(lab, 0, EV_HOST_LOG, NULL, "watched"));
	assert_int_equal(figures(lab).made, made);
	lab_ok(lab, "cgroup add more");
	assert_int_equal(figures(lab).made, made + 1);
	lab_end(lab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(any_moment_can_be_gone_back_to, lab_folder_setup, unbound),
		cmocka_unit_test_setup_teardown(without_room_the_session_goes_on_and_says_so_once, lab_folder_setup, unbound),
		cmocka_unit_test_setup_teardown(the_oldest_go_and_what_is_left_can_be_gone_back_to, lab_folder_setup, unbound),
		cmocka_unit_test_setup_teardown(what_waits_for_its_checkpoint_can_be_cut_short, lab_folder_setup, unbound),
		cmocka_unit_test_setup_teardown(while_a_place_is_watched_there_is_none_and_then_there_is, lab_folder_setup, unbound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
