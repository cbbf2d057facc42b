// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * starve - broken on purpose: one cgroup gets no CPU time, or next to none.
 *
 * Its tasks wait in a queue of their own, which is looked at in every `period`th dispatch only;
 * with period 0 never, until the watchdog ends the scheduler (exit kind stall). With a period the
 * scheduler lives on, and only a check of fairness can tell.
 */
#include "scx.h"

SCX_LICENSE;

enum { STARVED = 0 };

const volatile __u64 cgroup_id = 0; /* kernel id; written as @NAME it is looked up */
const volatile __u64 period = 0;

static __u64 dispatches;

/* no short cut to an idle CPU: everything passes enqueue */
SEC("struct_ops/starve_select_cpu")
__s32 BPF_PROG(starve_select_cpu, struct task_struct *p, __s32 prev_cpu, __u64 wake_flags)
{
	return prev_cpu;
}

static __always_inline bool is_starved(struct task_struct *p)
{
	struct cgroup *cgrp = scx_bpf_task_cgroup(p);
	bool starved;

	if (!cgrp)
		return false;
	starved = cgrp->kn->id == cgroup_id;
	bpf_cgroup_release(cgrp);
	return starved;
}

SEC("struct_ops/starve_enqueue")
void BPF_PROG(starve_enqueue, struct task_struct *p, __u64 enq_flags)
{
	scx_insert(p, is_starved(p) ? STARVED : SCX_DSQ_GLOBAL, enq_flags);
}

/* Comes when the local queue and the global one are empty. */
SEC("struct_ops/starve_dispatch")
void BPF_PROG(starve_dispatch, __s32 cpu, struct task_struct *prev)
{
	__u64 n = __sync_fetch_and_add(&dispatches, 1);

	if (period && n % period == 0)
		scx_move_to_local(STARVED);
}

SEC("struct_ops.s/starve_init")
__s32 BPF_PROG(starve_init)
{
	return scx_bpf_create_dsq(STARVED, -1);
}

SEC(".struct_ops.link")
struct sched_ext_ops starve = {
	.select_cpu = (void *)starve_select_cpu,
	.enqueue = (void *)starve_enqueue,
	.dispatch = (void *)starve_dispatch,
	.init = (void *)starve_init,
	.name = "starve",
};
