/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory - the guest's RAM as files without a name (memfds, one a NUMA node), made here, given to
 * QEMU and mapped by this program, too: what the guest writes can be read without asking it, and
 * what `kernel write` asks for is written (sight/place.c alone does it).
 *
 * The nodes stand one after the other at `base`. QEMU's q35 has a hole below 4 GiB for devices;
 * guest_memory_at() knows it. Invariant: the files cannot shrink, so a mapped address never faults;
 * what stands there is the guest's and hostile.
 */
#ifndef VMM_MEMORY_H
#define VMM_MEMORY_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEMORY_NODES_MAX 128 /* QEMU's own limit */

/* What a reader needs; valid until the next launch of the guest or its end. */
struct guest_memory {
	const uint8_t *base; /* NULL = none */
	uint64_t size;       /* bytes */
	uint64_t below_4g;   /* guest physical addresses from 0 on; the rest begins at 4 GiB */
};

/* The bytes at a guest physical address, or NULL where [gpa, gpa + len) is no RAM. */
static inline const void *guest_memory_at(const struct guest_memory *m, uint64_t gpa, uint64_t len)
{
	const uint64_t high = UINT64_C(1) << 32;
	uint64_t at;

	if (gpa < m->below_4g)
		return len <= m->below_4g - gpa ? m->base + gpa : NULL;
	if (gpa < high || m->size <= m->below_4g)
		return NULL;
	at = gpa - high;
	if (at >= m->size - m->below_4g || len > m->size - m->below_4g - at)
		return NULL;
	return m->base + m->below_4g + at;
}

struct memory {
	struct guest_memory view;
	int fds[MEMORY_NODES_MAX];
	uint64_t sizes[MEMORY_NODES_MAX]; /* bytes */
	unsigned nodes;
};

/* The sizes alone, for m->nodes nodes: what memory_init() would make. */
void memory_plan(struct memory *m, unsigned mib);
/* Shares mib between the nodes (the first takes the rest). 0 or -errno; finish it either way. */
int memory_init(struct memory *m, unsigned nodes, unsigned mib, struct err *err);
/*
 * Where from byte `at` on something was ever written: [*from, *to), in bytes, within one node. 0 = nowhere
 * any more; what lies between is zeros and takes no room.
 */
int memory_there(void *memory, uint64_t at, uint64_t *from, uint64_t *to);
void memory_finish(struct memory *m); /* unmaps, closes the files; all zero is fine */

#endif
