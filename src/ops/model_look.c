/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_look - reading the model: look-ups and rates. Writes nothing.
 * Invariant: a rate over an absent or reset counter is "not known", never 0.
 */
#include "base/text.h"
#include "ops/model.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const struct model_group *model_group(const struct model *m, const char *name)
{
	size_t i = m->ngroups;

	while (i--)
		if (!strcmp(m->groups[i].name, name))
			return &m->groups[i];
	return NULL;
}

const struct sample_mask *model_mask(const struct model *m, uint64_t index)
{
	return index < m->nmasks ? &m->masks[index] : NULL;
}

const struct model_op *model_op(const struct model *m, uint64_t seq)
{
	size_t i = m->nops;

	while (i--)
		if (m->ops[i].seq == seq)
			return &m->ops[i];
	return NULL;
}

const struct model_file *model_file(const struct model *m, const char *path, size_t nth)
{
	const struct model_file *last = NULL;
	size_t i, n = 0;

	for (i = 0; i < m->nfiles; i++) {
		if (strcmp(m->files[i].raw_path, path))
			continue;
		last = &m->files[i];
		if (n++ == nth)
			return last;
	}
	return nth == (size_t)-1 ? last : NULL;
}

const struct model_cgroup *model_cgroup_by_id(const struct model *m, uint64_t id)
{
	size_t i = m->ncgroups;

	while (i--)
		if (m->cgroups[i].id == id)
			return &m->cgroups[i];
	return NULL;
}

const struct model_line *model_line(const struct model *m, size_t i)
{
	return i < m->nlog ? &m->log[(m->log_first + i) % MODEL_LOG_MAX] : NULL;
}

void model_task_name(const struct model *m, int64_t pid, const char *comm, char *dst, size_t size)
{
	size_t g, t;

	for (g = m->ngroups; pid > 0 && g--;) {
		for (t = 0; t < m->groups[g].ntasks; t++) {
			const struct model_task *task = &m->groups[g].tasks[t];

			if (task->pid != pid || task->exited)
				continue;
			snprintf(dst, size, "%s.%" PRIu64, m->groups[g].name, task->index);
			return;
		}
	}
	text_copy(dst, size, comm);
}

static uint64_t interval(const struct model *m)
{
	return m->sample_before_ns && m->sample_ns > m->sample_before_ns
		       ? m->sample_ns - m->sample_before_ns
		       : 0;
}

static bool rate(const struct model *m, uint64_t now, uint64_t before, double *per_ns)
{
	uint64_t ns = interval(m);

	if (!ns || now == SAMPLE_ABSENT || before == SAMPLE_ABSENT || now < before)
		return false;
	*per_ns = (double)(now - before) / (double)ns;
	return true;
}

bool model_cpu_rate(const struct model *m, size_t cpu, uint64_t now, uint64_t before, double *per_s)
{
	if (!rate(m, now, before, per_s))
		return false;
	*per_s *= 1e9;
	return true;
}

static double percent(double share)
{
	return share < 0 ? 0 : share > 1 ? 100 : share * 100;
}

bool model_cpu_busy(const struct model *m, size_t cpu, double *out)
{
	double share;

	if (cpu >= m->ncpus ||
	    !rate(m, m->cpus[cpu].now.busy_ns, m->cpus[cpu].before.busy_ns, &share))
		return false;
	*out = percent(share);
	return true;
}

static const struct sample_task *before(const struct model *m, int32_t tid)
{
	size_t lo = 0, hi = m->ntasks_before;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (m->tasks_before[mid].tid == tid)
			return &m->tasks_before[mid];
		if (m->tasks_before[mid].tid < tid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

bool model_task_share(const struct model *m, size_t task, double *run, double *wait)
{
	const struct sample_task *now = &m->tasks[task], *old = before(m, now->tid);
	double r, w;

	if (!old || !rate(m, now->run_ns, old->run_ns, &r))
		return false;
	*run = percent(r);
	*wait = rate(m, now->wait_ns, old->wait_ns, &w) ? percent(w) : -1;
	return true;
}

bool model_cgroup_use(const struct model *m, size_t cgroup, double *out)
{
	const struct model_cgroup *g = &m->cgroups[cgroup];

	if (!g->now_ns || g->now.usage_ns == SAMPLE_ABSENT)
		return false;
	if (m->sample_ns > g->now_ns + UINT64_C(2000000000)) {
		*out = 0;
		return true;
	}
	if (!g->before_ns || g->before.usage_ns == SAMPLE_ABSENT || g->now_ns <= g->before_ns ||
	    g->now.usage_ns < g->before.usage_ns)
		return false;
	*out = (double)(g->now.usage_ns - g->before.usage_ns) * 100 /
	       (double)(g->now_ns - g->before_ns);
	return true;
}

bool model_cost(const struct model *m, double *out)
{
	if (!m->cost_before_at_ns || m->cost_at_ns <= m->cost_before_at_ns ||
	    m->cost_ns == SAMPLE_ABSENT || m->cost_before_ns == SAMPLE_ABSENT ||
	    m->cost_ns < m->cost_before_ns)
		return false;
	*out = (double)(m->cost_ns - m->cost_before_ns) * 100 /
	       (double)(m->cost_at_ns - m->cost_before_at_ns);
	return true;
}
