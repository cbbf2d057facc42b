/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_wait - what waits for a CPU: for how long, held where, behind whom, and what happened
 * before.
 *
 * Pure readings of the model. A wait that is nobody's fault but a limit's (cpu.max, freeze) is told
 * as such; one behind a real-time task is not the scheduler's stall; one that a sched_ext scheduler
 * keeps on no queue for longer than WAIT_LOST_NS, or a quarter of the watchdog's limit, is lost.
 */
#ifndef OPS_MODEL_WAIT_H
#define OPS_MODEL_WAIT_H

#include "ops/model.h"

#define WAIT_LOST_NS UINT64_C(1000000000)
#define WAIT_HOG_NS  UINT64_C(100000000) /* a real-time task that has run so long at a stretch */

enum wait_kind {
	WAIT_QUEUED,    /* in a queue of the kernel or of the scheduler */
	WAIT_BPF,       /* the scheduler keeps it, on no queue */
	WAIT_LOST,      /* the same, for long */
	WAIT_HOG,       /* behind a real-time or deadline task */
	WAIT_THROTTLED, /* by cpu.max */
	WAIT_FROZEN
};

struct model_wait {
	uint32_t task; /* row of model.tasks */
	enum wait_kind kind;
	uint64_t since_ns, wait_ns;
	bool exact;        /* else it has waited at least so long */
	bool first;        /* no sample before had it: how long is not known at all */
	uint64_t limit_ns; /* the watchdog's; 0 = none watches this task */
	uint64_t held;     /* enum sample_held; SAMPLE_ABSENT = not told */
	uint64_t dsq;      /* SAMPLE_ABSENT = on none, or not told */
	uint32_t hog_cpu;  /* row of model.cpus; MODEL_NONE = none */
	uint64_t hog_ns;   /* how long that one has run */
};

/* False for a task that does not wait. */
bool model_wait_of(const struct model *m, uint32_t task, struct model_wait *out);
/* What has waited longest; what a limit holds back comes after all else. False: nothing waits. */
bool model_wait_oldest(const struct model *m, struct model_wait *out);
/* "in BPF", "on local DSQ of CPU 3", "behind real-time cyclic[230] on CPU 2": after "held". */
void model_wait_where(const struct model *m, const struct model_wait *w, struct buf *out);
/* A short name for a column: "BPF", "dsq 0x1", "local 3", "running"; "" for one that sleeps. */
void model_held_name(const struct model *m, const struct sample_task *t, char *dst, size_t size);
/* The op that had begun last at that time, expectations and holds left out; NULL = none. */
const struct model_op *model_op_before(const struct model *m, uint64_t t_ns);

/*
 * The CPU's current task is real-time, deadline or stop class, has run so for WAIT_HOG_NS, and
 * others wait for that CPU. *ns is how long it has run.
 */
bool model_cpu_hog(const struct model *m, uint32_t cpu, uint64_t *ns);
const char *model_class_name(uint64_t sclass); /* "ext"; "-" = not known */
/* A class other than the policy asks for; *want = the one it asks for. False where either is not
 * known. */
bool model_class_differs(const struct model *m, const struct sample_task *t, uint64_t *want);
/* The task runs on a CPU that its affinity or its cgroup's cpuset does not have. */
bool model_task_outside(const struct model *m, const struct sample_task *t);
/* Where it may run: affinity and its cgroup's effective cpuset; false when neither is known. */
bool model_task_cpus(const struct model *m, const struct sample_task *t, struct sample_mask *out);

/* In model_log.c's words, once for each task that is lost: part of the model's only writer. */
void model_wait_sample(struct model *m);

#endif
