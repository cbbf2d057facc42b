/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace - what ran where and when: every context switch, wake-up and migration that the guest has
 * told, bounded in memory, to be looked at by time.
 *
 * trace_add(), trace_name(), trace_seen(), trace_pause() and trace_accounted() are the only
 * writers (the session and the reader of session files call them); screens, exporters and checks
 * read. Times are guest CLOCK_MONOTONIC in ns. Records of one CPU come in order; CPUs may be apart
 * by as much as a buffer. When the bound is reached the oldest go, and trace_first_ns() says from
 * when on all is there. Records are hostile: what cannot be is refused and counted.
 * Look-ups cost O(log n + result); what they give is a copy.
 */
#ifndef OPS_TRACE_H
#define OPS_TRACE_H

#include "guest/wire_sample.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_BYTES    (192u << 20) /* what a session keeps */
#define TRACE_TID_MAX  (4u << 20)   /* PID_MAX_LIMIT of the kernel: tids are below */
#define TRACE_TIME_MAX (UINT64_MAX / 4)
#define TRACE_IDLE     0    /* as a tid: nobody ran */
#define TRACE_UNKNOWN  (-1) /* as a tid: it is not known who ran */

enum trace_type {
	TRACE_SWITCH = 1, /* on cpu: `other` goes, in `state`; `tid` comes; 0 = idle */
	TRACE_WAKE, /* `other` (0 = an interrupt), on cpu, wakes `tid`, which shall run on `to` */
	TRACE_MIGRATE, /* `tid` goes from cpu to `to`; told on the CPU it leaves */
	TRACE_LOST,    /* cpu: `count` records before this one were not delivered */
};

struct trace_record {
	uint64_t t_ns;
	enum trace_type type;
	char state; /* SWITCH: as in struct sample_task: 'r' = still runnable */
	uint16_t cpu, to;
	int32_t tid, other;
	uint64_t count;
};

struct trace_task { /* who a tid is from t_ns on */
	uint64_t t_ns;
	uint64_t vague_ns; /* it was so at some moment of the last vague_ns; 0 = exactly then */
	int32_t tid, pid;
	uint64_t cgroup_id;
	char comm[SAMPLE_COMM]; /* sanitised when it is taken in */
};

struct trace_slice {               /* a stretch of one CPU's time */
	uint64_t begin_ns, end_ns; /* end: of the last known moment for who still runs */
	int32_t tid;               /* TRACE_IDLE, TRACE_UNKNOWN or a task's */
	uint16_t cpu;
	char state; /* in which it went; 0 = runs still; '?' = the record of its end was lost */
	bool woken; /* the wait was from a wake-up on; else from being put off the CPU */
	uint64_t wait_ns; /* from runnable to begin; SAMPLE_ABSENT = not known, or nobody's */
};

/* Records by the guest's own count, totals so far: produced = delivered + dropped. */
struct trace_account {
	uint64_t produced, delivered, dropped;
	uint64_t taken, refused; /* here: by trace_add() */
};

/* What a stretch of one CPU's time held, to be drawn as one character. */
struct trace_cell {
	uint64_t busy_ns; /* of tasks; exact */
	uint64_t slices;  /* begun in it or running on from before; 0 = nothing is known of it */
	uint64_t top_ns;  /* of it for `tid`; an estimate where there are more slices than are
			     looked at (TRACE_CELL_LOOKS) */
	int32_t tid;      /* who had most of it; TRACE_IDLE when no task ran, TRACE_UNKNOWN */
	bool unknown;     /* a part of it is not known (as far as was looked) */
};
#define TRACE_CELL_LOOKS 16

/*
 * How long tasks waited for a CPU before their slices began, in ranges: [0] below 1 us, [i] from
 * 2^(i-1) us on, the last open.
 */
#define TRACE_RANGES 25
struct trace_waits {
	uint64_t woken[TRACE_RANGES];   /* since a wake-up: wake-up latency */
	uint64_t put_off[TRACE_RANGES]; /* since it was put off the CPU */
	uint64_t unknown;               /* slices of tasks of which it is not known */
};

struct trace;

/* bytes: what it may hold, overhead included; at least a block a CPU stays whatever the bound. */
struct trace *trace_create(size_t bytes);
void trace_destroy(struct trace *t); /* NULL is taken */
size_t trace_bytes(const struct trace *t);

/* ---- writing ------------------------------------------------------------------------------ */

