/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ledger - the agent's side of bpf/ledger.bpf.h: enters the groups' tasks, tells what they did.
 */
#ifndef GUEST_LEDGER_H
#define GUEST_LEDGER_H

#include "base/err.h"
#include "guest/group.h"

void ledger_release(struct group *g); /* it counts from here: just before its tasks are let go */
/* By a task itself, as the first thing when it is let go; row: group_index(). Only the first counts. */
void ledger_first_run(uint32_t row);
void ledger_enter(struct group *g, int pid); /* while the task is held */
uint64_t ledger_run_ns(const struct group *g); /* 0 without probes */
uint64_t ledger_switches(const struct group *g);
/* EV_LEDGER_ESCAPE of the op that started it, when there was one: nobody has to ask. */
void ledger_tell_escapes(const struct group *g);
/* EV_LEDGER and what belongs to it; 0, or -errno when there is no such group or no ledger. */
int ledger_tell(const char *name, uint64_t seq, struct err *err);

#endif
