/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * tally - what `hold until` and its programs in the kernel (tally.bpf.c) share.
 *
 * Fixed-size fields only. Included after <stdint.h> or bpf/ktypes.h.
 */
#ifndef TALLY_H
#define TALLY_H

#define TALLY_WATCHES   8
#define TALLY_THREADS   32768
#define TALLY_RING_SIZE 4096

enum tally_what { TALLY_NOTHING, TALLY_RUNNING, TALLY_RUNNABLE, TALLY_SWITCHES };
/* the values of enum expr_compare */
enum tally_compare { TALLY_EQ, TALLY_NE, TALLY_LT, TALLY_LE, TALLY_GT, TALLY_GE };

/* One condition on the threads of a cgroup and all below it, or of a group. */
struct tally_watch {
	unsigned int what, compare;
	unsigned long long cgroup_id; /* 0 = a group */
	unsigned int group;           /* row of the ledger */
	unsigned int level;           /* of the cgroup; the system's root is 0 */
	unsigned long long number;    /* below 2^63 */
};

/* The one element of map `tally`; read by the agent under its lock. */
struct tally {
	unsigned int lock;           /* struct bpf_spin_lock */
	unsigned int armed;          /* every thread has been entered: the numbers are exact */
	unsigned int holds;          /* all conditions, now */
	unsigned int lost;           /* threads that found no room: the numbers are worth nothing */
	unsigned long long armed_ns; /* CLOCK_MONOTONIC */
	unsigned long long events;
	unsigned long long numbers[TALLY_WATCHES];
};

/* The conditions have become true. */
struct tally_record {
	unsigned long long t_ns; /* CLOCK_MONOTONIC */
	unsigned long long numbers[TALLY_WATCHES];
	unsigned int cpu;
	unsigned int at_once; /* they were true when the counting began */
};

#endif
