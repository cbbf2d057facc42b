/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fault - what the fault switch "place-after-exec" does of its own: tasks are made outside their
 * cgroup and moved some time after their release, as a careless tool would. Only the refusal is
 * switched off. Invariant: everything that is reported stays true.
 */
#ifndef GUEST_FAULT_H
#define GUEST_FAULT_H

#include "base/loop.h"
#include "guest/fault_switch.h"
#include "guest/group.h"

void fault_init(struct loop *loop);
/* The group was let go. */
void fault_released(struct group *g);

#endif
