/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * desk - what this program and the witness in the emulator share: where in the guest's kernel to
 * look, and the rings of what was seen there.
 *
 * The witness (witness.c) is a plugin of QEMU's: under TCG it is called when a vCPU comes by one of
 * the kernel's tracepoints, whether or not that is switched on, and writes a slot as a program in
 * the guest would (bpf/trace.h). The guest carries out no instruction more for it. The desk is a
 * memfd that both have mapped: the order, then at WITNESS_RINGS the rings of all CPUs one after the
 * other. All but `done` and `unplaced` is this program's to write, and is not changed while the
 * witness is on. Places are offsets into the guest's memory, whose files stand one after the other
 * (vmm/memory.h).
 */
#ifndef WITNESS_DESK_H
#define WITNESS_DESK_H

#include <stdint.h>

#include "bpf/trace.h"

#define WITNESS_VERSION 1
#define WITNESS_CPUS    1024
#define WITNESS_SITES   16
#define WITNESS_ARGS    4
#define WITNESS_NODES   128

/* Where a site's argument is: in a register, or in the guest's memory by one. */
enum witness_reg {
	WITNESS_RAX,
	WITNESS_RCX,
	WITNESS_RDX,
	WITNESS_RBX,
	WITNESS_RSP,
	WITNESS_RBP,
	WITNESS_RSI,
	WITNESS_RDI,
	WITNESS_R8,
	WITNESS_R9,
	WITNESS_R10,
	WITNESS_R11,
	WITNESS_R12,
	WITNESS_R13,
	WITNESS_R14,
	WITNESS_R15, /* as the processor numbers them */
	WITNESS_REGS
};

struct witness_arg {
	uint8_t reg;
	uint8_t in_memory; /* at reg + offset, instead of in reg */
	uint8_t bytes;     /* 1, 4 or 8 of it, the rest is 0 */
	uint8_t pad;
	int32_t offset;
};

/* A place in the kernel's code that a tracepoint's event comes by. */
struct witness_site {
	uint64_t address;
	uint32_t type; /* enum trace_ring_type */
	uint32_t pad;
	/* SWITCH: preempt, prev, next, prev's state; WAKE: who; MIGRATE: who, to which CPU */
	struct witness_arg args[WITNESS_ARGS];
};

/* What a kernel's address is in the guest's memory: from `begin` on, `bytes` of it. */
struct witness_range {
	uint64_t begin, bytes, place;
};

struct witness_desk {
	uint32_t version;
	uint32_t order; /* counted up for each; an eventfd, the bell, is rung after it */
	uint32_t on;
	uint32_t done; /* another eventfd, the answer, is rung after it; the order that is in force;
			  UINT32_MAX: the witness cannot work here */
	uint32_t ncpus, slots; /* of each CPU, a power of two */
	/* the witness counts: events on a CPU that it does not know, or at a time */
	uint64_t unplaced;
	uint32_t counted; /* the guest's clock counts its instructions */
	uint32_t nsites, nranges;
	struct witness_site sites[WITNESS_SITES];
	struct witness_range ranges[4]; /* where task_structs may be */
	/* offsets in struct task_struct */
	uint32_t pid, state, cpu;
	/* of each CPU */
	uint64_t gs_base[WITNESS_CPUS];       /* what tells which CPU a vCPU is */
	uint64_t current_task[WITNESS_CPUS];  /* places of 8 bytes */
	uint64_t preempt_count[WITNESS_CPUS]; /* places of 4 bytes */
	/* The guest's clock: struct tk_fast, which is written so that it can always be read. */
	uint64_t clock; /* its place */
	uint64_t tsc; /* address of the clocksource that is the time stamp counter: no other is read
		       */
	uint32_t clock_source; /* in one of two bases, where its clocksource is told */
	uint32_t clock_seq, clock_base, clock_base_size;             /* in it */
	uint32_t mask, cycle_last, mult, shift, xtime_nsec, base_ns; /* in one of two bases */
};

/* Where the rings begin, in bytes. */
#define WITNESS_RINGS ((sizeof(struct witness_desk) + 4095) / 4096 * 4096)

#endif
