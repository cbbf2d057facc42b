/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * boot - what PID 1 does before it is an agent: mounts, standard descriptors, kernel modules,
 * real-time priority. Runs once, alone, and may block: nothing is under test yet.
 */
#ifndef GUEST_BOOT_H
#define GUEST_BOOT_H

#include "base/err.h"

#define BOOT_PRIORITY     99              /* SCHED_FIFO of the agent */
#define BOOT_MODULES_LIST "/modules/list" /* one path a line, in order; may be absent */

int boot_mounts(struct err *err);
int boot_modules(struct err *err);
int boot_priority(struct err *err);
void boot_power_off(void) __attribute__((noreturn));

#endif
