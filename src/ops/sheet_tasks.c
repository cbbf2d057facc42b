/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sheet_tasks - the rows of the table of tasks: cgroups as a tree, in each its processes and
 * threads.
 *
 * One counting sort by cgroup, so that it takes a time proportional to what there is. Invariant:
 * every task of the sample is in exactly one row, or a member of one.
 */
#include "ops/sheet_tasks.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "ops/describe.h"
#include "ops/model_wait.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CGROUP_ID UINT64_C(0x8000000000000000) /* row ids of cgroups, apart from tids */

/* Tasks by the cgroup they are in: those of the i-th in the order from starts[i] on in s->members.
 */
struct buckets {
	uint32_t *starts; /* n + 1 */
	size_t n;         /* cgroups in the order; one more for those without a name */
};

static const struct sample_task *sorting; /* qsort has no argument; one thread */

static int by_cgroup(const void *x, const void *y)
{
	const struct sample_task *a = &sorting[*(const uint32_t *)x],
				 *b = &sorting[*(const uint32_t *)y];

	if (a->cgroup_id != b->cgroup_id)
		return a->cgroup_id < b->cgroup_id ? -1 : 1;
	return a->pid != b->pid ? (a->pid > b->pid) - (a->pid < b->pid)
				: (a->tid > b->tid) - (a->tid < b->tid);
}

/* Threads stand behind their process; the sample has them so, but for tids that came round. */
static void sort_bucket(const struct model *m, uint32_t *members, size_t n, bool nameless)
{
	bool sorted = !nameless;
	size_t i;

	for (i = 1; i < n && sorted; i++)
		sorted = m->tasks[members[i - 1]].pid <= m->tasks[members[i]].pid;
	sorting = m->tasks;
	if (!sorted)
		qsort(members, n, sizeof(*members), by_cgroup);
}

static void fill_buckets(struct sheet *s, struct buckets *b)
{
	const struct model *m = s->model;
	cleanup_free uint32_t *place = xcalloc(m->ncgroups + 1, sizeof(*place));
	cleanup_free uint32_t *in = xcalloc(m->ntasks + 1, sizeof(*in));
	cleanup_free uint32_t *next = NULL;
	uint64_t id = 0, at;
	size_t i;

	b->n = m->ncgroup_order;
	b->starts = xcalloc(b->n + 2, sizeof(*b->starts));
	for (i = 0; i < m->ncgroups; i++)
		place[i] = (uint32_t)b->n;
	for (i = 0; i < m->ncgroup_order; i++)
		place[m->cgroup_order[i]] = (uint32_t)i;
	for (i = 0; i < m->ntasks; i++) {
		if (!i || m->tasks[i].cgroup_id != id) {
			id = m->tasks[i].cgroup_id;
			in[i] = idmap_get(&m->cgroup_ids, id, &at) ? place[at] : (uint32_t)b->n;
		} else {
			in[i] = in[i - 1];
		}
		b->starts[in[i] + 1]++;
	}
	for (i = 0; i <= b->n; i++)
		b->starts[i + 1] += b->starts[i];
	next = xcalloc(b->n + 1, sizeof(*next));
	memcpy(next, b->starts, (b->n + 1) * sizeof(*next));
	s->members = xcalloc(m->ntasks + 1, sizeof(*s->members));
	s->nmembers = m->ntasks;
	for (i = 0; i < m->ntasks; i++)
		s->members[next[in[i]]++] = (uint32_t)i;
	for (i = 0; i <= b->n; i++)
		sort_bucket(m, s->members + b->starts[i], b->starts[i + 1] - b->starts[i],
			    i == b->n);
}

/* The tasks from..to of s->members as rows; `all` = whatever the filter says. */
static void add_tasks(struct sheet *s, uint32_t from, uint32_t to, uint8_t depth, bool all)
{
	const struct model *m = s->model;
	bool fold = s->ask.outline == OUTLINE_PROCESSES, leads;
	size_t begin = s->n;
	uint32_t i, n;

	for (i = from; i < to; i += n) {
		const struct sample_task *t = &m->tasks[s->members[i]];
		struct sheet_row row = {
			.kind = TASKS_TASK, .index = s->members[i], .id = (uint64_t)t->tid};

		for (n = 1; fold && i + n < to && m->tasks[s->members[i + n]].pid == t->pid; n++)
			;
		leads = t->tid == t->pid || fold || s->ask.outline == OUTLINE_FLAT || s->ask.sort;
		row.depth = s->ask.outline == OUTLINE_FLAT ? 0 : (uint8_t)(depth + (leads ? 0 : 1));
		if (n > 1) {
			row.first = i;
			row.below = n;
		}
		if (all || sheet_keeps(s, &row))
			sheet_add(s, row);
	}
	if (s->ask.outline != OUTLINE_FLAT)
		sheet_sort(s, begin);
}

