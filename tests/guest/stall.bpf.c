// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * stall - a sched_ext scheduler that runs everything in one queue, but forgets tasks named lost*:
 * the kernel's watchdog finds them and ends it.
 */
#include "../../bpf/ktypes.h"

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* only what is used: libbpf matches members by name against the kernel's own struct */
struct sched_ext_ops {
	__s32 (*select_cpu)(struct task_struct *p, __s32 prev_cpu, __u64 wake_flags);
	void (*enqueue)(struct task_struct *p, __u64 enq_flags);
	__u32 timeout_ms;
	char name[128];
};

#define SCX_DSQ_GLOBAL 0x8000000000000001ull /* enum scx_dsq_id_flags, kernel/sched/ext.c */
#define SCX_SLICE_DFL  20000000ull

void scx_bpf_dsq_insert(struct task_struct *p, __u64 dsq_id, __u64 slice, __u64 enq_flags) __ksym;

/* no short cut to an idle CPU: everything passes enqueue */
SEC("struct_ops/stall_select_cpu")
__s32 BPF_PROG(stall_select_cpu, struct task_struct *p, __s32 prev_cpu, __u64 wake_flags)
{
	return prev_cpu;
}

SEC("struct_ops/stall_enqueue")
void BPF_PROG(stall_enqueue, struct task_struct *p, __u64 enq_flags)
{
	char comm[8];

	bpf_probe_read_kernel(comm, sizeof(comm), p->comm);
	if (comm[0] == 'l' && comm[1] == 'o' && comm[2] == 's' && comm[3] == 't')
		return;
	scx_bpf_dsq_insert(p, SCX_DSQ_GLOBAL, SCX_SLICE_DFL, enq_flags);
}

SEC(".struct_ops.link")
struct sched_ext_ops stall = {
	.select_cpu = (void *)stall_select_cpu,
	.enqueue = (void *)stall_enqueue,
	.name = "stall",
};
