/* SPDX-License-Identifier: BSD-2-Clause */
/* observe_merge - see observe_merge.h. Invariant: the agent's rows are looked up, never walked
 * twice. */
#include "session/observe_merge.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "ops/sample_rows.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS (4 * SAMPLE_TASKS_MAX)

struct merge {
	struct sample told;
	struct sample_cpu cpus[SAMPLE_CPUS_MAX]; /* of the agent's sample before that */
	uint64_t before_ns;                      /* its time; 0 = there was none */
	uint32_t ncpus;
	bool any;
	uint32_t tasks[SLOTS];  /* by tid: row + 1 */
	uint32_t cgroups[2048]; /* by id: row + 1 */
};

struct merge *merge_create(void)
{
	struct merge *m = xcalloc(1, sizeof(*m));

	sample_alloc(&m->told);
	return m;
}

void merge_destroy(struct merge *m)
{
	if (!m)
		return;
	sample_free(&m->told);
	free(m);
}

static uint32_t hash(uint64_t key, size_t slots)
{
	return (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) % (uint32_t)slots;
}

static void enter(uint32_t *slots, size_t n, uint64_t key, uint32_t row)
{
	uint32_t at = hash(key, n);

	while (slots[at])
		at = (at + 1) % (uint32_t)n;
	slots[at] = row + 1;
}

void merge_take(struct merge *m, const struct sample *told)
{
	struct sample *t = &m->told;
	uint32_t i;

	m->before_ns = m->any ? t->t_ns : 0;
	m->ncpus = t->ncpus;
	memcpy(m->cpus, t->cpus, t->ncpus * sizeof(*t->cpus));
	t->t_ns = told->t_ns;
	t->drops = told->drops;
	t->cost_ns = told->cost_ns;
	t->steal_ns = told->steal_ns;
	t->ncpus = told->ncpus;
	t->ntasks = told->ntasks;
	t->ncgroups = told->ncgroups;
	memcpy(t->cpus, told->cpus, told->ncpus * sizeof(*t->cpus));
	memcpy(t->tasks, told->tasks, told->ntasks * sizeof(*t->tasks));
	memcpy(t->cgroups, told->cgroups, told->ncgroups * sizeof(*t->cgroups));
	memset(m->tasks, 0, sizeof(m->tasks));
	memset(m->cgroups, 0, sizeof(m->cgroups));
	for (i = 0; i < t->ntasks; i++)
		enter(m->tasks, ARRAY_SIZE(m->tasks), (uint32_t)t->tasks[i].tid, i);
	for (i = 0; i < t->ncgroups; i++)
		enter(m->cgroups, ARRAY_SIZE(m->cgroups), t->cgroups[i].id, i);
	m->any = true;
}

static void fill_absent(void *row, const void *from, const struct sample_fields *fields)
{
	size_t i;

	for (i = 0; i < fields->n; i++)
		if (sample_get(row, &fields->list[i]) == SAMPLE_ABSENT)
			*sample_value(row, &fields->list[i]) = sample_get(from, &fields->list[i]);
}

static void fill_one(uint64_t *v, uint64_t from)
{
	if (*v == SAMPLE_ABSENT)
		*v = from;
}

/*
 * A total that is told once a second, in samples that come more often: it grows evenly until the
 * next is told, so that its rate is that of the last second in each of them, not ten times that in
 * one.
 */
static uint64_t drawn_out(const struct merge *m, const struct sample *seen, uint64_t old,
			  uint64_t v)
{
	uint64_t span = m->told.t_ns - m->before_ns, gone = seen->t_ns - m->told.t_ns;

	if (!m->before_ns || v == SAMPLE_ABSENT || old == SAMPLE_ABSENT || v < old ||
	    m->told.t_ns <= m->before_ns || seen->t_ns < m->told.t_ns || gone >= span)
		return v;
	return old + (uint64_t)((double)(v - old) * (double)gone / (double)span);
}

static void fill_cpu(const struct merge *m, const struct sample *seen, struct sample_cpu *c,
		     const struct sample_cpu *from, const struct sample_cpu *old)
{
	const struct sample_fields *fields = &sample_cpu_fields;
	size_t i;

	if (c->migrations == SAMPLE_ABSENT)
		c->migrations = drawn_out(m, seen, old->migrations, from->migrations);
	for (i = 0; i < fields->n; i++) {
		const struct sample_field *f = &fields->list[i];

		if (sample_get(c, f) == SAMPLE_ABSENT)
			*sample_value(c, f) = f->unit == SAMPLE_COUNT
						      ? drawn_out(m, seen, sample_get(old, f),
								  sample_get(from, f))
						      : sample_get(from, f);
	}
}

static void merge_cpus(const struct merge *m, struct sample *seen)
{
	uint32_t i;

	for (i = 0; i < seen->ncpus && i < m->told.ncpus; i++) {
		const struct sample_cpu *from = &m->told.cpus[i];

		if (from->cpu != seen->cpus[i].cpu)
			continue;
		fill_cpu(m, seen, &seen->cpus[i], from, i < m->ncpus ? &m->cpus[i] : from);
	}
}

static bool is_same(const struct sample_task *a, const struct sample_task *b)
{
	return a->tid == b->tid && a->pid == b->pid &&
	       (a->start_ns == SAMPLE_ABSENT || b->start_ns == SAMPLE_ABSENT ||
		a->start_ns == b->start_ns);
}

/* A mask is named by its place in its own sample: one of the agent's means nothing here. */
static void merge_tasks(const struct merge *m, struct sample *seen)
{
	uint32_t i, at, row;

	for (i = 0; i < seen->ntasks; i++) {
		struct sample_task *t = &seen->tasks[i];

		for (at = hash((uint32_t)t->tid, SLOTS); (row = m->tasks[at]);
		     at = (at + 1) % SLOTS) {
			uint64_t allowed = t->allowed;

			if (!is_same(t, &m->told.tasks[row - 1]))
				continue;
			fill_absent(t, &m->told.tasks[row - 1], &sample_task_fields);
			t->allowed = allowed;
			break;
		}
	}
}

static void merge_cgroups(const struct merge *m, struct sample *seen)
{
	uint32_t i, at, row;

	for (i = 0; i < seen->ncgroups; i++) {
		struct sample_cgroup *g = &seen->cgroups[i];

		for (at = hash(g->id, ARRAY_SIZE(m->cgroups)); (row = m->cgroups[at]);
		     at = (at + 1) % ARRAY_SIZE(m->cgroups)) {
			const struct sample_cgroup *from = &m->told.cgroups[row - 1];
			uint64_t cpuset = g->cpuset;

			if (from->id != g->id)
				continue;
			fill_one(&g->usage_ns, from->usage_ns);
			fill_one(&g->periods, from->periods);
			fill_one(&g->throttled, from->throttled);
			fill_one(&g->throttled_ns, from->throttled_ns);
			fill_one(&g->psi_some_ns, from->psi_some_ns);
			fill_absent(g, from, &sample_cgroup_fields);
			g->cpuset = cpuset;
			break;
		}
	}
}

void merge_into(const struct merge *m, struct sample *seen)
{
	if (!m->any)
		return;
	seen->drops = m->told.drops;
	seen->cost_ns = m->told.cost_ns;
	seen->steal_ns = m->told.steal_ns;
	merge_cpus(m, seen);
	merge_tasks(m, seen);
	merge_cgroups(m, seen);
}
