/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * placement - a payload started in a cgroup is inside it before its first instruction.
 *
 * The one promise everything else stands on, written by hand with the public API. The payload's
 * first act is to ask the kernel where it is and to write the answer down.
 */
#include <scxplore/scxplore.h>
#include <scxplore/cmocka.h>

static const struct sxp_guest guest = {
	.topology = { .nodes = 1, .llcs = 1, .cores = 2, .threads = 1 },
	.memory_mib = 256,
	.workload_root = "/placement",
	.include = SXP_LIST("/bin/sh", "/bin/cat"),
	.watchdog = SXP_S(30),
};

/* Lives to the end: the probe is the only thing that ever enters it. */
static const struct sxp_op backdrop[] = {
	{ SXP_CGROUP_ADD, .cgroup = "cg_dst" },
	{ SXP_END },
};

static const struct sxp_op ask_where_it_is[] = {
	{ SXP_RUN, .name = "probe", .cgroup = "cg_dst",
	  .argv = SXP_LIST("sh", "-c", "cat /proc/self/cgroup > /tmp/where; echo $$ > /tmp/pid") },
	{ SXP_WAIT, .name = "probe", .timeout = SXP_S(30) },
	{ SXP_READ_FILE, .path = "/tmp/where" },
	{ SXP_END },
};

static const struct sxp_step steps[] = {
	{ .label = "the probe asks where it is", .ops = ask_where_it_is },
	{ SXP_LAST_STEP },
};

static void the_probe_was_placed_before_its_first_instruction(void **state)
{
	sxp_assert_placed_before_exec(*state, "probe", "cg_dst");
}

static void the_first_thing_it_read_was_its_own_cgroup(void **state)
{
	sxp_assert_file(*state, "/tmp/where", "0::/placement/cg_dst");
}

static void it_ended_well(void **state)
{
	sxp_assert_exit(*state, "probe", 0);
	sxp_assert_ops(*state);
}

SXP_TEST_MAIN(&guest, backdrop, steps,
	      cmocka_unit_test(the_probe_was_placed_before_its_first_instruction),
	      cmocka_unit_test(the_first_thing_it_read_was_its_own_cgroup),
	      cmocka_unit_test(it_ended_well))