/*
 * False: refused and counted. That is: a CPU or tid out of range, a time before the CPU's last or
 * beyond TRACE_TIME_MAX, two switches of a CPU at one time, a kind that is not known.
 */
bool trace_add(struct trace *t, const struct trace_record *r);
/* From n->t_ns on the tid is this; what is the same as before is not stored again, and what is
 * vague not where something was told for a moment that it may be older than. */
void trace_name(struct trace *t, const struct trace_task *n);
/* All records before this moment have been added: who runs is known to run until it. */
void trace_seen(struct trace *t, uint64_t t_ns);
/* Nothing is recorded from now on: on no CPU is known what follows, until its next record. */
void trace_pause(struct trace *t);
/* The guest's totals; taken and refused of `a` are not looked at. */
void trace_accounted(struct trace *t, const struct trace_account *a);

/* ---- looking ------------------------------------------------------------------------------ */

struct trace_account trace_account(const struct trace *t);
/* From when on everything that was recorded is still there; 0 = nothing was recorded. */
uint64_t trace_first_ns(const struct trace *t);
/* When recording began, whether or not that is still there; 0 = nothing was recorded. */
uint64_t trace_begin_ns(const struct trace *t);
/* The last known moment; 0 = nothing was recorded. */
uint64_t trace_last_ns(const struct trace *t);
unsigned trace_cpus(const struct trace *t); /* the highest that has records, + 1 */
/* Grows with every change: a reader that knows the number need not look again. */
uint64_t trace_version(const struct trace *t);

/*
 * Slices that overlap [from_ns, to_ns), in order of time, whole (they may stick out): at most max
 * into out. Returns how many; for more go on with from_ns = the end of the last. None is of no
 * length, except one that has just begun.
 */
size_t trace_slices(const struct trace *t, unsigned cpu, uint64_t from_ns, uint64_t to_ns,
		    struct trace_slice *out, size_t max);
/* The one at a moment, `by` slices later or (negative) earlier; false = there is none. */
bool trace_slice_at(const struct trace *t, unsigned cpu, uint64_t t_ns, int by,
		    struct trace_slice *out);
/* Of one task, on whatever CPU, in order of begin. */
size_t trace_task_slices(const struct trace *t, int32_t tid, uint64_t from_ns, uint64_t to_ns,
			 struct trace_slice *out, size_t max);
/* The last of a task that began at or before t_ns (by = 0), or the first after it (by = 1). */
bool trace_task_slice_at(const struct trace *t, int32_t tid, uint64_t t_ns, int by,
			 struct trace_slice *out);
/* Wake-ups, migrations and losses told on a CPU with from_ns <= t < to_ns, in order. */
size_t trace_marks(const struct trace *t, unsigned cpu, uint64_t from_ns, uint64_t to_ns,
		   struct trace_record *out, size_t max);
/* The same one by one: the number of the first at or after a moment, and each by its number. */
uint64_t trace_mark_find(const struct trace *t, unsigned cpu, uint64_t t_ns);
bool trace_mark_at(const struct trace *t, unsigned cpu, uint64_t n, struct trace_record *out);
/* Wake-ups and migrations of a task, whoever did them. */
size_t trace_task_marks(const struct trace *t, int32_t tid, uint64_t from_ns, uint64_t to_ns,
			struct trace_record *out, size_t max);
/* Who a tid was at a moment (the first known of it, when that is later); false = never named. */
bool trace_name_at(const struct trace *t, int32_t tid, uint64_t t_ns, struct trace_task *out);
/* n cells of a CPU, the i-th from from_ns + i * step_ns on, step_ns (> 0) long: O(n log slices). */
void trace_cells(const struct trace *t, unsigned cpu, uint64_t from_ns, uint64_t step_ns, size_t n,
		 struct trace_cell *out);
/* Adds the waits of slices of a CPU that begin in [from_ns, to_ns): O(log n + blocks). */
void trace_waits(const struct trace *t, unsigned cpu, uint64_t from_ns, uint64_t to_ns,
		 struct trace_waits *out);
/* The same of a task: O(log n + slices), at most max of them; false = there were more. */
bool trace_task_waits(const struct trace *t, int32_t tid, uint64_t from_ns, uint64_t to_ns,
		      size_t max, struct trace_waits *out);
/* Least and, unless it is the last, first too long wait of a range, in ns. */
uint64_t trace_range_ns(unsigned range);
/* The next tid above `after` that has records or a name; 0 = none. */
int32_t trace_next_tid(const struct trace *t, int32_t after);

#endif
