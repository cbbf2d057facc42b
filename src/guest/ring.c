/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ring - see ring.h.
 */
#include "guest/ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

enum { DRAIN_MAX = 4096 };

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

int ring_map(struct ring *r, int fd, size_t size)
{
	size_t page = page_size();
	void *c, *p;

	*r = (struct ring){.size = size};
	c = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (c == MAP_FAILED)
		return -errno;
	p = mmap(NULL, page + 2 * size, PROT_READ, MAP_SHARED, fd, (off_t)page);
	if (p == MAP_FAILED) {
		int e = errno;

		munmap(c, page);
		return -e;
	}
	r->consumer = c;
	r->producer = p;
	r->data = (const uint8_t *)p + page;
	return 0;
}

void ring_unmap(struct ring *r)
{
	if (!r->data)
		return;
	munmap(r->consumer, page_size());
	munmap((void *)r->producer, page_size() + 2 * r->size);
	r->data = NULL;
}

void ring_drain(struct ring *r, size_t least, void (*fn)(void *arg, const void *record), void *arg)
{
	unsigned long at, end;
	unsigned n = 0;

	if (!r->data || r->draining)
		return;
	r->draining = true;
	at = *r->consumer;
	end = __atomic_load_n(r->producer, __ATOMIC_ACQUIRE);
	while (at < end && n++ < DRAIN_MAX) {
		const uint32_t *head = (const void *)(r->data + (at & (r->size - 1)));
		uint32_t len = __atomic_load_n(head, __ATOMIC_ACQUIRE);
		uint32_t size = len & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);

		if (len & BPF_RINGBUF_BUSY_BIT)
			break;
		if (!(len & BPF_RINGBUF_DISCARD_BIT) && size >= least)
			fn(arg, (const uint8_t *)head + BPF_RINGBUF_HDR_SZ);
		if (!r->data)
			break;
		at += (size + BPF_RINGBUF_HDR_SZ + 7) & ~7ul;
		__atomic_store_n(r->consumer, at, __ATOMIC_RELEASE);
	}
	r->draining = false;
}
