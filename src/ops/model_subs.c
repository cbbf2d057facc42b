/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_subs - sub-schedulers: which there are, and what is theirs. Part of the model's only
 * writer.
 */
#include "base/text.h"
#include "ops/model.h"

#include <string.h>

void model_subs_sample(struct model *m, const struct sample *s)
{
	uint32_t i, n = s->nsubs < SAMPLE_SUBS_MAX ? s->nsubs : SAMPLE_SUBS_MAX;

	/* all go with the scheduler they are below */
	m->nsubs_before = m->scx_enables == s->scx_enables ? m->nsubs : 0;
	memcpy(m->subs_before, m->subs, m->nsubs_before * sizeof(*m->subs));
	for (i = 0; i < n; i++) {
		m->subs[i] = s->subs[i];
		text_sanitise(m->subs[i].name, sizeof(m->subs[i].name), s->subs[i].name,
			      strnlen(s->subs[i].name, sizeof(s->subs[i].name)));
	}
	m->nsubs = n;
}

static const struct sample_sub *find(const struct sample_sub *subs, uint32_t n, uint64_t id)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		if (subs[i].cgroup_id == id)
			return &subs[i];
	return NULL;
}

const struct sample_sub *model_sub(const struct model *m, uint64_t cgroup_id)
{
	return find(m->subs, m->nsubs, cgroup_id);
}

const char *model_sched_of(const struct model *m, uint64_t sched)
{
	const struct model_sched *all = model_sched_now(m);
	const struct sample_sub *sub = sched == SAMPLE_ABSENT ? NULL : model_sub(m, sched);

	return sub ? sub->name : sched == SAMPLE_ABSENT && all ? all->name : "";
}

uint64_t model_sub_tasks(const struct model *m, const struct sample_sub *sub)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < m->ntasks; i++)
		n += m->tasks[i].sched == sub->cgroup_id;
	return n;
}

bool model_sub_rate(const struct model *m, const struct sample_sub *sub, uint32_t i, double *per_s)
{
	const struct sample_sub *old = find(m->subs_before, m->nsubs_before, sub->cgroup_id);
	uint64_t ns = m->sample_ns - m->sample_before_ns;

	/* another one in its place begins at 0 */
	if (!old || strcmp(old->name, sub->name) || !m->sample_before_ns || !ns ||
	    sub->events[i] == SAMPLE_ABSENT || old->events[i] == SAMPLE_ABSENT ||
	    sub->events[i] < old->events[i])
		return false;
	*per_s = (double)(sub->events[i] - old->events[i]) * 1e9 / (double)ns;
	return true;
}

bool model_on_dsq(const struct sample_task *t, const struct sample_dsq *d)
{
	bool builtin = d->id >> 63;

	return t->dsq == d->id && t->dsq != SAMPLE_ABSENT && (builtin || t->sched == d->sched) &&
	       (d->cpu == SAMPLE_ABSENT || d->cpu == (uint64_t)t->cpu);
}
