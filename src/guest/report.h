/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report - the agent's side of what workers say of their work: keeps the memory they write to,
 * sends EV_REPORT when one ends, when an op asks, and twice a second for the screen.
 * Invariant: the memory can neither shrink nor grow, so that looking at it never faults.
 */
#ifndef GUEST_REPORT_H
#define GUEST_REPORT_H

#include "base/err.h"
#include "base/loop.h"
#include "guest/group.h"
#include "guest/wire_op.h"

int report_init(struct loop *loop, struct err *err);
/* ns between looks for the screen; 0 = none. At most twice a second. */
void report_set_rate(uint64_t ns);

/* Memory for a group's workers; the descriptor for the hand, or -errno. */
int report_open(struct group *g, uint32_t count, uint32_t group_size, struct err *err);
void report_close(struct group *g); /* nothing is fine */
/* They are let go now: what they do not do counts from here on. */
void report_released(struct group *g);
/* One worker's; `ended`: its last. Nothing for a payload or one that was never let go. */
void report_send(const struct group *g, const struct task *t, uint64_t seq, bool ended);
/* Work units of that worker of a group which has done least; 0 for a payload or no group. */
uint64_t report_least_units(const struct group *g);
/* All live workers of a group that an op names. */
void report_group(const struct group *g, uint64_t seq);

#endif
