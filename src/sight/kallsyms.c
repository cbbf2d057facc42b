/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kallsyms - finding and unpacking the kernel's symbols, see kallsyms.h.
 * Invariant: no place is read that was not compared with the length before.
 */
#include "sight/kallsyms.h"

#include <errno.h>
#include <string.h>

#define TOKENS    256
#define TOKEN_MAX 511
#define NAME_MAX_ 1024
#define COUNT_MAX (4u << 20)
#define EVERY     256 /* symbols a marker */

enum { KIND_RELATIVE, KIND_BASE, KIND_PERCPU };

static uint32_t u32_at(const struct kallsyms *k, size_t at)
{
	uint32_t v;

	memcpy(&v, k->data + at, sizeof(v));
	return v;
}

static uint64_t u64_at(const struct kallsyms *k, size_t at)
{
	uint64_t v;

	memcpy(&v, k->data + at, sizeof(v));
	return v;
}

static size_t align(size_t at, size_t to)
{
	return (at + to - 1) / to * to;
}

/* Names are a length (one byte, or two of seven bits) and as many tokens: the place behind one. */
static bool name_at(const struct kallsyms *k, size_t at, size_t end, size_t *first, size_t *n)
{
	if (at >= end)
		return false;
	*n = k->data[at++];
	if (*n & 0x80) {
		if (at >= end)
			return false;
		*n = (*n & 0x7f) | (size_t)k->data[at++] << 7;
	}
	*first = at;
	return *n && *n <= end - at;
}

/* A table that begins at k->tokens has 256 strings and, behind them, the place of each. */
static bool index_fits(struct kallsyms *k)
{
	uint16_t said[TOKENS];
	size_t at = k->tokens, i, to;
	const uint8_t *nul;

	for (i = 0; i < TOKENS; i++) {
		k->token_at[i] = (uint16_t)(at - k->tokens);
		nul = at < k->len ? memchr(k->data + at, '\0', k->len - at) : NULL;
		if (!nul || nul == k->data + at || nul - (k->data + at) > TOKEN_MAX)
			return false;
		k->token_len[i] = (uint16_t)(nul - (k->data + at));
		at = (size_t)(nul - k->data) + 1;
	}
	for (to = 8; to >= 2; to /= 2) {
		k->index = align(at, to);
		if (k->index > k->len || k->len - k->index < sizeof(said))
			continue;
		memcpy(said, k->data + k->index, sizeof(said));
		if (!memcmp(said, k->token_at, sizeof(said)))
			return true;
	}
	return false;
}

/* The digits are in some name, so each stands for itself: the table is around them. */
static bool find_tokens(struct kallsyms *k, size_t from, size_t *next)
{
	static const char digits[] = "0\0001\0002\0003\0004\0005\0006\0007\0008\0009";
	const uint8_t *hit = from < k->len
				     ? memmem(k->data + from, k->len - from, digits, sizeof(digits))
				     : NULL;
	size_t at, nuls = 0;

	if (!hit)
		return false;
	at = (size_t)(hit - k->data);
	*next = at + 1;
	/* back over the strings of the bytes below '0' */
	while (at && nuls <= '0')
		nuls += k->data[--at] == '\0';
	k->tokens = at + 1;
	return true;
}

/* Places in the names of every 256th symbol, growing from 0, right before the tokens. */
static bool find_markers(const struct kallsyms *k, size_t *first, uint32_t *n)
{
	size_t at = k->tokens / 4 * 4;
	uint32_t v, above = UINT32_MAX;

	if (at >= 8 && !u32_at(k, at - 4))
		at -= 4; /* what aligns the table */
	for (*n = 0; at >= 4; above = v) {
		at -= 4;
		v = u32_at(k, at);
		if (v >= above)
			return false;
		++*n;
		if (!v) {
			*first = at;
			return *n > 1;
		}
	}
	return false;
}

static bool names_fit(const struct kallsyms *k, size_t names, size_t markers)
{
	size_t at = names, first, n;
	uint32_t i;

	for (i = 0; i < EVERY; i++) {
		if (!name_at(k, at, markers, &first, &n))
			return false;
		at = first + n;
	}
	return at - names == u32_at(k, markers + 4);
}

