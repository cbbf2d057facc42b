// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * trace - every context switch, wake-up and migration as two words in a ring of its CPU, and who
 * the tids are; attached only while somebody watches.
 *
 * A wake-up is noted at sched_waking, not at sched_wakeup: it is there that the waiting begins and
 * that the waker is the current task; sched_wakeup comes on whatever CPU does the rest, after an
 * interrupt between CPUs. Where the task goes then is told by the migration that follows, if it
 * is another CPU. Names cost the switches nothing: they are noted where they change (fork, exec,
 * rename, attach to a cgroup) and once for all tasks at the beginning.
 * Invariant: produced only grows, by one for each record.
 */
#include "ktypes.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "trace.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

const volatile __u32 ncpus = 1;
const volatile __u32 slots_shift = 6; /* of the slots of one CPU */

/* softirq, hardirq, NMI: include/linux/preempt.h */
#define INTERRUPT_MASK 0x00ffff00
extern const int __preempt_count __ksym __weak;

struct bpf_iter_task {
	__u64 opaque[3];
};
extern int bpf_iter_task_new(struct bpf_iter_task *it, struct task_struct *task,
			     unsigned int flags) __ksym;
extern struct task_struct *bpf_iter_task_next(struct bpf_iter_task *it) __ksym;
extern void bpf_iter_task_destroy(struct bpf_iter_task *it) __ksym;
enum { THREADS_OF_PROCESS = 2 }; /* BPF_TASK_ITER_PROC_THREADS, kernel/bpf/task_iter.c */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct trace_head);
} heads SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct trace_slot);
} slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, TRACE_NAMES);
	__type(key, __u32);
	__type(value, struct trace_name_slot);
} names SEC(".maps");

static __always_inline void put(__u32 cpu, __u64 tid, __u64 b)
{
	struct trace_head *h = bpf_map_lookup_elem(&heads, &cpu);
	volatile struct trace_slot *s;
	__u64 at;
	__u32 i;

	if (!h || cpu >= ncpus)
		return;
	/* an interrupt in between takes the next one */
	at = __sync_fetch_and_add(&h->produced, 1);
	i = (cpu << slots_shift) | (__u32)(at & ((1u << slots_shift) - 1));
	s = bpf_map_lookup_elem(&slots, &i);
	if (!s)
		return;
	s->a = (bpf_ktime_get_ns() & ((1ull << TRACE_TIME_BITS) - 1)) | tid << TRACE_TID_SHIFT;
	s->b = b + TRACE_LAP_ONE + (at >> slots_shift << TRACE_LAP_SHIFT);
}

/* As in TRACE_STATES; bits of include/linux/sched.h. */
static __always_inline __u64 state_of(bool preempt, unsigned int state)
{
	if (preempt || !state)
		return 0;
	if (state & 0x1)
		return 1;
	if (state & 0x400)
		return 7; /* TASK_NOLOAD: an idle kernel thread */
	if (state & 0x2)
		return 2;
	if (state & 0x4)
		return 3;
	if (state & 0x8)
		return 4;
	if (state & (0x10 | TASK_DEAD))
		return 5;
	if (state & 0x20)
		return 6;
	return state & 0x40 ? 8 : 9;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(trace_switch, bool preempt, struct task_struct *prev, struct task_struct *next,
	     unsigned int prev_state)
{
	put(bpf_get_smp_processor_id(), (__u32)next->pid,
	    TRACE_RING_SWITCH | state_of(preempt, prev_state) << TRACE_STATE_SHIFT |
		    (__u64)(__u32)prev->pid << TRACE_OTHER_SHIFT);
	return 0;
}

static __always_inline void wake(struct task_struct *p, __u64 waker)
{
	put(bpf_get_smp_processor_id(), (__u32)p->pid,
	    TRACE_RING_WAKE | (p->thread_info.cpu & TRACE_CPU_MASK) << TRACE_TO_SHIFT |
		    (waker & TRACE_TID_MASK) << TRACE_OTHER_SHIFT);
}

SEC("tp_btf/sched_waking")
int BPF_PROG(trace_waking, struct task_struct *p)
{
	const int *count = &__preempt_count ? bpf_this_cpu_ptr(&__preempt_count) : 0;

	wake(p, count && *count & INTERRUPT_MASK ? 0 : (__u32)bpf_get_current_task_btf()->pid);
	return 0;
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(trace_new, struct task_struct *p)
{
	wake(p, (__u32)bpf_get_current_task_btf()->pid);
	return 0;
}

SEC("tp_btf/sched_migrate_task")
int BPF_PROG(trace_migrate, struct task_struct *p, int dest_cpu)
{
	/* told also when it stays; nr_migrations does not count that either */
	if (p->thread_info.cpu == (__u32)dest_cpu)
		return 0;
	put(bpf_get_smp_processor_id(), (__u32)p->pid,
	    TRACE_RING_MIGRATE | ((__u64)dest_cpu & TRACE_CPU_MASK) << TRACE_TO_SHIFT |
		    (p->thread_info.cpu & TRACE_CPU_MASK) << TRACE_OTHER_SHIFT);
	return 0;
}

static __always_inline void name(struct task_struct *p, __u64 cgroup_id, const char *comm)
{
	__u32 last = ncpus, i;
	struct trace_head *h = bpf_map_lookup_elem(&heads, &last);
	volatile struct trace_name_slot *s;
	__u64 at;

	if (!h)
		return;
	at = __sync_fetch_and_add(&h->produced, 1);
	i = (__u32)(at % TRACE_NAMES);
	s = bpf_map_lookup_elem(&names, &i);
	if (!s)
		return;
	/* a reader that comes in between sees that it is nobody's */
	s->lap = 0;
	s->t_ns = bpf_ktime_get_ns();
	s->cgroup_id = cgroup_id;
	s->tid = p->pid;
	s->pid = p->tgid;
	bpf_probe_read_kernel_str((char *)s->comm, sizeof(s->comm), comm);
	s->lap = at / TRACE_NAMES + 1;
}

static __always_inline void name_as_is(struct task_struct *p)
{
	name(p, BPF_CORE_READ(p, cgroups, dfl_cgrp, kn, id), p->comm);
}

SEC("iter/task")
int name_all(struct bpf_iter__task *ctx)
{
	struct task_struct *p = ctx->task;

	if (!p)
		return 0;
	/* the verifier takes no arithmetic on what may be NULL: none may be moved up */
	asm volatile("" : "+r"(p));
	name_as_is(p);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(name_fork, struct task_struct *parent, struct task_struct *child)
{
	name_as_is(child);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(name_exec, struct task_struct *p)
{
	name_as_is(p);
	return 0;
}

/* Before the task has it. */
SEC("tp_btf/task_rename")
int BPF_PROG(name_rename, struct task_struct *p, const char *comm)
{
	name(p, BPF_CORE_READ(p, cgroups, dfl_cgrp, kn, id), comm);
	return 0;
}

/* Told once for a process, with its leader. */
SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(name_attach, struct cgroup *dst, const char *path, struct task_struct *leader,
	     bool threadgroup)
{
	struct bpf_iter_task it;
	struct task_struct *p;

	if (!threadgroup) {
		name_as_is(leader);
		return 0;
	}
	bpf_iter_task_new(&it, leader, THREADS_OF_PROCESS);
	while ((p = bpf_iter_task_next(&it)))
		name_as_is(p);
	bpf_iter_task_destroy(&it);
	return 0;
}
