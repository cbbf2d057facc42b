// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * fifo - one queue for the whole machine, first come, first served.
 *
 * A task that wakes up while some CPU is idle goes straight to that CPU's local queue. All others
 * wait in one dispatch queue (DSQ) of our own, and every CPU that runs out of work takes the
 * oldest one that may run there. Weights and nice mean nothing here: the simplest fair-ish thing.
 */
#include "scx.h"

SCX_LICENSE;

enum { SHARED = 0 };

SEC("struct_ops/fifo_select_cpu")
__s32 BPF_PROG(fifo_select_cpu, struct task_struct *p, __s32 prev_cpu, __u64 wake_flags)
{
	bool idle = false;
	__s32 cpu = scx_bpf_select_cpu_dfl(p, prev_cpu, wake_flags, &idle);

	if (idle)
		scx_insert(p, SCX_DSQ_LOCAL, 0);
	return cpu;
}

/* Not called for a task that select_cpu has inserted already. */
SEC("struct_ops/fifo_enqueue")
void BPF_PROG(fifo_enqueue, struct task_struct *p, __u64 enq_flags)
{
	scx_insert(p, SHARED, enq_flags);
}

/* This CPU has nothing left in its local queue. */
SEC("struct_ops/fifo_dispatch")
void BPF_PROG(fifo_dispatch, __s32 cpu, struct task_struct *prev)
{
	scx_move_to_local(SHARED);
}

SEC("struct_ops.s/fifo_init")
__s32 BPF_PROG(fifo_init)
{
	return scx_bpf_create_dsq(SHARED, -1);
}

SEC(".struct_ops.link")
struct sched_ext_ops fifo = {
	.select_cpu = (void *)fifo_select_cpu,
	.enqueue = (void *)fifo_enqueue,
	.dispatch = (void *)fifo_dispatch,
	.init = (void *)fifo_init,
	.name = "fifo",
};
