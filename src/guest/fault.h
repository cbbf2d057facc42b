/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fault - switches that break placement on purpose, so that tests of the proof can fail.
 *
 * "place-after-exec": tasks are made outside their cgroup and moved some time after their release,
 * as a careless tool would; "place-never": they are not moved at all. Only the refusal is
 * switched off. Invariant: everything that is reported stays true.
 */
#ifndef GUEST_FAULT_H
#define GUEST_FAULT_H

#include "base/err.h"
#include "base/loop.h"
#include "guest/group.h"

void fault_init(struct loop *loop);
/* One of the names above, or "". */
int fault_set(const char *name, struct err *err);
const char *fault_name(void); /* NULL = none is set */
/* The group was let go. */
void fault_released(struct group *g);

#endif
