/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * scx - the part of sched_ext that our schedulers use: its operations, its kfuncs, its numbers.
 *
 * One object has to load on every kernel from 6.16 on. Kfuncs that were renamed are weak and asked
 * for with bpf_ksym_exists(); libbpf ignores what follows "___" in their names, and drops the
 * branch this kernel does not need. Numbers that kernels may move are constants in .rodata which
 * the loader overwrites from the running kernel's BTF (src/guest/sched_object.c).
 */
#ifndef SCX_H
#define SCX_H

#include "../ktypes.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define NSEC_PER_USEC 1000ull
#define CPUS_MAX      1024

/* Only the members used here: libbpf matches them by name against the kernel's own struct. */
struct scx_cgroup_init_args {
	__u32 weight;
} __attribute__((preserve_access_index));

struct scx_init_task_args;

struct bpf_iter_num { /* of bpf_for() */
	__u64 opaque;
} __attribute__((aligned(8)));

struct sched_ext_ops {
	__s32 (*select_cpu)(struct task_struct *p, __s32 prev_cpu, __u64 wake_flags);
	void (*enqueue)(struct task_struct *p, __u64 enq_flags);
	void (*dispatch)(__s32 cpu, struct task_struct *prev);
	void (*running)(struct task_struct *p);
	void (*stopping)(struct task_struct *p, bool runnable);
	void (*enable)(struct task_struct *p);
	__s32 (*init_task)(struct task_struct *p, struct scx_init_task_args *args);
	__s32 (*cgroup_init)(struct cgroup *cgrp, struct scx_cgroup_init_args *args);
	void (*cgroup_exit)(struct cgroup *cgrp);
	void (*cgroup_set_weight)(struct cgroup *cgrp, __u32 weight);
	__s32 (*init)(void);
	__u64 flags;
	__u32 timeout_ms;
	char name[128];
};

/* enum scx_dsq_id_flags, scx_kick_flags, scx_enq_flags, scx_ops_flags in kernel/sched/ext.c */
const volatile __u64 SCX_DSQ_GLOBAL = 0x8000000000000001ull;
const volatile __u64 SCX_DSQ_LOCAL = 0x8000000000000002ull;
const volatile __u64 SCX_DSQ_LOCAL_ON = 0xC000000000000000ull;
const volatile __u64 SCX_KICK_IDLE = 1;
const volatile __u64 SCX_KICK_PREEMPT = 2;
const volatile __u64 SCX_ENQ_PREEMPT = 1ull << 32;

#define SCX_ENQ_LAST_FLAG (1ull << 1) /* SCX_OPS_ENQ_LAST: part of a struct's initial value */

/* Of how long a task runs before others have their turn. */
const volatile __u64 slice_us = 20000;

struct scx_bpf_dsq_insert_vtime_args { /* from 6.19 */
	__u64 dsq_id;
	__u64 slice;
	__u64 vtime;
	__u64 enq_flags;
};

__s32 scx_bpf_select_cpu_dfl(struct task_struct *p, __s32 prev_cpu, __u64 wake_flags,
			     bool *is_idle) __ksym;
__s32 scx_bpf_create_dsq(__u64 dsq_id, __s32 node) __ksym;
void scx_bpf_kick_cpu(__s32 cpu, __u64 flags) __ksym;
__u32 scx_bpf_dispatch_nr_slots(void) __ksym;
void scx_bpf_exit_bstr(__s64 exit_code, char *fmt, unsigned long long *data, __u32 data_len) __ksym;
void scx_bpf_error_bstr(char *fmt, unsigned long long *data, __u32 data_len) __ksym;
struct cgroup *scx_bpf_task_cgroup(struct task_struct *p) __ksym __weak;
struct task_struct *bpf_task_from_pid(__s32 pid) __ksym;
void bpf_task_release(struct task_struct *p) __ksym;
void bpf_cgroup_release(struct cgroup *cgrp) __ksym;

