/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_watchdog - the watchdog time-out that schedulers get which are loaded from now on.
 *
 * The kernel copies a scheduler's time-out when it is loaded and offers no way to change it while
 * that one is in force. Invariant: at most one probe that sets it is attached.
 */
#ifndef GUEST_SCHED_WATCHDOG_H
#define GUEST_SCHED_WATCHDOG_H

#include "guest/line.h"

/* For the guest's own setting, before ops: then(why) is called once, why NULL = it is set. */
void sched_watchdog_first(uint64_t ns, void (*then)(const char *why));

void sched_op_watchdog(struct line *l, const struct wire_op *op);

#endif
