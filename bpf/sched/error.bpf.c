// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * error - broken on purpose: gives up with scx_bpf_error() after a number of enqueues.
 *
 * What any scheduler does that finds its own state impossible: exit kind error-bpf, with the
 * message below in the exit information.
 */
#include "scx.h"

SCX_LICENSE;

const volatile __u64 after = 1000; /* enqueues */

static __u64 enqueues;

/* no short cut to an idle CPU: everything passes enqueue */
SEC("struct_ops/error_select_cpu")
__s32 BPF_PROG(error_select_cpu, struct task_struct *p, __s32 prev_cpu, __u64 wake_flags)
{
	return prev_cpu;
}

SEC("struct_ops/error_enqueue")
void BPF_PROG(error_enqueue, struct task_struct *p, __u64 enq_flags)
{
	static char fmt[] = "gave up after %llu enqueues";
	unsigned long long n = __sync_fetch_and_add(&enqueues, 1) + 1;

	scx_insert(p, SCX_DSQ_GLOBAL, enq_flags);
	if (n == after)
		scx_bpf_error_bstr(fmt, &n, sizeof(n));
}

SEC(".struct_ops.link")
struct sched_ext_ops error = {
	.select_cpu = (void *)error_select_cpu,
	.enqueue = (void *)error_enqueue,
	.name = "error",
};
