/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_table - every row of the tables of ops, cgroup settings, CPU words, policies and memory
 * policies goes the whole road: typed, recorded, replayed, exported, compiled, passed. A row that
 * no scenario here has is a failure. Work types go it in test_work_export.
 */
#include "road.h"

#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "guest/wire_cpus.h"
#include "guest/wire_policy.h"
#include "ops/cgroup_settings.h"
#include "ops/checks.h"
#include "ops/op.h"

#define LONG_NS UINT64_C(3600000000000) /* what a fraction is held of: no scenario here takes so long */

/* On 2 nodes with an LLC each, 4 CPUs, one thread a core. */
static const char cgroups_and_tasks[] =
	"cgroup add low cpuset.cpus=0-1 cpuset.mems=0 cpu.weight=50 cpu.max=90000/100000 "
	"memory.max=64M memory.high=60M memory.low=1M memory.swap.max=0 io.weight=200 pids.max=100\n"
	"cgroup set low cpu.max.burst=1000 cpu.uclamp.min=10.5 cpu.uclamp.max=max memory.min=1M memory.swap.high=1M "
	"memory.oom.group=1 cgroup.max.depth=3 cgroup.max.descendants=max\n"
	"cgroup add nicer cpu.weight.nice=-3 cpuset.cpus.exclusive=2\n"
	"expect file /sys/fs/cgroup/scxplore/nicer/cpu.weight.nice == \"-3\"\n"
	"cgroup set nicer memory.zswap.max=1M memory.zswap.writeback=0 memory.reclaim=0 cgroup.pressure=0\n"
	"expect file /sys/fs/cgroup/scxplore/nicer/memory.zswap.max == \"1048576\"\n"
	"expect file /sys/fs/cgroup/scxplore/nicer/memory.zswap.writeback == \"0\"\n"
	"expect file /sys/fs/cgroup/scxplore/nicer/cgroup.pressure == \"0\"\n"
	"cgroup remove nicer\n"
	"cgroup add high cpuset.cpus=llc:1\n"
	"cgroup add idle cpu.idle=1\n"
	"cgroup add part cpuset.cpus=3\n"
	"cgroup set part cpuset.cpus.partition=root\n"
	"expect file /sys/fs/cgroup/scxplore/part/cpuset.cpus.partition == \"root\"\n"
	"cgroup set part cpuset.cpus.partition=member\n"
	"def crowd@crowd bursty n=2 burst=1ms cpu.weight=70 comm=\"a crowd\"\n"
	"expect tasks @crowd == 2\n"
	"cgroup add domain\n"
	"cgroup add domain/threads cgroup.type=threaded\n"
	"move crowd.1 to=domain\n"
	"move crowd.1 to=domain/threads thread=1\n"
	"tasks @domain/threads\n"
	"expect tasks @domain/threads == 1\n"
	"expect tasks crowd == 2\n"
	"kill @domain/threads\n"
	"step \"tasks\"\n"
	"spawn normal@low spin n=2 policy=normal nice=3 mem=default\n"
	"spawn batch@high spin policy=batch mem=preferred:1\n"
	"spawn idler@high spin policy=idle mem=bind:1\n"
	"spawn fifo@high bursty policy=fifo:10 mem=interleave:0-1\n"
	"spawn rr@high bursty policy=rr:10 mem=local\n"
	"spawn dl bursty policy=deadline:1ms/20ms/20ms\n"
	"spawn ext@low bursty policy=ext mem=preferred-many:0 comm=\"an ext task\"\n"
	"spawn weighted@high bursty mem=weighted-interleave:0-1\n"
	"run probe@low cpus=numa:0 uid=1000 gid=1000 comm=\"the probe\" -- sh -c \"cat /proc/self/cgroup; exit 3\"\n"
	"wait probe timeout=60s\n"
	"expect placed probe in=low\n"
	"expect exit probe == 3\n"
	"expect output probe contains \"0::/scxplore/low\"\n"
	"expect stayed probe in=low\n"
	"expect ran probe within=60s\n"
	"expect cpus probe in=0-1\n"
	"expect confined probe\n"
	"hold until ran(normal) > 50ms and units(normal) > 0 timeout=60s\n"
	"look normal/batch\n"
	"report normal\n"
	"expect report normal work-units > 0\n"
	"expect share normal/normal == 1\n"
	"expect metric normal work-units > 0 tol=5%\n"
	"move batch to=/\n"
	"backdrop batch\n"
	"signal normal STOP\n"
	"signal normal CONT\n"
	"kill normal\n"
	"step\n"
	"cgroup freeze high\n"
	"cgroup thaw high\n"
	"read /proc/version\n"
	"expect file /sys/fs/cgroup/scxplore/low/pids.max == \"100\"\n"
	"kill batch\n"
	"cgroup remove idle\n"
	"hold 10ms\n"
	"hold 0.001%\n"
	"backdrop\n";

