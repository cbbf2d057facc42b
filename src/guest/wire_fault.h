/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_fault - the one table of fault switches: SCXPLORE_FAULT=NAME breaks one promise of the agent
 * on purpose, so that it can be seen which check notices (tests/guest/test_mutants.c).
 *
 * Host and agent read it. Adding one: a row here, fault_is() where the agent breaks it, a row in
 * test_mutants.c, which fails for a fault that nothing notices.
 */
#ifndef GUEST_WIRE_FAULT_H
#define GUEST_WIRE_FAULT_H

/* X(ENUM, name, what it breaks) */
#define FAULT_LIST(X)                                                                              \
	X(PLACE_AFTER_EXEC, "place-after-exec",                                                    \
	  "tasks are moved into their cgroup after they began")                                    \
	X(PLACE_NEVER, "place-never", "tasks are not moved into their cgroup at all")              \
	X(SPAWN_ONE_LESS, "spawn-one-less", "one worker less is created")                          \
	X(RELEASE_ONE_LESS, "release-one-less", "one worker is never let go")                      \
	X(AFFINITY_NOT_SET, "affinity-not-set", "cpus= of a task is not set")                      \
	X(REBIND_NOT_SET, "rebind-not-set", "the op affinity changes nothing")                     \
	X(POLICY_NOT_SET, "policy-not-set", "policy= of a task is not set")                        \
	X(NICE_NOT_SET, "nice-not-set", "nice= of a task is not set")                              \
	X(MEMPOLICY_NOT_SET, "mempolicy-not-set", "mem= of a task is not set")                     \
	X(COMM_NOT_SET, "comm-not-set", "comm= of a worker is not set")                            \
	X(USER_NOT_SET, "user-not-set", "uid= and gid= of a task are not set")                     \
	X(SETTING_DROPPED, "setting-dropped", "settings of a cgroup are not written")              \
	X(CPUSET_DROPPED, "cpuset-dropped", "ops on cpusets write nothing")                        \
	X(FREEZE_DROPPED, "freeze-dropped", "cgroups are not frozen")                              \
	X(THAW_DROPPED, "thaw-dropped", "cgroups are not thawed")                                  \
	X(HOTPLUG_DROPPED, "hotplug-dropped", "CPUs do not come and go")                           \
	X(STEER_DROPPED, "steer-dropped", "interrupts are not sent elsewhere")                     \
	X(MOVE_LEAVES_ONE, "move-leaves-one", "one task stays where it was")                       \
	X(KILL_LEAVES_ONE, "kill-leaves-one", "one task of a group is not killed")                 \
	X(SIGNAL_LOST, "signal-lost", "signals are not sent")                                      \
	X(STEP_LEAVES_TASKS, "step-leaves-tasks", "what a step started outlives it")               \
	X(STEP_LEAVES_CGROUP, "step-leaves-cgroup", "a cgroup is said to be removed, and is not")  \
	X(BACKDROP_IGNORED, "backdrop-ignored", "what is promoted ends with its step")             \
	X(EVERY_STOPS_EARLY, "every-stops-early", "a body is done twice only")                     \
	X(HOLD_CUT_SHORT, "hold-cut-short", "a hold lasts half its time")                          \
	X(WAIT_TOO_EARLY, "wait-too-early", "a wait ends before the tasks do")                     \
	X(UNTIL_TOO_EARLY, "until-too-early", "hold until ends before it is true")                 \
	X(REPORT_ZERO, "report-zero", "reports say that no work was done")                         \
	X(OUTPUT_LOST, "output-lost", "what programs write is dropped")                            \
	X(EXIT_ALTERED, "exit-altered", "exit codes are another than they were")                   \
	X(FILE_ALTERED, "file-altered", "files are read wrong")                                    \
	X(SAMPLE_STUCK, "sample-stuck", "the counters of CPUs stand still in samples")             \
	X(CLOCK_STUCK, "clock-stuck", "the clocks of runqueues stand still in samples")            \
	X(QUEUE_SKEWED, "queue-skewed", "the first runqueue is told to be a long one")             \
	X(DEPTH_SKEWED, "depth-skewed", "the local DSQ of the first CPU is told to be a long one") \
	X(EVENTS_RUSH, "events-rush", "the counters of sched_ext are told to rush")                \
	X(GAP_STRETCHED, "gap-stretched", "reports say that work stood still for minutes")         \
	X(ESCAPE_INVENTED, "escape-invented", "an escape from the cpuset is told that was none")   \
	X(LEDGER_BLIND, "ledger-blind", "switches are not noted")                                  \
	X(PIN_DROPPED, "pin-dropped", "maps are not pinned")                                       \
	X(SCHED_NOT_LOADED, "sched-not-loaded", "a scheduler is said to be loaded, and is not")    \
	X(SCHED_OTHER, "sched-other", "another built-in scheduler is loaded")

enum fault {
	FAULT_NONE,
#define X(e, name, what) FAULT_##e,
	FAULT_LIST(X)
#undef X
		FAULTS
};

/* FAULT_NONE for "" and for a name that is none. */
enum fault fault_find(const char *name);
const char *fault_name_of(enum fault fault); /* "" for FAULT_NONE */
const char *fault_meaning(enum fault fault); /* "tasks are not moved ..." */

#endif
