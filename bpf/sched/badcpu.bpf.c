// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * badcpu - broken on purpose: sends a task that is bound to some CPUs to another one.
 *
 * The kernel checks each direct dispatch to a local queue against the task's affinity and ends the
 * scheduler: exit kind error, "target CPU N not allowed". Nothing happens until a task of user
 * space is bound, by its cpuset or its affinity, to less than all CPUs.
 */
#include "scx.h"

SCX_LICENSE;

const volatile __u32 nr_cpus = 1; /* the loader says how many there are */

/* no short cut to an idle CPU: everything passes enqueue */
SEC("struct_ops/badcpu_select_cpu")
__s32 BPF_PROG(badcpu_select_cpu, struct task_struct *p, __s32 prev_cpu, __u64 wake_flags)
{
	return prev_cpu;
}

SEC("struct_ops/badcpu_enqueue")
void BPF_PROG(badcpu_enqueue, struct task_struct *p, __u64 enq_flags)
{
	__u32 i;

	if (!(p->flags & PF_KTHREAD) && p->nr_cpus_allowed < (int)nr_cpus) {
		bpf_for(i, 0, CPUS_MAX)
		{
			if (i >= nr_cpus)
				break;
			if (scx_may_run_on(p, i))
				continue;
			scx_insert(p, SCX_DSQ_LOCAL_ON | i, enq_flags);
			return;
		}
	}
	scx_insert(p, SCX_DSQ_GLOBAL, enq_flags);
}

SEC(".struct_ops.link")
struct sched_ext_ops badcpu = {
	.select_cpu = (void *)badcpu_select_cpu,
	.enqueue = (void *)badcpu_enqueue,
	.name = "badcpu",
};
