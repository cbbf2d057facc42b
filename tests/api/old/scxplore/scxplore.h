/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The header of the first 0.1, words left out: never changed. old_program.c is compiled with it, and
 * must work with the library as it is now.
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

#ifdef __cplusplus

#define SXP_STATIC_(type, ...) ([]() -> const type * { static const type v[] = __VA_ARGS__; return v; }())

#define SXP_LIST(...) SXP_STATIC_(char *const, {__VA_ARGS__, NULL})
#define SXP_SET(...) SXP_STATIC_(struct sxp_setting, {__VA_ARGS__, {NULL, NULL}})
#else
#define SXP_LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
#define SXP_SET(...) ((const struct sxp_setting[]){__VA_ARGS__, {NULL, NULL}})
#endif

struct sxp_setting {
	const char *key;
	const char *value;
};

struct sxp_topology {
	unsigned nodes;
	unsigned llcs;
	unsigned cores;
	unsigned threads;
};

struct sxp_guest {

	struct sxp_topology topology;

	unsigned memory_mib;

	const char *workload_root;

	const char *const *include;

	const char *kernel;

	const char *accel;

	uint64_t watchdog;

	uint64_t duration;

	const char *append;
};

enum sxp_op_type {
	SXP_END = 0,
	SXP_CGROUP_ADD,
	SXP_CGROUP_SET,
	SXP_CGROUP_REMOVE,
	SXP_SPAWN,
	SXP_RUN,
	SXP_WAIT,
	SXP_KILL,
	SXP_MOVE,
	SXP_HOLD,
	SXP_BACKDROP,
	SXP_READ_FILE,
	SXP_EVERY,
	SXP_END_EVERY,
	SXP_HOLD_LOOP,
	SXP_CGROUP_FREEZE,
	SXP_CGROUP_THAW,
	SXP_CPUSET_SET,
	SXP_CPUSET_CLEAR,
	SXP_CPUSET_SWAP,
	SXP_AFFINITY,
	SXP_SIGNAL,
	SXP_CPU_OFFLINE,
	SXP_CPU_ONLINE,
	SXP_REPORT = 30,
	SXP_HOLD_UNTIL,
	SXP_LOOK,
	SXP_SCHED_LOAD = 40,
	SXP_SCHED_UNLOAD,
	SXP_SCHED_REPLACE,
	SXP_SCHED_RESTART,
	SXP_SCHED_DUMP,
	SXP_SCHED_EJECT,
	SXP_EXPECT_SCHED,
	SXP_EXPECT_SCHED_EXIT,
};

struct sxp_op {
	enum sxp_op_type type;
	const char *name;
	const char *cgroup;
	const char *to;
	int64_t pid;
	const char *work;
	unsigned count;
	const struct sxp_setting *params;
	const char *const *argv;
	const struct sxp_setting *set;
	const char *path;
	uint64_t duration;
	uint64_t timeout;
	double percent;
	const char *until;
	uint64_t period;
	uint64_t lasting;
	const char *cpus;
	const char *policy;
	int64_t nice;
	const char *mem;
	unsigned uid;
	unsigned gid;
	const char *comm;
	const char *signal;
	unsigned cpu;
	const char *sched;
	const char *kind;
	uint64_t within;
	uint64_t after;
};

struct sxp_step {
	const char *label;
	const struct sxp_op *ops;
	uint64_t hold;
};

#define SXP_LAST_STEP .ops = NULL

enum sxp_verdict {
	SXP_PASS,
	SXP_FAIL,
	SXP_INCONCLUSIVE,
	SXP_SKIP,
};

struct sxp_error {
	int code;
	char msg[512];
};

struct sxp_result;

SXP_API struct sxp_result *sxp_run_sized(const struct sxp_guest *guest, size_t guest_size,
					 const struct sxp_op *backdrop, const struct sxp_step *steps,
					 size_t op_size, size_t step_size, struct sxp_error *err);

static inline struct sxp_result *sxp_run(const struct sxp_guest *guest,
					 const struct sxp_op *backdrop, const struct sxp_step *steps,
					 struct sxp_error *err)
{
	return sxp_run_sized(guest, sizeof(struct sxp_guest), backdrop, steps,
			     sizeof(struct sxp_op), sizeof(struct sxp_step), err);
}

SXP_API void sxp_result_free(struct sxp_result *result);

SXP_API const char *sxp_session_path(const struct sxp_result *r);

SXP_API enum sxp_verdict sxp_check_ops(const struct sxp_result *r, char *why, size_t size);

SXP_API enum sxp_verdict sxp_check_placed(const struct sxp_result *r, const char *name,
					  const char *cgroup, char *why, size_t size);

SXP_API enum sxp_verdict sxp_check_exit(const struct sxp_result *r, const char *name, int code,
					char *why, size_t size);

SXP_API enum sxp_verdict sxp_check_output(const struct sxp_result *r, const char *name,
					  const char *text, char *why, size_t size);

SXP_API enum sxp_verdict sxp_check_file(const struct sxp_result *r, const char *path, unsigned nth,
					const char *text, char *why, size_t size);

SXP_API enum sxp_verdict sxp_check_report(const struct sxp_result *r, const char *name,
					  const char *figure, const char *op, const char *value,
					  char *why, size_t size);

SXP_API enum sxp_verdict sxp_check_stayed(const struct sxp_result *r, const char *name,
					  unsigned look, const char *cgroup, char *why, size_t size);

SXP_API enum sxp_verdict sxp_check_ran(const struct sxp_result *r, const char *name, unsigned look,
				       uint64_t within, char *why, size_t size);

SXP_API enum sxp_verdict sxp_check_share(const struct sxp_result *r, const char *pair,
					 unsigned look, double ratio, double percent, char *why,
					 size_t size);

SXP_API enum sxp_verdict sxp_check_cpus(const struct sxp_result *r, const char *name, unsigned look,
					const char *list, char *why, size_t size);

SXP_API enum sxp_verdict sxp_check_confined(const struct sxp_result *r, const char *name,
					    unsigned look, char *why, size_t size);

SXP_API const char *sxp_output(const struct sxp_result *r, const char *name, int stream,
			       size_t *len);

SXP_API const char *sxp_file(const struct sxp_result *r, const char *path, unsigned nth,
			     size_t *len);

SXP_API const char *sxp_kernel(const struct sxp_result *r);

SXP_API const char *sxp_accel(const struct sxp_result *r);

SXP_API const char *sxp_version(void);

SXP_API void sxp_tap_begin(void);
SXP_API void sxp_tap_end(void);

#ifdef __cplusplus
}
#endif

#endif
