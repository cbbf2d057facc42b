/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_payloads - programs that people really run, as Debian packages them: each runs in a cgroup
 * with its placement proven, its numbers are known by name, and all of it is replayed, exported,
 * compiled and passes. The numbers of a moment are judged as they were then.
 */
#include "road.h"

#include "tests/unit/test.h"

#include "base/cleanup.h"

#define RUNS(name, command, expected)                                                              \
	"run " name "@bench -- " command "\n"                                                      \
	"wait " name " timeout=200s\n"                                                             \
	"expect placed " name " in=bench\n"                                                        \
	"expect exit " name " == 0\n" expected

/* Little work: an emulated guest does it, too. What is expected is that it was measured at all. */
static const char programs[] =
	"cgroup add bench cpuset.cpus=0-1\n" RUNS(
		"stress", "stress-ng --cpu 1 --switch 1 --timeout 2 --metrics --yaml /dev/stdout",
		"expect metric stress cpu.bogo-ops >= 1\n"
		"expect metric stress cpu.bogo-ops-per-s > 0/s\n"
		"expect metric stress switch.cpu-use > 0%\n"
		"expect metric stress switch.rss-max > 100KB\n")
		RUNS("brief", "stress-ng --pipe 1 --timeout 1 --metrics-brief",
		     "expect metric brief pipe.bogo-ops-per-cpu-s > 0/s\n")
			RUNS("hack", "hackbench -l 10 -g 1", "expect metric hack time > 0s\n") RUNS(
				"cyclic", "cyclictest -q -D 1 -t 2 -i 4000",
				"expect metric cyclic lat.max > 0us\n"
				"expect metric cyclic lat.avg > 0us\n"
				"expect metric cyclic thread.1.cycles >= 1\n")
				RUNS("hist", "cyclictest -qN -D 1 -h 100 --json=/dev/stdout -i 4000",
				     "expect metric hist lat.min > 1us\n")
					RUNS("msg", "perf bench sched messaging -g 1 -l 5",
					     "expect metric msg messaging.time > 0s\n")
						RUNS("pipe", "perf bench sched pipe -l 200",
						     "expect metric pipe pipe.ops-per-s > 0/s\n"
						     "expect metric pipe pipe.time-per-op > 0us\n")
							RUNS("shell",
							     "sh -c \"echo '{\\\"lat\\\":{\\\"p99_us\\\":5000}}'; "
							     "echo done: ops=12 rate=3.5/s\"",
							     "expect metric shell lat.p99_us == 5ms\n"
							     "expect metric shell ops == 12\n"
							     "expect metric shell rate == 3.5/s\n");

/* It prints a number, waits until that was seen, and prints another. */
static const char moments[] =
	"cgroup add bench\n"
	"run tool@bench -- sh -c \"echo ops=1; : > /tmp/said; "
	"while [ ! -e /tmp/go ]; do sleep 0.05; done; echo ops=2\"\n"
	"run said -- sh -c \"while [ ! -e /tmp/said ]; do sleep 0.05; done\"\n"
	"wait said timeout=100s\n"
	"expect metric tool ops == 1\n"
	"run go -- sh -c \": > /tmp/go\"\n"
	"wait tool timeout=100s\n"
	"expect metric tool ops == 2\n"
	"report tool\n"
	"spawn w@bench spin n=2\n"
	"hold until ran(w) > 100ms and units(w) > 0 timeout=100s\n"
	"expect metric w work-units > 0\n"
	"expect metric w cpus >= 1\n"
	"expect report w cpus >= 1\n";

static void programs_that_people_run_have_numbers_in_an_exported_test(void **state)
{
	static const char *const include[] = {"stress-ng", "hackbench", "cyclictest",
					      "perf",	   "sh",	NULL};
	const struct guest_config guest = {
		.topology = {1, 1, 2, 1}, .kernel = getenv("SXP_KERNEL"), .include = include};
	cleanup_free char *said = road_travel("programs", programs, &guest);

	assert_non_null(strstr(said, "pipe_ops_per_s_of_pipe_is_more_than_0_s"));
	assert_non_null(strstr(said, "stress_is_in_bench_before_its_first_instruction"));
	assert_null(strstr(said, "SKIP"));
}

static void a_number_is_judged_as_it_was_when_it_was_expected(void **state)
{
	static const char *const include[] = {"sh", "sleep", NULL};
	const struct guest_config guest = {
		.topology = {1, 1, 2, 1}, .kernel = getenv("SXP_KERNEL"), .include = include};
	cleanup_free char *said = road_travel("moments", moments, &guest);

	assert_non_null(strstr(said, "ops_of_tool_is_just_1"));
	assert_non_null(strstr(said, "ops_of_tool_is_just_2"));
	assert_null(strstr(said, "SKIP"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_judged_as_it_was_when_it_was_expected),
		cmocka_unit_test(programs_that_people_run_have_numbers_in_an_exported_test),
	};

	return cmocka_run_group_tests_name("payloads", tests, NULL, NULL);
}
