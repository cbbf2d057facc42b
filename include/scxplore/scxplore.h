/* SPDX-License-Identifier: BSD-2-Clause */
/**
 * @file scxplore.h
 * @brief Scheduler experiments in a throw-away guest, as a C library.
 *
 * Describe a guest, a backdrop and steps as data, call sxp_run(), then ask what was seen.
 * <scxplore/cmocka.h> turns the questions into cmocka asserts.
 *
 * - Times are nanoseconds; write them with SXP_MS() and friends.
 * - Strings and arrays are borrowed for the duration of a call and never changed.
 * - All functions may be called from one thread at a time.
 * - Every field that is not named in an initialiser is 0 or NULL and means what it says of 0.
 *
 * What a program was compiled with goes on working with a newer library of the same soname: fields
 * are added at the end of struct sxp_guest, sxp_op and sxp_step only, and sxp_run() tells the
 * library how large they are. A program that uses a field which an older library does not know is
 * refused by that library with `EINVAL`, and it says which.
 */
#ifndef SCXPLORE_H
#define SCXPLORE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @cond */
#if defined(__GNUC__)
#define SXP_API __attribute__((visibility("default")))
#else
#define SXP_API
#endif
/** @endcond */

/** @name Times, in nanoseconds
 * @{
 */
#define SXP_NS(n) ((uint64_t)(n))               /**< `n` nanoseconds. */
#define SXP_US(n) ((uint64_t)(n) * 1000u)       /**< `n` microseconds. */
#define SXP_MS(n) ((uint64_t)(n) * 1000000u)    /**< `n` milliseconds. */
#define SXP_S(n)  ((uint64_t)(n) * 1000000000u) /**< `n` seconds. */
/** @} */

/**
 * @def SXP_LIST
 * @brief A NULL-terminated list of strings: `.argv = SXP_LIST("sh", "-c", "true")`
 */
/**
 * @def SXP_SET
 * @brief A list of struct sxp_setting, ended by a NULL key: `.set = SXP_SET({"cpu.weight", "200"})`
 */
#ifdef __cplusplus
/** @cond */
/* a compound literal would be a temporary in C++: the lambda's static array lives to the end */
#define SXP_STATIC_(type, ...) ([]() -> const type * { static const type v[] = __VA_ARGS__; return v; }())
/** @endcond */
#define SXP_LIST(...) SXP_STATIC_(char *const, {__VA_ARGS__, NULL})
#define SXP_SET(...) SXP_STATIC_(struct sxp_setting, {__VA_ARGS__, {NULL, NULL}})
#else
#define SXP_LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
#define SXP_SET(...) ((const struct sxp_setting[]){__VA_ARGS__, {NULL, NULL}})
#endif

/** A key and its value. This struct never grows. */
struct sxp_setting {
	const char *key;   /**< As the kernel names the file, or the parameter; NULL ends a list. */
	const char *value; /**< Its text; NULL = empty. */
};

/** CPUs and memory of the guest. All 0 = 1 node, 1 LLC, 2 cores, 1 thread. This struct never grows. */
struct sxp_topology {
	unsigned nodes;	  /**< NUMA nodes. */
	unsigned llcs;	  /**< Last-level caches in all, a multiple of nodes. */
	unsigned cores;	  /**< Cores of each LLC. */
	unsigned threads; /**< Threads of each core, 1 or 2. */
};

/** A worker, as its function knows it; it lives as long as its process. */
struct sxp_worker;

/**
 * A function of the program's own as work: `.work = "custom:NAME"` of SXP_SPAWN. It is called in a
 * process of its own in the guest, inside its cgroup, and is killed when its group ends; it may
 * return before. A list of them ends with `{NULL}`. This struct never grows.
 */
struct sxp_work {
	const char *name;		       /**< Letters, digits and '_'; NULL ends a list. */
	void (*function)(struct sxp_worker *w); /**< Does the work, again and again, until sxp_worker_ends(). */
};

