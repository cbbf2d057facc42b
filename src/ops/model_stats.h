/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_stats - what a user-space scheduler says of itself on its statistics socket, as numbers:
 * of the life that was in force then, and of the payload whose process answered, beside what that
 * has printed.
 *
 * Part of the model's only writer. Invariant: a number of an answer is called "stats." and its path
 * there; a life that was never answered for has none.
 */
#ifndef OPS_MODEL_STATS_H
#define OPS_MODEL_STATS_H

#include "guest/wire_event.h"
#include "ops/metric.h"

struct model;
struct model_group;
struct model_sched;

struct model_stats { /* of one life */
	struct metrics *numbers;
	uint64_t when_ns; /* of the last answer; 0 = none has come */
	uint64_t answers;
	int64_t pid; /* of who answers; 0 = not known */
	char *group; /* "" = no payload's */
	char *wrong; /* with it, since the last answer; NULL = nothing */
};

/* life, g: may be NULL. */
void model_stats_apply(struct model_sched *life, struct model_group *g, const struct event *ev);
void model_stats_finish(struct model_sched *life);

/* The numbers of a life's scheduler, in the order in which they came first; NULL past the end. */
const struct metric *model_stats_at(const struct model_sched *life, size_t i);

#endif
