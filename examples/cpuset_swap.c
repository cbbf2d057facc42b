/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cpuset_swap - two cgroups exchange their CPUs again and again while both work; nobody starves,
 * and nobody is left behind on a CPU that is not his any more.
 */
#include <scxplore/scxplore.h>
#include <scxplore/cmocka.h>

static const struct sxp_guest guest = {
	.topology = { .nodes = 1, .llcs = 1, .cores = 2, .threads = 1 },
};

static const struct sxp_op backdrop[] = {
	{ .type = SXP_CGROUP_ADD, .cgroup = "a", .set = SXP_SET({"cpuset.cpus", "0"}) },
	{ .type = SXP_CGROUP_ADD, .cgroup = "b", .set = SXP_SET({"cpuset.cpus", "1"}) },
	{ .type = SXP_END },
};

static const struct sxp_op swap_under_load[] = {
	{ .type = SXP_SPAWN, .name = "wa", .cgroup = "a", .work = "spin", .count = 2 },
	{ .type = SXP_SPAWN, .name = "wb", .cgroup = "b", .work = "spin", .count = 2 },
	{ .type = SXP_EVERY, .name = "swapper", .period = SXP_MS(10), .lasting = SXP_MS(500) },
	{ .type = SXP_CPUSET_SWAP, .cgroup = "a", .to = "b" },
	{ .type = SXP_END_EVERY },
	{ .type = SXP_HOLD_UNTIL, .timeout = SXP_S(60), .until = "rounds(swapper) > 5" },
	{ .type = SXP_LOOK, .name = "wa" },
	{ .type = SXP_LOOK, .name = "wb" },
	{ .type = SXP_END },
};

static const struct sxp_step steps[] = {
	{ .label = "swap under load", .ops = swap_under_load, .hold = SXP_MS(600) },
	{ SXP_LAST_STEP },
};

static void nobody_is_left_on_a_cpu_that_is_not_his(void **state)
{
	sxp_assert_ops(*state);
	sxp_assert_confined(*state, "wa", 0);
	sxp_assert_confined(*state, "wb", 0);
}

static void everybody_works(void **state)
{
	sxp_assert_report(*state, "wa", "work-units", ">", "0");
	sxp_assert_report(*state, "wb", "work-units", ">", "0");
}

SXP_TEST_MAIN(&guest, backdrop, steps, cmocka_unit_test(nobody_is_left_on_a_cpu_that_is_not_his),
	      cmocka_unit_test(everybody_works))
