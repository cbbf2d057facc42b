/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sheet_subs - the table of the schedulers in force, as a tree: the one of all, and the
 * sub-schedulers that are attached to cgroups below it. Pure.
 */
#include "ops/sheet.h"

#include "base/cleanup.h"

#include <string.h>

#define FIGURE(name)                                                                               \
	static void name(const struct sheet *s, const struct sheet_row *r,                         \
			 const struct sheet_column *c, struct sheet_value *v)

enum { ALL, SUB }; /* sheet_row.kind */

static const struct sample_sub *sub_of(const struct sheet *s, const struct sheet_row *r)
{
	return r->kind == SUB ? &s->model->subs[r->index] : NULL;
}

FIGURE(name)
{
	v->mark = SHEET_CGROUP;
	sheet_set_text(v, model_sched_of(s->model,
					 r->kind == SUB ? sub_of(s, r)->cgroup_id : SAMPLE_ABSENT));
}

FIGURE(cgroup)
{
	const struct model_cgroup *g =
		r->kind == SUB ? model_cgroup_by_id(s->model, sub_of(s, r)->cgroup_id) : NULL;

	if (r->kind == ALL)
		sheet_set_text(v, "/");
	else if (g)
		sheet_set_text(v, g->path);
	else
		v->is = SHEET_ABSENT;
}

FIGURE(state)
{
	uint64_t kind = r->kind == SUB ? sub_of(s, r)->exit_kind : s->model->sched_now.exit_kind;

	v->mark = kind && kind != SAMPLE_ABSENT ? SHEET_FAIL : SHEET_OK;
	sheet_set_text(v, kind == SAMPLE_ABSENT ? NULL : kind ? "ending" : "enabled");
	if (kind == SAMPLE_ABSENT)
		v->is = SHEET_ABSENT;
}

FIGURE(level)
{
	sheet_set(v, r->kind == SUB ? sub_of(s, r)->level : 0);
}

FIGURE(tasks)
{
	uint64_t n = 0;
	size_t i;

	if (r->kind == SUB) {
		sheet_set(v, model_sub_tasks(s->model, sub_of(s, r)));
		return;
	}
	for (i = 0; i < s->model->ntasks; i++)
		n += s->model->tasks[i].sclass == SAMPLE_CLASS_EXT &&
		     s->model->tasks[i].sched == SAMPLE_ABSENT;
	sheet_set(v, n);
}

FIGURE(bypass)
{
	sheet_set(v, r->kind == SUB ? sub_of(s, r)->bypass : s->model->sched_now.bypass);
}

FIGURE(watchdog)
{
	sheet_set(v, r->kind == SUB ? sub_of(s, r)->watchdog_ns : s->model->sched_now.watchdog_ns);
}

FIGURE(above)
{
	if (r->kind == SUB)
		sheet_set_text(v, model_sched_of(s->model, sub_of(s, r)->parent));
}

static void build(struct sheet *s)
{
	const struct model *m = s->model;
	uint32_t i;

	if (model_sched_now(m))
		sheet_offer(s, (struct sheet_row){.kind = ALL, .id = 1});
	for (i = 0; i < m->nsubs; i++)
		sheet_offer(s, (struct sheet_row){.kind = SUB,
						  .depth = m->subs[i].level < 32
								   ? (uint8_t)m->subs[i].level
								   : 1,
						  .index = i,
						  .id = UINT64_C(1) << 63 | m->subs[i].cgroup_id});
	sheet_sort(s, 0);
}

#define SCX  "struct scx_sched, read from the guest's memory"
#define NONE "the source cannot read it"

static const struct sheet_column columns[] = {
	{"name", "SCHEDULER", SHEET_TEXT, 16, 40, 0, .left = true, .value = name,
	 .says = "its name", .from = SCX},
	{"cgroup", "CGROUP", SHEET_TEXT, 12, 40, 1, .left = true, .value = cgroup,
	 .says = "what it is attached to: that and what is below is its", .from = SCX,
	 .absent = "nobody has told the cgroup's name"},
	{"state", "STATE", SHEET_TEXT, 7, 0, 2, .left = true, .value = state,
	 .says = "enabled, or ending: it has an exit kind", .from = SCX, .absent = NONE},
	{"level", "LEVEL", SHEET_COUNT, 5, 0, 3, .value = level, .says = "below how many it is",
	 .from = SCX, .absent = NONE},
	{"tasks", "TASKS", SHEET_COUNT, 5, 0, 4, .value = tasks, .says = "that are its own now",
	 .from = "scx.sched of the task_struct"},
	{"bypass", "BYPASS", SHEET_COUNT, 6, 0, 5, .value = bypass,
	 .says = "above 0 the one above it, or the kernel, schedules for it", .from = SCX,
	 .absent = NONE},
	{"watchdog_ns", "WATCHDOG", SHEET_NS, 8, 0, 6, .value = watchdog, .says = "its time-out",
	 .from = SCX, .absent = NONE},
	{"above", "BELOW", SHEET_TEXT, 12, 30, 7, .left = true, .value = above,
	 .says = "the scheduler it is below", .from = SCX},
};

const struct sheet_def sheet_subs = {
	.name = "subs",
	.summary = "a row is a scheduler in force: the one of all, or a sub-scheduler of a cgroup",
	.empty = "no sched_ext scheduler is in force; sub-schedulers are seen in the guest's "
		 "memory, from kernel 7.1 on",
	.columns = columns,
	.ncolumns = ARRAY_SIZE(columns),
	.build = build,
};
