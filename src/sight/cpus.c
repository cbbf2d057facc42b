/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cpus - a row a CPU, from its runqueue.
 *
 * Busy is what non-idle tasks have had of it: rq_cpu_time up to the last switch, and the current
 * one's time since. Invariant: a row is two readings that were the same, or the row of before.
 */
#include "sight/sight_private.h"

#define SWITCHED_ON 0x7fffffff
#define DOMAINS_MAX 16

/* What a runqueue holds at one moment. */
struct look {
	uint64_t nr_running, switches, lock, curr, idle, clock, clock_task, rt, dl, scx, local,
		delay, turns, cpu_time, ttwu, sd;
	uint64_t pid, set, sclass, arrival; /* of the current task */
	uint64_t comm[SAMPLE_COMM / 8];
};

static void look_at(struct sight *s, const uint8_t *rq, struct look *k)
{
	const struct layout *l = &s->layout;
	const struct field *nr = &l->dsq_nr;
	const uint8_t *task;

	*k = (struct look){.nr_running = field_get(rq, &l->rq_nr_running),
			   .switches = field_get(rq, &l->rq_nr_switches),
			   .curr = field_get(rq, &l->rq_curr),
			   .idle = field_get(rq, &l->rq_idle),
			   .clock = field_get(rq, &l->rq_clock),
			   .clock_task = field_get(rq, &l->rq_clock_task),
			   .rt = field_get(rq, &l->rq_rt_running),
			   .dl = field_get(rq, &l->rq_dl_running),
			   .scx = field_get(rq, &l->rq_scx_running),
			   .delay = field_get(rq, &l->rq_info_delay),
			   .turns = field_get(rq, &l->rq_info_count),
			   .cpu_time = field_get(rq, &l->rq_cpu_time),
			   .ttwu = field_get(rq, &l->rq_ttwu_count),
			   .sd = field_get(rq, &l->rq_sd),
			   .local = SAMPLE_ABSENT};
	if (l->rq_local_dsq.size && nr->size && l->dsq_size &&
	    l->dsq_size <= l->rq_size - l->rq_local_dsq.offset)
		k->local = field_get(rq + l->rq_local_dsq.offset, nr);
	task = space_at(&s->space, k->curr, l->task_size);
	if (!task) {
		k->pid = SAMPLE_ABSENT;
		return;
	}
	k->pid = field_get(task, &l->task_pid);
	k->set = field_get(task, &l->task_cgroups);
	k->sclass = field_get(task, &l->task_class);
	k->arrival = field_get(task, &l->task_last_arrival);
	if (l->task_comm.size == SAMPLE_COMM)
		memcpy(k->comm, task + l->task_comm.offset, SAMPLE_COMM);
}

/* Load balance of all levels together, where the kernel counts it. */
static void add_domains(struct sight *s, uint64_t sd, struct sample_cpu *c)
{
	const struct layout *l = &s->layout;
	uint64_t tries = 0, moved = 0;
	uint32_t v;
	int depth, kind;

	if (!l->sd_lb_count.size || !l->sd_lb_gained.size || !l->sd_parent.size)
		return;
	for (depth = 0; sd && depth < DOMAINS_MAX; depth++) {
		for (kind = 0; kind < 3; kind++) {
			if (space_u32(&s->space, sd + l->sd_lb_count.offset + 4 * (uint64_t)kind,
				      &v))
				tries += v;
			if (space_u32(&s->space, sd + l->sd_lb_gained.offset + 4 * (uint64_t)kind,
				      &v))
				moved += v;
		}
		if (!space_u64(&s->space, sd + l->sd_parent.offset, &sd))
			break;
	}
	if (sd)
		return; /* no end: no number */
	c->lb_tries = tries;
	c->lb_moved = moved;
}

static void clear_row(struct sample_cpu *c, unsigned cpu)
{
	*c = (struct sample_cpu){.cpu = cpu,
				 .nr_running = SAMPLE_ABSENT,
				 .switches = SAMPLE_ABSENT,
				 .migrations = SAMPLE_ABSENT,
				 .busy_ns = SAMPLE_ABSENT,
				 .scx_running = SAMPLE_ABSENT,
				 .local_dsq = SAMPLE_ABSENT,
				 .clock = SAMPLE_ABSENT};
	sample_clear(c, &sample_cpu_fields);
}

static void fill(struct sight *s, const struct look *k, bool counts, struct sample_cpu *c)
{
	bool idle = k->curr == k->idle;

	c->nr_running = k->nr_running;
	c->switches = k->switches;
	c->scx_running = k->scx;
	c->local_dsq = k->local;
	c->clock = k->clock;
	c->rt_running = k->rt;
	c->dl_running = k->dl;
	c->run_delay_ns = k->delay;
	c->turns = k->turns;
	c->busy_ns = k->cpu_time;
	if (k->cpu_time != SAMPLE_ABSENT && !idle && k->arrival && k->arrival != SAMPLE_ABSENT &&
	    k->clock > k->arrival)
		c->busy_ns += k->clock - k->arrival;
	if (counts) { /* the kernel counts these only when it was told to */
		c->wakeups = k->ttwu;
		add_domains(s, k->sd, c);
	}
	if (k->pid == SAMPLE_ABSENT)
		return;
	c->pid = idle ? 0 : (int32_t)k->pid;
	c->sclass = sight_class(s, k->sclass);
	if (c->pid)
		c->cgroup_id = sight_cgroup_id(s, k->set);
	memcpy(c->comm, k->comm, sizeof(c->comm));
	c->comm[sizeof(c->comm) - 1] = '\0';
}

static bool counts_schedstats(struct sight *s)
{
	uint32_t on = 0;

	return s->symbols.sched_schedstats &&
	       space_u32(&s->space, sight_symbol(s, s->symbols.sched_schedstats), &on) && on &&
	       on <= SWITCHED_ON;
}

void sight_cpus(struct sight *s)
{
	bool counts = counts_schedstats(s);
	struct look a, b;
	unsigned cpu, i;

	for (cpu = 0; cpu < s->ncpus; cpu++) {
		struct sample_cpu *c = &s->out->cpus[cpu];
		const uint8_t *rq = space_at(&s->space, sight_percpu(s, s->symbols.runqueues, cpu),
					     s->layout.rq_size);

		clear_row(c, cpu);
		s->clocks[cpu] = s->clock_skew[cpu] = 0;
		if (!rq) /* a CPU that never came up */
			continue;
		look_at(s, rq, &a);
		for (i = 0; i < SIGHT_TRIES; i++, a = b) {
			__atomic_thread_fence(__ATOMIC_ACQUIRE);
			look_at(s, rq, &b);
			if (!memcmp(&a, &b, sizeof(a)))
				break;
		}
		if (i == SIGHT_TRIES) {
			s->unsteady++;
			*c = s->last[cpu];
			c->cpu = cpu;
		} else {
			fill(s, &a, counts, c);
			s->last[cpu] = *c;
		}
		s->clocks[cpu] = c->clock == SAMPLE_ABSENT ? 0 : c->clock;
		if (a.clock_task <= a.clock)
			s->clock_skew[cpu] = a.clock - a.clock_task;
	}
	s->out->ncpus = s->ncpus;
}
