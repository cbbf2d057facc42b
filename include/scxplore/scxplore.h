/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scxplore - scheduler experiments in a throw-away guest, as a C library.
 *
 * Describe a guest, a backdrop and steps as data, call sxp_run(), then ask what was seen.
 * <scxplore/cmocka.h> turns the questions into cmocka asserts. All functions may be called from
 * one thread at a time. Times are nanoseconds; use SXP_MS() and friends. Strings and arrays are
 * borrowed for the duration of the call and never changed.
 */
#ifndef SCXPLORE_H
#define SCXPLORE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SXP_API __attribute__((visibility("default")))
#else
#define SXP_API
#endif

#define SXP_NS(n) ((uint64_t)(n))
#define SXP_US(n) ((uint64_t)(n) * 1000u)
#define SXP_MS(n) ((uint64_t)(n) * 1000000u)
#define SXP_S(n)  ((uint64_t)(n) * 1000000000u)

/*
 * SXP_LIST is a NULL-terminated list of strings: .argv = SXP_LIST("sh", "-c", "true")
 * SXP_SET is a list of cgroup settings, keys as the kernel names the files: .set = SXP_SET({"cpu.weight", "200"})
 */
#ifdef __cplusplus
/* a compound literal would be a temporary in C++: the lambda's static array lives to the end */
#define SXP_STATIC_(type, ...) ([]() -> const type * { static const type v[] = __VA_ARGS__; return v; }())
#define SXP_LIST(...) SXP_STATIC_(char *const, {__VA_ARGS__, NULL})
#define SXP_SET(...) SXP_STATIC_(struct sxp_setting, {__VA_ARGS__, {NULL, NULL}})
#else
#define SXP_LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
#define SXP_SET(...) ((const struct sxp_setting[]){__VA_ARGS__, {NULL, NULL}})
#endif

struct sxp_setting {
	const char *key, *value;
};

/* NUMA nodes, last-level caches in all (a multiple of nodes), cores per LLC, threads per core; all 0 = 1,1,2,1. */
struct sxp_topology {
	unsigned nodes, llcs, cores, threads;
};

struct sxp_guest {
	struct sxp_topology topology;
	unsigned memory_mib;	     /* 0 = 512; at least 64 per CPU */
	const char *workload_root;   /* "/NAME", parent of every cgroup; NULL = "/scxplore" */
	const char *const *include;  /* host files for the guest, a bare name is looked up in PATH */
	const char *kernel;	     /* version or image; NULL = newest usable one; SXP_KERNEL overrides */
	const char *accel;	     /* "auto", "kvm", "tcg"; NULL = auto; SXP_ACCEL overrides */
	uint64_t watchdog;	     /* sched_ext watchdog time-out; 0 = the kernel's own */
	uint64_t duration;	     /* guest time the scenario may take; 0 = no limit */
	const char *append;	     /* more kernel arguments */
};

enum sxp_op_type {
	SXP_END = 0, /* ends a list of ops */
	SXP_CGROUP_ADD,
	SXP_CGROUP_SET,
	SXP_CGROUP_REMOVE,
	SXP_SPAWN,
	SXP_RUN,
	SXP_WAIT,
	SXP_KILL,
	SXP_MOVE,
	SXP_HOLD,
	SXP_BACKDROP, /* promote .name or .cgroup to live to the end */
	SXP_READ_FILE,
	SXP_EVERY, /* the ops up to SXP_END_EVERY run again and again beside what follows */
	SXP_END_EVERY,
	SXP_HOLD_LOOP, /* does the step's ops so far that change something again, every .period for .lasting */
	SXP_CGROUP_FREEZE,
	SXP_CGROUP_THAW,
	SXP_CPUSET_SET,
	SXP_CPUSET_CLEAR,
	SXP_CPUSET_SWAP, /* .cgroup and .to */
	SXP_AFFINITY,
	SXP_SIGNAL,
	SXP_CPU_OFFLINE,
	SXP_CPU_ONLINE,
	SXP_REPORT = 30, /* let the workers of .name say what they have done so far */
	SXP_HOLD_UNTIL, /* .until, such as "nr_running(low) > 4", at most .timeout */
	SXP_LOOK, /* record what .name, or the two of "B/A", have done so far */
	SXP_SCHED_LOAD = 40, /* .sched, .set, .argv, .timeout */
	SXP_SCHED_UNLOAD,
	SXP_SCHED_REPLACE,
	SXP_SCHED_RESTART,
	SXP_SCHED_DUMP,
	SXP_SCHED_EJECT,
	SXP_EXPECT_SCHED,      /* judged in its place: sxp_check_ops() tells */
	SXP_EXPECT_SCHED_EXIT, /* .kind, .within */
};

