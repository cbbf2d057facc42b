/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_timeline - the Timeline screen over made-up records: drawn, zoomed, scrolled, searched.
 * SXP_REGENERATE=1 writes the golden files anew (look at the difference before you commit it).
 */
#include "tests/unit/test.h"
#include "drawn.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "ops/journal.h"
#include "ops/scenario.h"
#include "ops/trace.h"
#include "tui/keys.h"
#include "tui/tui.h"

#include <locale.h>
#include <time.h>

#define MS UINT64_C(1000000)

struct bench {
	struct tui *tui;
	struct model *model;
	struct scenario *scenario;
	struct session_info info;
	bool traced;
};

static struct tui *tui_of(void **state)
{
	return ((struct bench *)*state)->tui;
}

static const struct model *host_model(void *arg)
{
	return ((struct bench *)arg)->model;
}

static const struct scenario *host_scenario(void *arg)
{
	return ((struct bench *)arg)->scenario;
}

static bool host_live(void *arg)
{
	return true;
}

static const struct tui_host host = {.model = host_model,
				     .scenario = host_scenario,
				     .console = no_guest_console,
				     .live = host_live};

static const char session[] =
	"{\"scxplore\":1,\"guest\":{\"topology\":\"2n2l2c1t\"}}\n"
	"{\"seq\":0,\"t_ns\":0,\"event\":\"guest\",\"name\":\"7.3.4\",\"text\":\"2n2l2c1t\"}\n"
	"{\"seq\":0,\"t_ns\":1000000,\"event\":\"ready\",\"count\":4,\"cgroup\":\"/scxplore\"}\n"
	"{\"seq\":0,\"t_ns\":1000000,\"event\":\"cgroup-added\",\"cgroup\":\"/scxplore/"
	"low\",\"id\":42,\"flag\":true}\n"
	"{\"seq\":0,\"t_ns\":1000000,\"event\":\"cgroup-added\",\"cgroup\":\"/scxplore/"
	"high\",\"id\":43,\"flag\":true}\n"
	"{\"seq\":1,\"t_ns\":2000000,\"op\":\"cgroup add low\"}\n"
	"{\"seq\":1,\"t_ns\":1010000000,\"event\":\"begin\"}\n"
	"{\"seq\":1,\"t_ns\":1011000000,\"event\":\"done\",\"text\":\"\"}\n"
	"{\"seq\":2,\"t_ns\":2000000,\"op\":\"step \\\"rush\\\"\"}\n"
	"{\"seq\":2,\"t_ns\":1030000000,\"event\":\"begin\"}\n"
	"{\"seq\":2,\"t_ns\":1031000000,\"event\":\"done\",\"text\":\"\"}\n";

static void name(struct model *m, int32_t tid, const char *comm, uint64_t cgroup)
{
	struct trace_task n = {.tid = tid, .pid = tid, .t_ns = 1000 * MS, .cgroup_id = cgroup};

	snprintf(n.comm, sizeof(n.comm), "%s", comm);
	trace_name(m->trace, &n);
}

static void add(struct model *m, uint64_t t_ns, unsigned cpu, int32_t from, char state, int32_t to)
{
	assert_true(trace_add(m->trace, &(struct trace_record){.t_ns = t_ns,
							       .type = TRACE_SWITCH,
							       .state = state,
							       .cpu = (uint16_t)cpu,
							       .tid = to,
							       .other = from}));
}

static void mark(struct model *m, uint64_t t_ns, enum trace_type type, unsigned cpu, int32_t by,
		 int32_t tid, unsigned to)
{
	assert_true(trace_add(m->trace, &(struct trace_record){.t_ns = t_ns,
							       .type = type,
							       .cpu = (uint16_t)cpu,
							       .to = (uint16_t)to,
							       .tid = tid,
							       .other = by}));
}

