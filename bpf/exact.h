/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * exact - what the hash over a scheduling trace (exact.bpf.c) and the agent share.
 *
 * Fixed-size fields only. Included after <stdint.h> or bpf/ktypes.h.
 */
#ifndef EXACT_H
#define EXACT_H

#define EXACT_CPUS_MAX 256

/* Element n of map `lanes` is CPU n's; read by the agent under its lock. */
struct exact_lane {
	unsigned int lock; /* struct bpf_spin_lock */
	unsigned int pad;
	unsigned long long records;
	unsigned long long a, b; /* two hashes of them, in their order */
};

#endif
