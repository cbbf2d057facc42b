/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sub_sched - what sub_parent.bpf.c, sub_child.bpf.c and load_subs.c share: schedulers of the form
 * that kernels from 7.3 on let have others below them.
 */
#ifndef TESTS_GUEST_SUB_SCHED_H
#define TESTS_GUEST_SUB_SCHED_H

struct task_struct;
struct scx_sub_attach_args;

/* Only the members used here: libbpf matches them by name against the kernel's own struct. */
struct sched_ext_ops_cid {
	void (*enqueue)(struct task_struct *p, unsigned long long enq_flags);
	void (*dispatch)(int cid, struct task_struct *prev);
	int (*sub_attach)(struct scx_sub_attach_args *args);
	int (*init)(void);
	unsigned long long flags;
	unsigned long long sub_cgroup_id; /* 0 = it is the one of all */
	char name[128];
};

struct sub_config {
	unsigned long long child;    /* cgroup */
	unsigned long long cids;     /* address of a struct sub_cmask in the arena */
	unsigned long long enqueues; /* so far */
};

struct sub_cmask { /* struct scx_cmask; one word more than its CPUs need, as the kernel wants */
	unsigned base, nr_cids, alloc_words;
	unsigned long long bits[2] __attribute__((aligned(8)));
};

#endif