/** The guest that a scenario runs in. Fields are added at its end only. */
struct sxp_guest {
	/** CPUs and nodes; `SXP_TOPOLOGY` in the environment ("2n4l2c2t") overrides it. */
	struct sxp_topology topology;
	/** MiB of memory; 0 = 512. At least 64 for each CPU. */
	unsigned memory_mib;
	/** "/NAME", the parent of every cgroup of the scenario; NULL = "/scxplore". */
	const char *workload_root;
	/** Host files for the guest, with their libraries; a bare name is looked up in PATH. NULL = none. */
	const char *const *include;
	/** A kernel's version or its image; NULL = the newest usable one; `SXP_KERNEL` overrides it. */
	const char *kernel;
	/** "auto", "kvm" or "tcg"; NULL = "auto"; `SXP_ACCEL` overrides it. */
	const char *accel;
	/** Time-out of the sched_ext watchdog, ns; 0 = the kernel's own. */
	uint64_t watchdog;
	/** Guest time the scenario may take, ns; 0 = no limit. What `.percent` of an op is a part of. */
	uint64_t duration;
	/** More kernel arguments; NULL = none. */
	const char *append;
	/** Functions of this program that SXP_SPAWN may name, ended by a NULL name; NULL = none. */
	const struct sxp_work *works;
	/**
	 * Not 0: on a virtual clock, under TCG, the same to the nanosecond in every run on the same
	 * emulator and kernel; SXP_PULL and what else needs the host in between is refused.
	 */
	uint64_t exact;
	/**
	 * With `.exact`: what the run is disturbed by, so that things come in another order, the same in every run
	 * with this seed; 0 = nothing.
	 */
	uint64_t seed;
};

/** What an op does. Values are never reused; each says which fields of struct sxp_op it reads. */
enum sxp_op_type {
	SXP_END = 0,	   /**< Ends a list of ops. */
	SXP_CGROUP_ADD,	   /**< Make `.cgroup` with the settings `.set`. */
	SXP_CGROUP_SET,	   /**< Write the settings `.set` of `.cgroup`. */
	SXP_CGROUP_REMOVE, /**< Kill what is in `.cgroup` and remove it with all below it. */
	SXP_SPAWN,	   /**< Start `.count` workers `.name` of type `.work` in `.cgroup`; `.params` and attributes. */
	SXP_RUN,	   /**< Run the program `.argv` as `.name` in `.cgroup`, with attributes. */
	SXP_WAIT,	   /**< Until all tasks of `.name` have exited, at most `.timeout`. */
	SXP_KILL,	   /**< Kill `.name`, or all in `.cgroup`; a body is stopped. */
	SXP_MOVE,	   /**< Move `.name`, what is in `.cgroup`, or `.pid`, to the cgroup `.to`. */
	SXP_HOLD,	   /**< Let `.duration`, or `.percent`, of guest time pass. */
	SXP_BACKDROP,	   /**< Let `.name` or `.cgroup` live to the end. */
	SXP_READ_FILE,	   /**< Read the file `.path` of the guest, for sxp_check_file(). */
	SXP_EVERY,	   /**< The ops up to SXP_END_EVERY again and again as `.name`, every `.period` for `.lasting`. */
	SXP_END_EVERY,	   /**< Ends the body that SXP_EVERY began. */
	SXP_HOLD_LOOP,	   /**< Do the step's ops so far that change something again, every `.period` for `.lasting`. */
	SXP_CGROUP_FREEZE, /**< Freeze all tasks in `.cgroup`. */
	SXP_CGROUP_THAW,   /**< Let them go on. */
	SXP_CPUSET_SET,	   /**< Give `.cgroup` the CPUs `.cpus`. */
	SXP_CPUSET_CLEAR,  /**< Give `.cgroup` all the CPUs of its parent. */
	SXP_CPUSET_SWAP,   /**< Exchange the CPUs of `.cgroup` and `.to`. */
	SXP_AFFINITY,	   /**< Bind the tasks of `.name` to `.cpus`. */
	SXP_SIGNAL,	   /**< Send `.signal` to `.name` or to all in `.cgroup`. */
	SXP_CPU_OFFLINE,   /**< Take `.cpu` away. */
	SXP_CPU_ONLINE,	   /**< Bring `.cpu` back. */
	SXP_REPORT = 30,   /**< Note what the workers of `.name` have done so far, or a program has printed. */
	SXP_HOLD_UNTIL,	   /**< Until `.until` is true, such as "nr_running(low) > 4", at most `.timeout`. */
	SXP_LOOK,	   /**< Record what `.name`, or the two of "B/A", have done so far. */
	SXP_PUSH = 50,	   /**< Send `.file` of this machine, with libraries or a folder's content, to `.path` or where .include puts it. */
	SXP_PULL = 51,	   /**< Bring `.path` of the guest here, beside this run's session file: sxp_pulled(). */
	SXP_SCHED_LOAD = 40, /**< Load `.sched` with the constants `.set` and arguments `.argv` within `.timeout`. */
	SXP_SCHED_UNLOAD,  /**< Back to the kernel's own scheduler. */
	SXP_SCHED_REPLACE, /**< Unload, then load as SXP_SCHED_LOAD does. */
	SXP_SCHED_RESTART, /**< The last scheduler once more, read from the host anew. */
	SXP_SCHED_DUMP,	   /**< What SysRq-D does: the kernel dumps the scheduler's state. */
	SXP_SCHED_EJECT,   /**< What SysRq-S does: the kernel throws the scheduler out. */
	SXP_EXPECT_SCHED,  /**< `.sched` is the scheduler in force; judged in its place, sxp_check_ops() tells. */
	SXP_EXPECT_SCHED_EXIT, /**< A scheduler ended by `.kind` within `.within`; judged in its place. */
	SXP_EXPECT_CHECK = 60, /**< The standard check `.check` holds for the workers `.name`, or the machine; `.limit`, `.samples`; judged in its place, sxp_check_ops() tells. */
	SXP_DEF = 70,	   /**< SXP_CGROUP_ADD and SXP_SPAWN as one op: `.cgroup` with `.set`, and in it `.count` workers `.name`. */
	SXP_TASKS = 71,	   /**< Record the processes and threads of `.name`, or in `.cgroup`: sxp_tasks(). */
	SXP_EXPECT_TASKS = 72, /**< `.name`, or `.cgroup`, has `.threads` threads, as `.compare` says; judged in its place. */
	SXP_EXPECT_TRACE = 80, /**< The trace of an exact run has the hash `.hash`, where it was made: `.machine`; sxp_check_ops() tells. */
	SXP_KERNEL_READ = 90, /**< Record what stands at the place `.what` in the guest's kernel, `.how`: sxp_kernel_value(). */
	SXP_EXPECT_KERNEL = 91, /**< What stands at `.what` is as `.compare` and `.value` say; judged in its place, sxp_check_ops() tells. */
	SXP_KERNEL_WRITE = 92, /**< Write `.value` at the place `.what` of the guest's kernel; `.how`. */
	SXP_SNAPSHOT = 93, /**< Stop all vCPUs, record one whole moment, let them go on; `.name`: a few words, or NULL. */
	SXP_WATCH = 94, /**< From now on each write of the guest's to the place `.what` of its kernel stops it for one whole moment, recorded; at most 3 at a time. */
	SXP_UNWATCH = 95, /**< The place `.what` is watched no longer. */
	SXP_EXPECT_WATCH = 96, /**< Since it is watched, `.what` was written to so often as `.compare` and `.writes` say; judged in its place, sxp_check_ops() tells. */
	SXP_SCHED_SET = 74, /**< Change values of the scheduler in force: `.set` as {"VARIABLE", "VALUE", "MAP[KEY].FIELD", "VALUE", 0}. */
	SXP_IRQ_STEER = 75, /**< Send the interrupt `.irq` to `.cpus`. */
	SXP_SCHED_PIN = 76, /**< Pin the map `.map` of the scheduler in force as /sys/fs/bpf/`.pin`. */
	SXP_SCHED_WATCHDOG = 73, /**< Schedulers loaded from here on get the watchdog time-out `.duration`; 0 = their own. */
};

