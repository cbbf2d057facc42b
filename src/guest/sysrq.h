/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sysrq - stands in front of /proc/sysrq-trigger, through which a payload could reboot the guest.
 *
 * A plain file is mounted over it. What is written there is looked at: keys that end the guest are
 * refused and reported, all others (dumps, back-traces) are passed on to the kernel by a hand.
 * Invariant: no key that ends the guest passes.
 */
#ifndef GUEST_SYSRQ_H
#define GUEST_SYSRQ_H

#include "base/err.h"
#include "base/loop.h"
#include "guest/pool.h"

/* A kernel without the file is fine. */
int sysrq_init(struct loop *loop, struct err *err);

/* Presses a key for an op; fn is called when the kernel has acted on it. 0 or -errno. */
int sysrq_press(char key, pool_fn fn, void *arg, struct err *err);

#endif
