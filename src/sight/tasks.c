/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tasks - a row a task and thread of the workload.
 *
 * First the kernel's list of processes and each one's list of threads are walked to their ends,
 * then every task is read until what moves in it is the same twice. A list that is being changed
 * shows it (a link back that does not fit): the walk begins anew; what stands still in the middle
 * of a change is taken as it is on the last try, when it comes to an end.
 */
#include "sight/sight_private.h"

#include "base/cleanup.h"

#include <string.h>

#define PID_LIMIT   (4 << 20)  /* PID_MAX_LIMIT */
#define HAND        "scx-hand" /* what the agent's helpers call themselves */
#define POLICY_FIFO 1          /* SCHED_FIFO */
#define POLICY_RR   2
#define WALKS       12
#define AHEAD       8 /* tasks that are fetched into the cache before their turn */

#define ON_QUEUE     1
#define FIXED_SHIFT  10 /* SCHED_FIXEDPOINT_SHIFT */
#define WEIGHT_NICE0 1024
#define NICE_0_PRIO  120

/* ---- the walk --------------------------------------------------------------------------- */

static const uint8_t *task_at(struct sight *s, uint64_t va)
{
	return space_at(&s->space, va, s->layout.task_size);
}

/* One link of a list: the node's next, and whether that one's way back leads here. */
static bool next_node(struct sight *s, uint64_t node, bool strict, uint64_t *next)
{
	uint64_t back;

	if (!space_u64(&s->space, node, next) || !space_u64(&s->space, *next + 8, &back))
		return false;
	return back == node || !strict;
}

static bool add_task(struct sight *s, uint64_t va)
{
	const uint8_t *at = task_at(s, va);

	if (!at || s->ntasks == SIGHT_TASKS_MAX)
		return false;
	s->tasks[s->ntasks++] = (struct sight_task){va, at, UINT32_MAX};
	return true;
}

static bool walk_threads(struct sight *s, const uint8_t *leader, uint64_t leader_va, bool strict)
{
	const struct layout *l = &s->layout;
	uint64_t head = field_get(leader, &l->task_signal) + l->signal_threads.offset, node = head;
	bool itself = false;

	if (!next_node(s, node, strict, &node))
		return false;
	while (node != head) {
		uint64_t va = node - l->task_thread_node.offset;

		itself |= va == leader_va;
		if (!add_task(s, va) || !next_node(s, node, strict, &node))
			return false;
	}
	return itself || !strict;
}

static bool walk(struct sight *s, bool strict)
{
	const struct layout *l = &s->layout;
	uint64_t head = sight_symbol(s, s->symbols.init_task) + l->task_tasks.offset, node;

	s->ntasks = 0;
	if (!next_node(s, head, strict, &node))
		return false;
	while (node != head) {
		uint64_t va = node - l->task_tasks.offset;
		const uint8_t *leader = task_at(s, va);

		if (!leader || s->ntasks == SIGHT_TASKS_MAX)
			return false;
		/* kernel threads have one thread each, and there are many */
		if (field_get(leader, &l->task_flags) & KTHREAD) {
			if (!add_task(s, va))
				return false;
		} else if (!walk_threads(s, leader, va, strict)) {
			return false;
		}
		if (!next_node(s, node, strict, &node))
			return false;
	}
	return true;
}

/* ---- a row ------------------------------------------------------------------------------ */

/* What moves in a task, read twice. */
struct look {
	uint64_t state, exit_state, on_cpu, on_rq, cpu, prio, static_prio, policy, sclass, load,
		exec_start, runtime, vruntime, migrations, throttled, frozen, cfs_rq, delay,
		arrival, queued, nvcsw, nivcsw, dsq, slice, vtime, weight, set, pid, tgid, start,
		cpus;
	uint64_t comm[SAMPLE_COMM / 8];
};