/* The names end before the markers; their count stands before them. */
static bool find_names(struct kallsyms *k)
{
	size_t markers, at, least;
	uint32_t n;

	if (!find_markers(k, &markers, &n) || n > COUNT_MAX / EVERY)
		return false;
	if (u32_at(k, markers + 4 * (n - 1)) >= markers)
		return false;
	at = (markers - u32_at(k, markers + 4 * (n - 1))) / 4 * 4;
	least = at > EVERY * NAME_MAX_ ? at - EVERY * NAME_MAX_ : 8;
	for (; at >= least && at >= 8; at -= 4) {
		uint32_t near = u32_at(k, at - 4), far = u32_at(k, at - 8);

		/* in between is what aligns the names, if anything */
		k->count = near ? near : far;
		if (k->count && (k->count - 1) / EVERY + 1 == n && names_fit(k, at, markers)) {
			k->names = at;
			return true;
		}
	}
	return false;
}

static uint64_t address(const struct kallsyms *k, uint32_t i)
{
	size_t at = k->offsets + 4 * (size_t)i;
	int64_t offset = (int32_t)u32_at(k, at);

	switch (k->kind) {
	case KIND_RELATIVE:
		return k->va + at + (uint64_t)offset;
	case KIND_BASE:
		return k->base + (uint32_t)offset;
	default: /* what is below 0 is relative, the rest stands for itself */
		return offset < 0 ? k->base - 1 - (uint64_t)offset : (uint64_t)offset;
	}
}

struct wanted {
	const char *name;
	uint64_t address;
};

static bool match(void *arg, const char *name, size_t len, uint64_t at)
{
	struct wanted *w = arg;

	if (!strcmp(name, w->name))
		w->address = at;
	return !w->address;
}

/* Kernels say where a symbol is in three ways: the right one is that which is right for _text. */
static bool find_offsets(struct kallsyms *k)
{
	size_t end = k->index + 2 * TOKENS, to, base;

	for (to = 8; to >= 4; to /= 2) {
		k->offsets = align(end, to);
		if (k->offsets > k->len || (k->len - k->offsets) / 4 < k->count)
			continue;
		base = align(k->offsets + 4 * (size_t)k->count, 8);
		for (k->kind = KIND_RELATIVE; k->kind <= KIND_PERCPU; k->kind++) {
			struct wanted w = {"_text", 0};

			if (k->kind != KIND_RELATIVE && (base > k->len || k->len - base < 8))
				continue;
			k->base = k->kind == KIND_RELATIVE ? 0 : u64_at(k, base);
			kallsyms_each(k, match, &w);
			if (w.address == k->text)
				return true;
		}
	}
	return false;
}

int kallsyms_find(struct kallsyms *k, const void *data, size_t len, uint64_t va, uint64_t text)
{
	size_t from = 0;

	*k = (struct kallsyms){.data = data, .len = len, .va = va, .text = text};
	while (find_tokens(k, from, &from))
		if (index_fits(k) && find_names(k) && find_offsets(k))
			return 0;
	return -ENOENT;
}

static size_t unpack(const struct kallsyms *k, size_t first, size_t n, char *dst, size_t size)
{
	size_t len = 0, i, piece;
	uint8_t token;

	for (i = 0; i < n; i++) {
		token = k->data[first + i];
		piece = k->token_len[token];
		if (piece >= size - len)
			return 0;
		memcpy(dst + len, k->data + k->tokens + k->token_at[token], piece);
		len += piece;
	}
	dst[len] = '\0';
	return len;
}

void kallsyms_each(const struct kallsyms *k,
		   bool (*fn)(void *arg, const char *name, size_t len, uint64_t address), void *arg)
{
	size_t at = k->names, first, n, len;
	char name[NAME_MAX_];
	uint32_t i;

	for (i = 0; i < k->count && name_at(k, at, k->tokens, &first, &n); i++, at = first + n) {
		len = unpack(k, first, n, name, sizeof(name));
		if (len > 1 && !fn(arg, name + 1, len - 1, address(k, i)))
			return;
	}
}
