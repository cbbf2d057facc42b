/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * made - see made.h. All columns are filled: an absent one would cost nothing.
 */
#include "bench/made.h"
#include "ops/sample_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ACTIVE_PART 10
#define FIRST_TID   100

uint64_t made_random(struct made *m)
{
	m->seed ^= m->seed << 13;
	m->seed ^= m->seed >> 7;
	return m->seed ^= m->seed << 17;
}

static void all_zero(void *row, const struct sample_fields *fields)
{
	size_t i;

	for (i = 0; i < fields->n; i++)
		*sample_value(row, &fields->list[i]) = 0;
}

static void make_task(struct made *m, struct sample_task *t, uint32_t i)
{
	int32_t tid = (int32_t)m->next_tid++;

	*t = (struct sample_task){.pid = tid,
				  .tid = tid,
				  .cpu = (int32_t)(i % m->s.ncpus),
				  .state = 'S',
				  .cgroup_id = m->s.cgroups[i % m->s.ncgroups].id};
	all_zero(t, &sample_task_fields);
	snprintf(t->comm, sizeof(t->comm), "worker.%u", tid % 100000);
	t->start_ns = t->since_ns = m->s.t_ns;
	t->sclass = SAMPLE_CLASS_EXT;
	t->prio = 121;
	t->weight = 100;
	t->last_cpus = UINT64_C(0xffffffffffff0000) | (uint64_t)t->cpu;
}

static void make_cgroup(struct made *m, struct sample_cgroup *g)
{
	uint32_t id = m->next_cgroup++;

	*g = (struct sample_cgroup){.id = id};
	all_zero(g, &sample_cgroup_fields);
	g->weight = 100;
	snprintf(g->path, sizeof(g->path), id == 1 ? "/scxplore" : "/scxplore/group%u/leaf%u",
		 id % 20, id);
}

void made_init(struct made *m, uint32_t ncpus, uint32_t ntasks, uint32_t ncgroups)
{
	uint32_t i;

	*m = (struct made){.seed = 88172645463325252u, .next_tid = FIRST_TID, .next_cgroup = 1};
	sample_alloc(&m->s);
	m->s.ncpus = ncpus;
	m->s.ntasks = ntasks;
	m->s.ncgroups = ncgroups;
	m->s.t_ns = 1000000000;
	m->s.nmasks = 1;
	memset(m->s.masks[0].bits, 0xff, (ncpus + 7) / 8);
	for (i = 0; i < ncgroups; i++)
		make_cgroup(m, &m->s.cgroups[i]);
	for (i = 0; i < ncpus; i++) {
		m->s.cpus[i] = (struct sample_cpu){.cpu = i};
		all_zero(&m->s.cpus[i], &sample_cpu_fields);
	}
	for (i = 0; i < ntasks; i++)
		make_task(m, &m->s.tasks[i], i);
}

void made_finish(struct made *m)
{
	sample_free(&m->s);
}

static void run_task(struct made *m, struct sample_task *t, uint64_t step_ns)
{
	uint64_t ran = made_random(m) % (step_ns + 1);

	t->state = made_random(m) % 2 ? 'R' : 'S';
	t->held = t->state == 'R' ? SAMPLE_HELD_USER : SAMPLE_ABSENT;
	t->run_ns += ran;
	t->wait_ns += step_ns - ran;
	t->since_ns = m->s.t_ns - ran;
	t->switches += 1 + made_random(m) % 50;
	t->voluntary += 1 + made_random(m) % 50;
	t->wakes += 1 + made_random(m) % 50;
	t->wake_p50_ns = made_random(m) % 100000;
	t->wake_p99_ns = made_random(m) % 10000000;
	t->wake_max_ns = t->wake_p99_ns > t->wake_max_ns ? t->wake_p99_ns : t->wake_max_ns;
	t->waker = FIRST_TID + made_random(m) % m->s.ntasks;
	t->slice_ns = made_random(m) % 20000000;
	t->vtime += ran;
	if (made_random(m) % 4 == 0) {
		t->cpu = (int32_t)(made_random(m) % m->s.ncpus);
		t->migrations++;
		t->mig_llc++;
		t->last_cpus = t->last_cpus << 16 | (uint64_t)t->cpu;
	}
}

void made_next(struct made *m, uint64_t step_ns, bool churn)
{
	uint32_t i, one;

	m->s.t_ns += step_ns;
	m->gone_cgroup = 0;
	m->s.cost_ns += step_ns / 100;
	if (churn && made_random(m) % 10 == 0) {
		/* what ends leaves its place to the last: new tids are the highest */
		one = (uint32_t)(made_random(m) % m->s.ntasks);
		memmove(&m->s.tasks[one], &m->s.tasks[one + 1],
			(m->s.ntasks - one - 1) * sizeof(*m->s.tasks));
		make_task(m, &m->s.tasks[m->s.ntasks - 1], one);
	}
	if (churn && made_random(m) % 100 == 0) {
		one = 1 + (uint32_t)(made_random(m) % (m->s.ncgroups - 1));
		m->gone_cgroup = m->s.cgroups[one].id;
		make_cgroup(m, &m->s.cgroups[one]);
	}
	for (i = 0; i < m->s.ntasks; i++)
		if (made_random(m) % ACTIVE_PART == 0)
			run_task(m, &m->s.tasks[i], step_ns);
	for (i = 0; i < m->s.ncgroups; i++)
		if (made_random(m) % ACTIVE_PART == 0)
			m->s.cgroups[i].usage_ns += step_ns;
	for (i = 0; i < m->s.ncpus; i++) {
		struct sample_cpu *c = &m->s.cpus[i];
		const struct sample_task *t = &m->s.tasks[made_random(m) % m->s.ntasks];

		c->pid = t->pid;
		c->cgroup_id = t->cgroup_id;
		memcpy(c->comm, t->comm, sizeof(c->comm));
		c->nr_running = made_random(m) % 8;
		c->switches += made_random(m) % 1000;
		c->wakeups += made_random(m) % 1000;
		c->busy_ns += made_random(m) % (step_ns + 1);
		c->clock = m->s.t_ns;
	}
}