/* CPU 0: a hog; 1: two take turns; 2: one that sleeps, is woken and moves; 3: losses, then idle. */
static void record(struct model *m)
{
	uint64_t t;

	name(m, 10, "hog", 42);
	name(m, 11, "ping", 43);
	name(m, 12, "pong", 43);
	name(m, 13, "sleeper", 1);
	add(m, 1000 * MS, 0, 0, 'R', 10);
	for (t = 1000 * MS; t < 1060 * MS; t += MS / 10) {
		add(m, t, 1, t == 1000 * MS ? 0 : 12, 'S', 11);
		mark(m, t + 20000, TRACE_WAKE, 1, 11, 12, 1);
		add(m, t + 30000, 1, 11, 'S', 12);
		mark(m, t + 90000, TRACE_WAKE, 1, 12, 11, 1);
	}
	for (t = 1002 * MS; t < 1030 * MS; t += 5 * MS) {
		mark(m, t - MS / 2, TRACE_WAKE, 0, 0, 13, 2);
		add(m, t, 2, 0, 'R', 13);
		add(m, t + 2 * MS, 2, 13, 'S', 0);
	}
	mark(m, t - MS / 2, TRACE_MIGRATE, 2, 0, 13, 3);
	mark(m, t - MS / 2, TRACE_WAKE, 0, 0, 13, 3);
	add(m, t, 3, 0, 'R', 13);
	assert_true(trace_add(
		m->trace, &(struct trace_record){
				  .t_ns = 1045 * MS, .type = TRACE_LOST, .cpu = 3, .count = 7}));
	add(m, 1050 * MS, 3, 13, 'S', 0);
	trace_seen(m->trace, 1060 * MS);
	trace_accounted(m->trace,
			&(struct trace_account){.produced = 3000, .delivered = 2993, .dropped = 7});
}

static int set_up_with(void **state, const char *more)
{
	struct bench *b = xcalloc(1, sizeof(*b));
	cleanup_free char *text = xasprintf("%s%s", session, more);
	struct err err = ERR_INIT;

	b->model = model_create();
	b->scenario = scenario_create(4);
	if (journal_read_memory("made", text, strlen(text), false, &b->info, b->model, NULL, NULL,
				&err) < 0) {
		print_error("%s\n", err.msg);
		return -1;
	}
	record(b->model);
	b->tui = tui_create(&host, b, "made.session", true);
	tui_key(b->tui, &(struct term_key){.code = '4'});
	*state = b;
	return 0;
}

static int set_up(void **state)
{
	return set_up_with(state, "");
}

/* The sleeper and the hog are workers of groups. */
static int set_up_with_groups(void **state)
{
	return set_up_with(
		state, "{\"seq\":3,\"t_ns\":2000000,\"op\":\"spawn naps@low bursty\"}\n"
		       "{\"seq\":3,\"t_ns\":1032000000,\"event\":\"begin\"}\n"
		       "{\"seq\":3,\"t_ns\":1033000000,\"event\":\"placed\",\"name\":\"naps\","
		       "\"index\":1,\"pid\":13,"
		       "\"cgroup\":\"/scxplore/low\",\"text\":\"0::/scxplore/low\",\"flag\":true}\n"
		       "{\"seq\":3,\"t_ns\":1033000000,\"event\":\"done\",\"text\":\"\"}\n"
		       "{\"seq\":4,\"t_ns\":2000000,\"op\":\"spawn hogs@low spin\"}\n"
		       "{\"seq\":4,\"t_ns\":1034000000,\"event\":\"begin\"}\n"
		       "{\"seq\":4,\"t_ns\":1035000000,\"event\":\"placed\",\"name\":\"hogs\","
		       "\"index\":1,\"pid\":10,"
		       "\"cgroup\":\"/scxplore/low\",\"text\":\"0::/scxplore/low\",\"flag\":true}\n"
		       "{\"seq\":4,\"t_ns\":1035000000,\"event\":\"done\",\"text\":\"\"}\n"
		       "{\"seq\":3,\"t_ns\":1036000000,\"event\":\"report\",\"name\":\"naps\","
		       "\"index\":1,\"pid\":13,"
		       "\"flag\":false,\"text\":\"begun=1 units=100 wall=2000000000 cpu=1000000000 "
		       "wake=9:90,200:10 "
		       "wakes=100 wake-max=3000000\"}\n");
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	tui_destroy(b->tui);
	model_destroy(b->model);
	scenario_destroy(b->scenario);
	session_info_finish(&b->info);
	free(b);
	return 0;
}

