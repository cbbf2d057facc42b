// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sub_parent - one queue for all, and one sub-scheduler at a time that may use every CPU: each CPU
 * takes from it and from the queue in turns.
 */
#include "../../bpf/sched/scx.h"
#include "sub_sched.h"

SCX_LICENSE;

struct scx_cmask { /* complete, or libbpf takes it for another than the kernel's */
	__u32 base;
};

int scx_bpf_sub_grant(__u64 cgroup_id, __u64 caps, const struct scx_cmask *cids,
		      struct scx_cmask *denied) __ksym;
bool scx_bpf_sub_dispatch(__u64 cgroup_id) __ksym;

enum { SHARED = 0, CAPS_ALL = 7, ARENA = 33 };

struct {
	__uint(type, ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1024); /* pages */
} arena SEC(".maps");

struct sub_config config SEC(".data.config");
__u64 turn;

SEC("struct_ops/sub_enqueue")
void BPF_PROG(sub_enqueue, struct task_struct *p, __u64 enq_flags)
{
	__sync_fetch_and_add(&config.enqueues, 1);
	scx_insert(p, SHARED, enq_flags);
}

SEC("struct_ops/sub_dispatch")
void BPF_PROG(sub_dispatch, __s32 cid, struct task_struct *prev)
{
	if (turn++ & 1 && scx_bpf_sub_dispatch(config.child))
		return;
	if (!scx_move_to_local(SHARED))
		scx_bpf_sub_dispatch(config.child);
}

SEC("struct_ops.s/sub_attach")
int BPF_PROG(sub_attach, struct scx_sub_attach_args *args)
{
	asm volatile("" ::"r"(&arena)); /* the kernel has to know whose addresses they are */
	return scx_bpf_sub_grant(config.child, CAPS_ALL, (const struct scx_cmask *)config.cids,
				 (struct scx_cmask *)0);
}

SEC("struct_ops.s/sub_init")
int BPF_PROG(sub_init)
{
	asm volatile("" ::"r"(&arena));
	return scx_bpf_create_dsq(SHARED, -1);
}

SEC(".struct_ops.link")
struct sched_ext_ops_cid sub_parent = {
	.enqueue = (void *)sub_enqueue,
	.dispatch = (void *)sub_dispatch,
	.sub_attach = (void *)sub_attach,
	.init = (void *)sub_init,
	.name = "sub_parent",
};
