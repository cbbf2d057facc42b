/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_monitor - see model_monitor.h.
 */
#include "ops/model_monitor.h"

#include "base/die.h"
#include "ops/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void imbalance(const struct model *m, struct monitor_moment *now)
{
	uint64_t most = 0, least = SAMPLE_ABSENT, n;
	size_t i;

	for (i = 0; i < m->ncpus; i++) {
		n = m->cpus[i].now.nr_running;
		if (n == SAMPLE_ABSENT)
			return;
		if (n < least)
			least = n;
		if (n >= most) {
			most = n;
			now->cpu[MONITOR_IMBALANCE] = m->cpus[i].now.cpu;
		}
	}
	/* one CPU has nobody to be compared with */
	if (m->ncpus > 1)
		now->value[MONITOR_IMBALANCE] = (double)most / (double)(least ? least : 1);
}

static bool has_sched(const struct model *m)
{
	return m->nscx || model_sched_now(m);
}

static void depth(const struct model *m, struct monitor_moment *now)
{
	uint64_t most = 0, n;
	size_t i;

	if (!has_sched(m))
		return;
	for (i = 0; i < m->ncpus; i++) {
		n = m->cpus[i].now.local_dsq;
		if (n == SAMPLE_ABSENT)
			return;
		if (n >= most) {
			most = n;
			now->cpu[MONITOR_DEPTH] = m->cpus[i].now.cpu;
		}
	}
	if (m->ncpus)
		now->value[MONITOR_DEPTH] = (double)most;
}

/* An idle CPU has no need of a clock. */
static uint64_t stands_still(const struct model *m, const struct model_cpu *c, uint64_t since)
{
	if (!m->sample_before_ns || !c->now.nr_running || !c->before.nr_running ||
	    c->now.clock != c->before.clock)
		return 0;
	return since ? since : m->sample_before_ns;
}

static void stuck(const struct model *m, struct model_monitor *mon, struct monitor_moment *now)
{
	uint64_t ns, most = 0;
	size_t i;

	if (mon->ncpus != m->ncpus) {
		free(mon->stuck_since);
		mon->stuck_since = xcalloc(m->ncpus + 1, sizeof(*mon->stuck_since));
		mon->ncpus = m->ncpus;
	}
	for (i = 0; i < m->ncpus; i++) {
		const struct model_cpu *c = &m->cpus[i];

		if (c->now.clock == SAMPLE_ABSENT || c->now.nr_running == SAMPLE_ABSENT)
			return;
		mon->stuck_since[i] = stands_still(m, c, mon->stuck_since[i]);
		ns = mon->stuck_since[i] ? now->t_ns - mon->stuck_since[i] : 0;
		if (ns >= most) {
			most = ns;
			now->cpu[MONITOR_STUCK] = c->now.cpu;
		}
	}
	if (m->ncpus && m->sample_before_ns)
		now->value[MONITOR_STUCK] = (double)most;
}

static void counted(const struct model *m, const char *name, enum monitor_value which,
		    struct monitor_moment *now)
{
	double seconds = (double)(now->t_ns - m->sample_before_ns) / 1e9;
	uint32_t i, k;

	if (!m->sample_before_ns || now->t_ns <= m->sample_before_ns)
		return;
	for (i = 0; i < m->nscx; i++) {
		if (strcmp(m->scx[i].name, name))
			continue;
		for (k = 0; k < m->nscx_before; k++)
			if (!strcmp(m->scx_before[k].name, name) &&
			    m->scx[i].value >= m->scx_before[k].value)
				now->value[which] =
					(double)(m->scx[i].value - m->scx_before[k].value) /
					seconds;
	}
}

void model_monitor_sample(struct model *m, const struct sample *s)
{
	struct model_monitor *mon = &m->monitor;
	struct monitor_moment now = {.t_ns = s->t_ns};
	size_t i;

	for (i = 0; i < MONITOR_VALUES; i++) {
		now.value[i] = NAN;
		now.cpu[i] = UINT32_MAX;
	}
	imbalance(m, &now);
	depth(m, &now);
	stuck(m, mon, &now);
	counted(m, "SCX_EV_SELECT_CPU_FALLBACK", MONITOR_FALLBACK, &now);
	counted(m, "SCX_EV_DISPATCH_KEEP_LAST", MONITOR_KEEP_LAST, &now);
	mon->with_sched += has_sched(m);
	if (mon->n < MONITOR_MAX) {
		if (!(mon->n & (mon->n - 1)))
			mon->v = xreallocarray(mon->v, mon->n ? 2 * mon->n : 1, sizeof(*mon->v));
		mon->v[mon->n++] = now;
		return;
	}
	mon->v[mon->first] = now;
	mon->first = (mon->first + 1) % MONITOR_MAX;
}

void model_monitor_finish(struct model *m)
{
	free(m->monitor.v);
	free(m->monitor.stuck_since);
}

const struct monitor_moment *model_monitor_at(const struct model *m, size_t i)
{
	return i < m->monitor.n ? &m->monitor.v[(m->monitor.first + i) % m->monitor.n] : NULL;
}

bool model_monitor_held(const struct model *m, enum monitor_value which, unsigned samples,
			double *level, struct monitor_moment *at, size_t *longest)
{
	const struct monitor_moment *now, *back;
	size_t i, k, run = 0;
	bool found = false;

	*longest = 0;
	for (i = 0; (now = model_monitor_at(m, i)); i++) {
		double low = now->value[which];

		run = isnan(low) ? 0 : run + 1;
		*longest = run > *longest ? run : *longest;
		if (!samples || run < samples)
			continue;
		for (k = 1; k < samples; k++) {
			back = model_monitor_at(m, i - k);
			low = back->value[which] < low ? back->value[which] : low;
		}
		if (found && low <= *level)
			continue;
		found = true;
		*level = low;
		*at = *now;
	}
	return found;
}
