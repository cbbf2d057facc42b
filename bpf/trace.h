/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * trace - the layout of the stream of switches, wake-ups and migrations: what the programs in the
 * kernel (trace.bpf.c) write and the host reads out of the guest's memory.
 *
 * Each CPU has a ring: a head, then slots. Position n is in slot n modulo the ring's length, which
 * is a power of two; nobody waits for a reader: after a lap a slot is written over. A position is
 * taken by adding a slot's length to the CPU's counter, so the counter is what was produced. What it
 * is then, with the record's type, is written when all but the time of a switch is there: a slot that
 * has another one in it is not (or no more) that position's. Nothing interrupts a switch, so it has
 * its time when the CPU has produced something after it, or when the time is later than that of the
 * slot before, for what a slot holds of the lap before is older. All is written as the kernel has
 * it, for it is the guest that pays for each instruction; whoever reads takes it apart: who comes
 * with a switch is an address, which the ring of names explains. Included after <stdint.h> or
 * bpf/ktypes.h. Invariant: nothing here is a pointer to follow, and there is nothing but what stands
 * here.
 */
#ifndef TRACE_SHARED_H
#define TRACE_SHARED_H

#define TRACE_SLOTS_MIN 64      /* a CPU */
#define TRACE_SLOTS_MAX 1048576 /* a CPU */
#define TRACE_NAMES     16384   /* slots of the ring of names */

/* In the kernel's count of preemption: softirq, hardirq, NMI (include/linux/preempt.h). */
#define TRACE_INTERRUPTS 0x00ffff00

/* What stands in the programs as they are compiled, and what the loader puts there instead. */
#define TRACE_CPUS_MASK  0x7ace0001 /* a power of two, no less than there are CPUs, less one */
#define TRACE_SLOTS_MASK 0x7ace0002 /* bytes of a CPU's slots, less those of one */
#define TRACE_RING_BYTES 0x7ace0003 /* TRACE_RING() of as many as there are */

enum trace_ring_type {
	TRACE_RING_SWITCH = 1,
	TRACE_RING_WAKE = 2,
	TRACE_RING_MIGRATE = 3,
	TRACE_RING_SEEN = 4, /* a switch, from outside: by the tid of who comes, its time before `end` */
};

struct trace_slot {
	unsigned long long t_ns; /* CLOCK_MONOTONIC */
	union {
		unsigned long long task; /* SWITCH: the address of who comes */
		int tid; /* WAKE: who is woken; MIGRATE: who goes; SEEN: who comes */
	};
	int other;            /* SWITCH: who goes; WAKE: who wakes, 0 = an interrupt; MIGRATE: the CPU
				 it comes from */
	unsigned short state; /* SWITCH: the kernel's __state of who goes; WAKE: of who is woken,
				 as it was */
	unsigned short at;    /* SWITCH: the lowest bit says that who goes sleeps, else it can
				 still run whatever its state; WAKE: the CPU where who is woken ran
				 last; MIGRATE: the CPU where it goes */
	unsigned long long end; /* (its position + 1) * the length of a slot + its type */
};

/* Before the slots of each CPU; that of the names stands alone. */
struct trace_head {
	unsigned long long produced; /* positions taken: of a CPU in bytes of its slots */
	unsigned long long pad[7];
};

#define TRACE_RING(slots) (sizeof(struct trace_head) + (slots) * sizeof(struct trace_slot))

/*
 * Who a tid is from t_ns on. One ring for all CPUs.
 * None lies across two pages: what is one page after another here is not so in the guest's memory.
 */
struct trace_name_slot {
	unsigned long long t_ns, cgroup_id;
	unsigned long long task; /* its address in the kernel, which switches name */
	int tid, pid;            /* 0 = an idle task, which has no name */
	char comm[16];
	unsigned long long pad;
	unsigned long long lap; /* written last, counted from 1 */
};

#endif
