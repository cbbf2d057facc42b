/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work_types - the host's view of the work table. A test holds it against the agent's.
 */
#include "ops/work_types.h"
#include "base/cleanup.h"

static const struct work_type types[] = {
	{"spin", "computes without a pause"},
	{"yield", "calls sched_yield() in a loop"},
	{"bursty", "computes for 50 ms, sleeps for 100 ms, and so on"},
};

const struct work_type *work_type_at(size_t i)
{
	return i < ARRAY_SIZE(types) ? &types[i] : NULL;
}
