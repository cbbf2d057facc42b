/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_metric - the numbers of a group by name: what a payload has printed (metric.h), and what
 * workers report (figures.h), taken together over all of a group. One interface for both.
 *
 * Of workers value is the sum, the largest or what their histograms give together, as each figure
 * needs it; min, max and mean are over the workers, and samples is how many of them measured it.
 * An op that asks for numbers (OPF_NOTES: report, expect report, expect metric) leaves a note of
 * how they were when it had ended, so that a verdict can be given again later.
 * Invariant: the same events give the same numbers, live or from a file; notes are bounded, and
 * one that found no room is missing, never wrong.
 */
#ifndef OPS_MODEL_METRIC_H
#define OPS_MODEL_METRIC_H

#include "guest/wire_event.h"
#include "guest/wire_report.h"
#include "ops/metric.h"

struct model;
struct model_group;
struct model_op;

/* For the model alone: it writes by them. */
void model_metric_output(struct model *m, struct model_group *g, const struct event *ev);
void model_metric_ended(struct model_group *g, uint64_t t_ns); /* a task has exited */
void model_metric_note(struct model *m, const struct model_op *op);
void model_metric_finish(struct model *m);

/* By the name of the group, the latest that is called so. false = there is no such number. */
bool model_metric(const struct model *m, const char *group, const char *name, struct metric *out);
/* The i-th from 0 while it is true; the order is that in which they first came. */
bool model_metric_at(const struct model *m, const char *group, size_t i, struct metric *out);
bool model_group_metric_at(const struct model_group *g, size_t i, struct metric *out);
/* What the i-th was made of: each value printed (metrics_raw()), each worker's figure. The caller
 * frees it. */
double *model_group_samples_at(const struct model_group *g, size_t i, size_t *n);

/* ---- how it was when op `seq` had ended ---- */

/* Did this op leave a note of the group? */
bool model_has_note(const struct model *m, uint64_t seq, const char *group);
bool model_noted_metric(const struct model *m, uint64_t seq, const char *group, const char *name,
			struct metric *out);
/* A worker's report then; NULL = it had sent none. */
const struct work_report *model_noted_report(const struct model *m, uint64_t seq, const char *group,
					     uint64_t index, uint64_t *when_ns);
/* The nth op, from 0, that asked for numbers of this group; 0 = there is none. */
uint64_t model_note_seq(const struct model *m, const char *group, size_t nth);

#endif
