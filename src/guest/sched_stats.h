/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_stats - asks a user-space scheduler for its own numbers, once a second while one is in
 * force, and sends what it answers as it is (EV_SCHED_STATS).
 *
 * The socket (wire_stats.h) is looked for as long as there is none: which scheduler has one nobody
 * knows before. Who answers is hostile: an answer is bounded and has a deadline, and of one that
 * says more than it was asked for nothing else is read.
 */
#ifndef GUEST_SCHED_STATS_H
#define GUEST_SCHED_STATS_H

#include "base/err.h"
#include "base/loop.h"

#include <stdbool.h>

int sched_stats_init(struct loop *loop, struct err *err);
/* A scheduler has come into force, or none is any more. */
void sched_stats_watch(bool in_force);

#endif
