/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shake - disturbs an exact run by a seed, so that its events come in another order: another seed,
 * another of the orders that are possible; the same seed, the same order.
 *
 * Each op of the main line begins up to SHAKE_OP_NS later. On each CPU a real-time task wakes at
 * times drawn by lot, computes for some microseconds and sleeps again: whatever runs there is
 * preempted, between any two of its instructions. The seed draws how often, too. Nothing else is
 * touched: what fails so may fail on any machine that has interrupts.
 *
 * Invariant: without a seed nothing is done at all; with one, all that is drawn is drawn from it.
 */
#ifndef GUEST_SHAKE_H
#define GUEST_SHAKE_H

#include <stdint.h>

/* Below half of the ms that a session's tempo is rounded to: it is no part of it. */
#define SHAKE_OP_NS 400000u

void shake_set(uint64_t seed); /* 0 = none */
/* The scenario begins: a task for each CPU; those that cannot be are told. */
void shake_begin(unsigned ncpus);
void shake_end(void);
/* ns that the op of this number begins later. */
uint64_t shake_op_ns(uint64_t seq);

#endif
