/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * expectation - lines that expect what is seen now: what `e` puts into the prompt.
 *
 * Pure; each appends one line that the parser takes, or nothing and is false: nothing fits, or what
 * it would judge has not been measured. Invariant: a line is true of what the model holds, so that it
 * passes when it is entered at once; what grows is expected to be at least so much, what is a limit
 * gets a quarter more than was seen.
 */
#ifndef OPS_EXPECTATION_H
#define OPS_EXPECTATION_H

#include "ops/metric.h"
#include "ops/sheet.h"

/* A standard check (checks.h) of a group, or (NULL) the machine, with what was measured as its limit
 * unless its own is wider. One that was not measured yet has its own limit, where it has one. */
bool expectation_check(const struct model *m, const char *check, const struct model_group *g,
		       struct buf *out);
/* The check that judges a counter of sched_ext; false where none does. */
bool expectation_counter(const struct model *m, const char *counter, struct buf *out);
/* A figure that a group's workers report and that only grows: at least what it is now. */
bool expectation_grown(const struct model *m, const struct model_group *g, const char *figure,
		       struct buf *out);
/* What a payload has printed: no worse than now, by a tenth; where nobody knows what is worse, about
 * as now. */
bool expectation_number(const char *group, const struct metric *number, struct buf *out);
/* Its CPU time against that of the other group that has had most, both as long as they have run. */
bool expectation_share(const struct model *m, const struct model_group *g, struct buf *out);
/* The line for a figure of the table of tasks, and of that of CPUs. */
bool expectation_of_tasks(const struct sheet *s, const struct sheet_row *r,
			  const struct sheet_column *c, struct buf *out);
bool expectation_of_cpus(const struct sheet *s, const struct sheet_row *r,
			 const struct sheet_column *c, struct buf *out);
/* The line for a figure of a cgroup that an op has made: its files, its tasks, what its only group got. */
bool expectation_of_cgroup(const struct model *m, const struct model_cgroup *in, const char *column,
			   struct buf *out);
/* What an op has done or seen. */
bool expectation_of_op(const struct model *m, const struct model_op *op, struct buf *out);

#endif
