/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * trace - the layout of the stream of switches, wake-ups and migrations: what the programs in the
 * kernel (trace.bpf.c) write and the host reads out of the guest's memory.
 *
 * Each CPU has a ring of slots of two words. Position n is in slot n modulo the ring's length,
 * which is a power of two; nobody waits for a reader: after a lap a slot is written over. A
 * position is taken by adding to the CPU's counter, so the counter is what was produced. The second
 * word is written last and has the lap in it: a slot with another lap in it is not (or no more)
 * that position's. Times are the lowest 40 bits of CLOCK_MONOTONIC in ns. Included after <stdint.h>
 * or bpf/ktypes.h. Invariant: no pointers, nothing but what stands here.
 */
#ifndef TRACE_SHARED_H
#define TRACE_SHARED_H

#define TRACE_SLOTS_MIN 64      /* a CPU */
#define TRACE_SLOTS_MAX 1048576 /* a CPU */
#define TRACE_NAMES     16384   /* slots of the ring of names */
#define TRACE_TIME_BITS 40
#define TRACE_STATES    "rSDTtXZIP?" /* letters of enum trace_ring_state, by its numbers */

enum trace_ring_type { TRACE_RING_SWITCH = 1, TRACE_RING_WAKE = 2, TRACE_RING_MIGRATE = 3 };

/*
 * a: bits 0-39 time, 40-61 tid (SWITCH: who comes; WAKE: who is woken; MIGRATE: who goes)
 * b: bits 0-2 type, 3-6 state (SWITCH, of who goes), 7-22 the other CPU (WAKE: where it ran last;
 *    MIGRATE: where to), 23-44 other (SWITCH: who goes; WAKE: who wakes, 0 = an interrupt;
 *    MIGRATE: the CPU it comes from), 45-63 lap, counted from 1
 */
struct trace_slot {
	unsigned long long a, b;
};

#define TRACE_TID_SHIFT   40
#define TRACE_STATE_SHIFT 3
#define TRACE_TO_SHIFT    7
#define TRACE_OTHER_SHIFT 23
#define TRACE_LAP_SHIFT   45
#define TRACE_LAP_ONE     (1ull << TRACE_LAP_SHIFT)
#define TRACE_TID_MASK    0x3fffffull
#define TRACE_CPU_MASK    0xffffull
#define TRACE_LAP_MASK    0x7ffffull

/* One per CPU, on a cache line of its own. */
struct trace_head {
	unsigned long long produced; /* positions taken */
	unsigned long long pad[7];
};

/*
 * Who a tid is from t_ns on. One ring for all CPUs, its head is the one after those of the CPUs.
 * None lies across two pages: what is one page after another here is not so in the guest's memory.
 */
struct trace_name_slot {
	unsigned long long t_ns, cgroup_id;
	int tid, pid;
	char comm[16];
	unsigned long long pad[2];
	unsigned long long lap; /* written last, counted from 1 */
};

#endif
