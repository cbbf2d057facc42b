/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_log - the log's part of the model: one event to one or more lines of words. For model.c
 * only.
 */
#ifndef OPS_MODEL_LOG_H
#define OPS_MODEL_LOG_H

#include "ops/model.h"

/* Called after the event was applied. */
void model_log_event(struct model *m, const struct event *ev);
/* Something that was seen shows that what is seen is wrong. */
void model_log_doubt(struct model *m, const char *text);
/* A task that a sched_ext scheduler has lost; op = what preceded, or NULL. */
void model_log_lost(struct model *m, const char *name, int64_t tid, uint64_t since_ns, const char *op);
void model_log_finish(struct model *m);

#endif
