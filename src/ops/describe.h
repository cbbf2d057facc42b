/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * describe - what is known of groups, tasks and cgroups in words, a fact a line: for whoever opens
 * one. Pure; everything written is sanitised.
 */
#ifndef OPS_DESCRIBE_H
#define OPS_DESCRIBE_H

#include "ops/model.h"

/* The numbers a payload has printed, and the last lines it wrote, as the log has them. */
void describe_metrics(const struct model_group *g, struct buf *out);
void describe_output(const struct model *m, const struct model_group *g, struct buf *out);
/* Where it is and waits, how it was placed, what it said and reported. */
void describe_task(const struct model *m, uint32_t task, struct buf *out);
void describe_cgroup(const struct model *m, uint32_t cgroup, struct buf *out);
/* "expect placed NAME in=CGROUP" for a task of a group; false when it was placed by no op. */
bool describe_placed(const struct model *m, const struct model_group *g, const struct model_task *t,
		     struct buf *out);

#endif
