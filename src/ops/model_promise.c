/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_promise - see model_promise.h. One pass over the tasks, one over the cgroups a sample; the
 * judging only at the end of a window.
 */
#include "base/die.h"
#include "ops/model_private.h"

#include <stdlib.h>

/* A sibling competes when so many of its tasks waited, on average, and all have run so long. */
#define LEAST_WAITING 0.2
#define LEAST_RUN_NS  UINT64_C(1000000000)
/* Kept: within a quarter of the promise or five points; ignored: beyond half of it and ten points.
 */
#define NEAR_POINTS 0.05
#define FAR_POINTS  0.10

const char *promise_word(enum promise p)
{
	static const char *const words[] = {"-", "ok", "nearly", "IGNORED"};

	return words[p];
}

static void add_mask(struct promise_sum *s, uint64_t mask)
{
	if (s->known && s->mask != mask)
		s->masks_differ = true;
	s->mask = mask;
	s->known = true;
}

static void add_task(struct model *m, size_t i, struct model_promise *p, uint64_t interval)
{
	const struct sample_task *now = &m->tasks[i], *old;

	p->tasks++;
	if (m->seen[i].before == MODEL_NONE)
		return;
	old = &m->tasks_before[m->seen[i].before];
	if (now->run_ns == SAMPLE_ABSENT || old->run_ns == SAMPLE_ABSENT ||
	    now->run_ns < old->run_ns || now->cgroup_id != old->cgroup_id)
		return;
	if (now->run_ns == old->run_ns && now->wait_ns == old->wait_ns)
		return;
	p->sum.run_ns += now->run_ns - old->run_ns;
	if (now->sclass && now->sclass <= SAMPLE_CLASS_RT)
		p->sum.rt_ns += now->run_ns - old->run_ns;
	if (now->wait_ns != SAMPLE_ABSENT && old->wait_ns != SAMPLE_ABSENT &&
	    now->wait_ns > old->wait_ns) {
		/* the kernel counts a wait as it ends: what came before was seen as it was */
		uint64_t waited = now->wait_ns - old->wait_ns;

		p->sum.wait_ns += waited < interval ? waited : interval;
	}
	add_mask(&p->sum, model_mask_hash(m, now->allowed));
}

/* A task's wait is counted when it ends; one that waits still has waited all the same. */
static void add_waiting(struct model *m, size_t i, struct model_promise *p, uint64_t interval)
{
	const struct sample_task *now = &m->tasks[i];
	uint64_t waited =
		m->sample_ns > m->seen[i].since_ns ? m->sample_ns - m->seen[i].since_ns : 0;

	if (now->state != 'r' || now->held == SAMPLE_HELD_THROTTLED ||
	    now->held == SAMPLE_HELD_FROZEN || m->seen[i].before == MODEL_NONE)
		return;
	if (now->wait_ns != SAMPLE_ABSENT &&
	    now->wait_ns != m->tasks_before[m->seen[i].before].wait_ns)
		return;
	p->sum.wait_ns += waited < interval ? waited : interval;
	add_mask(&p->sum, model_mask_hash(m, now->allowed));
}

static void add_tasks(struct model *m, uint64_t interval)
{
	struct model_promise *p = NULL;
	uint64_t id = 0, at;
	size_t i;

	for (i = 0; i < m->ncgroups; i++)
		m->cgroups[i].promise.tasks = m->cgroups[i].promise.below = 0;
	for (i = 0; i < m->ntasks; i++) {
		if (!p || m->tasks[i].cgroup_id != id) {
			id = m->tasks[i].cgroup_id;
			p = idmap_get(&m->cgroup_ids, id, &at) ? &m->cgroups[at].promise : NULL;
		}
		if (!p)
			continue;
		add_task(m, i, p, interval);
		add_waiting(m, i, p, interval);
	}
	for (i = m->ncgroup_order; i--;) {
		struct model_cgroup *c = &m->cgroups[m->cgroup_order[i]];

		c->promise.below += c->promise.tasks;
		if (c->parent != MODEL_NONE)
			m->cgroups[c->parent].promise.below += c->promise.below;
	}
}

/* ---- the end of a window ----------------------------------------------------------------- */

