/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sheet_dsqs - the table of sched_ext's dispatch queues, and in each what is on it, in order. Pure.
 * Invariant: a task stands below at most one queue.
 */
#include "ops/sheet.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	DSQS_QUEUE,
	DSQS_LOCAL, /* index: of model.cpus; only the probe's depth is known */
	DSQS_TASK,
};

/* enum scx_dsq_id_flags and scx_dsq_ids, kernel 6.12 to 7.3 */
#define DSQ_BUILTIN  (UINT64_C(1) << 63)
#define DSQ_LOCAL_ON (UINT64_C(1) << 62)

enum { DSQ_INVALID, DSQ_GLOBAL, DSQ_LOCAL, DSQ_BYPASS };

void sheet_dsq_name(uint64_t id, uint64_t cpu, char *dst, size_t size)
{
	if (id == SAMPLE_ABSENT)
		snprintf(dst, size, "-");
	else if (!(id & DSQ_BUILTIN))
		snprintf(dst, size, "0x%" PRIx64, id);
	else if (id & DSQ_LOCAL_ON)
		snprintf(dst, size, "local %" PRIu64, id & UINT32_MAX);
	else if ((id & UINT32_MAX) == DSQ_LOCAL && cpu != SAMPLE_ABSENT)
		snprintf(dst, size, "local %" PRIu64, cpu);
	else if ((id & UINT32_MAX) == DSQ_LOCAL)
		snprintf(dst, size, "local");
	else if ((id & UINT32_MAX) == DSQ_GLOBAL)
		snprintf(dst, size, "global");
	else if ((id & UINT32_MAX) == DSQ_BYPASS)
		snprintf(dst, size, "bypass");
	else
		snprintf(dst, size, "0x%" PRIx64, id);
}

#define FIGURE(name)                                                                               \
	static void name(const struct sheet *s, const struct sheet_row *r,                         \
			 const struct sheet_column *c, struct sheet_value *v)

/* The queue of a row; of a task the one it is on. NULL: none was read. */
static const struct sample_dsq *queue_of(const struct sheet *s, const struct sheet_row *r)
{
	if (r->kind == DSQS_QUEUE)
		return &s->model->dsqs[r->index];
	return r->kind == DSQS_TASK ? &s->model->dsqs[r->first] : NULL;
}

static const struct sample_task *task_of(const struct sheet *s, const struct sheet_row *r)
{
	return r->kind == DSQS_TASK ? &s->model->tasks[r->index] : NULL;
}

FIGURE(name)
{
	const struct sample_task *t = task_of(s, r);
	char who[96];

	v->is = SHEET_KNOWN;
	v->mark = t ? SHEET_WAITING : SHEET_CGROUP;
	if (t) {
		model_task_name(s->model, t->pid, t->comm, who, sizeof(who));
		snprintf(v->text, sizeof(v->text), "%s[%d]", who, (int)t->tid);
	} else if (r->kind == DSQS_LOCAL) {
		snprintf(v->text, sizeof(v->text), "local %u", s->model->cpus[r->index].now.cpu);
	} else {
		sheet_dsq_name(queue_of(s, r)->id, queue_of(s, r)->cpu, v->text, sizeof(v->text));
	}
}

FIGURE(id)
{
	const struct sample_dsq *d = queue_of(s, r);

	if (!d)
		return;
	v->is = SHEET_KNOWN;
	snprintf(v->text, sizeof(v->text), "0x%" PRIx64, d->id);
}

FIGURE(length)
{
	if (r->kind == DSQS_QUEUE)
		sheet_set(v, queue_of(s, r)->nr);
	else if (r->kind == DSQS_LOCAL)
		sheet_set(v, s->model->cpus[r->index].now.local_dsq);
}

FIGURE(cpu)
{
	const struct sample_dsq *d = queue_of(s, r);

	if (r->kind == DSQS_LOCAL)
		sheet_set(v, s->model->cpus[r->index].now.cpu);
	else if (d && d->cpu != SAMPLE_ABSENT)
		sheet_set(v, d->cpu);
}

/* Of a queue its oldest. */
FIGURE(waits)
{
	const struct sample_task *t = task_of(s, r);
	uint64_t since = t ? t->since_ns : r->kind == DSQS_QUEUE ? queue_of(s, r)->oldest_ns : 0;

	if (r->kind == DSQS_LOCAL || (r->kind == DSQS_QUEUE && !queue_of(s, r)->nr))
		return;
	v->is = SHEET_ABSENT;
	if (since != SAMPLE_ABSENT && since <= s->model->sample_ns)
		sheet_set(v, s->model->sample_ns - since);
}

FIGURE(head)
{
	if (r->kind == DSQS_QUEUE)
		sheet_set(v, queue_of(s, r)->head_vtime);
}

FIGURE(place)
{
	if (task_of(s, r))
		sheet_set(v, task_of(s, r)->dsq_place);
}

FIGURE(tid)
{
	if (task_of(s, r))
		sheet_set(v, (uint64_t)task_of(s, r)->tid);
}

FIGURE(vtime)
{
	if (task_of(s, r))
		sheet_set(v, task_of(s, r)->vtime);
}

FIGURE(vtime_head)
{
	const struct sample_task *t = task_of(s, r);

	if (!t)
		return;
	v->is = SHEET_ABSENT;
	if (t->vtime == SAMPLE_ABSENT || queue_of(s, r)->head_vtime == SAMPLE_ABSENT)
		return;
	v->is = SHEET_KNOWN;
	v->whole = t->vtime - queue_of(s, r)->head_vtime;
	v->number = (double)(int64_t)v->whole;
}

FIGURE(weight)
{
	if (task_of(s, r))
		sheet_set(v, task_of(s, r)->weight);
}

