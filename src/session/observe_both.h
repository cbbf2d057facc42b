/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * observe_both - do the agent and the guest's memory tell the same story?
 *
 * What the agent tells was read after an earlier look into memory and before the one of now. Totals
 * must lie in between; what is the same in both looks must be the same with the agent. Each kind of
 * difference is logged once.
 */
#ifndef SESSION_OBSERVE_BOTH_H
#define SESSION_OBSERVE_BOTH_H

#include "guest/wire_sample.h"

struct both;

struct both *both_create(void (*log)(void *arg, int level, const char *text), void *arg);
void both_destroy(struct both *b); /* NULL is fine */
/* told: the agent's newest; now: memory, read since. */
void both_compare(struct both *b, const struct sample *told, const struct sample *now);
/* Comparisons made, and how many of them did not fit. */
void both_counts(const struct both *b, uint64_t *made, uint64_t *wrong);

#endif
