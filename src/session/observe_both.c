/* SPDX-License-Identifier: BSD-2-Clause */
/* observe_both - see observe_both.h. Invariant: memory's look of before is kept whole. */
#include "session/observe_both.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "ops/sample_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { RUN, SWITCHES, MIGRATIONS, CGROUP, POLICY, MISSING, CLOCK, COUNTER, LOCAL, KINDS };

static const char *const names[KINDS] = {
	[RUN] = "run time",  [SWITCHES] = "switches", [MIGRATIONS] = "migrations",
	[CGROUP] = "cgroup", [POLICY] = "policy",     [MISSING] = "existence",
	[CLOCK] = "clock",   [COUNTER] = "counter",   [LOCAL] = "local DSQ"};

struct both {
	void (*log)(void *arg, int level, const char *text);
	void *arg;
	struct sample looks[2];      /* the two newest; rows of tasks by tid */
	unsigned newest;             /* which of them */
	const struct sample *before; /* the one that what is compared now is held against */
	uint64_t told_ns;            /* the agent's sample before */
	bool told[KINDS];
	uint64_t made, wrong;
};

struct both *both_create(void (*log)(void *arg, int level, const char *text), void *arg)
{
	struct both *b = xcalloc(1, sizeof(*b));

	b->log = log;
	b->arg = arg;
	sample_alloc(&b->looks[0]);
	sample_alloc(&b->looks[1]);
	return b;
}

void both_destroy(struct both *b)
{
	if (!b)
		return;
	sample_free(&b->looks[0]);
	sample_free(&b->looks[1]);
	free(b);
}

void both_counts(const struct both *b, uint64_t *made, uint64_t *wrong)
{
	*made = b->made;
	*wrong = b->wrong;
}

/* low and high are memory's; the agent's v was read in between. */
static void between(struct both *b, enum kind kind, const char *what, uint64_t id, uint64_t low,
		    uint64_t v, uint64_t high)
{
	char text[256];

	if (low == SAMPLE_ABSENT || v == SAMPLE_ABSENT || high == SAMPLE_ABSENT)
		return;
	b->made++;
	if (low <= v && v <= high)
		return;
	b->wrong++;
	if (b->told[kind])
		return;
	b->told[kind] = true;
	snprintf(text, sizeof(text),
		 "the agent and the guest's memory differ: %s of %s %" PRIu64 " is %" PRIu64
		 " by the agent, %" PRIu64 " to %" PRIu64 " in memory (told once a kind)",
		 names[kind], what, id, v, low, high);
	b->log(b->arg, 4, text);
}

/* Only what stood still in memory can be held against the agent. */
static void equal(struct both *b, enum kind kind, const char *what, uint64_t id, uint64_t low,
		  uint64_t v, uint64_t high)
{
	if (low == high)
		between(b, kind, what, id, low, v, high);
}

static int by_tid(const void *a, const void *b)
{
	const struct sample_task *x = a, *y = b;

	return (x->tid > y->tid) - (x->tid < y->tid);
}

static const struct sample_task *find(const struct sample_task *tasks, uint32_t n, int tid)
{
	const struct sample_task key = {.tid = tid};

	return n ? bsearch(&key, tasks, n, sizeof(*tasks), by_tid) : NULL;
}

/* now and told in the order of tids, as before is. */
static void compare_tasks(struct both *b, const struct sample_task *told, uint32_t ntold,
			  const struct sample *now)
{
	uint32_t i;

	for (i = 0; i < now->ntasks; i++) {
		const struct sample_task *high = &now->tasks[i], *v, *low;
		uint64_t id = (uint64_t)high->tid;

		low = find(b->before->tasks, b->before->ntasks, high->tid);
		if (!low || low->start_ns != high->start_ns)
			continue; /* came in between: the agent may have seen it, or not */
		v = find(told, ntold, high->tid);
		between(b, MISSING, "task", id, 1, v != NULL, 1);
		if (!v)
			continue;
		between(b, RUN, "task", id, low->run_ns, v->run_ns, high->run_ns);
		between(b, SWITCHES, "task", id, low->switches, v->switches, high->switches);
		between(b, MIGRATIONS, "task", id, low->migrations, v->migrations,
			high->migrations);
		equal(b, CGROUP, "task", id, low->cgroup_id, v->cgroup_id, high->cgroup_id);
		equal(b, POLICY, "task", id, low->policy, v->policy, high->policy);
	}
}

static void compare_cpus(struct both *b, const struct sample *told, const struct sample *now)
{
	uint32_t i;

	for (i = 0; i < now->ncpus && i < told->ncpus && i < b->before->ncpus; i++) {
		const struct sample_cpu *low = &b->before->cpus[i], *v = &told->cpus[i],
					*high = &now->cpus[i];

		/* by the agent's probe as of its last look at runqueues, which may have been none
		 */
		if (!v->clock)
			continue;
		between(b, CLOCK, "CPU", i, low->clock, v->clock, high->clock);
		if (low->switches == high->switches)
			equal(b, LOCAL, "CPU", i, low->local_dsq, v->local_dsq, high->local_dsq);
	}
}

static void compare_counters(struct both *b, const struct sample *told, const struct sample *now)
{
	uint32_t i, k;

	if (b->before->scx_enables != now->scx_enables || told->scx_enables != now->scx_enables ||
	    b->before->nscx != now->nscx)
		return;
	for (i = 0; i < now->nscx; i++)
		for (k = 0; k < told->nscx; k++)
			if (!strcmp(now->scx[i].name, told->scx[k].name))
				between(b, COUNTER, told->scx[k].name, now->scx_enables,
					b->before->scx[i].value, told->scx[k].value,
					now->scx[i].value);
}

static void keep(struct both *b, const struct sample *now)
{
	struct sample *k = &b->looks[b->newest = !b->newest];

	k->t_ns = now->t_ns;
	memcpy(k->cpus, now->cpus, now->ncpus * sizeof(*k->cpus));
	memcpy(k->tasks, now->tasks, now->ntasks * sizeof(*k->tasks));
	memcpy(k->scx, now->scx, sizeof(k->scx));
	k->ncpus = now->ncpus;
	k->ntasks = now->ntasks;
	k->nscx = now->nscx;
	k->scx_enables = now->scx_enables;
	qsort(k->tasks, k->ntasks, sizeof(*k->tasks), by_tid);
}

/*
 * The agent reads for a sample when it has sent the one before: a look of before that time is older
 * than what it tells. What it tells may have been long on its way.
 */
void both_compare(struct both *b, const struct sample *told, const struct sample *now)
{
	struct sample_task *sorted;

	b->before = &b->looks[b->newest];
	if (b->before->t_ns > b->told_ns)
		b->before = &b->looks[!b->newest];
	if (b->before->t_ns && b->before->t_ns <= b->told_ns && told->ntasks + told->ncpus) {
		sorted = xreallocarray(NULL, told->ntasks + 1, sizeof(*sorted));
		memcpy(sorted, told->tasks, told->ntasks * sizeof(*sorted));
		qsort(sorted, told->ntasks, sizeof(*sorted), by_tid);
		compare_tasks(b, sorted, told->ntasks, now);
		compare_cpus(b, told, now);
		compare_counters(b, told, now);
		free(sorted);
	}
	b->told_ns = told->t_ns;
	keep(b, now);
}
