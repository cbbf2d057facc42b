/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_ops - the ops that change the sched_ext scheduler: load, unload, replace, restart.
 *
 * One scheduler at a time is the session's: an object whose link the agent holds, or a program
 * that runs as a payload group of its own ("sched"). Invariant: PID 1 never closes the last
 * descriptor of a link, and never waits for the kernel: a hand does both.
 */
#ifndef GUEST_SCHED_OPS_H
#define GUEST_SCHED_OPS_H

#include "guest/line.h"

void sched_ops_init(struct loop *loop);

void sched_op_load(struct line *l, const struct wire_op *op);
void sched_op_unload(struct line *l, const struct wire_op *op);
void sched_op_replace(struct line *l, const struct wire_op *op);
void sched_op_restart(struct line *l, const struct wire_op *op);

void sched_ops_poke(struct line *l);
void sched_ops_timeout(struct line *l);
void sched_ops_cancel(struct line *l, int code, const char *why);

/* Exits that were told before the latest load: an expectation is about those after. */
uint64_t sched_ops_exits_before(void);

/* The session's end: what it loaded goes; then() when it has gone, at once when there is none. */
void sched_ops_end(struct line *l, void (*then)(struct line *l));

#endif
