/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * space - the kernel's virtual addresses, as places in the guest's memory.
 *
 * The kernel's image and its direct map are arithmetic; all else (vmalloc, per-CPU chunks) goes
 * through the page tables, remembered per page until space_forget(). Everything is the guest's word
 * and hostile: an address that leads nowhere gives NULL, never a fault.
 */
#ifndef SIGHT_SPACE_H
#define SIGHT_SPACE_H

#include "base/err.h"
#include "sight/symbols.h"
#include "vmm/memory.h"

#include <stdbool.h>

#define SPACE_PAGES 1024 /* remembered translations, a power of two */

struct space {
	const struct guest_memory *memory;
	uint64_t text, text_end; /* the image's virtual addresses, where it runs */
	uint64_t text_pa;
	uint64_t slide;  /* to be added to addresses of the image: KASLR */
	uint64_t direct; /* where the direct map begins; 0 = not known */
	uint64_t table;  /* physical address of the top page table */
	unsigned levels; /* 4 or 5 */
	struct {
		uint64_t page;  /* virtual page number + 1; 0 = free */
		uint64_t frame; /* physical address */
	} pages[SPACE_PAGES];
};

/*
 * Finds where the kernel has put itself: its banner is looked for in memory, its slide in its page
 * tables. banner: what must stand at linux_banner. -EAGAIN with words as long as it is not there.
 */
int space_find(struct space *s, const struct guest_memory *memory, const struct symbols *symbols,
	       const char *banner, size_t banner_len, struct err *err);
/* Translations may have changed. */
void space_forget(struct space *s);

/* Virtual to physical; false = not mapped. */
bool space_translate(struct space *s, uint64_t va, uint64_t *pa);
/* The len bytes at va, which must lie in one page unless they are in the image or the direct map;
 * NULL = there is no such memory, or va is not aligned to `to` bytes. */
const void *space_at_aligned(struct space *s, uint64_t va, uint64_t len, unsigned to);

static inline const void *space_at(struct space *s, uint64_t va, uint64_t len)
{
	return space_at_aligned(s, va, len, 8);
}

/* One number at va; false = there is no such memory. */
bool space_u64(struct space *s, uint64_t va, uint64_t *out);
bool space_u32(struct space *s, uint64_t va, uint32_t *out);
/* A string of at most size - 1 bytes, terminated; "" when there is none. */
void space_text(struct space *s, uint64_t va, char *dst, size_t size);

#endif
