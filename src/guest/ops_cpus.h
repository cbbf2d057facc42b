/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ops_cpus - ops that say where tasks may run and whether: cpusets, affinity, freezing, CPUs
 * on- and offline, signals; and where interrupts go. The work is a hand's (hand_cpus.c, hand_irq.c).
 */
#ifndef GUEST_OPS_CPUS_H
#define GUEST_OPS_CPUS_H

#include "guest/line.h"

void cpus_op_freeze(struct line *l, const struct wire_op *op);
void cpus_op_thaw(struct line *l, const struct wire_op *op);
void cpus_op_set(struct line *l, const struct wire_op *op);
void cpus_op_clear(struct line *l, const struct wire_op *op);
void cpus_op_swap(struct line *l, const struct wire_op *op);
void cpus_op_affinity(struct line *l, const struct wire_op *op);
void cpus_op_signal(struct line *l, const struct wire_op *op);
void cpus_op_offline(struct line *l, const struct wire_op *op);
void cpus_op_online(struct line *l, const struct wire_op *op);
void cpus_op_steer(struct line *l, const struct wire_op *op);

#endif
