/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scheduler_swap - sched_ext schedulers are loaded, exchanged and taken back while work runs.
 */
#include <scxplore/scxplore.h>
#include <scxplore/cmocka.h>

static const struct sxp_guest guest = {
	.topology = { .nodes = 1, .llcs = 1, .cores = 2, .threads = 1 },
};

static const struct sxp_op swap_under_load[] = {
	{ .type = SXP_SPAWN, .name = "talk", .work = "futex-ping-pong", .count = 2 },
	{ .type = SXP_SPAWN, .name = "hog", .work = "spin", .count = 2 },
	{ .type = SXP_SCHED_LOAD, .sched = "fifo" },
	{ .type = SXP_EXPECT_SCHED, .sched = "fifo" },
	{ .type = SXP_HOLD, .duration = SXP_MS(200) },
	{ .type = SXP_SCHED_REPLACE, .sched = "vtime" },
	{ .type = SXP_EXPECT_SCHED, .sched = "vtime" },
	{ .type = SXP_HOLD, .duration = SXP_MS(200) },
	{ .type = SXP_SCHED_UNLOAD },
	{ .type = SXP_EXPECT_SCHED, .sched = "none" },
	{ .type = SXP_END },
};

static const struct sxp_step steps[] = {
	{ .label = "swap under load", .ops = swap_under_load, .hold = SXP_MS(100) },
	{ SXP_LAST_STEP },
};

static void each_was_in_force_in_its_turn(void **state)
{
	sxp_assert_ops(*state);
}

static void the_work_went_on(void **state)
{
	sxp_assert_report(*state, "talk", "work-units", ">", "0");
	sxp_assert_report(*state, "hog", "work-units", ">", "0");
}

SXP_TEST_MAIN(&guest, NULL, steps, cmocka_unit_test(each_was_in_force_in_its_turn),
	      cmocka_unit_test(the_work_went_on))