/**
 * One op: its type and the fields that the type names; all others stay 0. Fields are added at its
 * end only.
 */
struct sxp_op {
	enum sxp_op_type type;		/**< What is done. */
	const char *name;		/**< A group: SXP_SPAWN, SXP_RUN and SXP_EVERY make it, others use it. */
	const char *cgroup;		/**< Below the workload root, "a/b"; SXP_SPAWN, SXP_RUN: NULL = the system's root. */
	const char *to;			/**< The other cgroup. */
	int64_t pid;			/**< SXP_MOVE: a process of the guest, instead of name or cgroup. */
	const char *work;		/**< SXP_SPAWN: a work type, as `scxplore help spawn` lists them; "custom:NAME" = of the guest's .works, "custom:/PROGRAM:NAME" = of another program's. */
	unsigned count;			/**< SXP_SPAWN: workers, 1 to 1024; 0 = 1, or one whole group of the type. */
	const struct sxp_setting *params; /**< SXP_SPAWN: of the work type, `SXP_SET({"burst", "20ms"})`. */
	const char *const *argv;	/**< SXP_RUN: program and arguments; schedulers: arguments. */
	const struct sxp_setting *set;	/**< Settings of a cgroup; constants of a scheduler. */
	const char *path;		/**< SXP_READ_FILE, SXP_PUSH, SXP_PULL: absolute, in the guest. */
	uint64_t duration;		/**< SXP_HOLD: ns. */
	uint64_t timeout;		/**< ns; 0 = the op's own, or none. */
	double percent;			/**< SXP_HOLD: part of the guest's .duration, 0 to 100, instead of .duration here. */
	const char *until;		/**< SXP_HOLD_UNTIL: `scxplore help hold until` explains it. */
	uint64_t period;		/**< SXP_EVERY, SXP_HOLD_LOOP: ns from round to round. */
	uint64_t lasting;		/**< SXP_EVERY, SXP_HOLD_LOOP: ns; SXP_EVERY: 0 = to the step's end. */
	const char *cpus;		/**< "0-3,6", "llc:0", "part:0/2", ...; an attribute of SXP_SPAWN and SXP_RUN, too. */
	const char *policy;		/**< Attribute: "batch", "fifo:50", "deadline:2ms/10ms/10ms", ... */
	int64_t nice;			/**< Attribute: -20 to 19; 0 is what tasks have anyway. */
	const char *mem;		/**< Attribute: memory policy, "bind:0", ... */
	unsigned uid;			/**< Attribute: 0 is what tasks have anyway. */
	unsigned gid;			/**< Attribute: 0 is what tasks have anyway. */
	const char *comm;		/**< Attribute of SXP_SPAWN, SXP_RUN and SXP_DEF: the name tasks show, at most 15 bytes. */
	const char *signal;		/**< SXP_SIGNAL: "TERM", or a number. */
	unsigned cpu;			/**< SXP_CPU_OFFLINE, SXP_CPU_ONLINE: its number. */
	const char *sched;		/**< A built-in scheduler, the path of an object, a source or a program; SXP_EXPECT_SCHED: its name, or "none". */
	const char *kind;		/**< SXP_EXPECT_SCHED_EXIT: "stall", "error", "error-bpf", "sysrq", "unreg", ... */
	uint64_t within;		/**< SXP_EXPECT_SCHED_EXIT: ns it is waited for at most. */
	uint64_t after;			/**< Every op: ns of guest time to let pass after the op before it ended. */
	const char *file;		/**< SXP_PUSH, SXP_PULL: a file of this machine; without a '/' also a program in $PATH. */
	const char *check;		/**< SXP_EXPECT_CHECK: "gap", "imbalance", ...; `scxplore help expect` lists them. */
	const char *limit;		/**< SXP_EXPECT_CHECK: "2s", "15%", "200/s"; NULL = the check's own, "off" = not to be judged. */
	unsigned samples;		/**< SXP_EXPECT_CHECK: how many in a row must be beyond the limit; 0 = 5. */
	unsigned replays;		/**< SXP_EXPECT_CHECK: from how many replays `.limit` was learnt; 0 = from none. */
	const char *compare;		/**< SXP_EXPECT_TASKS, SXP_EXPECT_KERNEL, SXP_EXPECT_WATCH: "==", "!=", "<", "<=", ">", ">=". */
	unsigned threads;		/**< SXP_EXPECT_TASKS: how many. */
	unsigned thread;		/**< SXP_MOVE: of one task this thread only, 1 = its first, in the order they began; 0 = all. */
	const char *hash;		/**< SXP_EXPECT_TRACE: 16 hexadecimal digits, as `scxplore run --exact` says them. */
	const char *machine;		/**< SXP_EXPECT_TRACE: emulator and kernel that made it, as said there; on others it is not judged. NULL = any. */
	const char *irq;		/**< SXP_IRQ_STEER: its number, or a name as at the end of a line of /proc/interrupts. */
	const char *map;		/**< SXP_SCHED_PIN: a map's name. */
	const char *pin;		/**< SXP_SCHED_PIN: letters, digits, '-' and '_'; the pin stays to the end of the session. */
	const char *what;		/**< SXP_KERNEL_READ, SXP_WATCH and their company: "nr_threads:int", "runqueues@0.nr_running", "task(hogs).pid"; `scxplore help kernel read` explains it. */
	const char *value;		/**< SXP_EXPECT_KERNEL, SXP_KERNEL_WRITE: a number, "true", "false" or the name of an enum's value. */
	const char *how;		/**< SXP_KERNEL_READ and its company: "hot" (also NULL), while the guest runs; "cold", while its vCPUs stand still. */
	unsigned writes;		/**< SXP_EXPECT_WATCH: how many. */
};

