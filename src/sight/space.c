/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * space - x86-64 address translation from outside, see space.h.
 * Sources: Linux Documentation/arch/x86/x86_64/mm.rst; the bits of page tables from
 * arch/x86/include/asm/pgtable_types.h. Invariant: every access goes through guest_memory_at().
 */
#include "sight/space.h"

#include <errno.h>
#include <string.h>

#define KERNEL_MAP   UINT64_C(0xffffffff80000000) /* where the image is mapped, before its slide */
#define DIRECT_4     UINT64_C(0xffff888000000000)
#define DIRECT_5     UINT64_C(0xff11000000000000)
#define STEP         (UINT64_C(2) << 20) /* an image lies at a multiple of it */
#define ENTRIES      512
#define PRESENT      UINT64_C(1)
#define LARGE        UINT64_C(0x80)
#define FRAME        UINT64_C(0x000ffffffffff000)
#define PAGE         UINT64_C(4096)
#define SHIFT_5      48                  /* value of pgdir_shift with five levels */
#define LOW_BASE_MAX (UINT64_C(1) << 30) /* images of more than that do not exist */

static bool entry(const struct space *s, uint64_t table, unsigned i, uint64_t *out)
{
	const uint64_t *at = guest_memory_at(s->memory, table, PAGE);

	if (!at)
		return false;
	*out = __atomic_load_n(at + i, __ATOMIC_RELAXED);
	return *out & PRESENT;
}

static bool walk(const struct space *s, uint64_t va, uint64_t *pa)
{
	uint64_t table = s->table, e = 0;
	unsigned level;

	for (level = s->levels; level; level--) {
		unsigned shift = 12 + 9 * (level - 1);
		uint64_t below = (UINT64_C(1) << shift) - 1;

		if (!entry(s, table, (unsigned)(va >> shift & (ENTRIES - 1)), &e))
			return false;
		if (level == 1 || (level <= 3 && e & LARGE)) {
			*pa = (e & FRAME & ~below) | (va & below);
			return true;
		}
		table = e & FRAME;
	}
	return false;
}

void space_forget(struct space *s)
{
	memset(s->pages, 0, sizeof(s->pages));
}

bool space_translate(struct space *s, uint64_t va, uint64_t *pa)
{
	uint64_t page = va / PAGE, frame;
	size_t slot = page % SPACE_PAGES;

	if (va >= s->text && va < s->text_end) {
		*pa = s->text_pa + (va - s->text);
		return true;
	}
	if (s->direct && va >= s->direct && va - s->direct < UINT64_C(1) << 46) {
		*pa = va - s->direct;
		return true;
	}
	/* only the kernel's half has anything for us */
	if (va >> 63 == 0)
		return false;
	if (s->pages[slot].page != page + 1) {
		if (!walk(s, page * PAGE, &frame))
			return false;
		s->pages[slot].page = page + 1;
		s->pages[slot].frame = frame;
	}
	*pa = s->pages[slot].frame | (va & (PAGE - 1));
	return true;
}

const void *space_at_aligned(struct space *s, uint64_t va, uint64_t len, unsigned to)
{
	uint64_t pa;

	if (va % to || len > UINT64_MAX - va || !space_translate(s, va, &pa))
		return NULL;
	/* what is contiguous here, is so there: image and direct map; else within one page */
	if (va >= s->text && va < s->text_end) {
		if (len > s->text_end - va)
			return NULL;
	} else if (!(s->direct && va >= s->direct && va - s->direct < UINT64_C(1) << 46) &&
		   va % PAGE + len > PAGE) {
		return NULL;
	}
	return guest_memory_at(s->memory, pa, len);
}

bool space_u64(struct space *s, uint64_t va, uint64_t *out)
{
	const uint64_t *at = space_at_aligned(s, va, 8, 8);

	if (at)
		*out = __atomic_load_n(at, __ATOMIC_RELAXED);
	return at;
}

bool space_u32(struct space *s, uint64_t va, uint32_t *out)
{
	const uint32_t *at = space_at_aligned(s, va, 4, 4);

	if (at)
		*out = __atomic_load_n(at, __ATOMIC_RELAXED);
	return at;
}

void space_text(struct space *s, uint64_t va, char *dst, size_t size)
{
	size_t n = 0;
	const char *c;

	while (n + 1 < size && (c = space_at_aligned(s, va + n, 1, 1)) && (dst[n] = *c))
		n++;
	dst[n] = '\0';
}

/* ---- where the kernel is ----------------------------------------------------------------- */

/* The image lies somewhere in physical memory, whole and at a multiple of STEP. */
static bool find_physical(struct space *s, const struct symbols *y, const char *banner, size_t len)
{
	uint64_t at, low = y->_text & (STEP - 1), into = y->linux_banner - y->_text;
	const char *there;

	for (at = low; at < s->memory->size + (UINT64_C(1) << 32); at += STEP) {
		there = guest_memory_at(s->memory, at + into, len);
		if (there && !memcmp(there, banner, len) &&
		    guest_memory_at(s->memory, at, y->_end - y->_text)) {
			s->text_pa = at;
			return true;
		}
	}
	return false;
}

/* Which slide its page tables map the image with. */
static bool find_slide(struct space *s, const struct symbols *y)
{
	uint64_t slide, pa;

	s->table = s->text_pa + (y->init_top_pgt - y->_text);
	for (s->levels = 4; s->levels <= 5; s->levels++) {
		for (slide = 0; slide < LOW_BASE_MAX; slide += STEP) {
			if (!walk(s, y->_text + slide, &pa) || pa != s->text_pa)
				continue;
			s->slide = slide;
			s->text = y->_text + slide;
			s->text_end = y->_end + slide;
			return true;
		}
	}
	return false;
}

static void find_direct(struct space *s, const struct symbols *y)
{
	uint32_t shift = 0;

	if (y->pgdir_shift && space_u32(s, y->pgdir_shift + s->slide, &shift) && shift == SHIFT_5)
		s->levels = 5;
	s->direct = 0; /* page tables until it is known */
	if (!y->page_offset_base || !space_u64(s, y->page_offset_base + s->slide, &s->direct))
		s->direct = s->levels == 5 ? DIRECT_5 : DIRECT_4;
	if (s->direct >> 63 == 0 || s->direct >= KERNEL_MAP || s->direct % PAGE)
		s->direct = 0;
}

int space_find(struct space *s, const struct guest_memory *memory, const struct symbols *y,
	       const char *banner, size_t banner_len, struct err *err)
{
	*s = (struct space){.memory = memory};
	if (y->_end <= y->_text || y->_end - y->_text > LOW_BASE_MAX ||
	    y->linux_banner < y->_text || y->linux_banner > y->_end || y->init_top_pgt < y->_text ||
	    y->init_top_pgt >= y->_end)
		return err_set(err, EINVAL, "the kernel image's symbols are not in its own bounds");
	if (!memory->base || !find_physical(s, y, banner, banner_len))
		return err_set(err, EAGAIN,
			       "find the kernel in the guest's memory: it is not there (yet)");
	if (!find_slide(s, y))
		return err_set(err, EAGAIN,
			       "find the kernel's page tables: they do not map it (yet)");
	find_direct(s, y);
	return 0;
}
