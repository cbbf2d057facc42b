/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_ledger - looks at what groups had done, taken by `look` and the expectations on it.
 *
 * Every look keeps its own copy, so that a verdict can be given again later. Times are guest time
 * in ns. Invariant: a look is complete when its op has ended.
 */
#ifndef OPS_MODEL_LEDGER_H
#define OPS_MODEL_LEDGER_H

#include "guest/wire_event.h"

#include <stddef.h>
#include <stdint.h>

#define LEDGER_NOT_YET UINT64_MAX

struct model;

struct ledger_spot { /* first time on a CPU or in a cgroup */
	char *cgroup; /* NULL for a CPU */
	uint64_t cpu, t_ns;
	int64_t tid;
};

struct model_look {
	uint64_t seq; /* of the op */
	char *name;   /* group */
	uint64_t run_ns, delay_ns /* LEDGER_NOT_YET */, switches;
	uint64_t lost; /* notes that found no room: the lists may be incomplete */
	struct ledger_spot *spots; /* CPUs and cgroups as they came */
	size_t nspots;
	uint64_t escapes;
	struct ledger_spot escape; /* the first; cgroup NULL = none */
	char *escape_comm;
};

void model_ledger_apply(struct model *m, const struct event *ev);
void model_ledger_finish(struct model *m);
/* What the op found out about a group; NULL = nothing. */
const struct model_look *model_look(const struct model *m, uint64_t seq, const char *name);
/* The nth op, from 0, that looked at this group or pair; 0 = there is none. */
uint64_t model_look_seq(const struct model *m, const char *target, size_t nth);

#endif