/**
 * One step. What it makes is torn down at its end. A list of steps ends with `{SXP_LAST_STEP}`.
 * Fields are added at its end only.
 */
struct sxp_step {
	const char *label;	  /**< What it is about; NULL = nothing. */
	const struct sxp_op *ops; /**< Ends with `{.type = SXP_END}`; NULL ends the list of steps. */
	uint64_t hold;		  /**< ns to let pass after its ops; 0 is valid. */
};
/** Ends a list of steps: `{SXP_LAST_STEP}`. */
#define SXP_LAST_STEP .ops = NULL

/** What a check found. */
enum sxp_verdict {
	SXP_PASS,	  /**< It was seen as expected. */
	SXP_FAIL,	  /**< It was seen otherwise. */
	SXP_INCONCLUSIVE, /**< It could not be judged, and that is no fault of the scheduler. */
	SXP_SKIP,	  /**< It does not apply to this guest. */
};

/** Why there is no result. Owned by the caller. This struct never grows. */
struct sxp_error {
	int code;      /**< A positive errno; `ENOTSUP` = this machine cannot run it. */
	char msg[512]; /**< What was tried, on what, why it failed, what to do next. */
};

/** What was seen of a scenario; freed with sxp_result_free(). */
struct sxp_result;

/**
 * @brief sxp_run() for callers that say how large their structs are, such as bindings.
 *
 * Fields beyond a size are taken as 0. Fields this library does not know must be 0.
 *
 * @param guest,guest_size What to boot, and sizeof(struct sxp_guest).
 * @param backdrop	   Ops before all steps, whose things live to the end; ended by SXP_END. NULL = none.
 * @param steps		   The steps; ended by SXP_LAST_STEP. NULL = none.
 * @param op_size,step_size sizeof(struct sxp_op), sizeof(struct sxp_step): the strides of the lists.
 * @param err		   Filled in when NULL is returned; may be NULL.
 * @return What was seen, owned by the caller; or NULL. See sxp_run().
 */