static void sum_up(struct model *m)
{
	size_t i;

	for (i = m->ncgroup_order; i--;) {
		struct model_cgroup *c = &m->cgroups[m->cgroup_order[i]];
		struct promise_sum *s = &c->promise.sum, *up;

		if (c->now.throttled != SAMPLE_ABSENT &&
		    c->now.throttled > c->promise.throttled_from)
			s->throttled += c->now.throttled - c->promise.throttled_from;
		c->promise.throttled_from =
			c->now.throttled == SAMPLE_ABSENT ? 0 : c->now.throttled;
		if (c->parent == MODEL_NONE)
			continue;
		up = &m->cgroups[c->parent].promise.sum;
		up->run_ns += s->run_ns;
		up->wait_ns += s->wait_ns;
		up->rt_ns += s->rt_ns;
		up->throttled += s->throttled;
		up->masks_differ |= s->masks_differ;
		if (s->known)
			add_mask(up, s->mask);
	}
}

static void conclude(enum promise *now, enum promise *last, enum promise seen)
{
	*now = seen == *last ? seen : PROMISE_UNKNOWN;
	*last = seen;
}

static enum promise compare(double got, double promised, double all)
{
	double off = (got > promised ? got - promised : promised - got) / all;

	if (off <= NEAR_POINTS || (got >= promised * 0.75 && got <= promised * 1.25))
		return PROMISE_KEPT;
	if (off >= FAR_POINTS && (got <= promised * 0.5 || got >= promised * 1.5))
		return PROMISE_IGNORED;
	return PROMISE_NEARLY;
}

static double weight_of(const struct model_cgroup *c)
{
	/* cpu.idle: sched_group_set_idle() gives it WEIGHT_IDLEPRIO, 3 of 1024 */
	return c->now.weight ? (double)c->now.weight : 0.3;
}

/* Why this one does not compete with its siblings; NULL = it does. */
static const char *apart(const struct model_cgroup *c, double ns)
{
	const struct promise_sum *s = &c->promise.sum;

	if (!c->now_ns || c->now.weight == SAMPLE_ABSENT)
		return "its weight is not known";
	if ((double)s->wait_ns < LEAST_WAITING * ns)
		return "its tasks hardly wait: it has what it wants";
	if (s->throttled)
		return "it, or one below it, was held back by cpu.max";
	if (s->rt_ns * 20 > s->run_ns)
		return "real-time tasks are in it, which know no weight";
	if (s->masks_differ)
		return "its tasks may not all use the same CPUs";
	return NULL;
}

static double could_use(const struct model_cgroup *c, double ns)
{
	return (double)(c->promise.sum.run_ns + c->promise.sum.wait_ns) / ns;
}

/*
 * Children of one parent. Those that could not use what
 * they are promised take what they can, and the rest is promised to the others, until all can.
 */
struct siblings {
	uint32_t *rows;
	size_t n;
};

static void judge_weights(struct model *m, struct siblings *s, double ns)
{
	double run = 0, weight = 0, promised;
	size_t i, n = 0, before;
	uint64_t mask = SAMPLE_ABSENT;
	bool same = true;

	for (i = 0; i < s->n; i++) {
		struct model_cgroup *c = &m->cgroups[s->rows[i]];

		c->promise.weight_why = apart(c, ns);
		if (!c->promise.weight_why)
			s->rows[n++] = s->rows[i];
		else
			conclude(&c->promise.weight, &c->promise.weight_last, PROMISE_UNKNOWN);
	}
	do {
		before = n;
		run = weight = 0;
		for (i = 0; i < n; i++) {
			run += (double)m->cgroups[s->rows[i]].promise.sum.run_ns / ns;
			weight += weight_of(&m->cgroups[s->rows[i]]);
		}
		for (i = n = 0; i < before; i++) {
			struct model_cgroup *c = &m->cgroups[s->rows[i]];

			promised = weight_of(c) / weight * run;
			if (promised <= 0.9 * could_use(c, ns) || before == 1) {
				s->rows[n++] = s->rows[i];
				continue;
			}
			c->promise.weight_why = "it has too few tasks for what its weight promises";
			conclude(&c->promise.weight, &c->promise.weight_last, PROMISE_UNKNOWN);
		}
	} while (n && n < before);
	for (i = 0; i < n; i++) {
		same = same && (!i || m->cgroups[s->rows[i]].promise.sum.mask == mask);
		mask = m->cgroups[s->rows[i]].promise.sum.mask;
	}
	for (i = 0; i < n; i++) {
		struct model_cgroup *c = &m->cgroups[s->rows[i]];
		enum promise seen = PROMISE_UNKNOWN;

		promised = weight_of(c) / weight * run;
		if (n < 2) {
			c->promise.weight_why = "no sibling competes with it";
		} else if (!same) {
			c->promise.weight_why = "its siblings may use other CPUs";
		} else if (run * ns < (double)LEAST_RUN_NS) {
			c->promise.weight_why = "they ran too little to tell";
		} else {
			c->promise.promised = promised * 100;
			c->promise.weight_why = "of what its siblings that compete with it got";
			seen = compare((double)c->promise.sum.run_ns / ns, promised, run);
		}
		conclude(&c->promise.weight, &c->promise.weight_last, seen);
	}
}

