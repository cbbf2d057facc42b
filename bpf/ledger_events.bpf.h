/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * ledger_events - what brings a thread to another stand (ledger.bpf.h): the programs of the ledger.
 *
 * The agent enters a task while it is held before its first instruction (ledger_enter); what it
 * forks is entered here. Part of probes.bpf.c. Invariant: none of these events is a switch.
 */
#ifndef LEDGER_EVENTS_BPF_H
#define LEDGER_EVENTS_BPF_H

extern struct task_struct *bpf_task_from_pid(int pid) __ksym __weak;
extern void bpf_task_release(struct task_struct *p) __ksym __weak;
extern void bpf_rcu_read_lock(void) __ksym __weak;
extern void bpf_rcu_read_unlock(void) __ksym __weak;

struct bpf_iter_task {
	__u64 opaque[3];
};
extern int bpf_iter_task_new(struct bpf_iter_task *it, struct task_struct *task,
			     unsigned int flags) __ksym __weak;
extern struct task_struct *bpf_iter_task_next(struct bpf_iter_task *it) __ksym __weak;
extern void bpf_iter_task_destroy(struct bpf_iter_task *it) __ksym __weak;
enum { ALL_THREADS = 1, THREADS_OF_PROCESS = 2 }; /* kernel/bpf/task_iter.c */

/* Global: the verifier looks at it once for a program, not at each round of a loop over tasks. */
__noinline int ledger_event(struct task_struct *p __arg_trusted, int how, __u32 cpu)
{
	struct ledger_task *t = p->flags & PF_KTHREAD ? 0 : ledger_of(p);

	if (t)
		ledger_account(p, t, how, cpu);
	return 0;
}

static __always_inline void ledger_moves(struct task_struct *p, __u32 cpu)
{
	ledger_event(p, LEDGER_MIGRATES, cpu);
}

static __always_inline void ledger_judged(struct task_struct *p)
{
	ledger_event(p, LEDGER_JUDGED, 0);
}

/* A thread that has a CPU for long, was moved or confined there: the tick looks where it is. */
SEC("fentry/sched_tick")
int BPF_PROG(ledger_tick)
{
	struct task_struct *p = bpf_get_current_task_btf();
	__u32 cpu = bpf_get_smp_processor_id();
	struct ledger_task *t = p->pid ? ledger_of(p) : 0;
	struct probe_group *g = t ? group_row(t->group) : 0;
	__u64 now, id;

	if (!g)
		return 0;
	now = bpf_ktime_get_ns();
	id = cgroup_of(p);
	ledger_event(p, LEDGER_STAYS, 0);
	note_cpu(g, now, cpu, p->pid);
	note_place(g, id, now, cpu, p->pid);
	if (in_cpuset(p, cpu) == 0 && is_settled())
		note_escape(g, p, id, now, cpu, 1);
	return 0;
}

static __always_inline void ledger_fill(struct ledger_task *t, struct task_struct *p, __u32 group)
{
	t->group = group;
	t->task = (__u64)p;
	t->times = times_of(p);
	t->run_ns = p->se.sum_exec_runtime;
	t->cgroup_id = BPF_CORE_READ(p, cgroups, dfl_cgrp, kn, id);
	t->since_ns = bpf_ktime_get_ns();
	t->cpu = p->thread_info.cpu;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(ledger_fork, struct task_struct *parent, struct task_struct *child)
{
	struct ledger_task *t = ledger_of(parent), fresh = {};
	struct probe_group *g = t ? group_row(t->group) : 0;
	__u32 tid = (__u32)child->pid;

	if (!g)
		return 0;
	ledger_fill(&fresh, child, t->group);
	if (bpf_map_update_elem(&ledger, &tid, &fresh, BPF_ANY))
		__sync_fetch_and_add(&g->threads_lost, 1);
	else
		__sync_fetch_and_add(&g->threads, 1);
	return 0;
}

/* It has been given its first CPU, which no migration tells. */
SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(ledger_new, struct task_struct *p)
{
	ledger_moves(p, p->thread_info.cpu);
	return 0;
}

SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(ledger_attach, struct cgroup *dst, const char *path, struct task_struct *leader,
	     bool threadgroup)
{
	struct bpf_iter_task it;
	struct task_struct *p;

	if (!threadgroup) {
		ledger_judged(leader);
		return 0;
	}
	bpf_iter_task_new(&it, leader, THREADS_OF_PROCESS);
	while ((p = bpf_iter_task_next(&it)))
		ledger_judged(p);
	bpf_iter_task_destroy(&it);
	return 0;
}

/* A thread that is not the leader and executes takes the leader's tid. */
static __always_inline void ledger_renumbered(struct task_struct *p, __u32 old)
{
	struct ledger_task *t, fresh = {};
	__u32 tid = (__u32)p->pid;

	t = old == tid ? 0 : bpf_map_lookup_elem(&ledger, &old);
	if (!t || t->task != (__u64)p)
		return;
	ledger_account(p, t, LEDGER_STAYS, 0);
	ledger_fill(&fresh, p, t->group);
	bpf_map_update_elem(&ledger, &tid, &fresh, BPF_ANY);
	bpf_map_delete_elem(&ledger, &old);
}

/*
 * Called for a dead task after its last switch; for one that nobody waits for also before it, when
 * it is still at work.
 */
SEC("fentry/put_task_struct_rcu_user")
int BPF_PROG(ledger_dead, struct task_struct *p)
{
	__u32 tid = (__u32)p->pid;
	struct ledger_task *t;

	if (!(p->__state & TASK_DEAD))
		return 0;
	t = ledger_of(p);
	if (!t)
		return 0;
	ledger_account(p, t, LEDGER_STAYS, 0);
	bpf_map_delete_elem(&ledger, &tid);
	return 0;
}

SEC("syscall")
int ledger_enter(struct probe_enter *in)
{
	struct ledger_task fresh = {};
	struct task_struct *p;
	__u32 tid = in->tid;

	in->done = 0;
	p = bpf_task_from_pid((int)tid);
	if (!p)
		return 0;
	ledger_fill(&fresh, p, in->group);
	in->done = !bpf_map_update_elem(&ledger, &tid, &fresh, BPF_ANY);
	/* it was moved before it was there to be told of */
	if (fresh.cpu != p->thread_info.cpu)
		ledger_moves(p, p->thread_info.cpu);
	bpf_task_release(p);
	return 0;
}

/* All rows up to now; with anew whether each thread stands in its cpuset is looked at again. */
static __always_inline void ledger_all(__u32 anew)
{
	struct bpf_iter_task it;
	struct task_struct *p;

	bpf_iter_task_new(&it, 0, ALL_THREADS);
	while ((p = bpf_iter_task_next(&it)))
		ledger_event(p, anew ? LEDGER_JUDGED : LEDGER_STAYS, 0);
	bpf_iter_task_destroy(&it);
}

SEC("syscall")
int ledger_settle(struct probe_settle *in)
{
	bpf_rcu_read_lock();
	ledger_all(in->anew);
	bpf_rcu_read_unlock();
	return 0;
}

/*
 * Somebody has written a cpuset, or a CPU has come or gone: the mask is the new one, its threads
 * are moved next. Until then each stands where it no longer may.
 */
SEC("fentry/cpuset_update_tasks_cpumask")
int BPF_PROG(ledger_cpuset)
{
	ledger_all(1);
	return 0;
}

#endif
