/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fault_switch - the fault in force (wire_fault.h), seen by the agent and all its hands.
 *
 * Invariant: none is in force unless the host said so, and then it was recorded and shown.
 */
#ifndef GUEST_FAULT_SWITCH_H
#define GUEST_FAULT_SWITCH_H

#include "base/err.h"
#include "guest/wire_fault.h"

#include <stdbool.h>

int fault_switch_init(struct err *err); /* before the first hand is forked */
/* A name of the table, or "". */
int fault_set(const char *name, struct err *err);
enum fault fault_now(void);

static inline bool fault_is(enum fault fault)
{
	return fault_now() == fault;
}

/* Placement is broken: what is then misplaced is let go all the same. */
static inline bool fault_misplaces(void)
{
	return fault_is(FAULT_PLACE_AFTER_EXEC) || fault_is(FAULT_PLACE_NEVER);
}

#endif
