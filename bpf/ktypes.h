/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * ktypes - the few kernel types our probes look into, with only the fields they use.
 *
 * CO-RE relocates every access by the running kernel's BTF, so order and size here mean nothing.
 * A field that a kernel may lack is asked for with bpf_core_field_exists() where it is read.
 */
#ifndef KTYPES_H
#define KTYPES_H

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;
typedef _Bool bool;
#define true 1
#define false 0

enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_QUEUE = 22,
	BPF_MAP_TYPE_STRUCT_OPS = 26,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_TASK_STORAGE = 29
};
enum { BPF_F_NO_PREALLOC = 1, BPF_F_MMAPABLE = 1 << 10 };
enum { BPF_LOCAL_STORAGE_GET_F_CREATE = 1 };
enum { BPF_ANY = 0 };

struct bpf_spin_lock {
	__u32 val;
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct kernfs_node {
	__u64 id;
};

struct cgroup {
	struct kernfs_node *kn;
};

struct css_set {
	struct cgroup *dfl_cgrp;
};

struct load_weight {
	unsigned long weight;
};

struct sched_entity {
	struct load_weight load;
	__u64 sum_exec_runtime;
	__u64 vruntime;
	__u64 nr_migrations;
};

struct sched_info {
	unsigned long pcount;
	unsigned long long run_delay;
	unsigned long long last_queued;
};

struct thread_info {
	__u32 cpu;
};

struct bpf_map {
	enum bpf_map_type map_type;
	__u32 btf_vmlinux_value_type_id;
};

struct file {
	void *private_data;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

/* x86-64: arguments of a system call */
struct pt_regs {
	unsigned long di;
	unsigned long si;
	unsigned long dx;
	unsigned long cx;
	unsigned long r8;
	unsigned long r9;
	unsigned long ax;
};

/* kernels without sched_ext have none of it: look before reading */
struct scx_dispatch_q {
	unsigned int nr;
	__u64 id;
};

/* what a sched_ext scheduler may look at in a task */
struct sched_ext_entity {
	struct scx_dispatch_q *dsq; /* NULL = on none */
	__u32 weight;    /* 1 to 10000; 100 is nice 0 */
	__u64 slice;     /* ns left */
	__u64 dsq_vtime; /* the task's place in a DSQ ordered by virtual time */
};

struct task_struct {
	struct thread_info thread_info;
	unsigned int __state;
	int exit_state;
	unsigned int flags;
	/* unsigned: kernels differ in their size, and libbpf adapts that */
	unsigned int on_cpu;
	unsigned int on_rq;
	int prio;
	__u64 start_time; /* CLOCK_MONOTONIC */
	const struct sched_class *sched_class;
	int pid;
	int tgid;
	int static_prio;
	unsigned int policy;
	unsigned long nvcsw;
	unsigned long nivcsw;
	struct sched_entity se;
	struct sched_info sched_info;
	struct css_set *cgroups;
	struct files_struct *files;
	struct sched_ext_entity scx;
	int nr_cpus_allowed;
	const struct cpumask *cpus_ptr;
	char comm[16];
};

struct scx_rq {
	struct scx_dispatch_q local_dsq;
	unsigned int nr_running;
};

/* only its size counts */
struct sched_class {
	int uclamp_enabled;
};

struct rt_rq {
	unsigned int rt_nr_running;
};

struct dl_rq {
	unsigned int dl_nr_running;
};

struct rq {
	unsigned int nr_running;
	struct task_struct *curr;
	__u64 clock;
	struct rt_rq rt;
	struct dl_rq dl;
	struct task_struct *idle;
	struct sched_info rq_sched_info;
	struct scx_rq scx;
};

struct linux_binprm;
struct cpumask;

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

#pragma clang attribute pop

#define PF_KTHREAD 0x00200000
#define TASK_DEAD  0x00000080

#define NR_BPF		    321 /* x86-64 */
#define BPF_MAP_UPDATE_ELEM 2

#endif
