/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sheet_tasks - what the files of the table of tasks share; for nobody else.
 */
#ifndef OPS_SHEET_TASKS_H
#define OPS_SHEET_TASKS_H

#include "ops/sheet.h"

enum sheet_tasks_kind {
	TASKS_CGROUP,
	TASKS_NAMELESS, /* a cgroup of which only the id is known: row.id */
	TASKS_TASK,
};

#define SHEET_TASKS_COLUMNS 52
extern const struct sheet_column sheet_tasks_columns[];

void sheet_tasks_build(struct sheet *s);
void sheet_tasks_text(const struct sheet *s, const struct sheet_row *r, struct buf *out);
void sheet_tasks_describe(const struct sheet *s, const struct sheet_row *r, struct buf *out);

/* What the row is; NULL when it is of another kind. */
static inline const struct sample_task *sheet_task(const struct sheet *s, const struct sheet_row *r)
{
	return r->kind == TASKS_TASK ? &s->model->tasks[r->index] : NULL;
}

static inline const struct model_cgroup *sheet_cgroup(const struct sheet *s,
						      const struct sheet_row *r)
{
	return r->kind == TASKS_CGROUP ? &s->model->cgroups[r->index] : NULL;
}

/* ---- figures: void sheet_tasks_NAME() is the value() of a column ------------------------- */

#define TASKS_FIGURE(name)                                                                         \
	void sheet_tasks_##name(const struct sheet *s, const struct sheet_row *r,                  \
				const struct sheet_column *c, struct sheet_value *v)

TASKS_FIGURE(task_field);
TASKS_FIGURE(cgroup_field);
TASKS_FIGURE(name);
TASKS_FIGURE(comm);
TASKS_FIGURE(sched);
TASKS_FIGURE(pid);
TASKS_FIGURE(tid);
TASKS_FIGURE(path);
TASKS_FIGURE(state);
TASKS_FIGURE(state_for);
TASKS_FIGURE(waiting);
TASKS_FIGURE(held);
TASKS_FIGURE(cpu);
TASKS_FIGURE(last);
TASKS_FIGURE(cpus);
TASKS_FIGURE(run_share);
TASKS_FIGURE(wait_share);
TASKS_FIGURE(sleep_time);
TASKS_FIGURE(rate);
TASKS_FIGURE(promised);
TASKS_FIGURE(weight);
TASKS_FIGURE(policy);
TASKS_FIGURE(class);
TASKS_FIGURE(niceness);
TASKS_FIGURE(priority);
TASKS_FIGURE(dsq);
TASKS_FIGURE(vtime_head);
TASKS_FIGURE(waker);
TASKS_FIGURE(tasks);
TASKS_FIGURE(limit);
TASKS_FIGURE(pressure);
TASKS_FIGURE(number);
TASKS_FIGURE(check);

uint64_t sheet_tasks_field(const void *row, size_t at);
void sheet_tasks_set_text(struct sheet_value *v, enum sheet_mark mark, const char *text);
/* The i-th task of a row, itself or one folded into it, and where it stands; NULL past the end. */
const struct sample_task *sheet_tasks_member(const struct sheet *s, const struct sheet_row *r,
					     uint32_t i, uint32_t *at);
uint64_t sheet_tasks_since(const struct sheet *s, uint32_t task); /* ns it is as it is */

#endif
