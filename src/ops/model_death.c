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

enum { WAITERS_MAX = 16, ENABLED = 1 /* SCX_ENABLED of enum scx_enable_state */ };

static bool waits_longer(const struct sample_task *a, const struct sample_task *b)
{
	return a->since_ns < b->since_ns; /* what is absent is last */
}

/* The oldest waiters among the model's tasks, by insertion: there are few places. */
static void keep_waiters(const struct model *m, struct model_sched *s)
{
	size_t i, at;

	if (!s->waiters)
		s->waiters = xcalloc(WAITERS_MAX, sizeof(*s->waiters));
	s->nwaiters = 0;
	for (i = 0; i < m->ntasks; i++) {
		const struct sample_task *t = &m->tasks[i];

		if (t->state != 'r')
			continue;
		if (s->nwaiters == WAITERS_MAX && !waits_longer(t, &s->waiters[WAITERS_MAX - 1]))
			continue;
		at = s->nwaiters < WAITERS_MAX ? s->nwaiters++ : WAITERS_MAX - 1;
		for (; at && waits_longer(t, &s->waiters[at - 1]); at--)
			s->waiters[at] = s->waiters[at - 1];
		s->waiters[at] = *t;
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

	/* where the kernel counts, no counters are a scheduler's that is going */
	if (!l || l->ended || !in_force(m, s) || (l->ncounters && !m->nscx))
		return;
	l->seen_ns = s->t_ns;
	keep_waiters(m, l);
	if (!m->nscx)
		return;
	if (!l->counters)
		l->counters = xcalloc(SAMPLE_SCX_MAX, sizeof(*l->counters));
	memcpy(l->counters, m->scx, m->nscx * sizeof(*l->counters));
	l->ncounters = m->nscx;
}

void model_death_finish(struct model_sched *s)
{
	dump_destroy(s->parsed);
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
