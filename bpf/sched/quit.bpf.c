// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * quit - broken on purpose: takes itself back with scx_bpf_exit() after a number of enqueues.
 *
 * What a scheduler does that has nothing more to do: exit kind unreg-bpf, which is no error; but
 * whoever counted on it to schedule is left with the kernel's own.
 */
#include "scx.h"

SCX_LICENSE;

const volatile __u64 after = 1000; /* enqueues */

static __u64 enqueues;

/* no short cut to an idle CPU: everything passes enqueue */
SEC("struct_ops/quit_select_cpu")
__s32 BPF_PROG(quit_select_cpu, struct task_struct *p, __s32 prev_cpu, __u64 wake_flags)
{
	return prev_cpu;
}

SEC("struct_ops/quit_enqueue")
void BPF_PROG(quit_enqueue, struct task_struct *p, __u64 enq_flags)
{
	static char fmt[] = "left after %llu enqueues";
	unsigned long long n = __sync_fetch_and_add(&enqueues, 1) + 1;

	scx_insert(p, SCX_DSQ_GLOBAL, enq_flags);
	if (n == after)
		scx_bpf_exit_bstr(0, fmt, &n, sizeof(n));
}

SEC(".struct_ops.link")
struct sched_ext_ops quit = {
	.select_cpu = (void *)quit_select_cpu,
	.enqueue = (void *)quit_enqueue,
	.name = "quit",
};
