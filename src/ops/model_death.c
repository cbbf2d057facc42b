/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_death - what a post-mortem needs and only the living can tell: who waited longest and what
 * the counters said when the scheduler was last seen in force; and those counters at each step's
 * begin. Invariant: nothing that was seen after its end began is taken for its doing.
 */
#include "base/die.h"
#include "ops/dump.h"
#include "ops/model.h"

#include <stdlib.h>
#include <string.h>

enum { WAITERS_MAX = 16, MOMENTS = 24, ENABLED = 1 /* SCX_ENABLED of enum scx_enable_state */ };

static bool waits_longer(const struct sample_task *a, const struct sample_task *b)
{
	return a->since_ns < b->since_ns; /* what is absent is last */
}

/* One moment of a scheduler in force. */
struct death_moment {
	uint64_t t_ns;
	struct sample_task waiters[WAITERS_MAX];
	size_t nwaiters;
	struct sample_scx counters[SAMPLE_SCX_MAX];
	uint32_t ncounters;
};

/* The oldest waiters among the model's tasks, by insertion: there are few places. */
static void keep_waiters(const struct model *m, struct death_moment *d)
{
	size_t i, at;

	d->nwaiters = 0;
	for (i = 0; i < m->ntasks; i++) {
		const struct sample_task *t = &m->tasks[i];

		if (t->state != 'r')
			continue;
		if (d->nwaiters == WAITERS_MAX && !waits_longer(t, &d->waiters[WAITERS_MAX - 1]))
			continue;
		at = d->nwaiters < WAITERS_MAX ? d->nwaiters++ : WAITERS_MAX - 1;
		for (; at && waits_longer(t, &d->waiters[at - 1]); at--)
			d->waiters[at] = d->waiters[at - 1];
		d->waiters[at] = *t;
	}
}

static bool in_force(const struct model *m, const struct sample *s)
{
	return (s->sched.state == SAMPLE_ABSENT || s->sched.state == ENABLED) &&
	       (s->sched.exit_kind == SAMPLE_ABSENT || !s->sched.exit_kind) &&
	       (s->sched.bypass == SAMPLE_ABSENT || !s->sched.bypass);
}

void model_death_sample(struct model *m, const struct sample *s)
{
	struct model_sched *l = m->nscheds ? &m->scheds[m->nscheds - 1] : NULL;
	struct death_moment *d;

	/* where the kernel counts, no counters are a scheduler's that is going */
	if (!l || l->ended || !in_force(m, s) || (l->counted && !m->nscx))
		return;
	if (!l->moments)
		l->moments = xcalloc(MOMENTS, sizeof(*l->moments));
	d = &l->moments[l->nmoments++ % MOMENTS];
	d->t_ns = s->t_ns;
	keep_waiters(m, d);
	memcpy(d->counters, m->scx, m->nscx * sizeof(*d->counters));
	d->ncounters = m->nscx;
	l->counted |= m->nscx > 0;
}

/* The word of an end comes some samples after it: the newest moment before it counts. */
void model_death_end(struct model_sched *s)
{
	const struct death_moment *best = NULL, *oldest = NULL;
	size_t i;

	for (i = 0; i < MOMENTS && i < s->nmoments; i++) {
		const struct death_moment *d = &s->moments[i];

		if (d->t_ns <= s->died_ns && (!best || d->t_ns > best->t_ns))
			best = d;
		if (!oldest || d->t_ns < oldest->t_ns)
			oldest = d;
	}
	/* the oldest that is kept may be of after it; then it is shown with its time */
	best = best ? best : oldest;
	if (best) {
		s->seen_ns = best->t_ns;
		s->nwaiters = best->nwaiters;
		s->waiters = xcalloc(WAITERS_MAX, sizeof(*s->waiters));
		memcpy(s->waiters, best->waiters, sizeof(best->waiters));
		s->ncounters = best->ncounters;
		s->counters = xcalloc(SAMPLE_SCX_MAX, sizeof(*s->counters));
		memcpy(s->counters, best->counters, sizeof(best->counters));
	}
	free(s->moments);
	s->moments = NULL;
	s->nmoments = 0;
}

void model_death_finish(struct model_sched *s)
{
	dump_destroy(s->parsed);
	free(s->moments);
	free(s->waiters);
	free(s->counters);
}

void model_death_step(struct model *m, struct model_step *step)
{
	uint32_t i;

	free(step->scx);
	step->scx = m->nscx ? xcalloc(m->nscx, sizeof(*step->scx)) : NULL;
	step->nscx = m->nscx;
	step->scx_enables = m->scx_enables;
	for (i = 0; i < m->nscx; i++)
		step->scx[i] = m->scx[i].value;
}

bool model_scx_rate(const struct model *m, uint32_t i, double *per_s)
{
	if (i >= m->nscx || i >= m->nscx_before || strcmp(m->scx[i].name, m->scx_before[i].name))
		return false;
	return model_cpu_rate(m, 0, m->scx[i].value, m->scx_before[i].value, per_s);
}

bool model_scx_step(const struct model *m, size_t step, uint32_t i, uint64_t *grown)
{
	const struct model_step *b = &m->steps[step], *e = b + 1;
	bool last = step + 1 >= m->nsteps || !e->begin_ns;
	uint32_t n = last ? m->nscx : e->nscx;
	uint64_t enables = last ? m->scx_enables : e->scx_enables, to;

	if (step >= m->nsteps || i >= n)
		return false;
	to = last ? m->scx[i].value : e->scx[i];
	if (to == SAMPLE_ABSENT)
		return false;
	*grown = to;
	if (i < b->nscx && b->scx_enables == enables) {
		if (b->scx[i] == SAMPLE_ABSENT || b->scx[i] > to)
			return false;
		*grown = to - b->scx[i];
	}
	return true;
}

bool model_scx_is_time(const char *name)
{
	size_t n = strlen(name);

	return n > 9 && !strcmp(name + n - 9, "_DURATION");
}

const struct model_sched *model_sched_ended(const struct model *m, size_t *n)
{
	const struct model_sched *last = NULL;
	size_t i;

	*n = 0;
	for (i = 0; i < m->nscheds; i++) {
		if (!m->scheds[i].ended)
			continue;
		(*n)++;
		last = &m->scheds[i];
	}
	return last;
}