static void look_at(const struct layout *l, const uint8_t *t, struct look *k)
{
	*k = (struct look){
		.state = field_get(t, &l->task_state),
		.exit_state = field_get(t, &l->task_exit_state),
		.on_cpu = field_get(t, &l->task_on_cpu),
		.on_rq = field_get(t, &l->task_on_rq),
		.cpu = field_get(t, l->task_cpu.size ? &l->task_cpu : &l->task_cpu_old),
		.prio = field_get(t, &l->task_prio),
		.static_prio = field_get(t, &l->task_static_prio),
		.policy = field_get(t, &l->task_policy),
		.sclass = field_get(t, &l->task_class),
		.load = field_get(t, &l->task_load),
		.exec_start = field_get(t, &l->task_exec_start),
		.runtime = field_get(t, &l->task_runtime),
		.vruntime = field_get(t, &l->task_vruntime),
		.migrations = field_get(t, &l->task_migrations),
		.throttled = field_get(t, &l->task_throttled),
		.frozen = field_get(t, &l->task_frozen),
		.cfs_rq = field_get(t, &l->task_cfs_rq),
		.delay = field_get(t, &l->task_run_delay),
		.arrival = field_get(t, &l->task_last_arrival),
		.queued = field_get(t, &l->task_last_queued),
		.nvcsw = field_get(t, &l->task_nvcsw),
		.nivcsw = field_get(t, &l->task_nivcsw),
		.dsq = field_get(t, &l->task_scx_dsq),
		.slice = field_get(t, &l->task_scx_slice),
		.vtime = field_get(t, &l->task_scx_vtime),
		.weight = field_get(t, &l->task_scx_weight),
		.set = field_get(t, &l->task_cgroups),
		.pid = field_get(t, &l->task_pid),
		.tgid = field_get(t, &l->task_tgid),
		.start = field_get(t, &l->task_start),
		.cpus = field_get(t, &l->task_cpus_ptr),
	};
	if (l->task_comm.size == SAMPLE_COMM)
		memcpy(k->comm, t + l->task_comm.offset, SAMPLE_COMM);
}

/*
 * The agent has number 1; its helpers are its children, have a name, and run at real-time priority
 * as it does. What they have started and is not let go yet has the name, too, but no such priority.
 */
static bool is_observer(struct sight *s, const uint8_t *t, const struct look *k)
{
	const uint8_t *parent;

	if (k->tgid == 1)
		return true;
	if (memcmp(k->comm, HAND, sizeof(HAND)) ||
	    (k->policy != POLICY_FIFO && k->policy != POLICY_RR))
		return false;
	parent = task_at(s, field_get(t, &s->layout.task_parent));
	return parent && field_get(parent, &s->layout.task_pid) == 1;
}

/* Bits of task_struct.__state and exit_state, include/linux/sched.h */
static char state_letter(const struct look *k)
{
	static const struct {
		unsigned bit;
		char letter;
	} letters[] = {
		{0x20, 'Z'}, {0x10, 'X'}, {0x400, 'I'}, {0x8, 't'},
		{0x4, 'T'},  {0x2, 'D'},  {0x1, 'S'},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(letters); i++)
		if ((k->state | k->exit_state) & letters[i].bit)
			return letters[i].letter;
	return k->on_cpu ? 'R' : 'r';
}

static bool is_throttled(struct sight *s, const struct look *k)
{
	uint32_t count = 0;

	if (k->throttled != SAMPLE_ABSENT)
		return k->throttled;
	return k->cfs_rq && s->layout.cfs_rq_throttle_count.size == 4 &&
	       space_u32(&s->space, k->cfs_rq + s->layout.cfs_rq_throttle_count.offset, &count) &&
	       count;
}

#define DSQ_BUILTIN (UINT64_C(1) << 63)
#define DSQ_LOCAL   (DSQ_BUILTIN | 2)

