/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pages - what a memory held at several moments, each page kept once however many moments share it.
 *
 * A moment is a table of pages; two moments share what did not change between them, so that one
 * more costs the changed pages and the parts of the table they are in. Pages of zeros cost nothing.
 * Invariant: what is kept never takes more than the room it was made with; a copy that finds no
 * room is not made, and all earlier ones stay.
 */
#ifndef VMM_PAGES_H
#define VMM_PAGES_H

#include <stddef.h>
#include <stdint.h>

#define PAGES_SIZE    4096u
#define PAGES_MOMENTS 256

struct pages;

struct pages_cost {
	uint64_t looked;  /* pages that were there to be compared */
	uint64_t changed; /* of them, or gone since */
};

/* Where in [at, size) of the memory something may stand: from *from (>= at) to before *to, in
 * bytes. false = nothing from there on. */
typedef int (*pages_there_fn)(void *arg, uint64_t at, uint64_t *from, uint64_t *to);

/* size: of the memory; room: of what is kept, both in bytes, rounded down to pages. NULL = no
 * address space. */
struct pages *pages_create(uint64_t size, uint64_t room);
void pages_destroy(struct pages *p);

/* Brings what is known up to what stands there. cost may be NULL. 0 or -ENOSPC: then some is not
 * known, and no moment may be made of it. */
int pages_sync(struct pages *p, const uint8_t *memory, pages_there_fn there, void *arg,
	       struct pages_cost *cost);
/* Makes a moment of what is known. Its number, -ENOSPC when there are PAGES_MOMENTS. */
int pages_take(struct pages *p);
/* Writes it to the memory: only what differs is touched. -ENOENT when there is no such moment. */
int pages_restore(struct pages *p, int moment, uint8_t *memory, pages_there_fn there, void *arg,
		  struct pages_cost *cost);
void pages_forget(struct pages *p, int moment);
/* Bytes of pages that are kept. */
uint64_t pages_used(const struct pages *p);
/* The next run of pages of a moment from page number `at` on that are kept one behind the other:
 * its first page, how many, its bytes. 0 = no more. */
uint64_t pages_run(const struct pages *p, int moment, uint64_t at, uint64_t *first,
		   const uint8_t **data);

#endif
