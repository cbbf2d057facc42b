/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sampler - collecting one moment of the guest, see sampler.h.
 * Invariant: rows in shared memory are looked at only between a job's answer and the next job.
 */
#include "guest/sampler.h"

#include "guest/cgroup.h"
#include "guest/fault_switch.h"
#include "guest/line.h"
#include "guest/pool.h"
#include "guest/port.h"
#include "guest/probe.h"
#include "guest/sched_watch.h"
#include "guest/shared.h"
#include "guest/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#define SCAN_NS     1000000000ull
#define RATE_MIN_NS 10000000ull

static struct loop *loop;
static loop_id timer, scan_timer;
static unsigned ncpus;
static bool sampling, scanning;
static uint64_t dropped, scan_changes, scan_told;
static struct sample_cpu cpus[SAMPLE_CPUS_MAX];
static struct sample_task tasks[SAMPLE_TASKS_MAX];
static struct sample_cgroup cgroups[SAMPLE_CGROUPS_MAX];
static struct sample_mask cpusets[SAMPLE_CGROUPS_MAX], masks[SAMPLE_MASKS_MAX];
static uint32_t ncgroups;
static uint64_t cgroups_cut, steal_ns = SAMPLE_ABSENT;

void sampler_set_cpus(unsigned n)
{
	ncpus = n < SAMPLE_CPUS_MAX ? n : SAMPLE_CPUS_MAX;
}

