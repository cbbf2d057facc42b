/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plan - from the axes to cells, and from cells to the order of their runs. Pure.
 *
 * A block is all schedulers of one topology and one kernel: what is compared with each other. A
 * shard takes whole blocks. Within a block the schedulers take turns, and every second round goes
 * backwards (A B B A), so that what drifts on the host colours all alike.
 * Invariant: the same head gives the same plan, and the shards of a plan are a partition of it.
 */
#ifndef MATRIX_PLAN_H
#define MATRIX_PLAN_H

#include "matrix/runs.h"
#include "vmm/guest.h"

#define MX_OWN "own" /* a scheduler's word: what the scenario itself says */

struct mx_plan_cell {
	struct mx_cell words; /* borrowed from the head */
	struct topology topology;
	size_t block;
	size_t at[MX_AXES]; /* which word of each axis */
	char *skip;         /* why it cannot be run; NULL = it can; owned */
};

struct mx_turn {
	size_t cell;
	unsigned repeat; /* from 1 */
	bool warmup;
};

struct mx_plan {
	const struct mx_head *head; /* borrowed */
	struct mx_plan_cell *cell;
	size_t ncells;
	struct mx_turn *turn; /* of all cells, also of those to be skipped */
	size_t nturns;
};

/* "A,B" onto an axis: empty and repeated words, and those that cannot stand there, are errors. */
int mx_axis_add(struct mx_head *head, enum mx_axis axis, const char *text, struct err *err);
/* Does the word mean that no scheduler is loaded? "none" and "eevdf". */
bool mx_sched_is_none(const char *word);
/* "2/5" */
int mx_shard_parse(const char *text, struct mx_head *head, struct err *err);

/* Head complete: every axis has a word. Cells of the head's shard only. */
int mx_plan_make(struct mx_plan *plan, const struct mx_head *head, struct err *err);
void mx_plan_finish(struct mx_plan *plan);

/* A run that is this turn's. A cell that was skipped has one line that stands for all. */
bool mx_turn_is(const struct mx_plan *plan, size_t turn, const struct mx_run *run);
/* How many turns have no run among these; missing (may be NULL) gets a mark for each of them. */
size_t mx_plan_missing(const struct mx_plan *plan, const struct mx_run *runs, size_t n,
		       bool *missing);

#endif
