/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ops_tasks - the ops on tasks that are there: move them, and record which they are.
 */
#ifndef GUEST_OPS_TASKS_H
#define GUEST_OPS_TASKS_H

#include "guest/line.h"

void move_begin(struct line *l, const struct wire_op *op);
/* Also of `expect tasks`, which the host judges by the same event. */
void tasks_begin(struct line *l, const struct wire_op *op);

#endif