static uint64_t held(struct sight *s, const struct look *k, const struct sample_task *t)
{
	if (k->frozen != SAMPLE_ABSENT && k->frozen)
		return SAMPLE_HELD_FROZEN;
	if (t->state != 'R' && t->state != 'r')
		return SAMPLE_ABSENT;
	if (k->on_cpu)
		return SAMPLE_HELD_RUNNING;
	if (t->sclass != SAMPLE_CLASS_EXT)
		return is_throttled(s, k) ? SAMPLE_HELD_THROTTLED : SAMPLE_HELD_QUEUE;
	if (t->dsq == SAMPLE_ABSENT)
		return k->dsq == SAMPLE_ABSENT ? SAMPLE_ABSENT : SAMPLE_HELD_BPF;
	if (t->dsq == DSQ_LOCAL)
		return SAMPLE_HELD_LOCAL;
	return t->dsq & DSQ_BUILTIN ? SAMPLE_HELD_GLOBAL : SAMPLE_HELD_USER;
}

static void fill_class(struct sight *s, const struct look *k, struct sample_task *t)
{
	t->sclass = sight_class(s, k->sclass);
	if (t->sclass == SAMPLE_CLASS_EXT) {
		t->weight = k->weight;
		t->slice_ns = k->slice;
		t->vtime = k->vtime;
		if (k->dsq && k->dsq != SAMPLE_ABSENT && s->layout.dsq_id.size == 8 &&
		    !space_u64(&s->space, k->dsq + s->layout.dsq_id.offset, &t->dsq))
			t->dsq = SAMPLE_ABSENT;
	} else if (t->sclass == SAMPLE_CLASS_FAIR) {
		if (k->load != SAMPLE_ABSENT)
			t->weight =
				((k->load >> FIXED_SHIFT) * 100 + WEIGHT_NICE0 / 2) / WEIGHT_NICE0;
		t->vtime = k->vruntime;
	}
}

/* When the task became what it is now: from the clock of its runqueue. */
static uint64_t since(struct sight *s, const struct look *k, const struct sample_task *t)
{
	uint64_t cpu = k->cpu < s->ncpus ? k->cpu : 0;

	if (t->state == 'R')
		return sight_time(s, k->arrival);
	if (t->state == 'r')
		return sight_time(s, k->queued);
	/* a sleeper was last charged when it went */
	return k->exec_start && k->exec_start != SAMPLE_ABSENT
		       ? sight_time(s, k->exec_start + s->clock_skew[cpu])
		       : SAMPLE_ABSENT;
}

static void fill(struct sight *s, const struct look *k, struct sample_task *t)
{
	*t = (struct sample_task){.pid = (int32_t)k->tgid,
				  .tid = (int32_t)k->pid,
				  .cpu = k->cpu < s->ncpus ? (int32_t)k->cpu : 0,
				  .state = state_letter(k),
				  .policy = (uint8_t)k->policy,
				  .nice = (int8_t)(k->static_prio - NICE_0_PRIO),
				  .cgroup_id = sight_cgroup_id(s, k->set),
				  .run_ns = k->runtime,
				  .wait_ns = k->delay,
				  .switches = k->nvcsw + k->nivcsw,
				  .migrations = k->migrations};
	sample_clear(t, &sample_task_fields);
	/* who still waits has waited since; the clock of an idle CPU stands, another's goes on */
	if (!k->on_cpu && k->queued && k->queued != SAMPLE_ABSENT && k->delay != SAMPLE_ABSENT &&
	    s->newest > k->queued)
		t->wait_ns += s->newest - k->queued;
	t->start_ns = k->start;
	t->prio = s->layout.task_prio.size ? k->prio + 1 : SAMPLE_ABSENT; /* -1: deadline */
	t->voluntary = k->nvcsw;
	t->involuntary = k->nivcsw;
	t->allowed = sight_mask(s, k->cpus);
	fill_class(s, k, t);
	t->held = held(s, k, t);
	t->since_ns = since(s, k, t);
	memcpy(t->comm, k->comm, sizeof(t->comm));
	t->comm[sizeof(t->comm) - 1] = '\0';
}