static const char cpus_and_bodies[] =
	"cgroup add a cpuset.cpus=0\n"
	"cgroup add b cpuset.cpus=1\n"
	"step \"words\"\n"
	"cpuset set a 0-1\n"
	"cpuset set a llc:0\n"
	"cpuset set a numa:1\n"
	"cpuset set a part:0/2\n"
	"cpuset set a overlap:0/2:0.5\n"
	"cpuset set a range:0-0.5\n"
	"cpuset set a smt-pair:1\n"
	"cpuset set a random:2\n"
	"cpuset set a single\n"
	"cpuset set a cross:b\n"
	"cpuset swap a b\n"
	"cpuset clear b\n"
	"cpuset set b 0\n"
	"step \"bodies\"\n"
	"spawn w@a spin n=2\n"
	"affinity w 0-3\n"
	"cpuset swap a b\n"
	"hold loop every=20ms until=100ms\n"
	"every 10ms as churn for=60s\n"
	"move w.1 to=b\n"
	"move w to=a\n"
	"end\n"
	"hold until rounds(churn) > 1 timeout=60s\n"
	"kill churn\n"
	"cpu offline 3\n"
	"cpu online 3\n"
	"irq steer acpi cpus=numa:0\n"
	"irq steer 9 cpus=1-2\n"
	"expect file /proc/irq/9/smp_affinity_list == \"1-2\"\n";

static const char schedulers[] =
	"cgroup add a\n"
	"spawn w@a spin n=2\n"
	"sched watchdog 20s\n"
	"sched load fifo\n"
	"sched watchdog 0s\n"
	"expect sched == fifo\n"
	"hold 50ms\n"
	"sched dump\n"
	"sched replace vtime slice_us=5000\n"
	"sched set vtime_now=5\n"
	"sched pin vtime.bss as times\n"
	"sched eject\n"
	"expect sched exit == sysrq\n"
	"sched restart timeout=60s\n"
	"sched unload timeout=60s\n"
	"expect sched == none\n";

/* Limits that hold on any machine: what they find is for test_checks. */
static const char checks[] =
	"cgroup add low cpuset.cpus=0-1\n"
	"spawn hogs@low bursty n=2\n"
	"sched load fifo\n"
	"hold 4s\n"
	"expect check starvation hogs\n"
	"expect check gap hogs limit=60s\n"
	"expect check spread hogs limit=100%\n"
	"expect check escape hogs\n"
	"expect check parity hogs limit=500%\n"
	"expect check wake-p50 hogs limit=60s replays=3\n"
	"expect check wake-p99 hogs limit=60s\n"
	"expect check wake-max hogs limit=60s\n"
	"expect check rate hogs limit=0.01/s\n"
	"expect check migrations hogs limit=1\n"
	"expect check numa hogs limit=0%\n"
	"expect check imbalance limit=1000 samples=2\n"
	"expect check dsq-depth limit=1000 samples=2\n"
	"expect check stuck-clock limit=60s samples=2\n"
	"expect check fallback limit=10000000/s samples=2\n"
	"expect check keep-last limit=10000000/s samples=2\n";

