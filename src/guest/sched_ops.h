/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_ops - the ops around sched_ext schedulers: load, unload, replace, restart, dump, eject, and
 * the barriers of their expectations.
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
void sched_op_dump(struct line *l, const struct wire_op *op);
void sched_op_eject(struct line *l, const struct wire_op *op);
void sched_op_expect_exit(struct line *l, const struct wire_op *op);

void sched_ops_poke(struct line *l);
void sched_ops_timeout(struct line *l);
void sched_ops_cancel(struct line *l, int code, const char *why);

/* For the expectation's op alone. */
void sched_expect_poke(struct line *l);
void sched_expect_timeout(struct line *l);
void sched_expect_cancel(struct line *l, int code, const char *why);

/* The session's end: what it loaded goes; then() when it has gone, at once when there is none. */
void sched_ops_end(struct line *l, void (*then)(struct line *l));

#endif
