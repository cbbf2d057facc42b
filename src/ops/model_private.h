/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_private - what model.c (events) and model_sample.c (samples) share; for nobody else.
 */
#ifndef OPS_MODEL_PRIVATE_H
#define OPS_MODEL_PRIVATE_H

#include "ops/model.h"

/* What model.pids holds: which task of which group. */
static inline uint64_t model_pid_at(size_t group, size_t task)
{
	return (uint64_t)group << 32 | task;
}

/* The cgroup that lives under this id, made when it was not known; NULL when there are too many. */
struct model_cgroup *model_cgroup_make(struct model *m, uint64_t id, const char *path);

/* After the rows of the tasks were taken in, sorted by tid (model_seen.c). */
void model_seen_sample(struct model *m, uint64_t t_ns);
/* Order and parents of cgroups, when one came or went (model_tree.c). */
void model_tree_update(struct model *m);

#endif