/* What is run is neither included nor in the guest before. */
static const char files[] =
	"cgroup add a\n"
	"push env to=/tmp/own/env\n"
	"run there@a -- /tmp/own/env\n"
	"wait there timeout=60s\n"
	"expect exit there == 0\n"
	"run lacking@a -- env\n"
	"wait lacking timeout=60s\n"
	"expect placed lacking in=a\n"
	"expect output lacking contains \"PATH=\"\n"
	"pull /tmp/own/env\n";

/* Read and written from outside, seen from inside. */
static const char kernel_memory[] =
	"cgroup add a\n"
	"spawn w@a bursty n=2\n"
	"kernel read nr_threads:int\n"
	"kernel read runqueues@0.nr_running how=cold\n"
	"expect kernel system_state:system_states == SYSTEM_RUNNING\n"
	"expect kernel task(w).comm == w.1\n"
	"expect kernel task(w.2).real_parent.pid == 1 how=cold\n"
	"snapshot\n"
	"snapshot \"with a label\"\n"
	"kernel write panic_timeout:int = 7\n"
	"expect file /proc/sys/kernel/panic == \"7\"\n"
	"kernel write panic_timeout:s32 = -3 how=cold\n"
	"expect file /proc/sys/kernel/panic == \"-3\"\n"
	"expect kernel panic_timeout:int < -2\n"
	"watch scx_enable_seq:u64\n"
	"watch panic_timeout:int\n"
	"expect watch scx_enable_seq:u64 == 0\n"
	"sched load fifo\n"
	"expect watch scx_enable_seq:u64 >= 1\n"
	"unwatch scx_enable_seq:u64\n"
	"sched unload\n"
	"expect watch panic_timeout:int < 1\n";

/* The hash is the exported test's to have; what is typed here was made nowhere. */
static const char exactly[] =
	"cgroup add a\n"
	"spawn w@a bursty n=3\n"
	"run lacking@a -- env\n"
	"wait lacking timeout=60s\n"
	"expect exit lacking == 0\n"
	"expect check gap w limit=60s\n"
	"expect trace == 0123456789abcdef on=nowhere\n";

static const char *const scenarios[] = {cgroups_and_tasks, cpus_and_bodies, schedulers, checks, files,
					kernel_memory, exactly};

static char *travel(const char *name, const char *text, unsigned threads)
{
	static const char *const include[] = {"sh", "cat", NULL};
	const struct guest_config guest = {
		.topology = {2, 2, threads == 2 ? 1 : 2, threads},
		.kernel = getenv("SXP_KERNEL"),
		.include = include,
		.duration_ns = LONG_NS};

	return road_travel(name, text, &guest);
}

static void an_exact_run_goes_the_whole_road(void **state)
{
	const struct guest_config guest = {
		.topology = {1, 1, 2, 1}, .kernel = getenv("SXP_KERNEL"), .exact = true};
	cleanup_free char *said = road_travel("exact", exactly, &guest);

	assert_non_null(strstr(said, "every_op_was_carried_out"));
	assert_null(strstr(said, "SKIP"));
}

static void cgroups_and_tasks_go_the_whole_road(void **state)
{
	cleanup_free char *said = travel("tasks", cgroups_and_tasks, 1);

	assert_non_null(strstr(said, "probe_stayed_in_low"));
	assert_null(strstr(said, "SKIP"));
}

static void cpus_and_bodies_go_the_whole_road(void **state)
{
	cleanup_free char *said = travel("cpus", cpus_and_bodies, 2);

	assert_non_null(strstr(said, "every_op_was_carried_out"));
	assert_null(strstr(said, "SKIP"));
}

