// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * stall - broken on purpose: forgets every task whose name begins with "lost".
 *
 * enqueue returns without having put the task anywhere. The kernel's watchdog finds a task that is
 * runnable and does not run for longer than the time-out, and ends the scheduler: exit kind stall.
 */
#include "scx.h"

SCX_LICENSE;

/* no short cut to an idle CPU: everything passes enqueue */
SEC("struct_ops/stall_select_cpu")
__s32 BPF_PROG(stall_select_cpu, struct task_struct *p, __s32 prev_cpu, __u64 wake_flags)
{
	return prev_cpu;
}

SEC("struct_ops/stall_enqueue")
void BPF_PROG(stall_enqueue, struct task_struct *p, __u64 enq_flags)
{
	if (!scx_comm_begins(p, "lost", 4))
		scx_insert(p, SCX_DSQ_GLOBAL, enq_flags);
}

SEC(".struct_ops.link")
struct sched_ext_ops stall = {
	.select_cpu = (void *)stall_select_cpu,
	.enqueue = (void *)stall_enqueue,
	.name = "stall",
};
