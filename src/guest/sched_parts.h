/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_parts - looks into the scheduler in force while somebody asks for it (EV_SCHED_PARTS), and
 * the ops that change a value of it and pin a map of it. The programs' statistics are on only while
 * they are asked for.
 */
#ifndef GUEST_SCHED_PARTS_H
#define GUEST_SCHED_PARTS_H

#include "base/loop.h"
#include "guest/line.h"

int sched_parts_init(struct loop *loop, struct err *err);
/* ns between two looks; 0 = none any more. */
void sched_parts_look(uint64_t ns);

void sched_op_set(struct line *l, const struct wire_op *op);
void sched_op_pin(struct line *l, const struct wire_op *op);

#endif
