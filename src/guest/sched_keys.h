/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_keys - the ops that press a key of SysRq, `sched dump` (D) and `sched eject` (S), and the
 * barrier of `expect sched exit`. They look at the scheduler in force, whoever loaded it.
 */
#ifndef GUEST_SCHED_KEYS_H
#define GUEST_SCHED_KEYS_H

#include "guest/line.h"

void sched_op_dump(struct line *l, const struct wire_op *op);

void sched_op_eject(struct line *l, const struct wire_op *op);
void sched_eject_poke(struct line *l);
void sched_eject_timeout(struct line *l);

void sched_op_expect_exit(struct line *l, const struct wire_op *op);
void sched_expect_poke(struct line *l);
void sched_expect_timeout(struct line *l);
void sched_expect_cancel(struct line *l, int code, const char *why);

#endif