SXP_API struct sxp_result *sxp_run_sized(const struct sxp_guest *guest, size_t guest_size,
					 const struct sxp_op *backdrop, const struct sxp_step *steps,
					 size_t op_size, size_t step_size, struct sxp_error *err);

/**
 * @brief Boot a guest, carry out backdrop and steps, tear down, power off.
 *
 * An op that fails inside the guest is no error here: sxp_check_ops() tells. The session is saved:
 * sxp_session_path().
 *
 * @param guest	   What to boot; NULL = a guest of defaults.
 * @param backdrop Ops before all steps, whose things live to the end; ended by SXP_END. NULL = none.
 * @param steps	   The steps; ended by SXP_LAST_STEP. NULL = none.
 * @param err	   Filled in when NULL is returned; may be NULL.
 * @return What was seen, to be freed with sxp_result_free(); or NULL: with `ENOTSUP` when this machine
 *	   cannot run it (a test should skip), with `EINVAL` and the place when the scenario makes no
 *	   sense, with another code when the guest could not be booted or broke down.
 */
static inline struct sxp_result *sxp_run(const struct sxp_guest *guest,
					 const struct sxp_op *backdrop, const struct sxp_step *steps,
					 struct sxp_error *err)
{
	return sxp_run_sized(guest, sizeof(struct sxp_guest), backdrop, steps,
			     sizeof(struct sxp_op), sizeof(struct sxp_step), err);
}

/**
 * @brief Free what was seen, and every string that came from it.
 * @param result May be NULL.
 */
SXP_API void sxp_result_free(struct sxp_result *result);

/**
 * @brief Where the session of this run was saved, for `scxplore FILE`.
 * @param r What was seen.
 * @return A path, valid until sxp_result_free().
 */
SXP_API const char *sxp_session_path(const struct sxp_result *r);

/**
 * @name Checks
 * Each judges one thing that was seen and writes a sentence to `why` (`size` bytes, always
 * terminated; NULL or 0 = not wanted): what was expected, what was seen, when, by which task.
 * @{
 */

/**
 * @brief Every op was carried out, what was judged in its place passed, and each scheduler that was named ran.
 * @param r What was seen.
 * @param why,size Where the sentence goes.
 * @return SXP_FAIL when an op was not done.
 */
SXP_API enum sxp_verdict sxp_check_ops(const struct sxp_result *r, char *why, size_t size);

/**
 * @brief Every task of a group was inside its cgroup before its first instruction there.
 * @param r What was seen.
 * @param name The group.
 * @param cgroup Below the workload root; "/" = the system's root.
 * @param why,size Where the sentence goes.
 * @return SXP_FAIL when a task was elsewhere, or was never started.
 */
SXP_API enum sxp_verdict sxp_check_placed(const struct sxp_result *r, const char *name,
					  const char *cgroup, char *why, size_t size);

/**
 * @brief All tasks of a group exited with a code.
 * @param r What was seen.
 * @param name The group.
 * @param code 0 to 255; 128 + N for the end by signal N.
 * @param why,size Where the sentence goes.
 * @return SXP_FAIL when one ended otherwise, or runs still.
 */
SXP_API enum sxp_verdict sxp_check_exit(const struct sxp_result *r, const char *name, int code,
					char *why, size_t size);

