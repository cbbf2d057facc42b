/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_private - how the store of the trace is laid out, for its own files only.
 *
 * Each CPU has two lanes, slices and marks, in order of time, made of blocks; an entry is known by
 * its number, which counts up for ever. Each task has references to its entries on all CPUs,
 * in order of time. When blocks go, references to them go with them.
 */
#ifndef OPS_TRACE_PRIVATE_H
#define OPS_TRACE_PRIVATE_H

#include "ops/trace.h"

#define LANE_BLOCK 256 /* entries */

struct slice { /* ends where the next begins */
	uint64_t t_ns;
	uint64_t busy_ns; /* of tasks on this CPU before it */
	int32_t tid;
	char state;
	uint8_t wait; /* its place in struct block_waits */
};

/* Where the wait before a slice is counted: woken, then put off, then not known. */
#define WAIT_PUT_OFF TRACE_RANGES
#define WAIT_UNKNOWN (2 * TRACE_RANGES)
#define WAIT_NOBODY  (2 * TRACE_RANGES + 1) /* it is no task's */

struct block_waits { /* behind the slices of a block */
	uint16_t n[WAIT_NOBODY + 1];
};

struct mark {
	uint64_t t_ns;
	int32_t tid, other; /* LOST: the two halves of count */
	uint16_t to;
	uint8_t type;
};

struct lane {         /* entries first .. next - 1; every entry begins with its uint64_t t_ns */
	size_t entry; /* bytes of one */
	size_t more;  /* bytes behind those of a block */
	bool marks;   /* they are; else slices */
	uint64_t first, next;
	unsigned char **blocks; /* a ring of `room` places; blocks[head] holds `first` */
	size_t head, nblocks, room;
};

struct ref {
	uint64_t t_ns;
	uint64_t n : 47, mark : 1, cpu : 16;
};

struct task {
	int32_t tid;
	struct ref *refs; /* head .. head + n of room */
	size_t head, n, room;
	struct trace_task *names; /* in order of time */
	size_t nnames;
	struct task *older, *newer; /* in the list of those with no references */
};

struct cpu {
	struct lane slices, marks;
	uint64_t last_ns; /* of the last record */
};

#define TASKS_PAGE 1024

struct trace {
	size_t bound, bytes;
	struct cpu cpus[SAMPLE_CPUS_MAX];
	unsigned ncpus;
	struct task **tasks[TRACE_TID_MAX / TASKS_PAGE];
	uint16_t on_page[TRACE_TID_MAX / TASKS_PAGE]; /* how many; a page goes with its last */
	struct task *oldest, *newest; /* with no references: these go when there is no more room */
	size_t unreferred;            /* how many these are */
	uint64_t begin_ns;            /* of the first record in time; 0 = none */
	uint64_t gone_ns;             /* what was before may be gone */
	uint64_t last_ns, seen_ns;
	uint64_t version;
	struct trace_account account;
};

/* trace_lane.c */
void *lane_push(struct trace *t, struct lane *l);
/* What stands behind the entries of the block of n. */
void *lane_behind(const struct lane *l, uint64_t n);
void *lane_at(const struct lane *l, uint64_t n); /* first <= n < next */
void lane_drop_block(struct trace *t, struct lane *l);
void lane_finish(struct lane *l);
/* The first entry at or after the moment; l->next when there is none. */
uint64_t lane_find(const struct lane *l, uint64_t t_ns);

/* trace_task.c */
struct task *task_get(const struct trace *t, int32_t tid); /* or NULL */
struct task *task_make(struct trace *t, int32_t tid);
void task_name(struct trace *t, struct task *k, const struct trace_task *n);
/* The place it has now; k->n of then (and it is not there) when it is too far in the past. */
size_t task_refer(struct trace *t, struct task *k, struct ref r);
void task_forget(struct trace *t, int32_t tid); /* references to entries that are gone */
bool task_drop_oldest(struct trace *t);
void task_finish_all(struct trace *t);
/* The first reference at or after the moment; k->n when there is none. */
size_t task_find(const struct task *k, uint64_t t_ns);
static inline const struct ref *task_ref(const struct task *k, size_t i)
{
	return &k->refs[k->head + i];
}

static inline const struct lane *ref_lane(const struct trace *t, const struct ref *r)
{
	return r->mark ? &t->cpus[r->cpu].marks : &t->cpus[r->cpu].slices;
}

/* trace_look.c: from when on the task whose i-th reference is a slice had wanted to run. */
uint64_t trace_waits_since(const struct trace *t, const struct task *k, size_t i, bool *woken);
/* trace_waits.c: the wait before slice n of the CPU, the i-th reference of k, is counted (anew). */
void waits_count(struct trace *t, const struct task *k, size_t i);
void waits_count_nobody(struct cpu *c, uint64_t n);
/* trace.c: until when the last slice of a CPU is known to have gone on. */
uint64_t trace_open_end(const struct trace *t, const struct cpu *c);

static inline bool ref_holds(const struct trace *t, const struct ref *r)
{
	return r->n >= ref_lane(t, r)->first;
}

#endif
