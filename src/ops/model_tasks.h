/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_tasks - lists of processes and threads as `tasks` and `expect tasks` have recorded them.
 *
 * Each keeps its own copy, so that a verdict can be given again later. Invariant: its lines are as
 * the guest sent them; who shows them makes them safe.
 */
#ifndef OPS_MODEL_TASKS_H
#define OPS_MODEL_TASKS_H

#include "guest/wire_event.h"
#include "ops/check.h"

#include <stddef.h>
#include <stdint.h>

struct model_tasks {
	uint64_t seq; /* of the op */
	char *target; /* NAME or @CGROUP */
	uint64_t processes, threads;
	char *lines; /* "PID TID COMM\n" ... */
	bool cut;    /* there are more threads than lines */
};

void model_tasks_apply(struct model *m, const struct event *ev);
void model_tasks_finish(struct model *m);
/* What that op recorded; NULL = nothing. */
const struct model_tasks *model_tasks_of(const struct model *m, uint64_t seq);
/* The nth list of this target, from 0; NULL when there is none. */
const struct model_tasks *model_tasks_nth(const struct model *m, const char *target, size_t nth);

/* `expect tasks`. */
enum verdict check_tasks(const struct model *m, uint64_t seq, const char *target,
			 const char *compare, int64_t threads, struct buf *why);

#endif
