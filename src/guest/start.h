/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start - the ops run and spawn: tasks created inside their cgroup, proven to be there, released.
 *
 * A hand clones the children into the cgroup; they block before anything else. Their
 * /proc/PID/cgroup line comes back, EV_PLACED tells it, and only when every line is the wanted
 * one are they let go, all together. Invariant: a task whose line is wrong never goes on,
 * unless a fault switch (fault.h) says so.
 */
#ifndef GUEST_START_H
#define GUEST_START_H

#include "base/loop.h"
#include "guest/group.h"
#include "guest/line.h"

void start_init(struct loop *loop);

void start_op_run(struct line *l, const struct wire_op *op);
void start_op_spawn(struct line *l, const struct wire_op *op);
/* A task of this group was reaped: say first how its start ended, if that is still open. */
void start_settle(const struct group *g);
void start_poke(struct line *l);
void start_timeout(struct line *l);
void start_cancel(struct line *l, int code, const char *why);

/* The part of JOB_START that says how the tasks are to be (hand_attr.h), from an op's arguments. */
void start_put_attributes(struct wire_writer *w, const struct wire_op *op);

/*
 * A program for an op that goes on afterwards: then() comes when it executes (code 0) or could not
 * be started, and the op is still running. The caller's handler passes on poke, timeout and cancel
 * until then. argv is borrowed for the call.
 */
typedef void (*start_then)(struct line *l, const struct err *failure);
int start_program(struct line *l, const char *name, const char **argv, uint32_t argc,
		  start_then then, struct err *err);

#endif
