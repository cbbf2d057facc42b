/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * op_table - the one list of ops. Everything that knows an op knows it from here.
 * Invariant: every example is a valid line and parses to an op of its own row.
 */
#include "base/cleanup.h"
#include "ops/op.h"
#include "scxplore/scxplore.h"

#include <stddef.h>

#define S(n)        ((int64_t)(n)*1000000000)
#define TIMEOUT_MAX S(86400)
#define FIELD(f)    .api = #f, .api_offset = offsetof(struct sxp_op, f)

static const struct op_def table[] = {
	{
		.id = OP_CGROUP_ADD, .words = {"cgroup", "add"},
		.summary = "make a cgroup below the workload root",
		.example = "cgroup add low cpuset.cpus=0-1 cpu.weight=50",
		.api = "SXP_CGROUP_ADD", .api_type = SXP_CGROUP_ADD,
		.flags = OPF_MAKES, .shortcut = 'a',
		.args = {
			{.key = "NAME", .type = ARG_CGROUP_NEW, .form = FORM_POSITIONAL,
			 .summary = "its path below the workload root; a/b needs a",
			 .wire = WARG_CGROUP, FIELD(cgroup)},
			{.key = "KEY=VALUE", .type = ARG_SETTINGS, .form = FORM_SETTINGS, .optional = true,
			 .summary = "what to write into its files at once",
			 .wire = WARG_SETTINGS, FIELD(set)},
		},
	},
	{
		.id = OP_CGROUP_SET, .words = {"cgroup", "set"},
		.summary = "write settings of a cgroup while it lives",
		.example = "cgroup set low cpu.weight=200",
		.api = "SXP_CGROUP_SET", .api_type = SXP_CGROUP_SET, .shortcut = 'c',
		.args = {
			{.key = "NAME", .type = ARG_CGROUP, .form = FORM_POSITIONAL, .summary = "the cgroup",
			 .wire = WARG_CGROUP, FIELD(cgroup)},
			{.key = "KEY=VALUE", .type = ARG_SETTINGS, .form = FORM_SETTINGS,
			 .summary = "file and value", .wire = WARG_SETTINGS, FIELD(set)},
		},
	},
	{
		.id = OP_CGROUP_REMOVE, .words = {"cgroup", "remove"},
		.summary = "kill what the session runs in a cgroup, then remove it",
		.example = "cgroup remove low",
		.api = "SXP_CGROUP_REMOVE", .api_type = SXP_CGROUP_REMOVE, .shortcut = 'D',
		.args = {
			{.key = "NAME", .type = ARG_CGROUP, .form = FORM_POSITIONAL, .summary = "the cgroup",
			 .wire = WARG_CGROUP, FIELD(cgroup)},
		},
	},
	{
		.id = OP_SPAWN, .words = {"spawn"},
		.summary = "start workers, all inside the cgroup before any of them begins",
		.example = "spawn hogs@low bursty n=4 burst=20ms sleep=5ms",
		.api = "SXP_SPAWN", .api_type = SXP_SPAWN, .flags = OPF_MAKES | OPF_TAKES, .shortcut = 's',
		.args = {
			{.key = "NAME", .type = ARG_NAME_NEW, .form = FORM_POSITIONAL,
			 .summary = "a new name; the tasks are NAME.1, NAME.2, ...",
			 .wire = WARG_NAME, FIELD(name)},
			{.key = "CGROUP", .type = ARG_CGROUP, .form = FORM_AT, .optional = true,
			 .summary = "where; without one the system's root cgroup",
			 .wire = WARG_CGROUP, FIELD(cgroup)},
			{.key = "WORK", .type = ARG_WORK, .form = FORM_POSITIONAL, .summary = "what they do",
			 .wire = WARG_WORK, FIELD(work)},
			{.key = "n", .type = ARG_COUNT, .form = FORM_KEY, .optional = true, .min = 1,
			 .max = OP_COUNT_MAX, .summary = "how many, by default 1 or one whole group",
			 .wire = WARG_COUNT, FIELD(count)},
			{.key = "cpus", .type = ARG_CPUS, .form = FORM_KEY, .optional = true,
			 .summary = "bound to these CPUs before they begin: a list or a word as for 'cpuset set'",
			 .wire = WARG_CPUS, FIELD(cpus)},
			{.key = "policy", .type = ARG_POLICY, .form = FORM_KEY, .optional = true,
			 .summary = "normal batch idle ext fifo:1..99 rr:1..99 deadline:RUNTIME/DEADLINE/PERIOD",
			 .wire = WARG_POLICY, FIELD(policy)},
			{.key = "nice", .type = ARG_CODE, .form = FORM_KEY, .optional = true, .min = -20, .max = 19,
			 .summary = "-20 to 19", .wire = WARG_NICE, FIELD(nice)},
			{.key = "mem", .type = ARG_MEMPOLICY, .form = FORM_KEY, .optional = true,
			 .summary = "default local bind:NODES preferred:NODE interleave:NODES "
				    "preferred-many:NODES weighted-interleave:NODES",
			 .wire = WARG_MEMPOLICY, FIELD(mem)},
			{.key = "uid", .type = ARG_COUNT, .form = FORM_KEY, .optional = true, .min = 0,
			 .max = 4294967294, .summary = "user to run as", .wire = WARG_UID, FIELD(uid)},
			{.key = "gid", .type = ARG_COUNT, .form = FORM_KEY, .optional = true, .min = 0,
			 .max = 4294967294, .summary = "group to run as", .wire = WARG_GID, FIELD(gid)},
			{.key = "comm", .type = ARG_TEXT, .form = FORM_KEY, .optional = true,
			 .summary = "how they are called, 15 bytes; else NAME.N", .wire = WARG_COMM, FIELD(comm)},
			{.key = "KEY=VALUE", .type = ARG_PARAMS, .form = FORM_SETTINGS, .optional = true,
			 .summary = "parameters of the work, as listed there",
			 .wire = WARG_PARAMS, FIELD(params)},
		},
	},
	{
		.id = OP_RUN, .words = {"run"},
		.summary = "run a program, inside the cgroup before its first instruction",
		.example = "run probe@low -- sh -c \"cat /proc/self/cgroup > /tmp/where\"",
		.api = "SXP_RUN", .api_type = SXP_RUN, .flags = OPF_MAKES | OPF_TAKES, .shortcut = 'r',
		.args = {
			{.key = "NAME", .type = ARG_NAME_NEW, .form = FORM_POSITIONAL, .summary = "a new name",
			 .wire = WARG_NAME, FIELD(name)},
			{.key = "CGROUP", .type = ARG_CGROUP, .form = FORM_AT, .optional = true,
			 .summary = "where; without one the system's root cgroup",
			 .wire = WARG_CGROUP, FIELD(cgroup)},
			{.key = "cpus", .type = ARG_CPUS, .form = FORM_KEY, .optional = true,
			 .summary = "bound to these CPUs before they begin: a list or a word as for 'cpuset set'",
			 .wire = WARG_CPUS, FIELD(cpus)},
			{.key = "policy", .type = ARG_POLICY, .form = FORM_KEY, .optional = true,
			 .summary = "normal batch idle ext fifo:1..99 rr:1..99 deadline:RUNTIME/DEADLINE/PERIOD",
			 .wire = WARG_POLICY, FIELD(policy)},
			{.key = "nice", .type = ARG_CODE, .form = FORM_KEY, .optional = true, .min = -20, .max = 19,
			 .summary = "-20 to 19", .wire = WARG_NICE, FIELD(nice)},
			{.key = "mem", .type = ARG_MEMPOLICY, .form = FORM_KEY, .optional = true,
			 .summary = "default local bind:NODES preferred:NODE interleave:NODES "
				    "preferred-many:NODES weighted-interleave:NODES",
			 .wire = WARG_MEMPOLICY, FIELD(mem)},
			{.key = "uid", .type = ARG_COUNT, .form = FORM_KEY, .optional = true, .min = 0,
			 .max = 4294967294, .summary = "user to run as", .wire = WARG_UID, FIELD(uid)},
			{.key = "gid", .type = ARG_COUNT, .form = FORM_KEY, .optional = true, .min = 0,
			 .max = 4294967294, .summary = "group to run as", .wire = WARG_GID, FIELD(gid)},
			{.key = "ARGV", .type = ARG_ARGV, .form = FORM_REST, .summary = "program and arguments",
			 .wire = WARG_ARGV, FIELD(argv)},
		},
	},
	{
		.id = OP_WAIT, .words = {"wait"},
		.summary = "wait until all tasks of a group have exited and their output is read",
		.example = "wait probe timeout=30s",
		.api = "SXP_WAIT", .api_type = SXP_WAIT, .flags = OPF_BLOCKS, .shortcut = 'w',
		.args = {
			{.key = "NAME", .type = ARG_NAME, .form = FORM_POSITIONAL, .summary = "the group",
			 .wire = WARG_NAME, FIELD(name)},
			{.key = "timeout", .type = ARG_DURATION, .form = FORM_KEY, .optional = true, .min = 1,
			 .max = TIMEOUT_MAX, .summary = "the op fails when it takes longer",
			 .wire = WARG_TIMEOUT,
			 FIELD(timeout)},
		},
	},
	{
		.id = OP_KILL, .words = {"kill"},
		.summary = "kill a group, or everything in a cgroup",
		.example = "kill hogs",
		.api = "SXP_KILL", .api_type = SXP_KILL, .shortcut = 'K',
		.args = {
			{.key = "NAME|@CGROUP", .type = ARG_TARGET, .form = FORM_POSITIONAL,
			 .summary = "a group or a cgroup", .wire = WARG_TARGET, FIELD(name)},
		},
	},
	{
		.id = OP_MOVE, .words = {"move"},
		.summary = "move tasks to another cgroup while they run",
		.example = "move hogs to=high",
		.api = "SXP_MOVE", .api_type = SXP_MOVE, .shortcut = 'm',
		.args = {
			{.key = "NAME|@CGROUP|PID", .type = ARG_MOVER, .form = FORM_POSITIONAL,
			 .summary = "a group, all tasks of a cgroup, or one process",
			 .wire = WARG_TARGET, FIELD(name)},
			{.key = "to", .type = ARG_CGROUP, .form = FORM_KEY, .summary = "where to",
			 .wire = WARG_TO,
			 FIELD(to)},
		},
	},
	{
		.id = OP_HOLD_UNTIL, .words = {"hold", "until"},
		.summary = "let guest time pass until something seen becomes true",
		.example = "hold until nr_running(low) > 4 and exited(probe) timeout=5s",
		.api = "SXP_HOLD_UNTIL", .api_type = SXP_HOLD_UNTIL, .flags = OPF_BLOCKS,
		.args = {
			{.key = "EXPR", .type = ARG_EXPR, .form = FORM_WORDS,
			 .summary = "running(CGROUP|NAME) nr_running(CGROUP|NAME) tasks(CGROUP) live(NAME) exited(NAME) "
				    "switches(NAME) ran(NAME) rounds(BODY) sched.state sched.ops, compared, joined by 'and'",
			 .wire = WARG_EXPR, FIELD(until)},
			{.key = "timeout", .type = ARG_DURATION, .form = FORM_KEY, .min = 1,
			 .max = TIMEOUT_MAX, .summary = "the op fails when it takes longer",
			 .wire = WARG_TIMEOUT, FIELD(timeout)},
		},
	},
	{
		.id = OP_HOLD_LOOP, .words = {"hold", "loop"},
		.summary = "do this step's ops that change something again and again, for a time",
		.example = "hold loop every=100ms until=2s",
		.api = "SXP_HOLD_LOOP", .api_type = SXP_HOLD_LOOP, .flags = OPF_BLOCKS | OPF_MAIN,
		.args = {
			{.key = "every", .type = ARG_DURATION, .form = FORM_KEY, .min = 1000, .max = TIMEOUT_MAX,
			 .summary = "from the beginning of one round to that of the next",
			 .wire = WARG_PERIOD, FIELD(period)},
			{.key = "until", .type = ARG_DURATION, .form = FORM_KEY, .min = 1000, .max = TIMEOUT_MAX,
			 .summary = "how long in all", .wire = WARG_FOR, FIELD(lasting)},
		},
	},
	{
		.id = OP_HOLD, .words = {"hold"},
		.summary = "let guest time pass",
		.example = "hold 500ms",
		.api = "SXP_HOLD", .api_type = SXP_HOLD, .flags = OPF_BLOCKS, .shortcut = 'h',
		.args = {
			{.key = "DUR", .type = ARG_HOLD, .form = FORM_POSITIONAL, .min = 0, .max = TIMEOUT_MAX,
			 .summary = "how long: 10us, 250ms, 2s, 1m; 0 is valid; 25% of --duration",
			 .wire = WARG_DURATION, FIELD(duration)},
		},
	},
	{
		.id = OP_EVERY, .words = {"every"},
		.summary = "begin a body of ops that runs again and again beside what follows it",
		.example = "every 5ms as swapper for=2s",
		.api = "SXP_EVERY", .api_type = SXP_EVERY, .flags = OPF_MAIN | OPF_BODY,
		.args = {
			{.key = "DUR", .type = ARG_DURATION, .form = FORM_POSITIONAL, .min = 1000, .max = TIMEOUT_MAX,
			 .summary = "from the beginning of one round to that of the next",
			 .wire = WARG_PERIOD, FIELD(period)},
			{.key = "NAME", .type = ARG_NAME_NEW, .form = FORM_AFTER, .literal = "as",
			 .summary = "a new name; 'kill NAME' stops it", .wire = WARG_NAME, FIELD(name)},
			{.key = "for", .type = ARG_DURATION, .form = FORM_KEY, .optional = true, .min = 1000,
			 .max = TIMEOUT_MAX, .summary = "how long, the last round is finished; else to its step's end",
			 .wire = WARG_FOR, FIELD(lasting)},
		},
	},
	{
		.id = OP_END, .words = {"end"},
		.summary = "end the body that 'every' began, and let it run",
		.example = "end",
		.api = "SXP_END_EVERY", .api_type = SXP_END_EVERY, .flags = OPF_MAIN | OPF_BODY_END,
	},
	{
		.id = OP_CGROUP_FREEZE, .words = {"cgroup", "freeze"},
		.summary = "stop all tasks of a cgroup where they are, and wait until they stand still",
		.example = "cgroup freeze low",
		.api = "SXP_CGROUP_FREEZE", .api_type = SXP_CGROUP_FREEZE,
		.args = {
			{.key = "NAME", .type = ARG_CGROUP, .form = FORM_POSITIONAL, .summary = "the cgroup",
			 .wire = WARG_CGROUP, FIELD(cgroup)},
		},
	},
	{
		.id = OP_CGROUP_THAW, .words = {"cgroup", "thaw"},
		.summary = "let a frozen cgroup go on",
		.example = "cgroup thaw low",
		.api = "SXP_CGROUP_THAW", .api_type = SXP_CGROUP_THAW,
		.args = {
			{.key = "NAME", .type = ARG_CGROUP, .form = FORM_POSITIONAL, .summary = "the cgroup",
			 .wire = WARG_CGROUP, FIELD(cgroup)},
		},
	},
	{
		.id = OP_CPUSET_SET, .words = {"cpuset", "set"},
		.summary = "confine a cgroup to CPUs while it lives",
		.example = "cpuset set low part:0/2",
		.api = "SXP_CPUSET_SET", .api_type = SXP_CPUSET_SET,
		.args = {
			{.key = "NAME", .type = ARG_CGROUP, .form = FORM_POSITIONAL, .summary = "the cgroup",
			 .wire = WARG_CGROUP, FIELD(cgroup)},
			{.key = "CPUS", .type = ARG_CPUS, .form = FORM_POSITIONAL,
			 .summary = "0-3,6 or llc:I numa:I part:I/N overlap:I/N:F range:A-B smt-pair "
				    "random:N single cross:CGROUP",
			 .wire = WARG_CPUS, FIELD(cpus)},
		},
	},
	{
		.id = OP_CPUSET_CLEAR, .words = {"cpuset", "clear"},
		.summary = "let a cgroup use all CPUs its parent has",
		.example = "cpuset clear low",
		.api = "SXP_CPUSET_CLEAR", .api_type = SXP_CPUSET_CLEAR,
		.args = {
			{.key = "NAME", .type = ARG_CGROUP, .form = FORM_POSITIONAL, .summary = "the cgroup",
			 .wire = WARG_CGROUP, FIELD(cgroup)},
		},
	},
	{
		.id = OP_CPUSET_SWAP, .words = {"cpuset", "swap"},
		.summary = "exchange the cpusets of two cgroups",
		.example = "cpuset swap low high",
		.api = "SXP_CPUSET_SWAP", .api_type = SXP_CPUSET_SWAP,
		.args = {
			{.key = "NAME", .type = ARG_CGROUP, .form = FORM_POSITIONAL, .summary = "one cgroup",
			 .wire = WARG_CGROUP, FIELD(cgroup)},
			{.key = "OTHER", .type = ARG_CGROUP, .form = FORM_POSITIONAL, .summary = "the other",
			 .wire = WARG_TO, FIELD(to)},
		},
	},
	{
		.id = OP_AFFINITY, .words = {"affinity"},
		.summary = "bind all threads of a group, or of one of its tasks, to CPUs",
		.example = "affinity hogs llc:0",
		.api = "SXP_AFFINITY", .api_type = SXP_AFFINITY,
		.args = {
			{.key = "NAME|@CGROUP|PID", .type = ARG_MOVER, .form = FORM_POSITIONAL,
			 .summary = "a group, one task (NAME.N), a cgroup's tasks, or a process",
			 .wire = WARG_TARGET, FIELD(name)},
			{.key = "CPUS", .type = ARG_CPUS, .form = FORM_POSITIONAL,
			 .summary = "a list or a word, as for 'cpuset set'", .wire = WARG_CPUS, FIELD(cpus)},
		},
	},
	{
		.id = OP_SIGNAL, .words = {"signal"},
		.summary = "send a signal to every task of a group",
		.example = "signal hogs STOP",
		.api = "SXP_SIGNAL", .api_type = SXP_SIGNAL,
		.args = {
			{.key = "NAME", .type = ARG_NAME, .form = FORM_POSITIONAL, .summary = "the group",
			 .wire = WARG_NAME, FIELD(name)},
			{.key = "SIG", .type = ARG_SIGNAL, .form = FORM_POSITIONAL,
			 .summary = "a name such as TERM or USR1, or a number", .wire = WARG_SIGNAL,
			 FIELD(signal)},
		},
	},
	{
		.id = OP_CPU_OFFLINE, .words = {"cpu", "offline"},
		.summary = "take a CPU away from the running kernel",
		.example = "cpu offline 1",
		.api = "SXP_CPU_OFFLINE", .api_type = SXP_CPU_OFFLINE,
		.args = {
			{.key = "N", .type = ARG_COUNT, .form = FORM_POSITIONAL, .min = 0, .max = 4095,
			 .summary = "its number, from 0", .wire = WARG_CPU, FIELD(cpu)},
		},
	},
	{
		.id = OP_CPU_ONLINE, .words = {"cpu", "online"},
		.summary = "give a CPU back to the running kernel",
		.example = "cpu online 1",
		.api = "SXP_CPU_ONLINE", .api_type = SXP_CPU_ONLINE,
		.args = {
			{.key = "N", .type = ARG_COUNT, .form = FORM_POSITIONAL, .min = 0, .max = 4095,
			 .summary = "its number, from 0", .wire = WARG_CPU, FIELD(cpu)},
		},
	},
	{
		.id = OP_STEP, .words = {"step"},
		.summary = "end the step (what it made is torn down) and begin another",
		.example = "step \"leave while throttled\"",
		.flags = OPF_STEP | OPF_MAIN, .shortcut = 'n',
		.args = {
			{.key = "LABEL", .type = ARG_TEXT, .form = FORM_POSITIONAL, .optional = true,
			 .summary = "a few words", .wire = WARG_LABEL},
		},
	},
	{
		.id = OP_BACKDROP, .words = {"backdrop"},
		.summary = "end the step and go on in the backdrop; or promote a thing to live to the end",
		.example = "backdrop hogs",
		.api = "SXP_BACKDROP", .api_type = SXP_BACKDROP, .flags = OPF_MAIN,
		.args = {
			{.key = "NAME|@CGROUP", .type = ARG_TARGET, .form = FORM_POSITIONAL, .optional = true,
			 .summary = "what to promote; a group takes its cgroup along",
			 .wire = WARG_TARGET, FIELD(name)},
		},
	},
	{
		.id = OP_EXPECT_PLACED, .words = {"expect", "placed"},
		.summary = "every task of a group was in the cgroup before its first instruction",
		.example = "expect placed probe in=low",
		.flags = OPF_EXPECT | OPF_MAIN,
		.args = {
			{.key = "NAME", .type = ARG_NAME, .form = FORM_POSITIONAL, .summary = "the group",
			 .wire = WARG_NAME},
			{.key = "in", .type = ARG_CGROUP, .form = FORM_KEY, .summary = "the cgroup; / is the system's root",
			 .wire = WARG_CGROUP},
		},
	},
	{
		.id = OP_EXPECT_EXIT, .words = {"expect", "exit"},
		.summary = "the tasks of a group have exited with a code (128+N for signal N)",
		.example = "expect exit probe == 0",
		.flags = OPF_EXPECT | OPF_MAIN,
		.args = {
			{.key = "NAME", .type = ARG_NAME, .form = FORM_POSITIONAL, .summary = "the group",
			 .wire = WARG_NAME},
			{.key = "CODE", .type = ARG_CODE, .form = FORM_AFTER, .literal = "==", .min = 0, .max = 255,
			 .summary = "0 to 255", .wire = WARG_CODE},
		},
	},
	{
		.id = OP_EXPECT_OUTPUT, .words = {"expect", "output"},
		.summary = "a payload has written a text to its stdout or stderr",
		.example = "expect output probe contains \"hello\"",
		.flags = OPF_EXPECT | OPF_MAIN,
		.args = {
			{.key = "NAME", .type = ARG_NAME, .form = FORM_POSITIONAL, .summary = "the payload",
			 .wire = WARG_NAME},
			{.key = "TEXT", .type = ARG_TEXT, .form = FORM_AFTER, .literal = "contains",
			 .summary = "any text", .wire = WARG_TEXT},
		},
	},
	{
		.id = OP_EXPECT_FILE, .words = {"expect", "file"},
		.summary = "a file in the guest holds a text, white space around it left out",
		.example = "expect file /tmp/where == \"0::/scxplore/low\"",
		.flags = OPF_EXPECT | OPF_MAIN,
		.args = {
			{.key = "PATH", .type = ARG_PATH, .form = FORM_POSITIONAL, .summary = "absolute path",
			 .wire = WARG_PATH},
			{.key = "TEXT", .type = ARG_TEXT, .form = FORM_AFTER, .literal = "==", .summary = "the whole text",
			 .wire = WARG_TEXT},
		},
	},
	{
		.id = OP_REPORT, .words = {"report"},
		.summary = "let the workers of a group say what they have done so far, or note what a program has printed",
		.example = "report hogs",
		.api = "SXP_REPORT", .api_type = SXP_REPORT, .flags = OPF_NOTES,
		.args = {
			{.key = "NAME", .type = ARG_NAME, .form = FORM_POSITIONAL, .summary = "the group",
			 .wire = WARG_NAME, FIELD(name)},
		},
	},
	{
		.id = OP_EXPECT_STAYED, .words = {"expect", "stayed"},
		.summary = "every thread of a group ran in this cgroup and in no other, at every switch so far",
		.example = "expect stayed probe in=low",
		.flags = OPF_EXPECT | OPF_MAIN | OPF_LOOKS,
		.args = {
			{.key = "NAME", .type = ARG_NAME, .form = FORM_POSITIONAL, .summary = "the group",
			 .wire = WARG_NAME, FIELD(name)},
			{.key = "in", .type = ARG_CGROUP, .form = FORM_KEY, .summary = "the cgroup; / is the system's root",
			 .wire = WARG_CGROUP},
		},
	},
	{
		.id = OP_EXPECT_RAN, .words = {"expect", "ran"},
		.summary = "a group got a CPU within this time after it was let go",
		.example = "expect ran probe within=50ms",
		.flags = OPF_EXPECT | OPF_MAIN | OPF_LOOKS,
		.args = {
			{.key = "NAME", .type = ARG_NAME, .form = FORM_POSITIONAL, .summary = "the group",
			 .wire = WARG_NAME, FIELD(name)},
			{.key = "within", .type = ARG_DURATION, .form = FORM_KEY, .min = 1, .max = TIMEOUT_MAX,
			 .summary = "how long it may take", .wire = WARG_WITHIN},
		},
	},
	{
		.id = OP_EXPECT_SHARE, .words = {"expect", "share"},
		.summary = "how much CPU time one group has had against another since each was let go",
		.example = "expect share high/low == 3 tol=10%",
		.flags = OPF_EXPECT | OPF_MAIN | OPF_LOOKS,
		.args = {
			{.key = "B/A", .type = ARG_PAIR, .form = FORM_POSITIONAL, .summary = "two groups",
			 .wire = WARG_PAIR, FIELD(name)},
			{.key = "RATIO", .type = ARG_NUMBER, .form = FORM_AFTER, .literal = "==", .min = 1,
			 .max = 1000000000000, .summary = "time of B divided by time of A",
			 .wire = WARG_RATIO},
			{.key = "tol", .type = ARG_PERCENT, .form = FORM_KEY, .optional = true, .min = 1,
			 .max = 100000000, .summary = "how far off it may be, 10% by default",
			 .wire = WARG_TOLERANCE},
		},
	},
	{
		.id = OP_EXPECT_CPUS, .words = {"expect", "cpus"},
		.summary = "no thread of a group has ever run on another CPU than these",
		.example = "expect cpus probe in=0-1",
		.flags = OPF_EXPECT | OPF_MAIN | OPF_LOOKS,
		.args = {
			{.key = "NAME", .type = ARG_NAME, .form = FORM_POSITIONAL, .summary = "the group",
			 .wire = WARG_NAME, FIELD(name)},
			{.key = "in", .type = ARG_CPU_LIST, .form = FORM_KEY, .summary = "0-3,6", .wire = WARG_LIST},
		},
	},
	{
		.id = OP_EXPECT_CONFINED, .words = {"expect", "confined"},
		.summary = "no thread of a group has ever got a CPU that its cpuset did not have then, changes under way left out",
		.example = "expect confined probe",
		.flags = OPF_EXPECT | OPF_MAIN | OPF_LOOKS,
		.args = {
			{.key = "NAME", .type = ARG_NAME, .form = FORM_POSITIONAL, .summary = "the group",
			 .wire = WARG_NAME, FIELD(name)},
		},
	},
	{
		.id = OP_EXPECT_REPORT, .words = {"expect", "report"},
		.summary = "each worker of a group reports a figure within a limit",
		.example = "expect report hogs work-units > 0",
		.flags = OPF_EXPECT | OPF_MAIN | OPF_NOTES,
		.args = {
			{.key = "NAME", .type = ARG_NAME, .form = FORM_POSITIONAL, .summary = "the group",
			 .wire = WARG_NAME, FIELD(name)},
			{.key = "KEY", .type = ARG_FIGURE, .form = FORM_POSITIONAL, .summary = "the figure",
			 .wire = WARG_FIGURE},
			{.key = "OP", .type = ARG_COMPARE, .form = FORM_POSITIONAL,
			 .summary = "== != < <= > >=", .wire = WARG_COMPARE},
			{.key = "VALUE", .type = ARG_AMOUNT, .form = FORM_POSITIONAL,
			 .summary = "a number, or a time such as 250ms", .wire = WARG_VALUE},
		},
	},
	{
		.id = OP_EXPECT_METRIC, .words = {"expect", "metric"},
		.summary = "a number that a program has printed, or that workers report together, is within a limit",
		.example = "expect metric bench lat.wakeup.p99 < 5ms",
		.flags = OPF_EXPECT | OPF_MAIN | OPF_NOTES,
		.args = {
			{.key = "NAME", .type = ARG_NAME, .form = FORM_POSITIONAL, .summary = "the group",
			 .wire = WARG_NAME, FIELD(name)},
			{.key = "KEY", .type = ARG_METRIC, .form = FORM_POSITIONAL,
			 .summary = "its name, as the screen shows it", .wire = WARG_METRIC},
			{.key = "OP", .type = ARG_COMPARE, .form = FORM_POSITIONAL,
			 .summary = "== != < <= > >=", .wire = WARG_COMPARE},
			{.key = "VALUE", .type = ARG_MEASURE, .form = FORM_POSITIONAL,
			 .summary = "a number with its unit: 1000, 5ms, 2.5%, 10MB/s, 3/s", .wire = WARG_MEASURE},
			{.key = "tol", .type = ARG_PERCENT, .form = FORM_KEY, .optional = true, .min = 1,
			 .max = 100000000, .summary = "how far beyond the limit it may be, 0% by default",
			 .wire = WARG_TOLERANCE},
		},
	},
	{
		.id = OP_LOOK, .words = {"look"},
		.summary = "record what a group has done so far: run time, CPUs, cgroups",
		.example = "look probe",
		.api = "SXP_LOOK", .api_type = SXP_LOOK, .flags = OPF_LOOKS,
		.args = {
			{.key = "NAME|B/A", .type = ARG_PAIR, .form = FORM_POSITIONAL,
			 .summary = "a group, or two at the same moment", .wire = WARG_PAIR, FIELD(name)},
		},
	},
	{
		.id = OP_READ_FILE, .words = {"read"},
		.summary = "record what a file in the guest holds (64 KiB of it)",
		.example = "read /proc/schedstat",
		.api = "SXP_READ_FILE", .api_type = SXP_READ_FILE,
		.args = {
			{.key = "PATH", .type = ARG_PATH, .form = FORM_POSITIONAL, .summary = "absolute path",
			 .wire = WARG_PATH, FIELD(path)},
		},
	},
	{
		.id = OP_PUSH, .words = {"push"},
		.summary = "send a file of the host's, a program with its libraries or a folder into the running guest",
		.example = "push ./trace.json to=/tmp/trace.json",
		.api = "SXP_PUSH", .api_type = SXP_PUSH, .flags = OPF_BLOCKS | OPF_MAIN | OPF_TAKES,
		.args = {
			{.key = "FILE", .type = ARG_FILE, .form = FORM_POSITIONAL,
			 .summary = "on this machine; without a '/' also a program in $PATH",
			 .wire = WARG_HOST_PATH, FIELD(file)},
			{.key = "to", .type = ARG_PATH, .form = FORM_KEY, .optional = true,
			 .summary = "its place in the guest, or a folder ending in '/'; else where --include puts "
				    "it, so that 'run' finds it by its name",
			 .wire = WARG_GUEST_PATH, FIELD(path)},
		},
	},
	{
		.id = OP_PULL, .words = {"pull"},
		.summary = "bring a file of the guest to this machine, beside the session file",
		.example = "pull /tmp/report.json",
		.api = "SXP_PULL", .api_type = SXP_PULL, .flags = OPF_BLOCKS | OPF_MAIN | OPF_BRINGS,
		.args = {
			{.key = "PATH", .type = ARG_PATH, .form = FORM_POSITIONAL,
			 .summary = "absolute, in the guest", .wire = WARG_GUEST_PATH, FIELD(path)},
			{.key = "to", .type = ARG_FILE, .form = FORM_KEY, .optional = true,
			 .summary = "file or folder here; nothing is written over. A replay puts it beside its own "
				    "session file instead",
			 .wire = WARG_HOST_PATH, FIELD(file)},
		},
	},
	{
		.id = OP_SCHED_LOAD, .words = {"sched", "load"},
		.summary = "put a sched_ext scheduler in force, while everything runs",
		.example = "sched load starve cgroup_id=@low period=100",
		.api = "SXP_SCHED_LOAD", .api_type = SXP_SCHED_LOAD, .flags = OPF_BLOCKS | OPF_TAKES,
		.args = {
			{.key = "NAME|PATH", .type = ARG_SCHED, .form = FORM_POSITIONAL,
			 .summary = "a built-in one; an object (.bpf.o), its source (.bpf.c) or a program; a "
				    "program's bare name is looked for in $SXP_SCHED_NAME, target/release, "
				    "target/debug and $PATH",
			 .wire = WARG_SCHED, FIELD(sched)},
			{.key = "timeout", .type = ARG_DURATION, .form = FORM_KEY, .optional = true,
			 .min = 1000000, .max = S(600), .summary = "for it to be in force, 30s by default",
			 .wire = WARG_TIMEOUT, FIELD(timeout)},
			{.key = "watch", .type = ARG_YES, .form = FORM_KEY, .optional = true,
			 .summary = "yes: each time the file (of a source also what it includes) is saved, it is "
				    "restarted; each is an op of the session",
			 .wire = WARG_WATCH},
			{.key = "NAME=VALUE", .type = ARG_CONSTANTS, .form = FORM_SETTINGS, .optional = true,
			 .summary = "constants of an object (.rodata); @CGROUP is a cgroup's id",
			 .wire = WARG_SCHED_SET, FIELD(set)},
			{.key = "ARG", .type = ARG_ARGV, .form = FORM_REST, .optional = true,
			 .summary = "arguments of a program", .wire = WARG_ARGV, FIELD(argv)},
		},
	},
	{
		.id = OP_SCHED_UNLOAD, .words = {"sched", "unload"},
		.summary = "take the scheduler back: the kernel's own goes on",
		.example = "sched unload",
		.api = "SXP_SCHED_UNLOAD", .api_type = SXP_SCHED_UNLOAD, .flags = OPF_BLOCKS,
	},
	{
		.id = OP_SCHED_REPLACE, .words = {"sched", "replace"},
		.summary = "take the scheduler back, if there is one, and put another in force",
		.example = "sched replace vtime slice_us=5000",
		.api = "SXP_SCHED_REPLACE", .api_type = SXP_SCHED_REPLACE, .flags = OPF_BLOCKS | OPF_TAKES,
		.args = {
			{.key = "NAME|PATH", .type = ARG_SCHED, .form = FORM_POSITIONAL,
			 .summary = "a built-in one; an object (.bpf.o), its source (.bpf.c) or a program; a "
				    "program's bare name is looked for in $SXP_SCHED_NAME, target/release, "
				    "target/debug and $PATH",
			 .wire = WARG_SCHED, FIELD(sched)},
			{.key = "timeout", .type = ARG_DURATION, .form = FORM_KEY, .optional = true,
			 .min = 1000000, .max = S(600), .summary = "for it to be in force, 30s by default",
			 .wire = WARG_TIMEOUT, FIELD(timeout)},
			{.key = "watch", .type = ARG_YES, .form = FORM_KEY, .optional = true,
			 .summary = "yes: each time the file (of a source also what it includes) is saved, it is "
				    "restarted; each is an op of the session",
			 .wire = WARG_WATCH},
			{.key = "NAME=VALUE", .type = ARG_CONSTANTS, .form = FORM_SETTINGS, .optional = true,
			 .summary = "constants of an object (.rodata); @CGROUP is a cgroup's id",
			 .wire = WARG_SCHED_SET, FIELD(set)},
			{.key = "ARG", .type = ARG_ARGV, .form = FORM_REST, .optional = true,
			 .summary = "arguments of a program", .wire = WARG_ARGV, FIELD(argv)},
		},
	},
	{
		.id = OP_SCHED_RESTART, .words = {"sched", "restart"},
		.summary = "the scheduler that was loaded last once more, alive or dead, from the host anew",
		.example = "sched restart",
		.api = "SXP_SCHED_RESTART", .api_type = SXP_SCHED_RESTART, .flags = OPF_BLOCKS,
	},
	{
		.id = OP_SCHED_DUMP, .words = {"sched", "dump"},
		.summary = "record the kernel's dump of the scheduler (SysRq-D); it goes on",
		.example = "sched dump",
		.api = "SXP_SCHED_DUMP", .api_type = SXP_SCHED_DUMP,
	},
	{
		.id = OP_SCHED_EJECT, .words = {"sched", "eject"},
		.summary = "have the kernel throw the scheduler out (SysRq-S), whoever loaded it",
		.example = "sched eject",
		.api = "SXP_SCHED_EJECT", .api_type = SXP_SCHED_EJECT, .flags = OPF_BLOCKS,
	},
	{
		.id = OP_EXPECT_SCHED, .words = {"expect", "sched"},
		.summary = "this scheduler is in force",
		.example = "expect sched == fifo",
		.api = "SXP_EXPECT_SCHED", .api_type = SXP_EXPECT_SCHED,
		.flags = OPF_EXPECT | OPF_MAIN,
		.args = {
			{.key = "NAME|none", .type = ARG_SCHED_SEEN, .form = FORM_AFTER, .literal = "==",
			 .summary = "its name as the kernel says it; none is the kernel's own",
			 .wire = WARG_SCHED, FIELD(sched)},
		},
	},
	{
		.id = OP_EXPECT_SCHED_EXIT, .words = {"expect", "sched exit"},
		.summary = "the scheduler loaded last has ended in this way: a bug as a test",
		.example = "expect sched exit == stall within=30s",
		.api = "SXP_EXPECT_SCHED_EXIT", .api_type = SXP_EXPECT_SCHED_EXIT,
		.flags = OPF_EXPECT | OPF_MAIN | OPF_BLOCKS,
		.args = {
			{.key = "KIND", .type = ARG_KIND, .form = FORM_AFTER, .literal = "==",
			 .summary = "stall, error, error-bpf, sysrq, unreg, ...", .wire = WARG_KIND,
			 FIELD(kind)},
			{.key = "within", .type = ARG_DURATION, .form = FORM_KEY, .optional = true, .min = 0,
			 .max = TIMEOUT_MAX, .summary = "waited for so long at most; 0s by default",
			 .wire = WARG_WITHIN, FIELD(within)},
		},
	},
};

const struct op_def *op_def_at(size_t i)
{
	return i < ARRAY_SIZE(table) ? &table[i] : NULL;
}

const struct op_def *op_def_by_id(enum wire_op_id id)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].id == id)
			return &table[i];
	return NULL;
}
