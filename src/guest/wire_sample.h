/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_sample - one moment of the guest: CPUs, tasks, DSQs, cgroups, the scheduler; and its codec.
 *
 * Counters are totals since the guest's boot (or the probe's attach); rates are the reader's work.
 * A counter this kernel or moment does not have is SAMPLE_ABSENT, never 0.
 * Caps: SAMPLE_CPUS_MAX, SAMPLE_TASKS_MAX, SAMPLE_CGROUPS_MAX; what did not fit is counted in
 * `cut`.
 */
#ifndef GUEST_WIRE_SAMPLE_H
#define GUEST_WIRE_SAMPLE_H

#include "guest/wire_sample_fields.h"

#define SAMPLE_CPUS_MAX    1024
#define SAMPLE_TASKS_MAX   16384
#define SAMPLE_CGROUPS_MAX 512
#define SAMPLE_COMM        16
#define SAMPLE_PATH_MAX    256
#define SAMPLE_SCX_MAX     48
#define SAMPLE_SCX_NAME    48
#define SAMPLE_DSQS_MAX    512
#define SAMPLE_SUBS_MAX    32 /* sub-schedulers */
#define SAMPLE_MASKS_MAX   256 /* different sets of CPUs in one sample */

struct sample_cpu {
	uint32_t cpu;
	int32_t pid; /* current task; 0 = idle */
	uint64_t cgroup_id;
	uint64_t nr_running; /* runqueue length, running task included */
	uint64_t switches;
	uint64_t migrations;  /* tasks that came to this CPU from another */
	uint64_t busy_ns;     /* time not in the idle task */
	uint64_t scx_running; /* runqueue length of sched_ext's class */
	uint64_t local_dsq;   /* tasks in its local DSQ */
	uint64_t clock;       /* of the runqueue, ns */
	char comm[SAMPLE_COMM];
#define X(name, unit) uint64_t name;
	SAMPLE_CPU_FIELDS(X)
#undef X
};

struct sample_task {
	int32_t pid; /* thread group */
	int32_t tid;
	int32_t cpu;    /* last CPU it ran on */
	char state;     /* R S D T t X Z I as in proc(5); 'r' = runnable, waiting */
	uint8_t policy; /* SCHED_* */
	int8_t nice;
	uint64_t cgroup_id;
	uint64_t run_ns;
	uint64_t wait_ns; /* run delay: runnable and not running */
	uint64_t switches;
	uint64_t migrations;
	char comm[SAMPLE_COMM];
#define X(name, unit) uint64_t name;
	SAMPLE_TASK_FIELDS(X)
#undef X
};

struct sample_cgroup {
	uint64_t id; /* kernel id = inode number of its directory */
	uint64_t usage_ns;
	uint64_t periods;
	uint64_t throttled;
	uint64_t throttled_ns;
	uint64_t psi_some_ns;       /* cpu.pressure some total */
	char path[SAMPLE_PATH_MAX]; /* from the cgroup mount, "/scxplore/low" */
#define X(name, unit) uint64_t name;
	SAMPLE_CGROUP_FIELDS(X)
#undef X
};

/* One of sched_ext's own counters, by the kernel's name: which there are differs between kernels.
 */
struct sample_scx {
	char name[SAMPLE_SCX_NAME]; /* "SCX_EV_DISPATCH_KEEP_LAST" */
	uint64_t value;             /* since this scheduler came into force; durations are ns */
};

struct sample_dsq {
#define X(name, unit) uint64_t name;
	SAMPLE_DSQ_FIELDS(X)
#undef X
};

struct sample_sched {
#define X(name, unit) uint64_t name;
	SAMPLE_SCHED_FIELDS(X)
#undef X
};

struct sample_sub {
	uint64_t cgroup_id; /* it is attached to this one */
	char name[SAMPLE_SCX_NAME];
#define X(name, unit) uint64_t name;
	SAMPLE_SUB_FIELDS(X)
#undef X
	uint64_t events[SAMPLE_SCX_MAX]; /* since it was attached; their names are those of scx */
};

/* A set of CPUs: bit N of word N / 64. */
struct sample_mask {
	uint64_t bits[SAMPLE_CPUS_MAX / 64];
};

struct sample {
	uint64_t t_ns;
	uint64_t drops;    /* records the probes could not deliver, total */
	uint64_t cost_ns;  /* CPU time agent and helpers have used, total */
	uint64_t cut;      /* rows that did not fit */
	uint64_t steal_ns; /* what the host took from all CPUs while they had work, total */
	uint32_t ncpus, ntasks, ncgroups;
	struct sample_cpu *cpus; /* arrays belong to whoever filled the struct */
	struct sample_task *tasks;
	struct sample_cgroup *cgroups;
	uint32_t
		nscx; /* 0 = no scheduler is in force, or the kernel counts nothing (before 6.15) */
	uint64_t scx_enables; /* enable_seq: the counters of two samples belong together when it is
				 one */
	struct sample_scx scx[SAMPLE_SCX_MAX];
	struct sample_sched sched;
	uint32_t nsubs; /* each after the one it is below; memory alone tells them, the wire does not */
	struct sample_sub subs[SAMPLE_SUBS_MAX];
	uint32_t ndsqs, nmasks;
	struct sample_dsq *dsqs;   /* may be NULL with 0 rows: then none is read either */
	struct sample_mask *masks; /* the same */
};

/* Which mask of s this is, made when it is new; SAMPLE_ABSENT when there is no more room. */
uint64_t sample_mask_index(struct sample *s, const struct sample_mask *mask);

/* Append to a begun frame; rows that would not fit are left out and counted in cut. */
void wire_sample_put(struct wire_writer *w, const struct sample *s);
/* Fills the caller's arrays (each with room for the caps); 0 or
 * -EPROTO. comm and path are terminated. */
int wire_sample_read(const struct wire_header *h, struct wire_reader *r, struct sample *s);

#endif
