/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_sample - what a sample changes in the model: CPUs, tasks, cgroups, the cost of looking.
 *
 * Invariant: a rate is taken between two readings that differ, never from one.
 */
#include "base/die.h"
#include "base/text.h"
#include "ops/model_log.h"
#include "ops/model_private.h"
#include "ops/trace.h"
#include "ops/model_wait.h"

#include <stdlib.h>
#include <string.h>

#define COST_WINDOW_NS UINT64_C(900000000)

static int by_tid(const void *a, const void *b)
{
	const struct sample_task *x = a, *y = b;

	return (x->tid > y->tid) - (x->tid < y->tid);
}

static void sample_cpus(struct model *m, const struct sample *s)
{
	uint32_t i;

	if (s->ncpus != m->ncpus) {
		m->cpus = xreallocarray(m->cpus, s->ncpus, sizeof(*m->cpus));
		memset(m->cpus, 0, s->ncpus * sizeof(*m->cpus));
		m->ncpus = s->ncpus;
		m->sample_ns = 0;
	}
	for (i = 0; i < s->ncpus; i++) {
		m->cpus[i].before = m->cpus[i].now;
		m->cpus[i].now = s->cpus[i];
		text_sanitise(m->cpus[i].now.comm, SAMPLE_COMM, s->cpus[i].comm,
			      strnlen(s->cpus[i].comm, SAMPLE_COMM));
	}
}

/*
 * An agent's sample needs switches: it wakes up for it and a hand answers. Counters of
 * switches that are the same in two samples are therefore wrong.
 */
static void doubt_cpus(struct model *m)
{
	uint64_t now = 0, before = 0;
	uint32_t i;

	for (i = 0; i < m->ncpus; i++) {
		if (m->cpus[i].now.switches == SAMPLE_ABSENT ||
		    m->cpus[i].before.switches == SAMPLE_ABSENT)
			return;
		now += m->cpus[i].now.switches;
		before += m->cpus[i].before.switches;
	}
	if (m->stood_still || !before || now != before)
		return;
	m->stood_still = true;
	model_log_doubt(
		m, "samples   the counters of switches stand still: rates and loads are not true");
}

/*
 * The trace knows tids only: who they are, and in which cgroup, is told by every sample. One is
 * collected for a while after the one before, and has the time of its end.
 */
static void name_in_trace(struct model *m, const struct sample_task *task, uint64_t t_ns)
{
	struct trace_task n = {.t_ns = t_ns,
			       .vague_ns = t_ns - m->sample_before_ns,
			       .tid = task->tid,
			       .pid = task->pid,
			       .cgroup_id = task->cgroup_id};

	memcpy(n.comm, task->comm, sizeof(n.comm));
	trace_name(m->trace, &n);
}

static void sample_tasks(struct model *m, const struct sample *s)
{
	struct sample_task *t = m->tasks_before;
	struct model_seen *seen = m->seen_before;
	bool sorted = true;
	uint32_t i;

	m->seen_before = m->seen;
	m->seen = xreallocarray(seen, s->ntasks, sizeof(*m->seen));
	m->tasks_before = m->tasks;
	m->ntasks_before = m->ntasks;
	m->tasks = xreallocarray(t, s->ntasks, sizeof(*m->tasks));
	m->ntasks = s->ntasks;
	for (i = 0; i < s->ntasks; i++) {
		m->tasks[i] = s->tasks[i];
		text_sanitise(m->tasks[i].comm, SAMPLE_COMM, s->tasks[i].comm,
			      strnlen(s->tasks[i].comm, SAMPLE_COMM));
		name_in_trace(m, &m->tasks[i], s->t_ns);
		sorted = sorted && (!i || m->tasks[i - 1].tid <= m->tasks[i].tid);
	}
	if (!sorted)
		qsort(m->tasks, m->ntasks, sizeof(*m->tasks), by_tid);
	model_seen_sample(m, s->t_ns);
}

/* FNV-1a by words */
static uint64_t hash_mask(const struct sample_mask *mask)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	size_t i;

	for (i = 0; i < SAMPLE_CPUS_MAX / 64; i++)
		h = (h ^ mask->bits[i]) * UINT64_C(0x100000001b3);
	return h;
}