struct sxp_op {
	enum sxp_op_type type;
	const char *name;		/* group: SPAWN, RUN make it; WAIT, KILL, MOVE, BACKDROP use it */
	const char *cgroup;		/* below the workload root, "a/b"; for SPAWN, RUN: NULL = the system's root cgroup */
	const char *to;			/* MOVE: cgroup */
	int64_t pid;			/* MOVE: instead of name or cgroup */
	const char *work;		/* SPAWN: a work type, as 'scxplore help spawn' lists them */
	unsigned count;			/* SPAWN: workers, 0 = 1 or one whole group of the type */
	const struct sxp_setting *params; /* SPAWN: of the work type: SXP_SET({"burst", "20ms"}) */
	const char *const *argv;	/* RUN */
	const struct sxp_setting *set;	/* CGROUP_ADD, CGROUP_SET */
	const char *path;		/* READ_FILE */
	uint64_t duration;		/* HOLD */
	uint64_t timeout;		/* WAIT: 0 = none */
	double percent;			/* HOLD: part of the guest's .duration, instead of .duration here */
	const char *until;		/* HOLD_UNTIL */
	uint64_t period;		/* EVERY, HOLD_LOOP: from round to round */
	uint64_t lasting;		/* EVERY: 0 = to the step's end; HOLD_LOOP */
	const char *cpus;		/* CPUSET_SET, AFFINITY, SPAWN, RUN: "0-3,6", "llc:0", "part:0/2", ... */
	const char *policy;		/* SPAWN, RUN: "batch", "fifo:50", "deadline:2ms/10ms/10ms", ... */
	int64_t nice;			/* SPAWN, RUN; 0 is what they have anyway */
	const char *mem;		/* SPAWN, RUN: "bind:0", ... */
	unsigned uid, gid;		/* SPAWN, RUN; 0 is what they have anyway */
	const char *comm;		/* SPAWN */
	const char *signal;		/* SIGNAL: "TERM" or a number */
	unsigned cpu;			/* CPU_OFFLINE, CPU_ONLINE */
	const char *sched;		/* SCHED_LOAD, SCHED_REPLACE: a built-in one, or the path of an object or a program; EXPECT_SCHED: name or "none" */
	const char *kind;		/* EXPECT_SCHED_EXIT: "stall", "error", "error-bpf", "sysrq", "unreg", ... */
	uint64_t within;		/* EXPECT_SCHED_EXIT: waited for so long at most */
	uint64_t after;			/* guest time to let pass after the previous op ended */
};

/* A step's things are torn down at its end. A list of steps ends with {SXP_LAST_STEP}, of ops with {.type = SXP_END}. */
struct sxp_step {
	const char *label;
	const struct sxp_op *ops; /* ends with {.type = SXP_END}; NULL ends the list of steps */
	uint64_t hold;		  /* after the ops; 0 is valid */
};
#define SXP_LAST_STEP .ops = NULL

enum sxp_verdict { SXP_PASS, SXP_FAIL, SXP_INCONCLUSIVE, SXP_SKIP };

struct sxp_error {
	int code; /* positive errno */
	char msg[512];
};

struct sxp_result;