static void judge_max(struct model_cgroup *c, double ns)
{
	struct model_promise *p = &c->promise;
	enum promise seen = PROMISE_UNKNOWN;

	p->limit = -1;
	if (!c->now_ns || c->now.quota_ns == SAMPLE_ABSENT || c->now.period_ns == SAMPLE_ABSENT ||
	    !c->now.period_ns) {
		p->max_why = "its cpu.max is not known";
	} else if (!c->now.quota_ns) {
		p->max_why = "it has no limit";
	} else {
		p->limit = (double)c->now.quota_ns * 100 / (double)c->now.period_ns;
		p->max_why = "of its run time against quota by period";
		/* what is left of one period may come on top, and a slice for each CPU */
		seen = p->got <= p->limit * 1.1 + (double)c->now.quota_ns * 100 / ns ? PROMISE_KEPT
		       : p->got >= p->limit * 1.5 + (double)c->now.quota_ns * 100 / ns
			       ? PROMISE_IGNORED
			       : PROMISE_NEARLY;
	}
	conclude(&p->max, &p->max_last, seen);
}

/* Every set of siblings once: the children of each cgroup, and those without a parent. */
static void judge(struct model *m, double ns)
{
	struct siblings s = {.rows = xcalloc(m->ncgroup_order + 1, sizeof(*s.rows))};
	size_t i, k;

	for (i = 0; i < m->ncgroup_order; i++) {
		struct model_cgroup *c = &m->cgroups[m->cgroup_order[i]];

		c->promise.got = (double)c->promise.sum.run_ns * 100 / ns;
		c->promise.waiting = (double)c->promise.sum.wait_ns / ns;
		c->promise.promised = -1;
		judge_max(c, ns);
	}
	for (i = 0; i < m->ncgroup_order; i++) {
		uint32_t parent = m->cgroup_order[i];
		uint16_t depth = m->cgroups[parent].depth;

		s.n = 0;
		for (k = i + 1;
		     k < m->ncgroup_order && m->cgroups[m->cgroup_order[k]].depth > depth; k++) {
			const struct model_cgroup *c = &m->cgroups[m->cgroup_order[k]];

			if (c->parent == parent)
				s.rows[s.n++] = m->cgroup_order[k];
		}
		judge_weights(m, &s, ns);
	}
	free(s.rows);
}

static void begin(struct model *m, uint64_t t_ns)
{
	size_t i;

	m->promise_from_ns = t_ns;
	for (i = 0; i < m->ncgroups; i++)
		m->cgroups[i].promise.sum = (struct promise_sum){.mask = SAMPLE_ABSENT};
}

void model_promise_sample(struct model *m)
{
	uint64_t t_ns = m->sample_ns, interval;

	interval =
		m->sample_before_ns && t_ns > m->sample_before_ns ? t_ns - m->sample_before_ns : 0;
	if (!interval || t_ns < m->promise_from_ns) {
		add_tasks(m, 0);
		begin(m, t_ns);
		return;
	}
	add_tasks(m, interval);
	if (t_ns < m->promise_from_ns + PROMISE_WINDOW_NS)
		return;
	sum_up(m);
	judge(m, (double)(t_ns - m->promise_from_ns));
	begin(m, t_ns);
}