/* 6.13 to now; from 6.19 there is one that says whether it was inserted */
void scx_bpf_dsq_insert___v1(struct task_struct *p, __u64 dsq_id, __u64 slice,
			     __u64 enq_flags) __ksym __weak;
bool scx_bpf_dsq_insert___v2(struct task_struct *p, __u64 dsq_id, __u64 slice,
			     __u64 enq_flags) __ksym __weak;
void scx_bpf_dsq_insert_vtime___old(struct task_struct *p, __u64 dsq_id, __u64 slice, __u64 vtime,
				    __u64 enq_flags) __ksym __weak;
bool __scx_bpf_dsq_insert_vtime(struct task_struct *p,
				struct scx_bpf_dsq_insert_vtime_args *args) __ksym __weak;
bool scx_bpf_dsq_move_to_local___v1(__u64 dsq_id) __ksym __weak;
bool scx_bpf_dsq_move_to_local___v2(__u64 dsq_id, __u64 enq_flags) __ksym __weak;
bool scx_bpf_task_set_dsq_vtime(struct task_struct *p, __u64 vtime) __ksym __weak;

static __always_inline void scx_insert(struct task_struct *p, __u64 dsq, __u64 enq_flags)
{
	if (bpf_ksym_exists(scx_bpf_dsq_insert___v2))
		scx_bpf_dsq_insert___v2(p, dsq, slice_us * NSEC_PER_USEC, enq_flags);
	else
		scx_bpf_dsq_insert___v1(p, dsq, slice_us * NSEC_PER_USEC, enq_flags);
}

static __always_inline void scx_insert_vtime(struct task_struct *p, __u64 dsq, __u64 vtime,
					     __u64 enq_flags)
{
	if (bpf_ksym_exists(__scx_bpf_dsq_insert_vtime)) {
		struct scx_bpf_dsq_insert_vtime_args args = {.dsq_id = dsq,
							     .slice = slice_us * NSEC_PER_USEC,
							     .vtime = vtime,
							     .enq_flags = enq_flags};

		__scx_bpf_dsq_insert_vtime(p, &args);
	} else {
		scx_bpf_dsq_insert_vtime___old(p, dsq, slice_us * NSEC_PER_USEC, vtime, enq_flags);
	}
}

static __always_inline bool scx_move_to_local(__u64 dsq)
{
	if (bpf_ksym_exists(scx_bpf_dsq_move_to_local___v2))
		return scx_bpf_dsq_move_to_local___v2(dsq, 0);
	return scx_bpf_dsq_move_to_local___v1(dsq);
}

static __always_inline void scx_set_vtime(struct task_struct *p, __u64 vtime)
{
	if (bpf_ksym_exists(scx_bpf_task_set_dsq_vtime))
		scx_bpf_task_set_dsq_vtime(p, vtime);
	else
		p->scx.dsq_vtime = vtime;
}

/* Virtual time runs over in the end: compare by difference. */
static __always_inline bool scx_before(__u64 a, __u64 b)
{
	return (__s64)(a - b) < 0;
}

/* bpf_cpumask_test_cpu() would do, but clang writes its argument's type into BTF as unknown. */
static __always_inline bool scx_may_run_on(struct task_struct *p, __u32 cpu)
{
	const char *mask = (const char *)p->cpus_ptr;
	__u64 word = 0;

	bpf_probe_read_kernel(&word, sizeof(word), mask + cpu / 64 * sizeof(word));
	return word >> cpu % 64 & 1;
}

/* A word of the task's name; names are shorter than 16 bytes. */
static __always_inline bool scx_comm_begins(struct task_struct *p, const char *word, __u32 len)
{
	char comm[16];
	__u32 i;

	bpf_probe_read_kernel(comm, sizeof(comm), p->comm);
	for (i = 0; i < len && i < sizeof(comm); i++)
		if (comm[i] != word[i])
			return false;
	return true;
}

#define SCX_LICENSE char LICENSE[] SEC("license") = "Dual BSD/GPL"

#endif
