/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kallsyms - the kernel's own table of symbols, found and unpacked in a stripped image.
 *
 * Names are strings of bytes that stand for tokens; scripts/kallsyms.c of Linux 6.4 to 7.3 writes
 * count, names, markers, token table, token index, offsets in this order. Nothing says where: the
 * token table is known by its digits and by the index behind it, all else by its place. Works on
 * any bytes.
 */
#ifndef SIGHT_KALLSYMS_H
#define SIGHT_KALLSYMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kallsyms {
	const uint8_t *data; /* what was searched */
	size_t len;
	uint64_t va;   /* of data[0] */
	uint64_t text; /* what the symbol _text must be: tells how offsets are meant */
	size_t names, tokens, index, offsets; /* places in data */
	uint16_t token_at[256], token_len[256];
	uint32_t count;
	int kind; /* of the offsets */
	uint64_t base;
};

/* 0, or -ENOENT when there is no such table. */
int kallsyms_find(struct kallsyms *k, const void *data, size_t len, uint64_t va, uint64_t text);
/* Every symbol, as long as fn returns true: its name without the letter of its type, terminated,
 * and its address. */
void kallsyms_each(const struct kallsyms *k,
		   bool (*fn)(void *arg, const char *name, size_t len, uint64_t address),
		   void *arg);

#endif
