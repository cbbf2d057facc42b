// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * sub_child - one queue, whose id is that of its parent's, for the tasks of a cgroup.
 */
#include "../../bpf/sched/scx.h"
#include "sub_sched.h"

SCX_LICENSE;

enum { SHARED = 0, ARENA = 33 };

struct {
	__uint(type, ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1024); /* pages */
} arena SEC(".maps");

struct sub_config config SEC(".data.config");

SEC("struct_ops/sub_enqueue")
void BPF_PROG(sub_enqueue, struct task_struct *p, __u64 enq_flags)
{
	__sync_fetch_and_add(&config.enqueues, 1);
	scx_insert(p, SHARED, enq_flags);
}

SEC("struct_ops/sub_dispatch")
void BPF_PROG(sub_dispatch, __s32 cid, struct task_struct *prev)
{
	scx_move_to_local(SHARED);
}

SEC("struct_ops.s/sub_init")
int BPF_PROG(sub_init)
{
	asm volatile("" ::"r"(&arena));
	return scx_bpf_create_dsq(SHARED, -1);
}

SEC(".struct_ops.link")
struct sched_ext_ops_cid sub_child = {
	.enqueue = (void *)sub_enqueue,
	.dispatch = (void *)sub_dispatch,
	.init = (void *)sub_init,
	.name = "sub_child",
};
