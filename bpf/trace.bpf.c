// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * trace - every context switch, wake-up and migration as a slot in a ring of its CPU, and who
 * the tids are; attached only while somebody watches.
 *
 * A wake-up is noted at sched_waking, not at sched_wakeup: it is there that the waiting begins and
 * that the waker is the current task; sched_wakeup comes on whatever CPU does the rest, after an
 * interrupt between CPUs. Where the task goes then is told by the migration that follows, if it
 * is another CPU. Names cost the switches nothing: they are noted where they change (fork, exec,
 * rename, attach to a cgroup) and once for all tasks at the beginning. The program is as short as can
 * be: rings are variables, whose address is a constant; sizes are put into the instructions by the
 * loader; what the kernel has is stored as it is.
 * Invariant: produced only grows, by a slot's length for each record.
 */
#include "ktypes.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "trace.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

extern const int __preempt_count __ksym __weak;
extern const struct rq runqueues __ksym __weak;

struct bpf_iter_task {
	__u64 opaque[3];
};
extern int bpf_iter_task_new(struct bpf_iter_task *it, struct task_struct *task,
			     unsigned int flags) __ksym;
extern struct task_struct *bpf_iter_task_next(struct bpf_iter_task *it) __ksym;
extern void bpf_iter_task_destroy(struct bpf_iter_task *it) __ksym;
enum { THREADS_OF_PROCESS = 2 }; /* BPF_TASK_ITER_PROC_THREADS, kernel/bpf/task_iter.c */

/* A variable's address is a constant and no look-up; the loader makes this one longer. */
struct trace_head rings[1] SEC(".data.rings");
struct trace_head names_head SEC(".data.heads");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, TRACE_NAMES);
	__type(key, __u32);
	__type(value, struct trace_name_slot);
} names SEC(".maps");

/* Whatever a variable was declared as, it is longer than that. */
#define LONGER(variable)                                                                           \
	({                                                                                         \
		typeof(&(variable)[0]) first = (variable);                                         \
		asm volatile("" : "+r"(first));                                                    \
		first;                                                                             \
	})

#define TEXT_(number)   #number
#define TEXT_OF(number) TEXT_(number)
/* `value` with a number that the loader puts into the instruction, instead of one that is read. */
#define PUT_BY_LOADER(value, op, number) asm("%0 " op " " TEXT_OF(number) : "+r"(value))

/* A slot, of which nothing but its position, `at`, is written yet. */
static __always_inline volatile struct trace_slot *take_slot(__u64 cpu, __u64 *at)
{
	struct trace_head *h;
	__u64 offset;

	/* there are so many: the verifier wants to see it */
	PUT_BY_LOADER(cpu, "&=", TRACE_CPUS_MASK);
	PUT_BY_LOADER(cpu, "*=", TRACE_RING_BYTES);
	h = (void *)LONGER(rings) + cpu;
	/* an interrupt in between takes the next one */
	offset = *at = __sync_fetch_and_add(&h->produced, sizeof(struct trace_slot));
	PUT_BY_LOADER(offset, "&=", TRACE_SLOTS_MASK);
	return (void *)(h + 1) + offset;
}

/* Interrupts are off: nothing comes in between, so that the time may be the last to be written. */
static __always_inline void put_switch(struct task_struct *prev, struct task_struct *next,
				       __u32 state, __u64 sleeps)
{
	__u64 at;
	volatile struct trace_slot *s = take_slot(prev->thread_info.cpu, &at);

	s->task = (__u64)next;
	s->other = prev->pid;
	s->state = (__u16)state;
	s->at = (__u16)sleeps;
	s->end = at + sizeof(*s) + TRACE_RING_SWITCH;
	s->t_ns = bpf_ktime_get_ns();
}

SEC("tp_btf/sched_switch")
int BPF_PROG(trace_switch, bool preempt, struct task_struct *prev, struct task_struct *next,
	     unsigned int prev_state)
{
	put_switch(prev, next, prev_state, !preempt);
	return 0;
}

/*
 * The same where the kernel tells its pressure accounting (PSI) of it, in __schedule() as the
 * tracepoint is: less is done to call a program from a function. It sleeps where the tracepoint has
 * a state and no preemption. Who is being woken by another CPU already is TASK_WAKING and no longer
 * what it was, which that wake-up tells. A function's arguments are not trusted, which costs eight
 * instructions for a field: so it is the address that is told of who comes. kernel/sched/core.c, 6.16
 * and 7.3.
 */