static uint8_t shown_depth(const struct model_cgroup *c)
{
	/* those at the mount stand beside its root, so that nothing is lost to the indent */
	return (uint8_t)(c->depth > 12 ? 12 : c->depth > 0 ? c->depth - 1 : 0);
}

static void add_cgroup(struct sheet *s, const struct buckets *b, size_t i)
{
	const struct model *m = s->model;
	uint32_t at = m->cgroup_order[i];
	const struct model_cgroup *c = &m->cgroups[at];
	struct sheet_row row = {.kind = TASKS_CGROUP,
				.index = at,
				.depth = shown_depth(c),
				.id = CGROUP_ID | c->id};
	/* a cgroup that is named is shown with what is in it; a figure of it says nothing of them
	 */
	bool all = !*s->ask.filter || (!strpbrk(s->ask.filter, "<>=!") && sheet_keeps(s, &row));

	if (s->ask.outline != OUTLINE_FLAT)
		sheet_add(s, row);
	if (s->ask.outline != OUTLINE_GROUPS)
		add_tasks(s, b->starts[i], b->starts[i + 1], (uint8_t)(row.depth + 1), all);
}

static void add_nameless(struct sheet *s, const struct buckets *b)
{
	uint32_t from, to, end = b->starts[b->n + 1];
	const struct model *m = s->model;

	for (from = b->starts[b->n]; from < end; from = to) {
		uint64_t id = m->tasks[s->members[from]].cgroup_id;

		for (to = from; to < end && m->tasks[s->members[to]].cgroup_id == id; to++)
			;
		if (s->ask.outline != OUTLINE_FLAT)
			sheet_add(s, (struct sheet_row){.kind = TASKS_NAMELESS,
							.index = MODEL_NONE,
							.id = CGROUP_ID | id});
		if (s->ask.outline != OUTLINE_GROUPS)
			add_tasks(s, from, to, 1, false);
	}
}

/* Cgroups stay that the filter wants, and those that what stays is in. */
static void drop_empty(struct sheet *s)
{
	size_t i, kept = s->n;
	int need = -1;

	if (!s->n)
		return;
	for (i = s->n; i--;) {
		struct sheet_row *r = &s->rows[i];

		if (r->kind == TASKS_TASK || need > r->depth || sheet_keeps(s, r)) {
			need = r->depth;
			s->rows[--kept] = *r;
		}
	}
	memmove(s->rows, s->rows + kept, (s->n - kept) * sizeof(*s->rows));
	s->n -= kept;
}

void sheet_tasks_build(struct sheet *s)
{
	struct buckets b;
	size_t i;

	fill_buckets(s, &b);
	for (i = 0; i < b.n; i++)
		add_cgroup(s, &b, i);
	add_nameless(s, &b);
	free(b.starts);
	if (s->ask.outline == OUTLINE_FLAT)
		sheet_sort(s, 0);
	else if (*s->ask.filter)
		drop_empty(s);
}

void sheet_tasks_text(const struct sheet *s, const struct sheet_row *r, struct buf *out)
{
	const struct model_cgroup *c = sheet_cgroup(s, r);
	const struct sample_task *t = sheet_task(s, r);

	if (t)
		buf_addf(out, " %s", t->comm);
	if (c)
		buf_addf(out, " %s", c->path);
}

void sheet_tasks_describe(const struct sheet *s, const struct sheet_row *r, struct buf *out)
{
	if (r->kind == TASKS_TASK)
		describe_task(s->model, r->index, out);
	else if (r->kind == TASKS_CGROUP)
		describe_cgroup(s->model, r->index, out);
	else
		buf_addf(out, "cgroup #%" PRIu64 ", removed or never told of\n",
			 r->id & ~CGROUP_ID);
}