static void fetch(const struct sight *s, uint32_t i)
{
	const struct layout *l = &s->layout;
	const uint8_t *t;
	size_t n;
	const struct field *const far[] = {
		&l->task_state, &l->task_runtime, &l->task_scx_dsq,   &l->task_scx_slice,
		&l->task_class, &l->task_policy,  &l->task_run_delay, &l->task_pid,
		&l->task_nvcsw, &l->task_comm,    &l->task_cgroups,   &l->task_exit_state};

	if (i >= s->ntasks)
		return;
	t = s->tasks[i].at;
	for (n = 0; n < ARRAY_SIZE(far); n++)
		__builtin_prefetch(t + far[n]->offset);
}

/* 1 = a row, 0 = none of ours, -1 = it never was the same twice */
static int read_task(struct sight *s, const struct sight_task *task, struct sample_task *t)
{
	struct look a, b;
	int i;

	if (field_get(task->at, &s->layout.task_flags) & KTHREAD)
		return 0;
	look_at(&s->layout, task->at, &a);
	for (i = 0; i < SIGHT_TRIES; i++, a = b) {
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		look_at(&s->layout, task->at, &b);
		if (!memcmp(&a, &b, sizeof(a)))
			break;
	}
	if (i == SIGHT_TRIES)
		return -1;
	/* a task that was freed after the walk */
	if (!a.pid || a.pid > PID_LIMIT || !a.tgid || a.tgid > PID_LIMIT ||
	    is_observer(s, task->at, &a))
		return 0;
	fill(s, &a, t);
	return 1;
}

static uint32_t slot_of(const struct sight *s, uint64_t va)
{
	uint64_t h = (va >> 6) * UINT64_C(0x9e3779b97f4a7c15);

	return (uint32_t)(h >> 32) % ARRAY_SIZE(s->by_va);
}

struct sight_task *sight_task_at(struct sight *s, uint64_t va)
{
	uint32_t i, at;

	for (i = 0, at = slot_of(s, va); i < ARRAY_SIZE(s->by_va) && s->by_va[at];
	     i++, at = (at + 1) % ARRAY_SIZE(s->by_va))
		if (s->tasks[s->by_va[at] - 1].va == va)
			return &s->tasks[s->by_va[at] - 1];
	return NULL;
}

void sight_index_tasks(struct sight *s)
{
	uint32_t i, at;

	memset(s->by_va, 0, sizeof(s->by_va));
	for (i = 0; i < s->ntasks; i++) {
		for (at = slot_of(s, s->tasks[i].va); s->by_va[at];)
			at = (at + 1) % ARRAY_SIZE(s->by_va);
		s->by_va[at] = i + 1;
	}
}

bool sight_find_task(struct sight *s, uint64_t tid, uint64_t *va)
{
	uint32_t i;
	int n;

	for (n = 0; n < WALKS && !walk(s, n + 1 < WALKS); n++)
		;
	for (i = 0; n < WALKS && i < s->ntasks; i++) {
		*va = s->tasks[i].va;
		if (field_get(s->tasks[i].at, &s->layout.task_pid) == tid)
			return true;
	}
	return false;
}

bool sight_tasks(struct sight *s)
{
	struct sample *out = s->out;
	uint32_t i;
	int n;

	out->ntasks = 0;
	for (n = 0; n < WALKS && !walk(s, n + 1 < WALKS); n++)
		;
	if (n == WALKS) {
		s->ntasks = 0;
		return false;
	}
	for (i = 0; i < AHEAD; i++)
		fetch(s, i);
	for (i = 0; i < s->ntasks; i++) {
		fetch(s, i + AHEAD);
		if (out->ntasks == SAMPLE_TASKS_MAX) {
			out->cut += s->ntasks - i;
			break;
		}
		n = read_task(s, &s->tasks[i], &out->tasks[out->ntasks]);
		if (n > 0)
			s->tasks[i].row = out->ntasks++;
		if (n < 0) {
			out->cut++;
			s->unsteady++;
		}
	}
	return true;
}
