/*
 * placement.c - recorded with scxplore 0.1.0 on 2026-11-23
 *
 * Linux 7.3.4, tcg, topology 1n1l2c1t. Session placement.session, 1 step, 6 ops.
 * SXP_KERNEL, SXP_TOPOLOGY and SXP_ACCEL in the environment choose another guest.
 * Build: cc placement.c $(pkg-config --cflags --libs scxplore cmocka)
 *
 * meson.build:
 *   test('placement', executable('placement', 'placement.c',
 *     dependencies : [dependency('scxplore'), dependency('cmocka')]),
 *     protocol : 'tap', timeout : 300)
 * Makefile:
 *   placement: placement.c; $(CC) $< -o $@ $$(pkg-config --cflags --libs scxplore cmocka)
 */
#include <scxplore/scxplore.h>
#include <scxplore/cmocka.h>

static const struct sxp_guest guest = {
	.topology = { .nodes = 1, .llcs = 1, .cores = 2, .threads = 1 },
	.memory_mib = 512,
	.workload_root = "/placement",
	.include = SXP_LIST("/bin/sh", "/bin/cat"),
};

static const struct sxp_op backdrop[] = {
	{ .type = SXP_CGROUP_ADD, .cgroup = "cg_dst" },
	{ .type = SXP_END },
};

static const struct sxp_op step_the_probe_records_where_it_is[] = {
	{ .type = SXP_RUN, .name = "probe", .cgroup = "cg_dst",
	  .argv = SXP_LIST("sh", "-c", "cat /proc/self/cgroup > /tmp/where"), .after = SXP_MS(1) },
	{ .type = SXP_WAIT, .name = "probe", .timeout = SXP_S(30) },
	{ .type = SXP_READ_FILE, .path = "/tmp/where" },
	{ .type = SXP_END },
};

static const struct sxp_step steps[] = {
	{ .label = "the probe records where it is", .ops = step_the_probe_records_where_it_is,
	  .hold = 0 },
	{ SXP_LAST_STEP },
};

/* pinned: expect placed probe in=cg_dst */
static void probe_is_in_cg_dst_before_its_first_instruction(void **state)
{
	sxp_assert_placed_before_exec(*state, "probe", "cg_dst");
}

/* pinned: expect file /tmp/where == "0::/placement/cg_dst" */
static void file_tmp_where_holds_0_placement_cg_dst(void **state)
{
	sxp_assert_file(*state, "/tmp/where", "0::/placement/cg_dst");
}

/* added by scxplore for: run probe@cg_dst -- sh -c "cat /proc/self/cgroup > /tmp/where" */
static void probe_exits_with_0(void **state)
{
	sxp_assert_exit(*state, "probe", 0);
}

/* added by scxplore: a scenario that broke down half-way proves nothing */
static void every_op_was_carried_out(void **state)
{
	sxp_assert_ops(*state);
}

SXP_TEST_MAIN(&guest, backdrop, steps,
	      cmocka_unit_test(probe_is_in_cg_dst_before_its_first_instruction),
	      cmocka_unit_test(file_tmp_where_holds_0_placement_cg_dst),
	      cmocka_unit_test(probe_exits_with_0),
	      cmocka_unit_test(every_op_was_carried_out))
