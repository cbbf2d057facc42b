/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_table_sched - every row of the table of schedulers goes the whole road: typed, recorded,
 * replayed, exported, compiled, passed. The good ones run work; each broken one ends in the way
 * its row here says. A scheduler, or a way to end, that no scenario here has is a failure.
 */
#include "road.h"

#include "tests/unit/test.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "guest/wire_sched.h"
#include "ops/schedulers.h"

#define SECOND UINT64_C(1000000000)

/* The broken ones, and how one notices. */
static const struct ending {
	const char *scheduler, *kind;
	const char *lines;
} broken[] = {
	{"stall", "stall",
	 "sched load stall\n"
	 "spawn lost bursty\n"
	 "expect sched exit == stall within=60s\n"},
	{"error", "error-bpf",
	 "sched load error after=200\n"
	 "spawn w bursty n=2\n"
	 "expect sched exit == error-bpf within=60s\n"},
	{"quit", "unreg-bpf",
	 "sched load quit after=200\n"
	 "spawn q bursty n=2\n"
	 "expect sched exit == unreg-bpf within=60s\n"},
	{"badcpu", "error",
	 "cgroup add low cpuset.cpus=0\n"
	 "sched load badcpu\n"
	 "spawn bound@low bursty\n"
	 "expect sched exit == error within=60s\n"},
	{"starve", "stall",
	 "cgroup add hungry\n"
	 "sched load starve cgroup_id=@hungry\n"
	 "spawn starved@hungry spin\n"
	 "expect sched exit == stall within=60s\n"},
	{"leakdsq", "stall",
	 "sched load leakdsq\n"
	 "spawn leak bursty\n"
	 "expect sched exit == stall within=60s\n"},
	{"handoff", "stall",
	 "sched load handoff\n"
	 "spawn urgent timer-latency interval=100us policy=fifo:10 cpus=0\n"
	 "spawn hands pipe-io n=2 burst=16 cpus=0\n"
	 "expect sched exit == stall within=60s\n"},
};

/* How a good one ends. */
static const struct ending ended[] = {
	{"fifo", "unreg",
	 "sched load fifo\n"
	 "sched unload\n"
	 "expect sched exit == unreg\n"},
	{"vtime", "sysrq",
	 "sched load vtime\n"
	 "sched eject\n"
	 "expect sched exit == sysrq\n"},
	{"llc", "unreg-kernel",
	 "sched load llc\n"
	 "cpu offline 1\n"
	 "expect sched exit == unreg-kernel within=60s\n"
	 "cpu online 1\n"},
};

/* Ways to end that nothing here can bring about. */
static const struct {
	const char *kind, *why;
} out_of_reach[] = {
	{"done", "the kernel's own mark while it cleans up; never told to anybody"},
	{"parent", "needs a scheduler below another one, which Debian's kernels do not have"},
	{"parent-kill", "the same"},
	{"error-reenq", "a newer kernel's limit that no op of ours runs into"},
	{"error-rescue", "the same"},
};

static char *travel(const char *name, const char *text, uint64_t watchdog_ns)
{
	static const char *const include[] = {"sh", NULL};
	const struct guest_config guest = {.topology = {1, 2, 1, 1},
					   .kernel = getenv("SXP_KERNEL"),
					   .include = include,
					   .watchdog_ns = watchdog_ns};
	char *said = road_travel(name, text, &guest);

	assert_non_null(strstr(said, "every_op_was_carried_out"));
	assert_null(strstr(said, "SKIP"));
	return said;
}

static void add_endings(struct buf *text, const struct ending *e, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		buf_addf(text, "step \"%s ends: %s\"\n%s", e[i].scheduler, e[i].kind, e[i].lines);
}

static void good_schedulers_run_work_and_end_in_every_way(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;
	const struct scheduler *s;
	size_t i;

	buf_adds(&text, "cgroup add a\nspawn hogs@a spin n=3\nspawn naps bursty n=2\n");
	for (i = 0; (s = scheduler_at(i)); i++)
		if (!s->broken)
			buf_addf(&text,
				 "step \"%s runs work\"\n"
				 "sched replace %s slice_us=10000\n"
				 "run in-%s@a -- sh -c \"echo ran\"\n"
				 "wait in-%s timeout=60s\n"
				 "expect sched == %s\n"
				 "expect output in-%s contains \"ran\"\n",
				 s->name, s->name, s->name, s->name, s->name, s->name);
	buf_adds(&text, "sched unload\n");
	add_endings(&text, ended, ARRAY_SIZE(ended));
	free(travel("good", buf_text(&text), 0));
}

static void broken_schedulers_end_as_they_must(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;

	add_endings(&text, broken, ARRAY_SIZE(broken));
	buf_adds(&text, "step \"goes on\"\n"
			"sched load fifo\n"
			"run after -- sh -c \"echo still here\"\n"
			"wait after timeout=60s\n"
			"expect output after contains \"still here\"\n"
			"expect sched == fifo\n");
	free(travel("broken", buf_text(&text), 3 * SECOND));
}

static bool ends_so(const struct ending *e, size_t n, const char *kind)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!strcmp(e[i].kind, kind))
			return true;
	return false;
}

static void no_scheduler_and_no_way_to_end_is_left_out(void **state)
{
	const struct sched_exit_kind *k;
	const struct scheduler *s;
	size_t i, n;

	for (i = 0; (s = scheduler_at(i)); i++) {
		for (n = 0; n < ARRAY_SIZE(broken) && strcmp(broken[n].scheduler, s->name); n++)
			;
		if (s->broken && n == ARRAY_SIZE(broken))
			fail_msg("how the broken scheduler '%s' ends goes no road", s->name);
		if (!s->broken && n < ARRAY_SIZE(broken))
			fail_msg("'%s' is not broken", s->name);
	}
	for (i = 0; (k = sched_exit_kind_at(i)); i++) {
		for (n = 0; n < ARRAY_SIZE(out_of_reach) && strcmp(out_of_reach[n].kind, k->name);
		     n++)
			;
		if (n == ARRAY_SIZE(out_of_reach) &&
		    !ends_so(broken, ARRAY_SIZE(broken), k->name) &&
		    !ends_so(ended, ARRAY_SIZE(ended), k->name))
			fail_msg("no scheduler here ends as '%s'", k->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_scheduler_and_no_way_to_end_is_left_out),
		cmocka_unit_test(good_schedulers_run_work_and_end_in_every_way),
		cmocka_unit_test(broken_schedulers_end_as_they_must),
	};

	return cmocka_run_group_tests_name("table of schedulers", tests, NULL, NULL);
}
