// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * central - one CPU decides for all: tasks wait in one list, and only that CPU hands them out.
 *
 * A CPU that runs out of work raises its hand and kicks the central one; in its next dispatch the
 * central CPU looks who waits, and puts a task into each one's local queue. Tasks that cannot be
 * handled so (the list is full, or they are bound to other CPUs) take the fall-back queue.
 */
#include "scx.h"

SCX_LICENSE;

enum { FALLBACK = 0, TASKS_MAX = 4096, TRIES_MAX = 8 };

const volatile __s32 central_cpu = 0;
const volatile __u32 nr_cpus = 1; /* the loader says how many there are */

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, TASKS_MAX);
	__type(value, __s32);
} waiting SEC(".maps");

static bool wants[CPUS_MAX];

SEC("struct_ops/central_select_cpu")
__s32 BPF_PROG(central_select_cpu, struct task_struct *p, __s32 prev_cpu, __u64 wake_flags)
{
	/* waking up there saves the kick */
	return central_cpu;
}

SEC("struct_ops/central_enqueue")
void BPF_PROG(central_enqueue, struct task_struct *p, __u64 enq_flags)
{
	__s32 pid = p->pid;

	/* a kernel thread of one CPU serves that CPU: it must not wait for another */
	if ((p->flags & PF_KTHREAD) && p->nr_cpus_allowed == 1) {
		scx_insert(p, SCX_DSQ_LOCAL, enq_flags | SCX_ENQ_PREEMPT);
		return;
	}
	if (p->nr_cpus_allowed < (int)nr_cpus || bpf_map_push_elem(&waiting, &pid, 0))
		scx_insert(p, FALLBACK, enq_flags);
	scx_bpf_kick_cpu(central_cpu, SCX_KICK_PREEMPT);
}

/* One task for a CPU; false when there is none. */
static __always_inline bool give(__s32 cpu)
{
	struct task_struct *p;
	__s32 pid, i;

	for (i = 0; i < TRIES_MAX; i++) {
		if (bpf_map_pop_elem(&waiting, &pid))
			return false;
		p = bpf_task_from_pid(pid);
		/* it has ended */
		if (!p)
			continue;
		/* its affinity changed while it waited */
		if (!scx_may_run_on(p, cpu)) {
			scx_insert(p, FALLBACK, 0);
			bpf_task_release(p);
			continue;
		}
		scx_insert(p, SCX_DSQ_LOCAL_ON | cpu, 0);
		bpf_task_release(p);
		if (cpu != central_cpu)
			scx_bpf_kick_cpu(cpu, SCX_KICK_IDLE);
		return true;
	}
	return false;
}

SEC("struct_ops/central_dispatch")
void BPF_PROG(central_dispatch, __s32 cpu, struct task_struct *prev)
{
	__u32 i;

	if (cpu != central_cpu) {
		if (scx_move_to_local(FALLBACK))
			return;
		wants[cpu & (CPUS_MAX - 1)] = true;
		/* the central one may be in a long run of some task */
		scx_bpf_kick_cpu(central_cpu, SCX_KICK_PREEMPT);
		return;
	}
	bpf_for(i, 0, CPUS_MAX)
	{
		if (i >= nr_cpus || !scx_bpf_dispatch_nr_slots())
			break;
		if (!wants[i & (CPUS_MAX - 1)])
			continue;
		if (give(i))
			wants[i & (CPUS_MAX - 1)] = false;
		else
			scx_bpf_kick_cpu(i, SCX_KICK_IDLE); /* for the fall-back queue */
	}
	if (scx_move_to_local(FALLBACK))
		return;
	give(central_cpu);
}

SEC("struct_ops.s/central_init")
__s32 BPF_PROG(central_init)
{
	return scx_bpf_create_dsq(FALLBACK, -1);
}

SEC(".struct_ops.link")
struct sched_ext_ops central = {
	.select_cpu = (void *)central_select_cpu,
	.enqueue = (void *)central_enqueue,
	.dispatch = (void *)central_dispatch,
	.init = (void *)central_init,
	.flags = SCX_ENQ_LAST_FLAG, /* else the last task of a CPU would run on without us */
	.name = "central",
};