static void assert_shown(struct bench *b, const char *text, bool shown)
{
	cleanup_buf struct buf seen = BUF_INIT;

	picture(b->tui, 40, 120, false, &seen);
	if (!strstr(buf_text(&seen), text) == shown)
		print_error("%s '%s' in\n%s", shown ? "expected" : "did not expect", text,
			    buf_text(&seen));
	assert_int_equal(strstr(buf_text(&seen), text) != NULL, shown);
}

static void assert_shows(struct bench *b, const char *text)
{
	assert_shown(b, text, true);
}

static void it_is_drawn_at_every_size(void **state)
{
	assert_golden(tui_of(state), "timeline-80x24", 24, 80);
	assert_golden(tui_of(state), "timeline-40x12", 12, 40);
	assert_golden(tui_of(state), "timeline-200x60", 60, 200);
	assert_golden(tui_of(state), "timeline-20x5", 5, 20);
}

static void zoomed_in_a_slice_has_a_name_and_is_told_in_words(void **state)
{
	struct bench *b = *state;
	int i;

	assert_shows(b, "1ms a cell");
	press(b->tui, KEY_GO_DOWN);
	for (i = 0; i < 8; i++)
		press(b->tui, KEY_GO_LEFT);
	for (i = 0; i < 7; i++)
		press(b->tui, '+');
	assert_golden(b->tui, "timeline-zoom-100x30", 30, 100);
	assert_shows(b, "5us a cell");
	assert_shows(b, "Bpong");
	assert_shows(b, "HELD");
	/* the slice under the cursor began with a wake-up */
	assert_shows(b, "waited 10.0us before it, woken by");
	press(b->tui, 'F');
	assert_shows(b, "goes along");
}

static void a_task_is_searched_and_followed_from_cpu_to_cpu(void **state)
{
	struct bench *b = *state;

	type(b->tui, "/sleeper\n");
	assert_shows(b, "#=sleeper");
	assert_shows(b, "sleeper tid 13 in / ran");
	press(b->tui, KEY_GO_HOME);
	press(b->tui, '>');
	assert_shows(b, "CPU 2 at 1.002s");
	type(b->tui, ">>>>>>");
	assert_shows(b, "CPU 3 at 1.032s");
	press(b->tui, '<');
	assert_shows(b, "CPU 2 at 1.027s");
	press(b->tui, 'T');
	assert_shown(b, "#=sleeper", false);
	type(b->tui, "/nobody\n");
	assert_shows(b, "no task that was recorded has this");
}

static void a_slice_becomes_an_expectation_of_its_task_s_group(void **state)
{
	struct bench *b = *state;

	/* it began with a wake-up */
	type(b->tui, "/naps.1\n");
	press(b->tui, KEY_GO_HOME);
	type(b->tui, ">e");
	assert_shows(b, ":expect check wake-max naps limit=3.8ms");
	press(b->tui, KEY_ESCAPE);
	/* it was there from the beginning */
	type(b->tui, "/hogs.1\n");
	press(b->tui, KEY_GO_HOME);
	type(b->tui, ">e");
	assert_shows(b, ":expect confined hogs");
	press(b->tui, KEY_ESCAPE);
	/* nobody's group */
	type(b->tui, "/ping\n");
	press(b->tui, KEY_GO_HOME);
	type(b->tui, ">e");
	assert_shown(b, ":expect", false);
}

