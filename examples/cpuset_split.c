/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cpuset_split - each half of the machine belongs to one cgroup, and at no switch is a thread of
 * one found on a CPU of the other.
 */
#include <scxplore/scxplore.h>
#include <scxplore/cmocka.h>

static const struct sxp_guest guest = {
	.topology = { .nodes = 1, .llcs = 2, .cores = 2, .threads = 1 },
};

static const struct sxp_op backdrop[] = {
	{ .type = SXP_CGROUP_ADD, .cgroup = "left", .set = SXP_SET({"cpuset.cpus", "llc:0"}) },
	{ .type = SXP_CGROUP_ADD, .cgroup = "right", .set = SXP_SET({"cpuset.cpus", "llc:1"}) },
	{ .type = SXP_END },
};

static const struct sxp_op work[] = {
	{ .type = SXP_SPAWN, .name = "l", .cgroup = "left", .work = "futex-ping-pong", .count = 4 },
	{ .type = SXP_SPAWN, .name = "r", .cgroup = "right", .work = "futex-ping-pong", .count = 4 },
	{ .type = SXP_HOLD, .duration = SXP_MS(500) },
	{ .type = SXP_LOOK, .name = "l" },
	{ .type = SXP_LOOK, .name = "r" },
	{ .type = SXP_END },
};

static const struct sxp_step steps[] = {
	{ .label = "work", .ops = work },
	{ SXP_LAST_STEP },
};

static void nobody_crosses_the_line(void **state)
{
	sxp_assert_ops(*state);
	sxp_assert_cpus(*state, "l", 0, "0-1");
	sxp_assert_cpus(*state, "r", 0, "2-3");
	sxp_assert_confined(*state, "l", 0);
	sxp_assert_confined(*state, "r", 0);
}

SXP_TEST_MAIN(&guest, backdrop, steps, cmocka_unit_test(nobody_crosses_the_line))
