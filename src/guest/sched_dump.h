/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_dump - the text of sched_ext dumps, from the probe's ring to EV_SCHED_DUMP.
 * At most SCHED_DUMP_MAX bytes of one dump are kept, the rest is counted.
 */
#ifndef GUEST_SCHED_DUMP_H
#define GUEST_SCHED_DUMP_H

#include "base/err.h"
#include "base/loop.h"

#include <stdint.h>

#define SCHED_DUMP_MAX (4u << 20)

/* fds as JOB_SCHED_WATCH brought them: ring, counter, link. Takes ownership, also on failure. */
int sched_dump_attach(struct loop *loop, const int *fds, int nfds, struct err *err);
/* What has come so far is sent, as part of this op or event; returns its lines. */
uint64_t sched_dump_send(uint64_t seq);

#endif