static void what_was_lost_is_said(void **state)
{
	struct bench *b = *state;

	assert_shows(b, "LOST 7 of 3000");
	type(b->tui, "jjj");
	press(b->tui, KEY_GO_LEFT);
	type(b->tui, "/sleeper\n");
	press(b->tui, 'W');
	assert_shows(b, "sleeper");
}

static void letters_are_cgroups_or_tasks(void **state)
{
	struct bench *b = *state;

	assert_shows(b, "CGROUPS A=/low B=/high");
	press(b->tui, 'C');
	assert_shows(b, "TASKS A=hog");
}

static void steps_and_ops_stand_above(void **state)
{
	struct bench *b = *state;

	assert_shows(b, "ocgroup add low");
	assert_shows(b, "Sstep \"rush\"");
}

static void the_whole_session_fits(void **state)
{
	struct bench *b = *state;

	assert_shows(b, "1ms");
	press(b->tui, '+');
	press(b->tui, '+');
	press(b->tui, '+');
	assert_shown(b, "Sstep", false);
	press(b->tui, 'W');
	assert_shows(b, "Sstep \"rush\"");
	assert_shows(b, "ocgroup add low");
}

/* One record of a switch on each of 64 CPUs in turn, 200 ns apart. */
static void add_switches(struct trace *t, int32_t runs[64], uint64_t *at, unsigned n)
{
	while (n--) {
		int32_t next = 100 + (int32_t)(*at * 2654435761u >> 20) % 5000;
		unsigned cpu = n % 64;

		*at += 200;
		if (next == runs[cpu])
			continue;
		trace_add(t, &(struct trace_record){.t_ns = *at,
						    .type = TRACE_SWITCH,
						    .state = 'r',
						    .cpu = (uint16_t)cpu,
						    .tid = next,
						    .other = runs[cpu]});
		runs[cpu] = next;
	}
}

/* The time it takes is scxplore bench's to tell. */
static void every_cpu_of_64_has_its_row_in_a_picture_of_a_long_session(void **state)
{
	cleanup_buf struct buf shown = BUF_INIT;
	struct bench *b = *state;
	int32_t runs[64] = {0};
	uint64_t at = 1100 * MS;
	char row[16];
	int i;

	add_switches(b->model->trace, runs, &at, 1500000);
	/* how much there is, is known once it was drawn */
	picture(b->tui, 80, 200, true, &shown);
	press(b->tui, 'W');
	buf_reset(&shown);
	picture(b->tui, 80, 200, true, &shown);
	for (i = 4; i < 64; i++) {
		const char *p;

		/* its number, and what was not yet recorded by record() */
		snprintf(row, sizeof(row), "%7d  ", i);
		p = strstr(buf_text(&shown), row);
		if (!p || p[strspn(p, " 0123456789")] == '\n')
			fail_msg("no '%s' with somebody in\n%s", row, buf_text(&shown));
	}
}

#define SCREEN_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCREEN_TEST(it_is_drawn_at_every_size),
		SCREEN_TEST(zoomed_in_a_slice_has_a_name_and_is_told_in_words),
		SCREEN_TEST(a_task_is_searched_and_followed_from_cpu_to_cpu),
		cmocka_unit_test_setup_teardown(a_slice_becomes_an_expectation_of_its_task_s_group,
						set_up_with_groups, tear_down),
		SCREEN_TEST(what_was_lost_is_said),
		SCREEN_TEST(letters_are_cgroups_or_tasks),
		SCREEN_TEST(steps_and_ops_stand_above),
		SCREEN_TEST(the_whole_session_fits),
		SCREEN_TEST(every_cpu_of_64_has_its_row_in_a_picture_of_a_long_session),
	};

	setlocale(LC_ALL, "C.UTF-8");
	unsetenv("NO_COLOR");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