static void schedulers_go_the_whole_road(void **state)
{
	cleanup_free char *said = travel("sched", schedulers, 1);

	assert_non_null(strstr(said, "every_op_was_carried_out"));
	assert_null(strstr(said, "SKIP"));
}

static void checks_go_the_whole_road(void **state)
{
	cleanup_free char *said = travel("checks", checks, 1);

	assert_non_null(strstr(said, "every_op_was_carried_out"));
	assert_null(strstr(said, "SKIP"));
}

static void files_go_the_whole_road(void **state)
{
	cleanup_free char *said = travel("files", files, 1);

	assert_non_null(strstr(said, "lacking_is_in_a_before_its_first_instruction"));
	assert_null(strstr(said, "SKIP"));
}

static void the_kernels_memory_goes_the_whole_road(void **state)
{
	cleanup_free char *said = travel("kernel", kernel_memory, 1);

	assert_non_null(strstr(said, "every_op_was_carried_out"));
	assert_null(strstr(said, "SKIP"));
}

/* ---- is every row there? ---- */

static bool said_anywhere(const char *words)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(scenarios); i++)
		if (strstr(scenarios[i], words))
			return true;
	return false;
}

static bool parsed_anywhere(enum wire_op_id id)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(scenarios); i++) {
		cleanup_free char *copy = strdup(scenarios[i]);
		char *rest = copy, *line;

		while ((line = strsep(&rest, "\n"))) {
			cleanup_op struct op *op = NULL;

			if (op_parse(line, &op, NULL) == 0 && op && op->def->id == id)
				return true;
		}
	}
	return false;
}

static void no_row_of_a_table_is_left_out(void **state)
{
	static const char *const words[] = {
#define X(e, word, form, meaning) word,
		CPU_WORDS(X)
#undef X
	};
	static const char *const policies[] = {
#define X(word, number, form) "policy=" word,
		POLICY_LIST(X)
#undef X
#define X(word, number, form) "mem=" word,
			MEMPOLICY_LIST(X)
#undef X
	};
	const struct cgroup_setting *setting;
	const struct check_def *check;
	const struct op_def *d;
	size_t i;

	for (i = 0; (d = op_def_at(i)); i++)
		if (!parsed_anywhere(d->id))
			fail_msg("op '%s %s' goes no road", d->words[0], d->words[1] ? d->words[1] : "");
	for (i = 1; i < ARRAY_SIZE(words); i++) {
		char text[64];

		snprintf(text, sizeof(text), "cpuset set a %s", words[i]);
		if (!said_anywhere(text))
			fail_msg("'%s' goes no road", text);
	}
	for (i = 0; i < ARRAY_SIZE(policies); i++)
		if (!said_anywhere(policies[i]))
			fail_msg("'%s' goes no road", policies[i]);
	for (i = 0; (check = check_def_at(i)); i++) {
		char text[64];

		snprintf(text, sizeof(text), "expect check %s%s", check->name,
			 check->of_group ? " hogs" : " limit=");
		if (!said_anywhere(text))
			fail_msg("'%s' goes no road", text);
	}
	for (i = 0; (setting = cgroup_setting_at(i)); i++) {
		char text[64];

		snprintf(text, sizeof(text), " %s=", setting->file);
		if (!said_anywhere(text))
			fail_msg("'%s' goes no road", text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_row_of_a_table_is_left_out),
		cmocka_unit_test(cgroups_and_tasks_go_the_whole_road),
		cmocka_unit_test(cpus_and_bodies_go_the_whole_road),
		cmocka_unit_test(schedulers_go_the_whole_road),
		cmocka_unit_test(checks_go_the_whole_road),
		cmocka_unit_test(files_go_the_whole_road),
		cmocka_unit_test(the_kernels_memory_goes_the_whole_road),
		cmocka_unit_test(an_exact_run_goes_the_whole_road),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
