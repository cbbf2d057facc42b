// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * vtime - one queue ordered by virtual time: who had least, for his weight, runs next.
 *
 * A task's virtual time grows while it runs, the slower the greater its weight. A task that slept
 * may not bring more than one slice of unused time along, or it would keep all others out.
 */
#include "scx.h"

SCX_LICENSE;

enum { SHARED = 0 };

static __u64 vtime_now; /* of the task that began to run last */

SEC("struct_ops/vtime_select_cpu")
__s32 BPF_PROG(vtime_select_cpu, struct task_struct *p, __s32 prev_cpu, __u64 wake_flags)
{
	bool idle = false;
	__s32 cpu = scx_bpf_select_cpu_dfl(p, prev_cpu, wake_flags, &idle);

	if (idle)
		scx_insert(p, SCX_DSQ_LOCAL, 0);
	return cpu;
}

SEC("struct_ops/vtime_enqueue")
void BPF_PROG(vtime_enqueue, struct task_struct *p, __u64 enq_flags)
{
	__u64 vtime = p->scx.dsq_vtime, oldest = vtime_now - slice_us * NSEC_PER_USEC;

	if (scx_before(vtime, oldest))
		vtime = oldest;
	scx_insert_vtime(p, SHARED, vtime, enq_flags);
}

SEC("struct_ops/vtime_dispatch")
void BPF_PROG(vtime_dispatch, __s32 cpu, struct task_struct *prev)
{
	scx_move_to_local(SHARED);
}

/* Several CPUs do this at once; a lost update only makes vtime_now a little older. */
SEC("struct_ops/vtime_running")
void BPF_PROG(vtime_running, struct task_struct *p)
{
	if (scx_before(vtime_now, p->scx.dsq_vtime))
		vtime_now = p->scx.dsq_vtime;
}

SEC("struct_ops/vtime_stopping")
void BPF_PROG(vtime_stopping, struct task_struct *p, bool runnable)
{
	__u64 used = slice_us * NSEC_PER_USEC - p->scx.slice;

	scx_set_vtime(p, p->scx.dsq_vtime + used * 100 / (p->scx.weight ?: 1));
}

SEC("struct_ops/vtime_enable")
void BPF_PROG(vtime_enable, struct task_struct *p)
{
	scx_set_vtime(p, vtime_now);
}

SEC("struct_ops.s/vtime_init")
__s32 BPF_PROG(vtime_init)
{
	return scx_bpf_create_dsq(SHARED, -1);
}

SEC(".struct_ops.link")
struct sched_ext_ops vtime = {
	.select_cpu = (void *)vtime_select_cpu,
	.enqueue = (void *)vtime_enqueue,
	.dispatch = (void *)vtime_dispatch,
	.running = (void *)vtime_running,
	.stopping = (void *)vtime_stopping,
	.enable = (void *)vtime_enable,
	.init = (void *)vtime_init,
	.name = "vtime",
};
