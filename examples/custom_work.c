/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * custom_work - work that no type of scxplore's does: a function of this file, run in the guest.
 *
 * Requests come at a fixed rate and each takes some computing, as with many servers. This very
 * program is packed into the guest and executed there, once for each worker, inside its cgroup.
 */
#include <scxplore/scxplore.h>
#include <scxplore/cmocka.h>

#include <time.h>

/* Sleeps to absolute times, and says how late it woke. */
static void serve(struct sxp_worker *w)
{
	const uint64_t period = sxp_worker_number(w, "period", SXP_MS(5));
	const uint64_t turns = sxp_worker_number(w, "turns", 10000);
	uint64_t due = sxp_worker_now(), i;
	volatile uint64_t sum = 0;

	while (!sxp_worker_ends(w)) {
		struct timespec at;

		due += period;
		at.tv_sec = (time_t)(due / SXP_S(1));
		at.tv_nsec = (long)(due % SXP_S(1));
		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) && !sxp_worker_ends(w))
			;
		sxp_worker_woke(w, due);
		for (i = 0; i < turns; i++)
			sum += i;
		sxp_worker_iteration(w);
	}
}

static const struct sxp_work works[] = {
	{ "serve", serve },
	{ NULL, NULL },
};

static const struct sxp_guest guest = {
	.topology = { .nodes = 1, .llcs = 1, .cores = 2, .threads = 1 },
	.works = works,
};

static const struct sxp_op backdrop[] = {
	{ .type = SXP_CGROUP_ADD, .cgroup = "service", .set = SXP_SET({"cpu.weight", "300"}) },
	{ .type = SXP_CGROUP_ADD, .cgroup = "batch" },
	{ .type = SXP_END },
};

static const struct sxp_op under_load[] = {
	{ .type = SXP_SPAWN, .name = "noise", .cgroup = "batch", .work = "spin", .count = 2 },
	{ .type = SXP_SPAWN, .name = "server", .cgroup = "service", .work = "custom:serve", .count = 2,
	  .params = SXP_SET({"period", "2ms"}, {"turns", "2000"}), .nice = -5 },
	/* long enough for some requests, however slow the machine */
	{ .type = SXP_HOLD_UNTIL, .timeout = SXP_S(120), .until = "switches(server) > 400" },
	{ .type = SXP_LOOK, .name = "server" },
	{ .type = SXP_SIGNAL, .name = "server", .signal = "TERM" },
	{ .type = SXP_WAIT, .name = "server", .timeout = SXP_S(60) },
	{ .type = SXP_END },
};

static const struct sxp_step steps[] = {
	{ .label = "requests under load", .ops = under_load },
	{ SXP_LAST_STEP },
};

static void the_servers_are_in_their_cgroup_before_their_first_instruction(void **state)
{
	sxp_assert_ops(*state);
	sxp_assert_placed_before_exec(*state, "server", "service");
	sxp_assert_stayed(*state, "server", 0, "service");
}

static void requests_are_served_and_their_delays_are_measured(void **state)
{
	sxp_assert_report(*state, "server", "iterations", ">", "0");
	sxp_assert_report(*state, "server", "wakes", ">", "0");
	sxp_assert_report(*state, "server", "wake-p99", "<", "10s");
}

static void a_server_that_is_asked_to_end_returns(void **state)
{
	sxp_assert_exit(*state, "server", 0);
}

SXP_TEST_MAIN(&guest, backdrop, steps,
	      cmocka_unit_test(the_servers_are_in_their_cgroup_before_their_first_instruction),
	      cmocka_unit_test(requests_are_served_and_their_delays_are_measured),
	      cmocka_unit_test(a_server_that_is_asked_to_end_returns))
