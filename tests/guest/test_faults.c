/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_faults - the proof proves something: with placement broken on purpose, it says so.
 * Also a scenario whose time is over. One guest per test, for each needs its own configuration.
 */
#include "lab.h"

#include "../unit/test.h"

#include <errno.h>

static const char *const include[] = {"sh", "cat", "sleep", NULL};

static void run_probe(struct lab *lab)
{
	lab_ok(lab, "cgroup add dst");
	lab_ok(lab, "run probe@dst -- sh -c 'cat /proc/self/cgroup'");
	lab_ok(lab, "wait probe timeout=30s");
	lab_ok(lab, "expect placed probe in=dst");
}

static void expect_misplaced(const char *fault)
{
	struct lab *lab = lab_boot(&(struct lab_config){.include = include, .fault = fault});
	const struct event *ev;

	run_probe(lab);
	ev = lab_find(lab, 0, EV_PLACED, "probe", NULL);
	assert_string_equal(ev->text, "0::/");
	assert_string_equal(ev->cgroup, "/scxplore/dst");
	assert_string_equal(lab_find(lab, 0, EV_EXEC, "probe", NULL)->cgroup, "/");
	assert_non_null(lab_find(lab, 0, EV_DONE, NULL, fault));
	ev = lab_wait(lab, 0, EV_VERDICT, NULL, NULL);
	assert_int_equal(ev->code, VERDICT_FAIL);
	assert_non_null(strstr(ev->text, "'0::/scxplore/dst'"));
	assert_non_null(strstr(ev->text, "'0::/'"));
	lab_end(lab);
}

static void a_payload_placed_after_exec_is_caught(void **state)
{
	expect_misplaced("place-after-exec");
}

static void a_payload_never_placed_is_caught(void **state)
{
	expect_misplaced("place-never");
}

static void a_scenario_whose_time_is_over_is_cut_and_torn_down(void **state)
{
	struct lab *lab =
		lab_boot(&(struct lab_config){.include = include, .duration_ns = 2000000000ull});
	const struct event *ev;

	lab_ok(lab, "cgroup add dst");
	lab_ok(lab, "spawn hogs@dst spin n=2");
	ev = lab_do(lab, "hold 1h");
	assert_int_equal(ev->type, EV_FAILED);
	assert_int_equal(ev->code, ETIME);
	ev = lab_do(lab, "run late@dst -- sh -c :");
	assert_int_equal(ev->type, EV_FAILED);
	assert_int_equal(ev->code, ETIME);
	session_end(lab_session(lab));
	lab_wait(lab, 0, EV_END, NULL, NULL);
	assert_int_equal(lab_count(lab, 0, EV_EXIT, "hogs"), 2);
	assert_non_null(lab_find(lab, 0, EV_CGROUP_REMOVED, NULL, NULL));
	lab_end(lab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_payload_placed_after_exec_is_caught),
		cmocka_unit_test(a_payload_never_placed_is_caught),
		cmocka_unit_test(a_scenario_whose_time_is_over_is_cut_and_torn_down),
	};

	return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
