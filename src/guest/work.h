/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work - what workers of `spawn` do: one row per work type.
 *
 * A worker is a process of its own, forked and not executed, alone with its index. Adding a type:
 * a function in a work_*.c, a row here. Invariant: a work function needs no descriptor, ends by
 * SIGKILL at any point, and leaves nothing behind.
 */
#ifndef GUEST_WORK_H
#define GUEST_WORK_H

#include <stdint.h>

struct work {
	uint32_t index, count; /* this worker, from 1, and how many there are */
};

/*
 * X(name, function, summary)
 */
#define WORK_LIST(X)                                                                               \
	X("spin", work_spin, "computes without a pause")                                           \
	X("yield", work_yield, "gives the CPU back as often as it can")                            \
	X("bursty", work_bursty, "computes for 50 ms, sleeps for 100 ms, and again")

struct work_def {
	const char *name;
	void (*run)(struct work *w);
	const char *summary;
};

#define X(name, fn, summary) void fn(struct work *w);
WORK_LIST(X)
#undef X

const struct work_def *work_find(const char *name); /* NULL when there is none */

#endif
