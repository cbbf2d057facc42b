/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sheet_tasks_who - the table of tasks: what stands in the sample as it is, and who a row is. Pure.
 */
#include "ops/sheet_tasks.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

uint64_t sheet_tasks_field(const void *row, size_t at)
{
	uint64_t v;

	memcpy(&v, (const char *)row + at, sizeof(v));
	return v;
}

void sheet_tasks_set_text(struct sheet_value *v, enum sheet_mark mark, const char *text)
{
	v->is = SHEET_KNOWN;
	v->mark = mark;
	text_copy(v->text, sizeof(v->text), text);
}

/* The i-th task of a row: itself, or the members folded into it. */
const struct sample_task *sheet_tasks_member(const struct sheet *s, const struct sheet_row *r,
					     uint32_t i, uint32_t *at)
{
	if (!r->below && i)
		return NULL;
	if (r->below && i >= r->below)
		return NULL;
	*at = r->below ? s->members[r->first + i] : r->index;
	return &s->model->tasks[*at];
}

/* ---- columns that stand in the sample ----------------------------------------------------- */

TASKS_FIGURE(task_field)
{
	const struct sample_task *t = sheet_task(s, r);
	uint64_t sum = 0, one;
	uint32_t i, at;

	if (!t)
		return;
	if (!c->sum || !r->below) {
		sheet_set(v, sheet_tasks_field(t, c->at));
		return;
	}
	for (i = 0; (t = sheet_tasks_member(s, r, i, &at)); i++) {
		one = sheet_tasks_field(t, c->at);
		if (one == SAMPLE_ABSENT) {
			v->is = SHEET_ABSENT;
			return;
		}
		sum += one;
	}
	sheet_set(v, sum);
}

TASKS_FIGURE(cgroup_field)
{
	const struct model_cgroup *g = sheet_cgroup(s, r);

	if (!g)
		return;
	if (!g->now_ns)
		v->is = SHEET_ABSENT;
	else
		sheet_set(v, sheet_tasks_field(&g->now, c->at));
}

/* ---- who it is --------------------------------------------------------------------------- */

TASKS_FIGURE(name)
{
	const struct model *m = s->model;
	const struct model_cgroup *g = sheet_cgroup(s, r);
	const struct sample_task *t = sheet_task(s, r);
	const char *last;
	char who[96];

	v->is = SHEET_KNOWN;
	if (g) {
		last = strrchr(g->path, '/');
		v->mark = SHEET_CGROUP;
		snprintf(v->text, sizeof(v->text), "%s  %u%s%s",
			 r->depth && last && s->ask.outline != OUTLINE_FLAT ? last : g->path,
			 g->promise.tasks, model_sub(m, g->id) ? "  by " : "",
			 model_sub(m, g->id) ? model_sub(m, g->id)->name : "");
		return;
	}
	if (!t) {
		v->mark = SHEET_CGROUP;
		snprintf(v->text, sizeof(v->text), "cgroup #%" PRIu64 " (name not known)",
			 r->id & INT64_MAX);
		return;
	}
	model_task_name(m, t->pid, t->comm, who, sizeof(who));
	if (r->below)
		snprintf(v->text, sizeof(v->text), "%s[%d] x%u", who, (int)t->pid, r->below);
	else if (t->tid == t->pid)
		snprintf(v->text, sizeof(v->text), "%s[%d]", who, (int)t->pid);
	else
		snprintf(v->text, sizeof(v->text), "%s[%d/%d]", who, (int)t->pid, (int)t->tid);
}

TASKS_FIGURE(sched)
{
	const struct model_cgroup *g = sheet_cgroup(s, r);
	const struct sample_task *t = sheet_task(s, r);

	if (g)
		sheet_tasks_set_text(v, SHEET_PLAIN, model_sched_of(s->model, g->now.sched));
	else if (t && t->sclass == SAMPLE_CLASS_EXT)
		sheet_tasks_set_text(v, SHEET_PLAIN, model_sched_of(s->model, t->sched));
	if (!*v->text)
		v->is = SHEET_BLANK;
}

TASKS_FIGURE(comm)
{
	if (sheet_task(s, r))
		sheet_tasks_set_text(v, SHEET_DIM, sheet_task(s, r)->comm);
}

TASKS_FIGURE(pid)
{
	if (sheet_task(s, r))
		sheet_set(v, (uint64_t)sheet_task(s, r)->pid);
}

TASKS_FIGURE(tid)
{
	if (sheet_task(s, r))
		sheet_set(v, (uint64_t)sheet_task(s, r)->tid);
}

TASKS_FIGURE(path)
{
	const struct model_cgroup *g = sheet_cgroup(s, r);

	if (sheet_task(s, r))
		g = model_cgroup_by_id(s->model, sheet_task(s, r)->cgroup_id);
	if (g)
		sheet_tasks_set_text(v, SHEET_CGROUP, model_below_root(s->model, g->path));
	else
		v->is = SHEET_ABSENT;
}
