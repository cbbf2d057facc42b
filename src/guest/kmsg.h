/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kmsg - the kernel's log from now on, warnings and worse, as EV_KMSG.
 * Invariant: a flood costs a bounded number of events a second; what was left out is said.
 */
#ifndef GUEST_KMSG_H
#define GUEST_KMSG_H

#include "base/err.h"
#include "base/loop.h"

int kmsg_init(struct loop *loop, struct err *err);
/* Read now what is there. */
void kmsg_drain(void);

#endif
