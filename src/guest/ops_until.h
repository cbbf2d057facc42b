/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ops_until - the op hold until: wait inside the guest until something seen becomes true.
 *
 * What PID 1 knows is looked at on every event and every few ms; what cgroup files and sysfs say,
 * by a hand as often; how many threads of a cgroup run, by the probe at every switch.
 */
#ifndef GUEST_OPS_UNTIL_H
#define GUEST_OPS_UNTIL_H

#include "guest/line.h"

void until_begin(struct line *l, const struct wire_op *op);
void until_poke(struct line *l);
void until_timeout(struct line *l);
void until_cancel(struct line *l, int code, const char *why);

#endif