FIGURE(whose)
{
	const struct sample_dsq *d = queue_of(s, r);

	if (d && (d->sched != SAMPLE_ABSENT || !(d->id & DSQ_BUILTIN)))
		sheet_set_text(v, model_sched_of(s->model, d->sched));
}

/* ---- rows -------------------------------------------------------------------------------- */

static const struct sample_task *sorting; /* qsort has no argument; one thread */

static int by_queue(const void *a, const void *b)
{
	const struct sample_task *x = &sorting[*(const uint32_t *)a];
	const struct sample_task *y = &sorting[*(const uint32_t *)b];

	if (x->dsq != y->dsq)
		return x->dsq < y->dsq ? -1 : 1;
	return (x->dsq_place > y->dsq_place) - (x->dsq_place < y->dsq_place);
}

/* Tasks that are on a queue, by its id, in its order. */
static size_t queued(const struct model *m, uint32_t *of)
{
	size_t i, n = 0;

	for (i = 0; i < m->ntasks; i++)
		if (m->tasks[i].dsq != SAMPLE_ABSENT)
			of[n++] = (uint32_t)i;
	sorting = m->tasks;
	qsort(of, n, sizeof(*of), by_queue);
	return n;
}

static void add_queue(struct sheet *s, size_t at, const uint32_t *of, size_t n)
{
	const struct model *m = s->model;
	const struct sample_dsq *d = &m->dsqs[at];
	size_t low = 0, high = n;

	if (s->ask.outline != OUTLINE_FLAT)
		sheet_offer(s, (struct sheet_row){.kind = DSQS_QUEUE,
					  .index = (uint32_t)at,
					  .id = UINT64_C(1) << 40 | at});
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (m->tasks[of[mid]].dsq < d->id)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < n && m->tasks[of[low]].dsq == d->id && s->ask.outline != OUTLINE_GROUPS;
	     low++) {
		const struct sample_task *t = &m->tasks[of[low]];

		if (model_on_dsq(t, d))
			sheet_offer(s, (struct sheet_row){.kind = DSQS_TASK,
						  .depth = 1,
						  .index = of[low],
						  .first = (uint32_t)at,
						  .id = (uint64_t)t->tid});
	}
}

static void build(struct sheet *s)
{
	const struct model *m = s->model;
	cleanup_free uint32_t *of = xcalloc(m->ntasks + 1, sizeof(*of));
	size_t n = queued(m, of), i;

	for (i = 0; i < m->ndsqs; i++)
		add_queue(s, i, of, n);
	/* without a look from outside the probe knows the local ones' depth */
	for (i = 0; !m->ndsqs && i < m->ncpus; i++)
		if (m->cpus[i].now.local_dsq != SAMPLE_ABSENT)
			sheet_offer(s, (struct sheet_row){.kind = DSQS_LOCAL,
						  .index = (uint32_t)i,
						  .id = UINT64_C(2) << 40 | i});
	sheet_sort(s, 0);
}

#define LISTS "the queue's list, read from the guest's memory"
#define SCX   "sched_ext's part of the task_struct"

static const struct sheet_column columns[] = {
	{"name", "DSQ / TASK", SHEET_TEXT, 12, 30, 0, .left = true, .value = name,
	 .says = "a queue; below it what is on it, in its order", .from = LISTS},
	{"nr", "NR", SHEET_COUNT, 4, 0, 1, .value = length, .says = "how many are on it",
	 .from = LISTS, .absent = "the source cannot read it"},
	{"waits_ns", "WAITS", SHEET_NS, 8, 0, 2, .value = waits,
	 .says = "how long a task has been runnable; of a queue the longest", .from = SCX,
	 .absent = "since when it waits is not told"},
	{"place", "PLACE", SHEET_COUNT, 5, 0, 3, .value = place, .says = "how many are before it",
	 .from = LISTS, .absent = "its place was not read"},
	{"vtime_head_ns", "VTIME-HEAD", SHEET_SIGNED_NS, 10, 0, 4, .value = vtime_head,
	 .says = "its vtime less that of the first", .from = SCX,
	 .absent = "the queue is not ordered by vtime"},
	{"weight", "W", SHEET_COUNT, 5, 0, 5, .value = weight, .says = "its weight", .from = SCX,
	 .absent = "the source does not read it"},
	{"cpu", "CPU", SHEET_COUNT, 3, 0, 6, .value = cpu, .says = "of a local queue",
	 .from = LISTS},
	{"id", "ID", SHEET_TEXT, 18, 0, 7, .left = true, .value = id,
	 .says = "as the kernel has it: built-in ones have the highest bit", .from = LISTS},
	{"tid", "TID", SHEET_COUNT, 7, 0, 8, .value = tid, .says = "its thread", .from = SCX},
	{"vtime", "VTIME", SHEET_COUNT, 14, 0, 9, .value = vtime, .says = "its vtime", .from = SCX,
	 .absent = "the source does not read it"},
	{"head_vtime", "HEAD VTIME", SHEET_COUNT, 14, 0, 10, .value = head,
	 .says = "vtime of the first on it", .from = LISTS,
	 .absent = "it is empty, or not ordered by vtime"},
	{"sched", "OF", SHEET_TEXT, 8, 20, 11, .left = true, .value = whose,
	 .says = "the scheduler that has made it, or whose own it is", .from = LISTS},
};

const struct sheet_def sheet_dsqs = {
	.name = "dsqs",
	.summary = "a row is a dispatch queue of sched_ext, or a task on it",
	.empty = "no sample has told of any",
	.columns = columns,
	.ncolumns = ARRAY_SIZE(columns),
	.tree = true,
	.build = build,
};
