// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * leakdsq - broken on purpose: makes a dispatch queue for every task and never drains or frees one.
 *
 * Queues pile up with every task that is born. Tasks whose name begins with "leak" are put into
 * theirs, from where nobody takes them: the watchdog ends the scheduler (exit kind stall), and the
 * dump shows them in a queue.
 */
#include "scx.h"

SCX_LICENSE;

/* no short cut to an idle CPU: everything passes enqueue */
SEC("struct_ops/leakdsq_select_cpu")
__s32 BPF_PROG(leakdsq_select_cpu, struct task_struct *p, __s32 prev_cpu, __u64 wake_flags)
{
	return prev_cpu;
}

SEC("struct_ops/leakdsq_enqueue")
void BPF_PROG(leakdsq_enqueue, struct task_struct *p, __u64 enq_flags)
{
	scx_insert(p, scx_comm_begins(p, "leak", 4) ? (__u64)p->pid : SCX_DSQ_GLOBAL, enq_flags);
}

SEC("struct_ops.s/leakdsq_init_task")
__s32 BPF_PROG(leakdsq_init_task, struct task_struct *p, struct scx_init_task_args *args)
{
	/* a number used before has its queue still: that is the leak */
	scx_bpf_create_dsq(p->pid, -1);
	return 0;
}

SEC(".struct_ops.link")
struct sched_ext_ops leakdsq = {
	.select_cpu = (void *)leakdsq_select_cpu,
	.enqueue = (void *)leakdsq_enqueue,
	.init_task = (void *)leakdsq_init_task,
	.name = "leakdsq",
};
