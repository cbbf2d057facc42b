/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pages - see pages.h. A table is a row of leaves, each for LEAF pages, shared until written to.
 * Page 0 of the pool is the page of zeros and is never counted.
 */
#include "vmm/pages.h"
#include "base/die.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LEAF 512u

struct leaf {
	uint32_t refs;
	uint32_t page[LEAF];
};

struct pages {
	uint64_t n; /* pages of the memory */
	uint64_t nleaves;
	uint8_t *pool;
	uint64_t npool; /* with page 0 */
	uint64_t fresh; /* never used from here on */
	uint64_t used;
	uint32_t *refs;  /* of pool pages, by the leaves that name them */
	uint32_t *spare; /* used once, free again */
	uint64_t nspare;
	struct leaf **now;
	struct leaf **moment[PAGES_MOMENTS];
};

static void *map(uint64_t bytes)
{
	void *p = mmap(NULL, bytes ? bytes : 1, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

struct pages *pages_create(uint64_t size, uint64_t room)
{
	struct pages *p = xcalloc(1, sizeof(*p));

	p->n = size / PAGES_SIZE;
	p->nleaves = (p->n + LEAF - 1) / LEAF;
	p->npool = room / PAGES_SIZE + 1;
	if (p->npool > UINT32_MAX)
		p->npool = UINT32_MAX;
	p->fresh = 1;
	p->pool = map(p->npool * PAGES_SIZE);
	p->refs = map(p->npool * sizeof(*p->refs));
	p->spare = map(p->npool * sizeof(*p->spare));
	p->now = xcalloc(p->nleaves, sizeof(*p->now));
	if (p->pool && p->refs && p->spare)
		return p;
	pages_destroy(p);
	return NULL;
}

static void put_page(struct pages *p, uint32_t page)
{
	if (!page || --p->refs[page])
		return;
	p->spare[p->nspare++] = page;
	p->used--;
}

static void put_leaf(struct pages *p, struct leaf *l)
{
	unsigned i;

	if (!l || --l->refs)
		return;
	for (i = 0; i < LEAF; i++)
		put_page(p, l->page[i]);
	free(l);
}

static void put_table(struct pages *p, struct leaf **t)
{
	uint64_t i;

	for (i = 0; t && i < p->nleaves; i++)
		put_leaf(p, t[i]);
	free(t);
}

void pages_destroy(struct pages *p)
{
	int i;

	if (!p)
		return;
	if (p->pool && p->refs && p->spare) {
		put_table(p, p->now);
		for (i = 0; i < PAGES_MOMENTS; i++)
			put_table(p, p->moment[i]);
	} else {
		free(p->now);
	}
	if (p->pool)
		munmap(p->pool, p->npool * PAGES_SIZE);
	if (p->refs)
		munmap(p->refs, p->npool * sizeof(*p->refs));
	if (p->spare)
		munmap(p->spare, p->npool * sizeof(*p->spare));
	free(p);
}

static uint32_t new_page(struct pages *p)
{
	uint32_t page;

	if (p->nspare)
		page = p->spare[--p->nspare];
	else if (p->fresh < p->npool)
		page = (uint32_t)p->fresh++;
	else
		return 0;
	p->refs[page] = 1;
	p->used++;
	return page;
}

static uint8_t *bytes(const struct pages *p, uint32_t page)
{
	return p->pool + (uint64_t)page * PAGES_SIZE;
}

/* A leaf of the present that may be written to. */
static struct leaf *own_leaf(struct pages *p, uint64_t at)
{
	struct leaf *old = p->now[at], *l;
	unsigned i;

	if (old && old->refs == 1)
		return old;
	l = xcalloc(1, sizeof(*l));
	l->refs = 1;
	if (old) {
		memcpy(l->page, old->page, sizeof(l->page));
		for (i = 0; i < LEAF; i++)
			if (l->page[i])
				p->refs[l->page[i]]++;
		put_leaf(p, old);
	}
	p->now[at] = l;
	return l;
}

static bool zeros(const uint8_t *m)
{
	return !m[0] && !memcmp(m, m + 1, PAGES_SIZE - 1);
}

static uint32_t page_of(struct leaf *const *t, uint64_t i)
{
	return t[i / LEAF] ? t[i / LEAF]->page[i % LEAF] : 0;
}

static int learn(struct pages *p, uint64_t i, const uint8_t *m, struct pages_cost *cost)
{
	uint32_t had = page_of(p->now, i), page = 0;
	struct leaf *l;
	bool empty;

	cost->looked++;
	if (had && !memcmp(bytes(p, had), m, PAGES_SIZE))
		return 0;
	empty = zeros(m);
	if (!had && empty)
		return 0;
	cost->changed++;
	l = own_leaf(p, i / LEAF);
	if (had && !empty && p->refs[had] == 1) {
		memcpy(bytes(p, had), m, PAGES_SIZE);
		return 0;
	}
	if (!empty) {
		page = new_page(p);
		if (!page)
			return -ENOSPC;
		memcpy(bytes(p, page), m, PAGES_SIZE);
	}
	put_page(p, had);
	l->page[i % LEAF] = page;
	return 0;
}

/* Nothing stands in [from, to) any more. */
static void learn_hole(struct pages *p, uint64_t from, uint64_t to, struct pages_cost *cost)
{
	uint64_t i;

	for (i = from; i < to; i++) {
		uint32_t had;

		if (!p->now[i / LEAF]) {
			i |= LEAF - 1;
			continue;
		}
		had = page_of(p->now, i);
		if (!had)
			continue;
		own_leaf(p, i / LEAF)->page[i % LEAF] = 0;
		put_page(p, had);
		cost->changed++;
	}
}

int pages_sync(struct pages *p, const uint8_t *memory, pages_there_fn there, void *arg,
	       struct pages_cost *cost)
{
	struct pages_cost unused;
	uint64_t at = 0, from, to;
	int r;

	if (!cost)
		cost = &unused;
	*cost = (struct pages_cost){0};
	while (at < p->n && there(arg, at * PAGES_SIZE, &from, &to)) {
		from /= PAGES_SIZE;
		to = (to + PAGES_SIZE - 1) / PAGES_SIZE;
		learn_hole(p, at, from, cost);
		for (at = from; at < to && at < p->n; at++) {
			r = learn(p, at, memory + at * PAGES_SIZE, cost);
			if (r < 0)
				return r;
		}
	}
	learn_hole(p, at, p->n, cost);
	return 0;
}

int pages_take(struct pages *p)
{
	int moment = 0;
	uint64_t i;

	while (moment < PAGES_MOMENTS && p->moment[moment])
		moment++;
	if (moment == PAGES_MOMENTS)
		return -ENOSPC;
	p->moment[moment] = xcalloc(p->nleaves, sizeof(struct leaf *));
	for (i = 0; i < p->nleaves; i++) {
		p->moment[moment][i] = p->now[i];
		if (p->now[i])
			p->now[i]->refs++;
	}
	return moment;
}

static struct leaf **table(const struct pages *p, int moment)
{
	return moment >= 0 && moment < PAGES_MOMENTS ? p->moment[moment] : NULL;
}

/* What stands there now becomes what stood there then. */
static void put_back(struct pages *p, struct leaf *const *t, uint64_t i, uint8_t *m,
		     struct pages_cost *cost)
{
	uint32_t page = page_of(t, i);

	cost->looked++;
	if (page ? !memcmp(m, bytes(p, page), PAGES_SIZE) : zeros(m))
		return;
	cost->changed++;
	if (page)
		memcpy(m, bytes(p, page), PAGES_SIZE);
	else
		memset(m, 0, PAGES_SIZE);
}

static void put_back_hole(struct pages *p, struct leaf *const *t, uint64_t from, uint64_t to,
			  uint8_t *memory, struct pages_cost *cost)
{
	uint64_t i;

	for (i = from; i < to; i++) {
		if (!t[i / LEAF])
			i |= LEAF - 1;
		else if (page_of(t, i))
			put_back(p, t, i, memory + i * PAGES_SIZE, cost);
	}
}

int pages_restore(struct pages *p, int moment, uint8_t *memory, pages_there_fn there, void *arg,
		  struct pages_cost *cost)
{
	struct leaf **t = table(p, moment), **now;
	struct pages_cost unused;
	uint64_t at = 0, from, to, i;

	if (!cost)
		cost = &unused;
	*cost = (struct pages_cost){0};
	if (!t)
		return -ENOENT;
	while (at < p->n && there(arg, at * PAGES_SIZE, &from, &to)) {
		from /= PAGES_SIZE;
		to = (to + PAGES_SIZE - 1) / PAGES_SIZE;
		put_back_hole(p, t, at, from, memory, cost);
		for (at = from; at < to && at < p->n; at++)
			put_back(p, t, at, memory + at * PAGES_SIZE, cost);
	}
	put_back_hole(p, t, at, p->n, memory, cost);
	/* what is known is that moment, too */
	now = xcalloc(p->nleaves, sizeof(*now));
	for (i = 0; i < p->nleaves; i++) {
		now[i] = t[i];
		if (now[i])
			now[i]->refs++;
	}
	put_table(p, p->now);
	p->now = now;
	return 0;
}

void pages_forget(struct pages *p, int moment)
{
	struct leaf **t = table(p, moment);

	put_table(p, t);
	if (t)
		p->moment[moment] = NULL;
}

uint64_t pages_used(const struct pages *p)
{
	return p->used * PAGES_SIZE;
}

uint64_t pages_run(const struct pages *p, int moment, uint64_t at, uint64_t *first,
		   const uint8_t **data)
{
	struct leaf **t = table(p, moment);
	uint64_t n = 0;
	uint32_t page = 0;

	for (; t && at < p->n; at++) {
		if (!t[at / LEAF])
			at |= LEAF - 1;
		else if ((page = page_of(t, at)))
			break;
	}
	if (!page)
		return 0;
	*first = at;
	*data = bytes(p, page);
	while (at + n < p->n && page_of(t, at + n) == page + n)
		n++;
	return n;
}
