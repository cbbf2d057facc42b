/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * step - who owns what: steps, the backdrop, and the ops that take things away.
 *
 * Step 0 is the backdrop, its things live to the end. A tear-down says what it will do, kills,
 * waits for the exits, then removes cgroups, children first (teardown.h).
 * Invariant: everything that an op made belongs to exactly one step.
 */
#ifndef GUEST_STEP_H
#define GUEST_STEP_H

#include "guest/cgroup.h"
#include "guest/line.h"

unsigned step_current(void); /* 0 = backdrop */

void step_op_step(struct line *l, const struct wire_op *op);
void step_op_backdrop(struct line *l, const struct wire_op *op);
void step_remove_cgroup(struct line *l, struct cgroup *c); /* the op "cgroup remove" */
void step_op_kill(struct line *l, const struct wire_op *op);
void step_end_all(struct line *l); /* what WIRE_END does */

#endif
