/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fair_share - two cgroups compete for one CPU; the one of three times the weight gets three times
 * the time.
 */
#include <scxplore/scxplore.h>
#include <scxplore/cmocka.h>

static const struct sxp_guest guest = {
	.topology = { .nodes = 1, .llcs = 1, .cores = 2, .threads = 1 },
};

static const struct sxp_op backdrop[] = {
	{ .type = SXP_CGROUP_ADD, .cgroup = "light",
	  .set = SXP_SET({"cpu.weight", "100"}, {"cpuset.cpus", "0"}) },
	{ .type = SXP_CGROUP_ADD, .cgroup = "heavy",
	  .set = SXP_SET({"cpu.weight", "300"}, {"cpuset.cpus", "0"}) },
	{ .type = SXP_END },
};

static const struct sxp_op compete[] = {
	{ .type = SXP_SPAWN, .name = "l", .cgroup = "light", .work = "spin" },
	{ .type = SXP_SPAWN, .name = "h", .cgroup = "heavy", .work = "spin" },
	/* long enough for the share to settle, however slow the machine */
	{ .type = SXP_HOLD_UNTIL, .timeout = SXP_S(120), .until = "ran(l) > 1s" },
	{ .type = SXP_LOOK, .name = "h/l" },
	{ .type = SXP_END },
};

static const struct sxp_step steps[] = {
	{ .label = "compete", .ops = compete },
	{ SXP_LAST_STEP },
};

static void the_heavy_one_gets_three_times_the_time(void **state)
{
	sxp_assert_ops(*state);
	sxp_assert_share(*state, "h/l", 0, 3, 30);
}

SXP_TEST_MAIN(&guest, backdrop, steps,
	      cmocka_unit_test(the_heavy_one_gets_three_times_the_time))
