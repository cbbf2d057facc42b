/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stall_found - a scheduler that forgets tasks is found by the kernel's watchdog, and the machine
 * goes on without it. The bug is the expectation: the test fails when the stall is not found.
 */
#include <scxplore/scxplore.h>
#include <scxplore/cmocka.h>

static const struct sxp_guest guest = {
	.topology = { .nodes = 1, .llcs = 1, .cores = 2, .threads = 1 },
	.watchdog = SXP_S(5),
};

static const struct sxp_op forget[] = {
	{ .type = SXP_SPAWN, .name = "seen", .work = "bursty", .count = 2 },
	{ .type = SXP_SCHED_LOAD, .sched = "stall" },
	/* it forgets those that are called so */
	{ .type = SXP_SPAWN, .name = "lost", .work = "bursty" },
	{ .type = SXP_EXPECT_SCHED_EXIT, .kind = "stall", .within = SXP_S(60) },
	{ .type = SXP_EXPECT_SCHED, .sched = "none" },
	{ .type = SXP_HOLD_UNTIL, .timeout = SXP_S(60), .until = "ran(lost) > 1ms" },
	{ .type = SXP_END },
};

static const struct sxp_step steps[] = {
	{ .label = "forget a task", .ops = forget },
	{ SXP_LAST_STEP },
};

static void the_stall_is_found_and_the_lost_task_runs_again(void **state)
{
	sxp_assert_ops(*state);
}

SXP_TEST_MAIN(&guest, NULL, steps,
	      cmocka_unit_test(the_stall_is_found_and_the_lost_task_runs_again))