static void sample_sched_state(struct model *m, const struct sample *s)
{
	uint32_t i;

	m->dsqs = xreallocarray(m->dsqs, s->ndsqs, sizeof(*m->dsqs));
	m->ndsqs = s->ndsqs;
	if (s->ndsqs)
		memcpy(m->dsqs, s->dsqs, s->ndsqs * sizeof(*m->dsqs));
	m->masks = xreallocarray(m->masks, s->nmasks, sizeof(*m->masks));
	m->nmasks = s->nmasks;
	if (s->nmasks)
		memcpy(m->masks, s->masks, s->nmasks * sizeof(*m->masks));
	m->mask_hashes = xreallocarray(m->mask_hashes, s->nmasks, sizeof(*m->mask_hashes));
	for (i = 0; i < s->nmasks; i++)
		m->mask_hashes[i] = hash_mask(&m->masks[i]);
	m->sched_now = s->sched;
}

static void sample_cgroups(struct model *m, const struct sample *s)
{
	uint32_t i;

	for (i = 0; i < s->ncgroups; i++) {
		struct model_cgroup *c = model_cgroup_make(m, s->cgroups[i].id, s->cgroups[i].path);

		if (!c)
			continue;
		/*
		 * Cgroup files are read less often than frames come. The same figures say nothing
		 * new, so a rate is always taken between two readings that differ.
		 */
		if (c->now_ns && c->now.usage_ns == s->cgroups[i].usage_ns) {
			c->now = s->cgroups[i];
			continue;
		}
		c->before = c->now;
		c->before_ns = c->now_ns;
		c->now = s->cgroups[i];
		c->now_ns = s->t_ns;
	}
}

#define STEAL_BUSY_NS 500000000u /* of less work a tick is too much */

/* Busy is from one switch to the next: what was stolen is in it. */
static void sample_steal(struct model *m, const struct sample *s)
{
	uint64_t busy = 0, permille;
	uint32_t i;

	for (i = 0; i < s->ncpus; i++) {
		if (s->cpus[i].busy_ns == SAMPLE_ABSENT)
			return;
		busy += s->cpus[i].busy_ns;
	}
	if (s->steal_ns == SAMPLE_ABSENT)
		return;
	if (m->steal_from.stolen_ns == SAMPLE_ABSENT || s->steal_ns < m->steal_from.stolen_ns ||
	    busy < m->steal_from.busy_ns) {
		m->steal_from.stolen_ns = s->steal_ns;
		m->steal_from.busy_ns = busy;
	}
	busy -= m->steal_from.busy_ns;
	if (busy < STEAL_BUSY_NS)
		return;
	permille =
		(uint64_t)((double)(s->steal_ns - m->steal_from.stolen_ns) * 1000 / (double)busy);
	permille = permille > 1000 ? 1000 : permille;
	if (m->steal == SAMPLE_ABSENT || permille > m->steal)
		m->steal = permille;
}

static void sample_cost(struct model *m, const struct sample *s)
{
	if (s->cost_ns == SAMPLE_ABSENT ||
	    (m->cost_at_ns && s->t_ns < m->cost_at_ns + COST_WINDOW_NS))
		return;
	m->cost_before_ns = m->cost_ns;
	m->cost_before_at_ns = m->cost_at_ns;
	m->cost_ns = s->cost_ns;
	m->cost_at_ns = s->t_ns;
}

void model_sample(struct model *m, const struct sample *s)
{
	if (s->t_ns > m->now_ns)
		m->now_ns = s->t_ns;
	m->sample_before_ns = m->sample_ns;
	sample_cpus(m, s);
	if (s->sched.outside != 1 && m->sample_before_ns && s->t_ns > m->sample_before_ns)
		doubt_cpus(m);
	sample_tasks(m, s);
	sample_sched_state(m, s);
	sample_cgroups(m, s);
	model_tree_update(m);
	model_sched_sample(m, s);
	m->sample_ns = s->t_ns;
	model_promise_sample(m);
	model_wait_sample(m);
	model_monitor_sample(m, s);
	if (s->drops != SAMPLE_ABSENT)
		m->drops = s->drops;
	sample_cost(m, s);
	sample_steal(m, s);
	m->cut = s->cut;
	m->samples++;
}