/* The first process also did the kernel's boot: what it used before is not the observer's cost. */
static uint64_t own_cpu_ns(void)
{
	static uint64_t before;
	struct timespec ts;
	uint64_t ns;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	ns = (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
	if (!before)
		before = ns;
	return ns - before;
}

static void fill_cpu(struct sample_cpu *c, unsigned cpu, uint64_t now)
{
	struct probe_runqueue rq;
	struct probe_cpu p;

	probe_runqueue(cpu, &rq);
	*c = (struct sample_cpu){.cpu = cpu,
				 .nr_running = rq.nr_running,
				 .scx_running = rq.scx_running,
				 .local_dsq = rq.local_dsq,
				 .clock = fault_is(FAULT_CLOCK_STUCK) ? 1 : rq.clock,
				 .switches = SAMPLE_ABSENT,
				 .migrations = SAMPLE_ABSENT,
				 .busy_ns = SAMPLE_ABSENT};
	sample_clear(c, &sample_cpu_fields);
	c->run_delay_ns = rq.run_delay_ns;
	c->turns = rq.turns;
	c->rt_running = rq.rt_running;
	c->dl_running = rq.dl_running;
	if (fault_is(FAULT_QUEUE_SKEWED) && !cpu)
		c->nr_running = 200;
	if (fault_is(FAULT_DEPTH_SKEWED) && !cpu)
		c->local_dsq = 200;
	if (!probe_cpu(cpu, &p))
		return;
	c->migrations = p.migrations;
	c->mig_out = p.left;
	if (!probe_watches())
		return;
	c->pid = p.pid;
	c->cgroup_id = p.cgroup_id;
	c->switches = p.switches;
	c->wakeups = p.wakeups;
	c->busy_ns = p.busy_ns;
	/* a CPU that does not switch is busy all the same */
	if (p.running && p.since_ns && now > p.since_ns)
		c->busy_ns += now - p.since_ns;
	memcpy(c->comm, p.comm, sizeof(c->comm));
	c->comm[sizeof(c->comm) - 1] = '\0';
}

/* The workload's tasks: not the agent, not its hands. */
static uint32_t take_tasks(uint64_t n)
{
	uint32_t kept = 0;
	uint64_t i;

	for (i = 0; i < n && i < SAMPLE_TASKS_MAX; i++) {
		const struct sample_task *t = &shared_rows->tasks[i];

		if (t->pid == 1 || pool_is_hand(t->pid))
			continue;
		tasks[kept++] = *t;
	}
	return kept;
}

/* The masks of the tasks are the hand's, those of the cgroups of the last scan come to them. */
static void take_masks(struct sample *s, uint64_t ntasks)
{
	static const struct sample_mask none;
	uint32_t i;

	s->masks = masks;
	s->nmasks = ntasks && shared_rows->nmasks <= SAMPLE_MASKS_MAX ? shared_rows->nmasks : 0;
	memcpy(masks, shared_rows->masks, s->nmasks * sizeof(*masks));
	for (i = 0; i < s->ncgroups; i++)
		cgroups[i].cpuset = memcmp(&cpusets[i], &none, sizeof(none))
					    ? sample_mask_index(s, &cpusets[i])
					    : SAMPLE_ABSENT;
}

static void send_sample(uint64_t ntasks, uint64_t cut)
{
	struct sample s = {.t_ns = loop_now_ns(),
			   .cpus = cpus,
			   .tasks = tasks,
			   .cgroups = cgroups,
			   .ncpus = ncpus,
			   .ncgroups = ncgroups,
			   .steal_ns = steal_ns,
			   .cut = cut + cgroups_cut};
	unsigned i;

	sample_clear(&s.sched, &sample_sched_fields);
	s.ntasks = take_tasks(ntasks);
	take_masks(&s, ntasks);
	for (i = 0; i < ncpus && !fault_is(FAULT_SAMPLE_STUCK); i++)
		fill_cpu(&cpus[i], i, s.t_ns);
	s.nscx = sched_watch_counters(s.scx, SAMPLE_SCX_MAX, &s.scx_enables);
	s.cost_ns = own_cpu_ns() + pool_cpu_ns();
	s.drops = probe_drops() + dropped;
	if (!port_sample(&s))
		dropped++;
}

static void on_sample(void *arg, struct job_reply *r)
{
	sampling = false;
	send_sample(r->code ? 0 : r->num, r->id);
}

static void on_timer(void *arg)
{
	int fds[2];

	if (sampling)
		return;
	if (!probe_sample_fds(&fds[0], &fds[1])) {
		send_sample(0, 0);
		return;
	}
	fds[0] = fcntl(fds[0], F_DUPFD_CLOEXEC, 3);
	fds[1] = fds[1] < 0 ? -1 : fcntl(fds[1], F_DUPFD_CLOEXEC, 3);
	if (fds[0] < 0)
		return;
	sampling = !pool_send(pool_job(JOB_SAMPLE), fds, fds[1] < 0 ? 1 : 2, POOL_DEADLINE_NS, "",
			      on_sample, NULL, NULL);
	if (!sampling)
		dropped++;
}

static void on_scan(void *arg, struct job_reply *r)
{
	uint64_t n = r->num < SAMPLE_CGROUPS_MAX ? r->num : SAMPLE_CGROUPS_MAX;

	scanning = false;
	if (r->code)
		return;
	memcpy(cgroups, shared_rows->cgroups, n * sizeof(*cgroups));
	memcpy(cpusets, shared_rows->cpusets, n * sizeof(*cpusets));
	ncgroups = (uint32_t)n;
	cgroups_cut = r->id;
	steal_ns = shared_rows->steal_ns;
	/* an op or a payload that changed cgroups meanwhile makes the two lists incomparable */
	if (!cgroups_cut && scan_told == watch_changes() && scan_changes == line_changes() &&
	    !(scan_changes & 1))
		watch_cgroups(cgroups, ncgroups);
}

static void on_scan_timer(void *arg)
{
	struct wire_writer *w;

	if (scanning)
		return;
	w = pool_job(JOB_SCAN);
	wire_put_str(w, cgroup_root());
	scan_changes = line_changes();
	scan_told = watch_changes();
	scanning = !pool_send(w, NULL, 0, POOL_DEADLINE_NS, "", on_scan, NULL, NULL);
}

void sampler_start_scan(void)
{
	loop_arm(loop, scan_timer, 1, SCAN_NS);
}

void sampler_set_rate(uint64_t ns)
{
	if (ns && ns < RATE_MIN_NS)
		ns = RATE_MIN_NS;
	loop_arm(loop, timer, ns, ns);
}

int sampler_init(struct loop *l, struct err *err)
{
	loop = l;
	own_cpu_ns();
	timer = loop_add_timer(loop, on_timer, NULL);
	scan_timer = loop_add_timer(loop, on_scan_timer, NULL);
	if (timer < 0 || scan_timer < 0)
		return err_set(err, ENOSPC, "no timers for the sampler");
	return 0;
}
