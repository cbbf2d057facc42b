/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chain - what the probes on a call chain and the agent share: one record of a call or its return.
 */
#ifndef BPF_CHAIN_H
#define BPF_CHAIN_H

#define CHAIN_TARGETS_MAX 96 /* functions of the kernel, then callbacks of schedulers */
#define CHAIN_ARGS	  6
#define CHAIN_NO_TASK	  255 /* no argument of the function is a task */

struct chain_task {
	__s32 pid;
	__u32 cpu, weight;
	__u32 queued; /* 1 = it is on the DSQ */
	__u64 dsq, slice, vtime;
	char comm[16];
};

struct chain_record {
	__u64 t_ns;
	__u32 cpu;
	__u16 target;
	__u8 returned; /* else it was called */
	__u8 has_task;
	__s32 pid; /* who ran */
	__u32 pad;
	char comm[16];
	__u64 args[CHAIN_ARGS]; /* of a return: [0] is its value */
	struct chain_task task;
};

#endif