/**
 * @brief A group wrote a text to its standard output or standard error.
 * @param r What was seen.
 * @param name The group.
 * @param text What must be part of it.
 * @param why,size Where the sentence goes.
 * @return SXP_INCONCLUSIVE when it is not there, but a part of the output was not kept.
 */
SXP_API enum sxp_verdict sxp_check_output(const struct sxp_result *r, const char *name,
					  const char *text, char *why, size_t size);

/**
 * @brief A file of the guest held a text when SXP_READ_FILE read it.
 * @param r What was seen.
 * @param path The file.
 * @param nth Which SXP_READ_FILE of this path, from 0.
 * @param text All of it; white space around both is trimmed.
 * @param why,size Where the sentence goes.
 * @return SXP_INCONCLUSIVE when it was not read.
 */
SXP_API enum sxp_verdict sxp_check_file(const struct sxp_result *r, const char *path, unsigned nth,
					const char *text, char *why, size_t size);

/** As `nth`: how it was at the end, instead of at an SXP_REPORT. */
#define SXP_AT_END ((unsigned)-1)

/**
 * @brief Each worker of a group, by its last report, which is at the group's end.
 * @param r What was seen.
 * @param name The group.
 * @param figure "work-units", "gap", ...; `scxplore help expect` lists them.
 * @param op "==", "!=", "<", "<=", ">" or ">=".
 * @param value "100", or "250ms" where the figure is a time.
 * @param why,size Where the sentence goes.
 * @return SXP_INCONCLUSIVE when it was not measured, or when a time is missed in an emulated guest.
 */
SXP_API enum sxp_verdict sxp_check_report(const struct sxp_result *r, const char *name,
					  const char *figure, const char *op, const char *value,
					  char *why, size_t size);

/**
 * @brief Each worker of a group, by the report that was in force after an SXP_REPORT of it.
 * @param r What was seen.
 * @param name The group.
 * @param nth Which SXP_REPORT of this group, from 0, or SXP_AT_END.
 * @param figure,op,value As for sxp_check_report().
 * @param why,size Where the sentence goes.
 * @return SXP_INCONCLUSIVE also when there was no such SXP_REPORT.
 */
SXP_API enum sxp_verdict sxp_check_report_nth(const struct sxp_result *r, const char *name,
					      unsigned nth, const char *figure, const char *op,
					      const char *value, char *why, size_t size);

/**
 * @brief A number that a program has printed, or that the workers of a group report together.
 * @param r What was seen.
 * @param name The group.
 * @param nth After which SXP_REPORT of this group, from 0, or SXP_AT_END.
 * @param key Its name, as the screen and reports show it: "lat.wakeup.p99", "work-units".
 * @param op "==", "!=", "<", "<=", ">" or ">=".
 * @param value The limit with its unit: "1000", "5ms", "2.5%", "10MB/s", "3/s".
 * @param percent How far beyond the limit it may be.
 * @param why,size Where the sentence goes.
 * @return SXP_FAIL also when a program has ended and never printed it; SXP_INCONCLUSIVE when it is of
 *	another kind than value, or when a time or a rate is missed in an emulated guest.
 */
SXP_API enum sxp_verdict sxp_check_metric(const struct sxp_result *r, const char *name,
					  unsigned nth, const char *key, const char *op,
					  const char *value, double percent, char *why,
					  size_t size);

/**
 * @brief Every thread of a group ran in one cgroup only, by every context switch since it was let go.
 * @param r What was seen.
 * @param name The group.
 * @param look Which SXP_LOOK of that name, from 0.
 * @param cgroup Below the workload root; "/" = the system's root.
 * @param why,size Where the sentence goes.
 * @return SXP_INCONCLUSIVE when nothing was noted.
 */
SXP_API enum sxp_verdict sxp_check_stayed(const struct sxp_result *r, const char *name,
					  unsigned look, const char *cgroup, char *why, size_t size);

/**
 * @brief A group got a CPU within a time after it was let go.
 * @param r What was seen.
 * @param name The group.
 * @param look Which SXP_LOOK of that name, from 0.
 * @param within ns.
 * @param why,size Where the sentence goes.
 * @return SXP_INCONCLUSIVE when it is missed, but time is not the guest's own (under emulation).
 */
SXP_API enum sxp_verdict sxp_check_ran(const struct sxp_result *r, const char *name, unsigned look,
				       uint64_t within, char *why, size_t size);

/**
 * @brief The CPU time of B divided by that of A.
 * @param r What was seen.
 * @param pair "B/A", two groups.
 * @param look Which SXP_LOOK of that pair, from 0.
 * @param ratio Above 0.
 * @param percent How far off it may be, in parts of 100 of the ratio.
 * @param why,size Where the sentence goes.
 * @return SXP_INCONCLUSIVE when nothing was noted.
 */
