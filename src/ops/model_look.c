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

#define RATE_LEAST_NS 1000u

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

uint64_t model_mask_hash(const struct model *m, uint64_t index)
{
	return index < m->nmasks ? m->mask_hashes[index] : SAMPLE_ABSENT;
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
	uint64_t at;

	return idmap_get(&m->cgroup_ids, id, &at) ? &m->cgroups[at] : NULL;
}

const char *model_below_root(const struct model *m, const char *path)
{
	size_t n = m->root ? strlen(m->root) : 0;

	if (n && !strncmp(path, m->root, n) && path[n] == '/')
		return path + n;
	if (n && !strcmp(path, m->root))
		return "/";
	return path;
}

const struct model_line *model_line(const struct model *m, size_t i)
{
	return i < m->nlog ? &m->log[(m->log_first + i) % MODEL_LOG_MAX] : NULL;
}

const struct model_task *model_task_of(const struct model *m, int64_t pid,
				       const struct model_group **group)
{
	uint64_t at;

	*group = NULL;
	if (pid <= 0 || !idmap_get(&m->pids, (uint64_t)pid, &at))
		return NULL;
	*group = &m->groups[at >> 32];
	return &(*group)->tasks[at & UINT32_MAX];
}

void model_task_name(const struct model *m, int64_t pid, const char *comm, char *dst, size_t size)
{
	const struct model_group *g;
	const struct model_task *t = model_task_of(m, pid, &g);

	if (t)
		snprintf(dst, size, "%s.%" PRIu64, g->name, t->index);
	else
		text_copy(dst, size, comm);
}

/* Two looks at a guest that stands are as good as one moment: nothing between them is a rate. */
static uint64_t interval(const struct model *m)
{
	return m->sample_before_ns && m->sample_ns > m->sample_before_ns + RATE_LEAST_NS
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

uint32_t model_tid(const struct model *m, int64_t tid)
{
	size_t lo = 0, hi = m->ntasks;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (m->tasks[mid].tid == tid)
			return (uint32_t)mid;
		if (m->tasks[mid].tid < tid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return MODEL_NONE;
}

static const struct sample_task *before(const struct model *m, size_t task)
{
	uint32_t at = m->seen[task].before;

	return at == MODEL_NONE ? NULL : &m->tasks_before[at];
}

bool model_task_share(const struct model *m, size_t task, double *run, double *wait)
{
	const struct sample_task *now = &m->tasks[task], *old = before(m, task);
	double r, w;

	if (!old || !rate(m, now->run_ns, old->run_ns, &r))
		return false;
	*run = percent(r);
	*wait = rate(m, now->wait_ns, old->wait_ns, &w) ? percent(w) : -1;
	return true;
}

bool model_task_rate(const struct model *m, size_t task, uint64_t now, size_t offset, double *per_s)
{
	const struct sample_task *old = before(m, task);
	uint64_t was;

	if (!old)
		return false;
	memcpy(&was, (const char *)old + offset, sizeof(was));
	if (!rate(m, now, was, per_s))
		return false;
	*per_s *= 1e9;
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
