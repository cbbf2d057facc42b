// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * cgweight - CPU time is shared between cgroups by their cpu.weight, however many tasks each has.
 *
 * The virtual time belongs to the cgroup: whoever of it runs, all of it grows older. The hierarchy
 * is taken as flat, so that the weights of all cgroups with running tasks count against each other.
 * Nice does not matter within a cgroup.
 */
#include "scx.h"

SCX_LICENSE;

enum { SHARED = 0, CGROUPS_MAX = 4096, WEIGHT_DEFAULT = 100 };

struct cg {
	__u64 vtime;
	__u32 weight;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CGROUPS_MAX);
	__type(key, __u64);
	__type(value, struct cg);
} cgs SEC(".maps");

static __u64 vtime_now;

static __always_inline struct cg *cg_of(struct task_struct *p)
{
	struct cgroup *cgrp = scx_bpf_task_cgroup(p);
	__u64 id;

	if (!cgrp)
		return NULL;
	id = cgrp->kn->id;
	bpf_cgroup_release(cgrp);
	return bpf_map_lookup_elem(&cgs, &id);
}

SEC("struct_ops/cgweight_select_cpu")
__s32 BPF_PROG(cgweight_select_cpu, struct task_struct *p, __s32 prev_cpu, __u64 wake_flags)
{
	bool idle = false;
	__s32 cpu = scx_bpf_select_cpu_dfl(p, prev_cpu, wake_flags, &idle);

	if (idle)
		scx_insert(p, SCX_DSQ_LOCAL, 0);
	return cpu;
}

SEC("struct_ops/cgweight_enqueue")
void BPF_PROG(cgweight_enqueue, struct task_struct *p, __u64 enq_flags)
{
	__u64 oldest = vtime_now - slice_us * NSEC_PER_USEC, vtime = vtime_now;
	struct cg *cg = cg_of(p);

	if (cg) {
		if (scx_before(cg->vtime, oldest))
			cg->vtime = oldest;
		vtime = cg->vtime;
	}
	scx_insert_vtime(p, SHARED, vtime, enq_flags);
}

SEC("struct_ops/cgweight_dispatch")
void BPF_PROG(cgweight_dispatch, __s32 cpu, struct task_struct *prev)
{
	scx_move_to_local(SHARED);
}

SEC("struct_ops/cgweight_running")
void BPF_PROG(cgweight_running, struct task_struct *p)
{
	if (scx_before(vtime_now, p->scx.dsq_vtime))
		vtime_now = p->scx.dsq_vtime;
}

SEC("struct_ops/cgweight_stopping")
void BPF_PROG(cgweight_stopping, struct task_struct *p, bool runnable)
{
	__u64 used = slice_us * NSEC_PER_USEC - p->scx.slice;
	struct cg *cg = cg_of(p);

	if (cg)
		__sync_fetch_and_add(&cg->vtime, used * WEIGHT_DEFAULT / (cg->weight ?: 1));
}

SEC("struct_ops.s/cgweight_cgroup_init")
__s32 BPF_PROG(cgweight_cgroup_init, struct cgroup *cgrp, struct scx_cgroup_init_args *args)
{
	struct cg cg = {.vtime = vtime_now, .weight = args->weight};
	__u64 id = cgrp->kn->id;

	return bpf_map_update_elem(&cgs, &id, &cg, 0);
}

SEC("struct_ops.s/cgweight_cgroup_exit")
void BPF_PROG(cgweight_cgroup_exit, struct cgroup *cgrp)
{
	__u64 id = cgrp->kn->id;

	bpf_map_delete_elem(&cgs, &id);
}

SEC("struct_ops/cgweight_cgroup_set_weight")
void BPF_PROG(cgweight_cgroup_set_weight, struct cgroup *cgrp, __u32 weight)
{
	__u64 id = cgrp->kn->id;
	struct cg *cg = bpf_map_lookup_elem(&cgs, &id);

	if (cg)
		cg->weight = weight;
}

SEC("struct_ops.s/cgweight_init")
__s32 BPF_PROG(cgweight_init)
{
	return scx_bpf_create_dsq(SHARED, -1);
}

SEC(".struct_ops.link")
struct sched_ext_ops cgweight = {
	.select_cpu = (void *)cgweight_select_cpu,
	.enqueue = (void *)cgweight_enqueue,
	.dispatch = (void *)cgweight_dispatch,
	.running = (void *)cgweight_running,
	.stopping = (void *)cgweight_stopping,
	.cgroup_init = (void *)cgweight_cgroup_init,
	.cgroup_exit = (void *)cgweight_cgroup_exit,
	.cgroup_set_weight = (void *)cgweight_cgroup_set_weight,
	.init = (void *)cgweight_init,
	.name = "cgweight",
};
