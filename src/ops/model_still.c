/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_still - see model_still.h. Invariant: every array of a view that a sample writes is the
 * still's own copy.
 */
#include "ops/model_still.h"

#include "base/die.h"

#include <stdlib.h>
#include <string.h>

struct model_still {
	struct model then; /* only what is copied below is read of it */
	struct model view;
};

static void *copy(const void *from, size_t n, size_t size)
{
	void *to = xcalloc(n + 1, size);

	if (n)
		memcpy(to, from, n * size);
	return to;
}

static struct idmap copy_map(const struct idmap *from)
{
	struct idmap to = *from;

	to.slots = from->room ? copy(from->slots, from->room, sizeof(*from->slots)) : NULL;
	return to;
}

struct model_still *model_still_take(const struct model *m)
{
	struct model_still *still = xcalloc(1, sizeof(*still));
	struct model *t = &still->then;
	size_t i;

	*t = *m;
	t->tasks = copy(m->tasks, m->ntasks, sizeof(*m->tasks));
	t->tasks_before = copy(m->tasks_before, m->ntasks_before, sizeof(*m->tasks_before));
	t->seen = copy(m->seen, m->ntasks, sizeof(*m->seen));
	t->cpus = copy(m->cpus, m->ncpus, sizeof(*m->cpus));
	t->cgroups = copy(m->cgroups, m->ncgroups, sizeof(*m->cgroups));
	for (i = 0; i < m->ncgroups; i++)
		t->cgroups[i].path = xstrdup(m->cgroups[i].path);
	t->cgroup_order = copy(m->cgroup_order, m->ncgroup_order, sizeof(*m->cgroup_order));
	t->dsqs = copy(m->dsqs, m->ndsqs, sizeof(*m->dsqs));
	t->masks = copy(m->masks, m->nmasks, sizeof(*m->masks));
	t->mask_hashes = copy(m->mask_hashes, m->nmasks, sizeof(*m->mask_hashes));
	t->cgroup_ids = copy_map(&m->cgroup_ids);
	t->pids = copy_map(&m->pids);
	return still;
}

void model_still_drop(struct model_still *still)
{
	struct model *t;
	size_t i;

	if (!still)
		return;
	t = &still->then;
	for (i = 0; i < t->ncgroups; i++)
		free(t->cgroups[i].path);
	free(t->tasks);
	free(t->tasks_before);
	free(t->seen);
	free(t->cpus);
	free(t->cgroups);
	free(t->cgroup_order);
	free(t->dsqs);
	free(t->masks);
	free(t->mask_hashes);
	idmap_finish(&t->cgroup_ids);
	idmap_finish(&t->pids);
	free(still);
}

const struct model *model_still_view(struct model_still *still, const struct model *m)
{
	const struct model *t = &still->then;
	struct model *v = &still->view;

	*v = *m;
#define KEEP(field) v->field = t->field
	KEEP(tasks);
	KEEP(ntasks);
	KEEP(tasks_before);
	KEEP(ntasks_before);
	KEEP(seen);
	KEEP(cpus);
	KEEP(ncpus);
	KEEP(cgroups);
	KEEP(ncgroups);
	KEEP(cgroup_order);
	KEEP(ncgroup_order);
	KEEP(cgroup_ids);
	KEEP(pids);
	KEEP(dsqs);
	KEEP(ndsqs);
	KEEP(masks);
	KEEP(mask_hashes);
	KEEP(nmasks);
	KEEP(sched_now);
	KEEP(sample_ns);
	KEEP(sample_before_ns);
	KEEP(samples);
	KEEP(now_ns);
	KEEP(drops);
	KEEP(cut);
	KEEP(cost_ns);
	KEEP(cost_before_ns);
	KEEP(cost_at_ns);
	KEEP(cost_before_at_ns);
	KEEP(nscx);
	KEEP(nscx_before);
	KEEP(scx_enables);
	KEEP(nsubs);
	KEEP(nsubs_before);
	KEEP(sched_rejected);
#undef KEEP
	memcpy(v->scx, t->scx, sizeof(v->scx));
	memcpy(v->scx_before, t->scx_before, sizeof(v->scx_before));
	memcpy(v->subs, t->subs, sizeof(v->subs));
	memcpy(v->subs_before, t->subs_before, sizeof(v->subs_before));
	v->seen_before = NULL;
	v->still_ns = t->now_ns ? t->now_ns : 1;
	return v;
}