/*
 * Boot a guest, carry out backdrop and steps, tear down, power off. Returns what was seen, to be
 * freed with sxp_result_free(), or NULL with *err: ENOTSUP when this machine cannot run it (a test should
 * skip), anything else is a failure. An op that fails inside the guest is not an error here: sxp_check_ops() tells.
 */
SXP_API struct sxp_result *sxp_run(const struct sxp_guest *guest, const struct sxp_op *backdrop,
				   const struct sxp_step *steps, struct sxp_error *err);
SXP_API void sxp_result_free(struct sxp_result *result);

/* Where the session of this run was saved, for `scxplore FILE`. */
SXP_API const char *sxp_session_path(const struct sxp_result *result);

/* Each writes a sentence to why (size bytes): expected, seen, when, by which task. */
SXP_API enum sxp_verdict sxp_check_ops(const struct sxp_result *r, char *why, size_t size);
SXP_API enum sxp_verdict sxp_check_placed(const struct sxp_result *r, const char *name,
					  const char *cgroup, char *why, size_t size);
SXP_API enum sxp_verdict sxp_check_exit(const struct sxp_result *r, const char *name, int code,
					char *why, size_t size);
SXP_API enum sxp_verdict sxp_check_output(const struct sxp_result *r, const char *name,
					  const char *text, char *why, size_t size);
/* nth read of path (from 0) by SXP_READ_FILE; trailing and leading white space is trimmed. */
SXP_API enum sxp_verdict sxp_check_file(const struct sxp_result *r, const char *path, unsigned nth,
					const char *text, char *why, size_t size);

/*
 * Each worker of a group by its last report, that is at the group's end: figure "work-units", "gap", ...
 * ('scxplore help expect' lists them), op "==", "!=", "<", "<=", ">", ">=", value "100" or "250ms". A time that is
 * missed in an emulated guest is inconclusive.
 */
SXP_API enum sxp_verdict sxp_check_report(const struct sxp_result *r, const char *name, const char *figure,
					  const char *op, const char *value, char *why, size_t size);

/*
 * On what was noted at every switch since the group was let go; look: which SXP_LOOK of that name
 * or pair, from 0. A time that is not the guest's own (under emulation) is inconclusive, not a failure.
 */
SXP_API enum sxp_verdict sxp_check_stayed(const struct sxp_result *r, const char *name, unsigned look,
					  const char *cgroup, char *why, size_t size);
SXP_API enum sxp_verdict sxp_check_ran(const struct sxp_result *r, const char *name, unsigned look,
				       uint64_t within, char *why, size_t size);
/* pair "B/A": CPU time of B divided by that of A is ratio, off by percent at most. */
SXP_API enum sxp_verdict sxp_check_share(const struct sxp_result *r, const char *pair, unsigned look,
					 double ratio, double percent, char *why, size_t size);
SXP_API enum sxp_verdict sxp_check_cpus(const struct sxp_result *r, const char *name, unsigned look,
					const char *list, char *why, size_t size);
SXP_API enum sxp_verdict sxp_check_confined(const struct sxp_result *r, const char *name,
					    unsigned look, char *why, size_t size);

/* Raw looks; NULL when there is none. Valid until sxp_result_free(). */
SXP_API const char *sxp_output(const struct sxp_result *r, const char *name, int stream, size_t *len);
SXP_API const char *sxp_file(const struct sxp_result *r, const char *path, unsigned nth, size_t *len);
SXP_API const char *sxp_kernel(const struct sxp_result *r);
SXP_API const char *sxp_accel(const struct sxp_result *r);
SXP_API const char *sxp_version(void);

/*
 * For <scxplore/cmocka.h>: between the two, standard output is held back when it is TAP, then written
 * with skipped tests as "ok N - NAME # SKIP REASON" (cmocka's own words count as a failure elsewhere).
 */
SXP_API void sxp_tap_begin(void);
SXP_API void sxp_tap_end(void);

#ifdef __cplusplus
}
#endif

#endif
