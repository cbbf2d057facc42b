/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring - the reading end of a BPF ring buffer, without libbpf and its allocations.
 *
 * The layout is the kernel's (BPF_MAP_TYPE_RINGBUF): one page with the consumer's place, one with
 * the producer's, then the data twice in a row, so that a record never wraps. Nothing blocks.
 * Invariant: a record is given back to the kernel only after its function has returned.
 */
#ifndef GUEST_RING_H
#define GUEST_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring {
	unsigned long *consumer;
	const unsigned long *producer;
	const uint8_t *data; /* NULL = not mapped */
	size_t size;         /* of the data; a power of two */
	bool draining;
};

/* 0 or -errno. The caller keeps fd, which may be closed. */
int ring_map(struct ring *r, int fd, size_t size);
void ring_unmap(struct ring *r); /* also from within the function of ring_drain() */
/*
 * Each record of at least `least` bytes, in order; shorter ones are passed over. Does nothing when
 * called from within, or when not mapped.
 */
void ring_drain(struct ring *r, size_t least, void (*fn)(void *arg, const void *record), void *arg);

#endif
