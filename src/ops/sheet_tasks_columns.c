/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sheet_tasks_columns - the table of tasks: one row a column, in the order they stand on a screen.
 * Its figures are in sheet_tasks_*.c.
 */
#include "ops/expectation.h"
#include "ops/sheet_tasks.h"

#include "base/cleanup.h"

#define TASK(field)   offsetof(struct sample_task, field)
#define CGROUP(field) offsetof(struct sample_cgroup, field)

#define KERNEL "the kernel's task_struct, in the sample"
#define PROBES                                                                                     \
	"the probes on wake-ups and switches, since they were attached: while such a column "      \
	"stands"
#define NOPROBE "it is counted from when its column was first looked at, if this kernel lets it be"
#define MOVES   "the probe on migrations"
#define NOMOVES "the probe on migrations does not exist on this kernel"
#define SCX     "sched_ext's part of the task_struct"
#define NOSCX   "no sched_ext scheduler runs it, or the source cannot read it"
#define FILES   "the cgroup's files in the guest"
#define NOFILE  "the file is not there, or was not read yet"

const struct sheet_column sheet_tasks_columns[] = {
	{"name", "CGROUP / TASK", SHEET_TEXT, 10, 40, 0, .left = true, .value = sheet_tasks_name,
	 .says = "a cgroup and how many tasks are directly in it; a task with its pid, a thread "
		 "with pid/tid",
	 .from = "the sample; names of groups are the session's"},
	{"state", "S", SHEET_TEXT, 1, 0, 1, .left = true, .value = sheet_tasks_state,
	 .says = "R running, r runnable and waiting, S sleeping, D uninterruptible, T stopped, Z "
		 "dead, I idle "
		 "kernel thread",
	 .from = KERNEL},
	{"waiting", "WAITING", SHEET_NS, 7, 0, 2, .value = sheet_tasks_waiting,
	 .says = "how long it has been runnable without a CPU, now; of a folded process: its "
		 "longest",
	 .from = "since when, by the kernel where the source tells it, else by the samples (then "
		 "it is at least "
		 "that)"},
	{"held", "HELD BY", SHEET_TEXT, 7, 12, 3, .left = true, .value = sheet_tasks_held,
	 .says = "where it is: running, queue N (a runqueue of the kernel), local N (local DSQ of "
		 "CPU N), DSQ "
		 "0x.. (the scheduler's), global, BPF (runnable, on no queue), throttled, frozen",
	 .from = SCX " and its runqueue", .absent = "the source cannot tell queues apart"},
	{"cpus", "CPUS", SHEET_TEXT, 5, 12, 9, .left = true, .value = sheet_tasks_cpus,
	 .says = "where it may run: its affinity and its cgroup's effective cpuset together",
	 .from = "cpus_ptr of the task, cpuset.cpus.effective of the cgroup", .absent = NOFILE},
	{"last", "LAST", SHEET_TEXT, 4, 11, 10, .left = true, .value = sheet_tasks_last,
	 .says = "the CPUs it ran on last, the newest first", .from = MOVES, .absent = NOMOVES},
	{"run_percent", "RUN%", SHEET_PERCENT, 4, 0, 4, .value = sheet_tasks_run_share,
	 .says = "share of one CPU that it ran, between the last two samples; of a cgroup between "
		 "its last two "
		 "readings",
	 .from = "run time of the task, cpu.stat of the cgroup"},
	{"wait_percent", "WAIT%", SHEET_PERCENT, 5, 0, 8, .value = sheet_tasks_wait_share,
	 .says = "share of its time that it waited for a CPU, between the last two samples",
	 .from = "run delay of the task (sched_info)", .absent = "the kernel counts no run delay"},
	{"promised_percent", "PROMISED", SHEET_PERCENT, 8, 0, 7, .value = sheet_tasks_promised,
	 .says = "what its weight promises of what it and the siblings that compete with it got "
		 "together",
	 .from = "cpu.weight, and run times over the last window of 2s"},
	{"wake_p99_ns", "P99 WAKE", SHEET_NS, 8, 0, 11, .watched = true,
	 .value = sheet_tasks_task_field, .at = TASK(wake_p99_ns),
	 .says = "99 of 100 of its wake-ups were not later, from wake-up to a CPU", .from = PROBES,
	 .absent = NOPROBE ", or it has not been woken since"},
	{"vtime_head_ns", "VTIME-HEAD", SHEET_SIGNED_NS, 10, 0, 14, .value = sheet_tasks_vtime_head,
	 .says = "its vtime less that of the first in its DSQ: 0 = it is next", .from = SCX,
	 .absent = "it is on no DSQ that is ordered by vtime"},
	{"weight", "W", SHEET_COUNT, 4, 0, 13, .value = sheet_tasks_weight,
	 .says = "weight: of a task in its class, of a cgroup cpu.weight (0 = cpu.idle)",
	 .from = KERNEL "; " FILES, .absent = NOFILE},
	{"class", "CLASS", SHEET_TEXT, 6, 0, 12, .left = true, .value = sheet_tasks_class,
	 .says = "the scheduling class that really runs it; ! = not the one its policy asks for",
	 .from = "sched_class of the task", .absent = "the source cannot read the class"},
	{"policy", "POLICY", SHEET_TEXT, 8, 0, 22, .left = true, .value = sheet_tasks_policy,
	 .says = "its scheduling policy: what was asked for", .from = KERNEL},
	{"cpu", "CPU", SHEET_COUNT, 3, 0, 6, .value = sheet_tasks_cpu,
	 .says = "the CPU it is on, or was last", .from = KERNEL},
	{"state_for_ns", "FOR", SHEET_NS, 7, 0, 18, .value = sheet_tasks_state_for,
	 .says = "how long it is in its state", .from = "as WAITING"},
	{"run_ns", "RUN", SHEET_NS, 7, 0, 15, .sum = true, .value = sheet_tasks_task_field,
	 .at = TASK(run_ns), .says = "time on a CPU since it was made", .from = KERNEL},
	{"wait_ns", "WAIT", SHEET_NS, 7, 0, 16, .sum = true, .value = sheet_tasks_task_field,
	 .at = TASK(wait_ns),
	 .says = "time runnable without a CPU since it was made; a wait counts when it ends",
	 .from = "run delay of the task (sched_info)", .absent = "the kernel counts no run delay"},
	{"sleep_ns", "SLEEP", SHEET_NS, 7, 0, 24, .value = sheet_tasks_sleep_time,
	 .says = "time neither running nor waiting since it was made",
	 .from = "its age less RUN and WAIT", .absent = "when it was made is not told"},
	{"switches_s", "SW/s", SHEET_PER_S, 6, 0, 19, .value = sheet_tasks_rate,
	 .at = TASK(switches), .says = "times it left a CPU", .from = KERNEL},
	{"voluntary", "VOL", SHEET_COUNT, 7, 0, 25, .sum = true, .value = sheet_tasks_task_field,
	 .at = TASK(voluntary), .says = "switches where it went to sleep",
	 .from = "nvcsw of the task", .absent = "the source does not read it"},
	{"involuntary", "INVOL", SHEET_COUNT, 7, 0, 26, .sum = true,
	 .value = sheet_tasks_task_field, .at = TASK(involuntary),
	 .says = "switches where it was made to go", .from = "nivcsw of the task",
	 .absent = "the source does not read it"},
	{"migrations", "MIG", SHEET_COUNT, 6, 0, 17, .sum = true, .value = sheet_tasks_task_field,
	 .at = TASK(migrations), .says = "times it went to another CPU",
	 .from = "se.nr_migrations of the task"},
	{"mig_llc", "IN-LLC", SHEET_COUNT, 6, 0, 31, .sum = true, .value = sheet_tasks_task_field,
	 .at = TASK(mig_llc), .says = "migrations within a last-level cache", .from = MOVES,
	 .absent = NOMOVES},
	{"mig_cross", "X-LLC", SHEET_COUNT, 6, 0, 32, .sum = true, .value = sheet_tasks_task_field,
	 .at = TASK(mig_cross), .says = "migrations to another cache of its node", .from = MOVES,
	 .absent = NOMOVES},
	{"mig_node", "X-NODE", SHEET_COUNT, 6, 0, 33, .sum = true, .value = sheet_tasks_task_field,
	 .at = TASK(mig_node), .says = "migrations to another NUMA node", .from = MOVES,
	 .absent = NOMOVES},
	{"wakes", "WAKES", SHEET_COUNT, 7, 0, 27, .sum = true, .watched = true,
	 .value = sheet_tasks_task_field, .at = TASK(wakes), .says = "times it was woken",
	 .from = PROBES, .absent = NOPROBE},
	{"wake_p50_ns", "P50 WAKE", SHEET_NS, 8, 0, 28, .watched = true,
	 .value = sheet_tasks_task_field, .at = TASK(wake_p50_ns),
	 .says = "half of its wake-ups were not later, from wake-up to a CPU", .from = PROBES,
	 .absent = NOPROBE ", or it has not been woken since"},
	{"wake_max_ns", "MAX WAKE", SHEET_NS, 8, 0, 29, .watched = true,
	 .value = sheet_tasks_task_field, .at = TASK(wake_max_ns),
	 .says = "the latest of its wake-ups", .from = PROBES,
	 .absent = NOPROBE ", or it has not been woken since"},
	{"waker", "WOKEN BY", SHEET_TEXT, 12, 20, 21, .left = true, .watched = true,
	 .value = sheet_tasks_waker, .says = "who woke it last", .from = PROBES,
	 .absent = NOPROBE ", or it has not been woken since"},
	{"slice_ns", "SLICE", SHEET_NS, 7, 0, 30, .value = sheet_tasks_task_field,
	 .at = TASK(slice_ns), .says = "what is left of its slice", .from = SCX ", or se.slice",
	 .absent = NOSCX},
	{"dsq", "DSQ", SHEET_TEXT, 8, 18, 34, .left = true, .value = sheet_tasks_dsq,
	 .says = "id of the DSQ it is on", .from = SCX, .absent = "it is on none"},
	{"dsq_place", "PLACE", SHEET_COUNT, 5, 0, 35, .value = sheet_tasks_task_field,
	 .at = TASK(dsq_place), .says = "how many are before it in its DSQ", .from = SCX,
	 .absent = "it is on none"},
	{"vtime", "VTIME", SHEET_COUNT, 14, 0, 36, .value = sheet_tasks_task_field,
	 .at = TASK(vtime), .says = "its vtime in its DSQ's order, or its vruntime",
	 .from = SCX ", or se.vruntime", .absent = "the source does not read it"},
	{"nice", "NICE", SHEET_TEXT, 4, 0, 37, .value = sheet_tasks_niceness,
	 .says = "its nice value", .from = KERNEL},
	{"prio", "PRIO", SHEET_TEXT, 4, 0, 38, .value = sheet_tasks_priority,
	 .says = "the kernel's priority: -1 deadline, 0 to 99 real-time, 100 to 139 normal",
	 .from = KERNEL, .absent = "the source does not read it"},
	{"pid", "PID", SHEET_COUNT, 7, 0, 39, .value = sheet_tasks_pid, .says = "its process",
	 .from = KERNEL},
	{"tid", "TID", SHEET_COUNT, 7, 0, 40, .value = sheet_tasks_tid, .says = "its thread",
	 .from = KERNEL},
	{"comm", "COMMAND", SHEET_TEXT, 15, 0, 23, .left = true, .value = sheet_tasks_comm,
	 .says = "the name the kernel has for it", .from = KERNEL},
	{"cgroup", "CGROUP", SHEET_TEXT, 12, 30, 41, .left = true, .value = sheet_tasks_path,
	 .says = "its cgroup", .from = KERNEL, .absent = "nobody has told the cgroup's name"},
	{"tasks", "TASKS", SHEET_COUNT, 5, 0, 42, .value = sheet_tasks_tasks,
	 .says = "tasks in a cgroup and below it; threads of a folded process",
	 .from = "the sample"},
	{"limit", "MAX", SHEET_TEXT, 5, 0, 43, .value = sheet_tasks_limit,
	 .says = "cpu.max, in percent of one CPU", .from = FILES, .absent = NOFILE},
	{"throttled", "THROTTLED", SHEET_COUNT, 9, 0, 44, .value = sheet_tasks_cgroup_field,
	 .at = CGROUP(throttled), .says = "periods in which it was held back by cpu.max",
	 .from = "cpu.stat: nr_throttled", .absent = NOFILE},
	{"throttled_ns", "THR-TIME", SHEET_NS, 8, 0, 45, .value = sheet_tasks_cgroup_field,
	 .at = CGROUP(throttled_ns), .says = "time it was held back by cpu.max",
	 .from = "cpu.stat: throttled_usec", .absent = NOFILE},
	{"usage_ns", "USAGE", SHEET_NS, 8, 0, 46, .value = sheet_tasks_cgroup_field,
	 .at = CGROUP(usage_ns), .says = "CPU time it and all below it have had",
	 .from = "cpu.stat: usage_usec", .absent = NOFILE},
	{"user_ns", "USER", SHEET_NS, 8, 0, 47, .value = sheet_tasks_cgroup_field,
	 .at = CGROUP(user_ns), .says = "of it, in user mode", .from = "cpu.stat: user_usec",
	 .absent = NOFILE},
	{"system_ns", "SYSTEM", SHEET_NS, 8, 0, 48, .value = sheet_tasks_cgroup_field,
	 .at = CGROUP(system_ns), .says = "of it, in the kernel", .from = "cpu.stat: system_usec",
	 .absent = NOFILE},
	{"pressure_percent", "PSI%", SHEET_PERCENT, 4, 0, 49, .value = sheet_tasks_pressure,
	 .says = "share of the last 10s in which some task of it waited for a CPU",
	 .from = "cpu.pressure: some avg10", .absent = NOFILE},
	{"pressure_ns", "PSI", SHEET_NS, 8, 0, 50, .value = sheet_tasks_cgroup_field,
	 .at = CGROUP(psi_some_ns), .says = "time in which some task of it waited for a CPU",
	 .from = "cpu.pressure: some total", .absent = NOFILE},
	{"sched", "SCHED", SHEET_TEXT, 8, 20, 51, .left = true, .value = sheet_tasks_sched,
	 .says = "the sched_ext scheduler that it is under: the one of all, or a sub-scheduler",
	 .from = "scx_sched of the cgroup, scx.sched of the task"},
	{"number", "NUMBER", SHEET_TEXT, 36, 0, 20, .left = true, .value = sheet_tasks_number,
	 .says = "a number that the payload has printed last; # shows all", .from = "its output"},
	{"check", "CHECK", SHEET_TEXT, 6, 26, 5, .left = true, .value = sheet_tasks_check,
	 .says = "what is wrong, the worst first: LOST, OUTSIDE N (runs on CPU N, which it may not "
		 "use), X MISPLACED, HOG CPU N (waits "
		 "behind a real-time task), CLASS; else that it was in its cgroup before its first "
		 "instruction (+ok; "
		 "+ok exec: the probe at exec saw it there, too); of a cgroup whether weight and "
		 "limit are kept",
	 .from = "all of the above"},
};

_Static_assert(ARRAY_SIZE(sheet_tasks_columns) == SHEET_TASKS_COLUMNS, "sheet_tasks.h");

const struct sheet_def sheet_tasks = {
	.name = "tasks",
	.summary = "a row is a cgroup, or a task or thread in it",
	.empty = "no cgroup and no task yet: press a to add a cgroup, r to run something",
	.columns = sheet_tasks_columns,
	.ncolumns = SHEET_TASKS_COLUMNS,
	.tree = true,
	.build = sheet_tasks_build,
	.text = sheet_tasks_text,
	.describe = sheet_tasks_describe,
	.expect = expectation_of_tasks,
};
