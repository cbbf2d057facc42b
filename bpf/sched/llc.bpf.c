// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * llc - one queue per last-level cache; a CPU whose own queue is empty steals from the others.
 *
 * Tasks stay near their warm cache as long as there is work on each side, and no CPU idles while
 * another LLC has tasks waiting. The loader fills cpu_llc and nr_llcs from the guest's topology.
 */
#include "scx.h"

SCX_LICENSE;

enum { LLCS_MAX = 64 };

const volatile __u32 nr_llcs = 1;
const volatile __u32 cpu_llc[CPUS_MAX]; /* LLC of each CPU, from 0 */
const volatile bool steal = true;

static __always_inline __u32 llc_of(__s32 cpu)
{
	__u32 llc = cpu_llc[cpu & (CPUS_MAX - 1)]; /* masked for the verifier's sake */

	return llc < LLCS_MAX ? llc : 0;
}

SEC("struct_ops/llc_select_cpu")
__s32 BPF_PROG(llc_select_cpu, struct task_struct *p, __s32 prev_cpu, __u64 wake_flags)
{
	bool idle = false;
	__s32 cpu = scx_bpf_select_cpu_dfl(p, prev_cpu, wake_flags, &idle);

	if (idle)
		scx_insert(p, SCX_DSQ_LOCAL, 0);
	return cpu;
}

SEC("struct_ops/llc_enqueue")
void BPF_PROG(llc_enqueue, struct task_struct *p, __u64 enq_flags)
{
	scx_insert(p, llc_of(p->thread_info.cpu), enq_flags);
}

SEC("struct_ops/llc_dispatch")
void BPF_PROG(llc_dispatch, __s32 cpu, struct task_struct *prev)
{
	__u32 own = llc_of(cpu), i;

	if (scx_move_to_local(own))
		return;
	for (i = 1; i < LLCS_MAX; i++) {
		/* without stealing a task that may run only elsewhere would be stuck for ever */
		if (i >= nr_llcs || !steal)
			return;
		if (scx_move_to_local((own + i) % nr_llcs))
			return;
	}
}

SEC("struct_ops.s/llc_init")
__s32 BPF_PROG(llc_init)
{
	__s32 e = 0;
	__u32 i;

	for (i = 0; i < LLCS_MAX && !e; i++)
		if (i < nr_llcs)
			e = scx_bpf_create_dsq(i, -1);
	return e;
}

SEC(".struct_ops.link")
struct sched_ext_ops llc = {
	.select_cpu = (void *)llc_select_cpu,
	.enqueue = (void *)llc_enqueue,
	.dispatch = (void *)llc_dispatch,
	.init = (void *)llc_init,
	.name = "llc",
};