SXP_API enum sxp_verdict sxp_check_share(const struct sxp_result *r, const char *pair,
					 unsigned look, double ratio, double percent, char *why,
					 size_t size);

/**
 * @brief No thread of a group ever ran on a CPU outside a list.
 * @param r What was seen.
 * @param name The group.
 * @param look Which SXP_LOOK of that name, from 0.
 * @param list "0-3,6".
 * @param why,size Where the sentence goes.
 * @return SXP_INCONCLUSIVE when nothing was noted.
 */
SXP_API enum sxp_verdict sxp_check_cpus(const struct sxp_result *r, const char *name, unsigned look,
					const char *list, char *why, size_t size);

/**
 * @brief No thread of a group ever got a CPU that its cpuset did not have then.
 * @param r What was seen.
 * @param name The group.
 * @param look Which SXP_LOOK of that name, from 0.
 * @param why,size Where the sentence goes.
 * @return SXP_INCONCLUSIVE when nothing was noted.
 */
SXP_API enum sxp_verdict sxp_check_confined(const struct sxp_result *r, const char *name,
					    unsigned look, char *why, size_t size);
/** @} */

/** @name Raw looks
 * Strings are valid until sxp_result_free().
 * @{
 */

/**
 * @brief What a group wrote.
 * @param r What was seen.
 * @param name The group.
 * @param stream 1 = standard output, 2 = standard error.
 * @param len Filled in with its length; may be NULL.
 * @return Its bytes, terminated; NULL when there is no such group.
 */
SXP_API const char *sxp_output(const struct sxp_result *r, const char *name, int stream,
			       size_t *len);

/**
 * @brief What SXP_READ_FILE read.
 * @param r What was seen.
 * @param path The file.
 * @param nth Which reading of it, from 0.
 * @param len Filled in with its length, at most 64 KiB; may be NULL.
 * @return Its bytes, terminated; NULL when it was not or could not be read.
 */
SXP_API const char *sxp_file(const struct sxp_result *r, const char *path, unsigned nth,
			     size_t *len);

/**
 * @brief Where a file that SXP_PULL brought is on this machine: beside the session file.
 *
 * @param r    What was seen.
 * @param path The `.path` of the op.
 * @param nth  Which pull of that path, from 0.
 * @return Its path, until sxp_result_free(); NULL when there was none.
 */
SXP_API const char *sxp_pulled(const struct sxp_result *r, const char *path, unsigned nth);

/**
 * @brief The processes and threads that SXP_TASKS or SXP_EXPECT_TASKS found.
 *
 * @param r	 What was seen.
 * @param target The `.name` of the op, or "@" and its `.cgroup`.
 * @param nth	 Which list of that target, from 0.
 * @return Lines "PID TID COMM", each ended by '\n', until sxp_result_free(); NULL when there is none.
 */
SXP_API const char *sxp_tasks(const struct sxp_result *r, const char *target, unsigned nth);

/**
 * @brief What SXP_KERNEL_READ, SXP_EXPECT_KERNEL or SXP_KERNEL_WRITE found in the guest's kernel (of
 *	  the last what stood there after it).
 *
 * @param r    What was seen.
 * @param what The `.what` of the op.
 * @param nth  Which look at that place, from 0.
 * @return A number, "true", "false", the name of an enum's value, a pointer as "0x" and 16 digits, or
 *	   a text, until sxp_result_free(); NULL when there is none.
 */
SXP_API const char *sxp_kernel_value(const struct sxp_result *r, const char *what, unsigned nth);

/**
 * @brief Who wrote to a place that SXP_WATCH has watched.
 *
 * @param r    What was seen.
 * @param what The `.what` of the op.
 * @param nth  Which write to it in the whole run, from 0.
 * @return "VALUE, was VALUE; FUNCTION on CPU N, TASK[PID]" until sxp_result_free(), or what of that was
 *	   seen; NULL when there was no such write.
 */
SXP_API const char *sxp_watch_hit(const struct sxp_result *r, const char *what, unsigned nth);

/** A number that a program has printed, or that workers report together. This struct never grows. */
struct sxp_metric {
	double value;	  /**< The last; of workers, all together. ns, bytes, or as unit says. */
	double min;	  /**< Of all that were printed; of workers, over them; so the next two. */
	double max;	  /**< The largest. */
	double mean;	  /**< Their mean. */
	uint64_t samples; /**< How many. */
	uint64_t when;	  /**< Guest time of the last, ns. */
	const char *unit; /**< "ns", "B", "%", "/s", "B/s", or "" for a plain number. */
	int better;	  /**< -1: lower is better, 1: higher, 0: not known. */
};

