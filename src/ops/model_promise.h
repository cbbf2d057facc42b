/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_promise - what cpu.weight and cpu.max promise a cgroup, and what it got.
 *
 * Part of the model's only writer. Run and wait times of the tasks are summed over windows of at
 * least PROMISE_WINDOW_NS. A weight is judged among siblings that compete: each has tasks that
 * wait, could use what it is promised, may use the same CPUs and is not held by cpu.max.
 * Invariants: what cannot be judged says why; a verdict stands on two windows in a row that agree.
 */
#ifndef OPS_MODEL_PROMISE_H
#define OPS_MODEL_PROMISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROMISE_WINDOW_NS UINT64_C(2000000000)

enum promise { PROMISE_UNKNOWN, PROMISE_KEPT, PROMISE_NEARLY, PROMISE_IGNORED };

/* What the tasks in and below a cgroup did in one window. */
struct promise_sum {
	uint64_t run_ns, wait_ns;
	uint64_t rt_ns;     /* of run_ns, in a class that knows no weight */
	uint64_t throttled; /* times held back, of the cgroup's own counter */
	uint64_t mask;      /* where its tasks may run; SAMPLE_ABSENT = not told */
	bool masks_differ, known;
};

struct model_promise {
	uint32_t tasks, below;  /* of the last sample: directly in it; in and below it */
	struct promise_sum sum; /* of the window that runs */
	uint64_t throttled_from;
	/* of the last whole window; percent of one CPU, negative = not known */
	double got, promised, limit;
	double waiting;           /* tasks that waited, on average */
	enum promise weight, max; /* what two windows in a row agree on */
	enum promise weight_last, max_last;
	const char *weight_why, *max_why; /* in words, static; never NULL once a window has ended */
};

struct model;

void model_promise_sample(struct model *m);
/* "ok", "nearly", "IGNORED"; "-" = not known. */
const char *promise_word(enum promise p);

#endif
