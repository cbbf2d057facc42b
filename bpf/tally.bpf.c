// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * tally - how many threads of a cgroup or a group run, or want to, at every moment; for `hold
 * until`.
 *
 * Attached only while an op waits. Why the numbers are exact: each event tells a thread's state in
 * full (it runs, waits, sleeps), so a thread is known from its first event on; events of one
 * thread follow each other, for the kernel sends them under the lock of its runqueue. The programs
 * are attached first; then an iterator enters each thread that has had no event yet, by what its
 * runqueue says (on_rq, curr), which changes under that same lock, before the event. Whoever comes
 * second, event or iterator, finds the thread `seen` and goes by the event. Only when all are
 * entered are the conditions looked at. All numbers change and are compared under one lock, so
 * that conditions joined by "and" held at one and the same moment.
 *
 * A thread that is moved gets no scheduling event: cgroup_attach_task enters it anew; an event
 * that read the old cgroup just before notices after it has written, and does it again.
 * Invariant: numbers[i] is the sum over `threads` of what their words say for watch i.
 */
#include "ktypes.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "probes.h"
#include "tally.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum { MOVES_MAX = 2, BPF_NOEXIST = 1 };

/* What an event says. */
enum {
	AWAY = 0,
	WAITS = 1,
	RUNS = 2,
	STATE = 3,
	FIRST_ONLY = 4, /* not when the thread had an event */
	MASK_ONLY = 8,  /* it was moved: its state stays, when it is known */
	ENDS = 16,
};

/* what ktypes.h does not have */
struct cgroup___tally {
	int level;
	struct cgroup *ancestors[1]; /* by level, itself included */
} __attribute__((preserve_access_index));
struct sched_entity___tally {
	unsigned char sched_delayed;
} __attribute__((preserve_access_index));
struct task_struct___tally {
	int on_rq;
	struct sched_entity___tally se;
} __attribute__((preserve_access_index));

extern const struct rq runqueues __ksym __weak;

struct bpf_iter_task {
	__u64 opaque[3];
};
extern int bpf_iter_task_new(struct bpf_iter_task *it, struct task_struct *task,
			     unsigned int flags) __ksym;
extern struct task_struct *bpf_iter_task_next(struct bpf_iter_task *it) __ksym;
extern void bpf_iter_task_destroy(struct bpf_iter_task *it) __ksym;
enum { THREADS_OF_PROCESS = 2 }; /* BPF_TASK_ITER_PROC_THREADS, kernel/bpf/task_iter.c */

const volatile struct tally_watch watches[TALLY_WATCHES];
const volatile __u32 has_groups;

/* struct tally, with the lock as the verifier wants to see it */
struct tally_locked {
	struct bpf_spin_lock lock;
	__u32 armed, holds, lost;
	__u64 armed_ns, events;
	__u64 numbers[TALLY_WATCHES];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tally_locked);
} tally SEC(".maps");

struct thread {
	__u64 cgroup_id; /* `mask` is of this one */
	__u32 mask;      /* watches it counts for */
	__u8 state, seen;
	__u16 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TALLY_THREADS);
	__type(key, __u32);
	__type(value, struct thread);
} threads SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, TALLY_RING_SIZE);
} moments SEC(".maps");

static __u64 cgroup_of(struct task_struct *p)
{
	return BPF_CORE_READ(p, cgroups, dfl_cgrp, kn, id);
}

/* The maps are those of probes.bpf.c, put here by the loader. */
#include "ledger.bpf.h"

/*
 * No branches where arithmetic does: the verifier walks every path through eight watches, and every
 * branch would double their number.
 */
static __always_inline __u64 differs(__u64 a, __u64 b)
{
	__u64 d = a ^ b;

	asm volatile("" : "+r"(d));
	return (d | -d) >> 63;
}

/* Both below 2^63. */
static __always_inline __u64 less(__u64 a, __u64 b)
{
	__u64 d = a - b;

	asm volatile("" : "+r"(d));
	return d >> 63;
}

static __u32 cgroup_mask(struct task_struct *p)
{
	void *c = BPF_CORE_READ(p, cgroups, dfl_cgrp), *up;
	__u32 level = (__u32)BPF_CORE_READ((struct cgroup___tally *)c, level), mask = 0;
	__u64 id;
	int i;

	for (i = 0; i < TALLY_WATCHES; i++) {
		if (!watches[i].what || !watches[i].cgroup_id || watches[i].level > level)
			continue;
		up = 0;
		id = 0;
		bpf_probe_read_kernel(&up, sizeof(up),
				      c + bpf_core_field_offset(struct cgroup___tally, ancestors) +
					      watches[i].level * sizeof(void *));
		id = BPF_CORE_READ((struct cgroup *)up, kn, id);
		mask |= (__u32)(differs(id, watches[i].cgroup_id) ^ 1) << i;
	}
	return mask;
}

static __u32 group_mask(struct task_struct *p)
{
	struct ledger_task *t = has_groups ? ledger_of(p) : 0;
	__u32 mask = 0, row;
	int i;

	if (!t)
		return 0;
	row = t->group;
	for (i = 0; i < TALLY_WATCHES; i++)
		if (watches[i].what && !watches[i].cgroup_id)
			mask |= (__u32)(differs(watches[i].group, row) ^ 1) << i;
	return mask;
}

/* What its runqueue says now. */
static __u32 now_in(struct task_struct *p)
{
	struct task_struct___tally *q = (void *)p;

	/* a delayed one sleeps: it only stands in the queue for its debt of time */
	/* this way of reading follows their sizes, in which kernels differ */
	if (!BPF_CORE_READ_BITFIELD_PROBED(q, on_rq) ||
	    BPF_CORE_READ_BITFIELD_PROBED(q, se.sched_delayed))
		return AWAY;
	return has_cpu(p) ? RUNS : WAITS;
}

static __always_inline __u64 compare(__u32 how, __u64 a, __u64 b)
{
	switch (how) {
	case TALLY_EQ:
		return differs(a, b) ^ 1;
	case TALLY_NE:
		return differs(a, b);
	case TALLY_LT:
		return less(a, b);
	case TALLY_LE:
		return less(b, a) ^ 1;
	case TALLY_GT:
		return less(b, a);
	default:
		return less(a, b) ^ 1;
	}
}

static __always_inline __u64 share(int i, __u64 state)
{
	switch (watches[i].what) {
	case TALLY_RUNNABLE:
		return (state + 1) >> 1 & 1;
	case TALLY_RUNNING:
		return state >> 1 & 1;
	default:
		return 0;
	}
}

/* Under the lock: 1 when the conditions have become true by this. */
static __always_inline __u64 judge(struct tally_locked *t, struct tally_record *r)
{
	__u64 all = t->armed & (differs(t->lost, 0) ^ 1), was = t->holds;
	int i;

	for (i = 0; i < TALLY_WATCHES; i++) {
		__u64 n = t->numbers[i];

		r->numbers[i] = n;
		if (watches[i].what)
			all &= compare(watches[i].compare, n, watches[i].number);
	}
	t->holds = (__u32)all;
	return all & (was ^ 1);
}

static __always_inline void say(struct tally_record *r, __u64 now)
{
	r->t_ns = now;
	r->cpu = bpf_get_smp_processor_id();
	bpf_ringbuf_output(&moments, r, sizeof(*r), 0);
}

/* What the ledger has; note() has brought it up to this event. */
static __always_inline void read_switches(__u64 *v)
{
	struct probe_group *g;
	__u32 row;
	int i;

	for (i = 0; i < TALLY_WATCHES; i++) {
		v[i] = 0;
		if (watches[i].what != TALLY_SWITCHES)
			continue;
		row = watches[i].group;
		g = bpf_map_lookup_elem(&groups, &row);
		if (g)
			v[i] = g->switches;
	}
}

static __always_inline void raise(struct tally_locked *t, const __u64 *switches)
{
	int i;

	for (i = 0; i < TALLY_WATCHES; i++)
		if (watches[i].what == TALLY_SWITCHES)
			t->numbers[i] +=
				less(t->numbers[i], switches[i]) * (switches[i] - t->numbers[i]);
}

static __always_inline void count(struct tally_locked *t, struct thread *e, __u32 how, __u32 mask,
				  __u64 id)
{
	__u64 now = bpf_ktime_get_ns(), edge = 0;
	struct tally_record r = {};
	int i;

	read_switches(r.numbers);
	bpf_spin_lock(&t->lock);
	if (!(how & FIRST_ONLY) || !e->seen) {
		__u64 old = e->state, old_mask = e->mask, state = how & STATE;

		if (how & MASK_ONLY && e->seen)
			state = old;
		for (i = 0; i < TALLY_WATCHES; i++)
			if (watches[i].what)
				t->numbers[i] += (mask >> i & 1) * share(i, state) -
						 (old_mask >> i & 1) * share(i, old);
		raise(t, r.numbers);
		e->state = (__u8)state;
		e->mask = mask;
		e->cgroup_id = id;
		e->seen = 1;
		t->events++;
		edge = judge(t, &r);
	}
	bpf_spin_unlock(&t->lock);
	if (edge)
		say(&r, now);
}

/* Global, so that the verifier looks at it once for each program. */
__noinline int note(struct task_struct *p __arg_trusted, __u32 how)
{
	struct ledger_task *l = has_groups ? ledger_of(p) : 0;
	struct thread *e, fresh = {};
	__u32 tid = (__u32)BPF_CORE_READ(p, pid), zero = 0, mask;
	struct tally_locked *t = bpf_map_lookup_elem(&tally, &zero);
	__u64 id;
	int i;

	if (!t || !tid)
		return 0;
	if (l)
		ledger_account(p, l, LEDGER_STAYS, 0);
	e = bpf_map_lookup_elem(&threads, &tid);
	id = cgroup_of(p);
	mask = e && e->cgroup_id == id && !has_groups ? e->mask : group_mask(p) | cgroup_mask(p);
	if (!e) {
		/* nobody's thread, and the iterator has passed */
		if (t->armed && (!mask || how & ENDS))
			return 0;
		bpf_map_update_elem(&threads, &tid, &fresh, BPF_NOEXIST);
		e = bpf_map_lookup_elem(&threads, &tid);
		if (!e) {
			__sync_fetch_and_add(&t->lost, 1);
			return 0;
		}
	}
	for (i = 0; i < MOVES_MAX; i++) {
		count(t, e, how, mask, id);
		if (cgroup_of(p) == id)
			break;
		/* moved meanwhile */
		id = cgroup_of(p);
		mask = group_mask(p) | cgroup_mask(p);
	}
	/* before it is armed the iterator must find that a dead thread had its last event */
	if (how & ENDS && t->armed)
		bpf_map_delete_elem(&threads, &tid);
	return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(tally_switch, bool preempt, struct task_struct *prev, struct task_struct *next,
	     unsigned int prev_state)
{
	__u32 out = preempt || !prev_state ? WAITS : AWAY;

	note(prev, out | (!preempt && prev_state & TASK_DEAD ? ENDS : 0));
	note(next, RUNS);
	return 0;
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(tally_wakeup, struct task_struct *p)
{
	/* whoever was about to sleep runs still */
	note(p, has_cpu(p) ? RUNS : WAITS);
	return 0;
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(tally_wakeup_new, struct task_struct *p)
{
	note(p, WAITS);
	return 0;
}

SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(tally_attach, struct cgroup *dst, const char *path, struct task_struct *leader,
	     bool threadgroup)
{
	struct bpf_iter_task it;
	struct task_struct *p;

	if (!threadgroup) {
		note(leader, now_in(leader) | MASK_ONLY);
		return 0;
	}
	bpf_iter_task_new(&it, leader, THREADS_OF_PROCESS);
	while ((p = bpf_iter_task_next(&it)))
		note(p, now_in(p) | MASK_ONLY);
	bpf_iter_task_destroy(&it);
	return 0;
}

static void arm(void)
{
	struct tally_record r = {.at_once = 1};
	__u64 now = bpf_ktime_get_ns(), edge;
	struct tally_locked *t;
	__u32 zero = 0;

	t = bpf_map_lookup_elem(&tally, &zero);
	if (!t)
		return;
	read_switches(r.numbers);
	bpf_spin_lock(&t->lock);
	raise(t, r.numbers);
	t->armed = 1;
	t->armed_ns = now;
	edge = judge(t, &r);
	bpf_spin_unlock(&t->lock);
	if (edge)
		say(&r, now);
}

/* Enters every thread that there is, and then, called once more without one, lets the judging
 * begin. */
SEC("iter/task")
int tally_fill(struct bpf_iter__task *ctx)
{
	struct task_struct *p = ctx->task;

	if (!p) {
		arm();
		return 0;
	}
	note(p, now_in(p) | FIRST_ONLY);
	return 0;
}