/**
 * @brief One number of a group, as it was at the end.
 * @param r What was seen.
 * @param name The group.
 * @param key The number's name.
 * @param[out] out What it was; left alone when there is none.
 * @return 1, or 0 when there is no such number.
 */
SXP_API int sxp_metric(const struct sxp_result *r, const char *name, const char *key,
		       struct sxp_metric *out);

/**
 * @brief The names of a group's numbers.
 * @param r What was seen.
 * @param name The group.
 * @param i Which, from 0.
 * @return Its name, until the next call; NULL past the end.
 */
SXP_API const char *sxp_metric_name(const struct sxp_result *r, const char *name, unsigned i);

/**
 * @brief The guest's kernel.
 * @param r What was seen.
 * @return Its release; "" when it did not say.
 */
SXP_API const char *sxp_kernel(const struct sxp_result *r);

/**
 * @brief How the guest was run.
 * @param r What was seen.
 * @return "kvm" or "tcg".
 */
SXP_API const char *sxp_accel(const struct sxp_result *r);

/**
 * @brief The version of the library that is loaded.
 * @return "0.1.0"; valid for ever.
 */
SXP_API const char *sxp_version(void);
/** @} */

/** @name Custom work
 * For functions that are named in a list of struct sxp_work. The program is packed into the guest
 * with the libraries it needs and executed there, once for each worker; what it does before it calls
 * sxp_run() is done in each worker, too, unless it calls sxp_works_main() first. Standard input,
 * output and error of a worker are /dev/null. What a worker counts is its report, as that of every
 * other work type: sxp_check_report().
 * @{
 */

/**
 * @brief Become the worker, when this process is one; sxp_run() does the same with the guest's .works.
 *
 * To be called first in main() by programs that do something else before sxp_run().
 * @param works What this program can do, ended by a NULL name.
 */
SXP_API void sxp_works_main(const struct sxp_work *works);

/**
 * @brief Count a unit of work: the smallest thing done. Looks at time and CPU, too, for gaps and migrations.
 * @param w The worker.
 */
SXP_API void sxp_worker_unit(struct sxp_worker *w);

/**
 * @brief Count a unit that completes an iteration, a whole round of the work.
 * @param w The worker.
 */
SXP_API void sxp_worker_iteration(struct sxp_worker *w);

/**
 * @brief Note a wake-up for the latencies of the report.
 * @param w The worker.
 * @param since When it was or should have been woken, as sxp_worker_now() tells it; 0 = not known, nothing is noted.
 */
SXP_API void sxp_worker_woke(struct sxp_worker *w, uint64_t since);

/**
 * @brief Should the function return? It should after `signal NAME TERM`.
 * @param w The worker.
 * @return 0 = go on.
 */
SXP_API int sxp_worker_ends(const struct sxp_worker *w);

/**
 * @brief Which of the workers of its group it is.
 * @param w The worker.
 * @return From 1.
 */
SXP_API unsigned sxp_worker_index(const struct sxp_worker *w);

/**
 * @brief How many workers its group has.
 * @param w The worker.
 * @return 1 or more.
 */
SXP_API unsigned sxp_worker_count(const struct sxp_worker *w);

/**
 * @brief A parameter of its SXP_SPAWN, from `.params`.
 * @param w The worker.
 * @param key Its key.
 * @return Its text, valid for ever; NULL when it is not given.
 */
SXP_API const char *sxp_worker_param(const struct sxp_worker *w, const char *key);

/**
 * @brief A parameter that is a number, or a time: "20ms".
 * @param w The worker.
 * @param key Its key.
 * @param otherwise What is meant when it is not given.
 * @return The number; ns of a time. A worker whose parameter is neither exits with `EINVAL`.
 */
SXP_API uint64_t sxp_worker_number(const struct sxp_worker *w, const char *key, uint64_t otherwise);

/**
 * @brief The clock of reports.
 * @return CLOCK_MONOTONIC of the guest, ns.
 */
SXP_API uint64_t sxp_worker_now(void);
/** @} */

/** @name For <scxplore/cmocka.h>
 * Between the two, standard output is held back when it is TAP, then written with skipped tests as
 * "ok N - NAME # SKIP REASON": cmocka's own words count as a failure elsewhere.
 * @{
 */
SXP_API void sxp_tap_begin(void); /**< Hold standard output back. */
SXP_API void sxp_tap_end(void);	  /**< Let it go on, retold. */
/** @} */

#ifdef __cplusplus
}
#endif

#endif