SEC("?fentry/psi_task_switch")
int trace_switch_psi(__u64 *ctx)
{
	struct task_struct *prev = bpf_get_current_task_btf();

	put_switch(prev, (struct task_struct *)ctx[1], prev->__state, ctx[2]);
	return 0;
}

static __always_inline void put(__u64 cpu, __u32 type, int tid, int other, __u32 state, __u32 to)
{
	__u64 at;
	volatile struct trace_slot *s = take_slot(cpu, &at);

	s->tid = tid;
	s->other = other;
	if (type == TRACE_RING_WAKE)
		s->state = (__u16)state;
	s->at = (__u16)to;
	/* not before the position is taken: who reads counts on it */
	s->t_ns = bpf_ktime_get_ns();
	s->end = at + sizeof(*s) + type;
}

static __always_inline void wake(struct task_struct *p, struct task_struct *current, int waker)
{
	put(current->thread_info.cpu, TRACE_RING_WAKE, p->pid, waker, p->__state,
	    p->thread_info.cpu);
}

SEC("tp_btf/sched_waking")
int BPF_PROG(trace_waking, struct task_struct *p)
{
	struct task_struct *current;
	int waker, count = 0;

	if (&__preempt_count)
		count = *(const int *)bpf_this_cpu_ptr(&__preempt_count);
	current = bpf_get_current_task_btf();
	waker = current->pid;
	/* each of them once, not on two ways */
	asm volatile("" : "+r"(waker), "+r"(count));
	if (count & TRACE_INTERRUPTS)
		waker = 0;
	wake(p, current, waker);
	return 0;
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(trace_new, struct task_struct *p)
{
	struct task_struct *current = bpf_get_current_task_btf();

	wake(p, current, current->pid);
	return 0;
}

SEC("tp_btf/sched_migrate_task")
int BPF_PROG(trace_migrate, struct task_struct *p, int dest_cpu)
{
	/* told also when it stays; nr_migrations does not count that either */
	if (p->thread_info.cpu != (__u32)dest_cpu)
		put(bpf_get_smp_processor_id(), TRACE_RING_MIGRATE, p->pid, p->thread_info.cpu, 0,
		    dest_cpu);
	return 0;
}

static __always_inline void name(struct task_struct *p, __u64 cgroup_id, const char *comm)
{
	volatile struct trace_name_slot *s;
	__u64 at = __sync_fetch_and_add(&names_head.produced, 1);
	__u32 i;

	i = (__u32)(at % TRACE_NAMES);
	s = bpf_map_lookup_elem(&names, &i);
	if (!s)
		return;
	/* a reader that comes in between sees that it is nobody's */
	s->lap = 0;
	s->t_ns = bpf_ktime_get_ns();
	s->cgroup_id = cgroup_id;
	s->task = (__u64)p;
	s->tid = p->pid;
	s->pid = p->tgid;
	bpf_probe_read_kernel_str((char *)s->comm, sizeof(s->comm), comm);
	s->lap = at / TRACE_NAMES + 1;
}

static __always_inline void name_as_is(struct task_struct *p)
{
	name(p, BPF_CORE_READ(p, cgroups, dfl_cgrp, kn, id), p->comm);
}

enum { CPUS_MAX = 1024 };

/* The tasks that no list of tasks has. */
static __always_inline int name_idle(void)
{
	__u32 cpu;

	for (cpu = 0; cpu < CPUS_MAX && &runqueues; cpu++) {
		const struct rq *rq = bpf_per_cpu_ptr(&runqueues, cpu);

		if (!rq)
			break;
		name(rq->idle, 0, rq->idle->comm);
	}
	return 0;
}

SEC("iter/task")
int name_all(struct bpf_iter__task *ctx)
{
	struct task_struct *p = ctx->task;

	if (!p)
		return name_idle();
	/* the verifier takes no arithmetic on what may be NULL: none may be moved up */
	asm volatile("" : "+r"(p));
	name_as_is(p);
	return 0;
}

/* At its first wake-up: not all that begin are told as forks (io_uring's threads are not). */
SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(name_new, struct task_struct *p)
{
	name_as_is(p);
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
