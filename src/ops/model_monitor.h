/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_monitor - what each sample said of the machine as a whole: a number a sample for each check
 * of the machine (checks.h), with the CPU it was worst on.
 *
 * Part of the model's only writer. Invariants: a value that could not be told is NaN, never 0; the
 * history is bounded, the oldest goes first.
 */
#ifndef OPS_MODEL_MONITOR_H
#define OPS_MODEL_MONITOR_H

#include "guest/wire_sample.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MONITOR_MAX 4096 /* samples kept */

enum monitor_value {
	MONITOR_IMBALANCE, /* longest runqueue by the shortest, at least 1 */
	MONITOR_DEPTH,	   /* tasks in the longest local DSQ */
	MONITOR_STUCK,	   /* ns that the clock of a CPU with work has stood still */
	MONITOR_FALLBACK,  /* a second */
	MONITOR_KEEP_LAST, /* a second */
	MONITOR_VALUES
};

struct model;

struct monitor_moment {
	uint64_t t_ns;
	double value[MONITOR_VALUES]; /* NaN = not known */
	uint32_t cpu[MONITOR_VALUES]; /* where it was so; UINT32_MAX = of no CPU alone */
};

struct model_monitor {
	struct monitor_moment *v;
	size_t n, first;
	uint64_t *stuck_since; /* per CPU; 0 = it goes on */
	size_t ncpus;
	uint64_t with_sched; /* samples taken while a scheduler was in force */
};

/* After the model has taken the sample in. */
void model_monitor_sample(struct model *m, const struct sample *s);
void model_monitor_finish(struct model *m);

/* The i-th kept, from the oldest; NULL past the end. */
const struct monitor_moment *model_monitor_at(const struct model *m, size_t i);
/*
 * The highest level that was held over `samples` samples in a row, and the last of them. False when
 * there were never so many in a row; *longest is how many there were at most.
 */
bool model_monitor_held(const struct model *m, enum monitor_value which, unsigned samples,
			double *level, struct monitor_moment *at, size_t *longest);

#endif
