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

void sheet_tasks_build(struct sheet *s);
void sheet_tasks_text(const struct sheet *s, const struct sheet_row *r, struct buf *out);
void sheet_tasks_describe(const struct sheet *s, const struct sheet_row *r, struct buf *out);
bool sheet_tasks_expect(const struct sheet *s, const struct sheet_row *r,
			const struct sheet_column *c, struct buf *out);

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

#endif
