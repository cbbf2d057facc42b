/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kallsyms - the kernel's table of symbols, made here as scripts/kallsyms.c makes it, found
 * among other bytes and unpacked.
 */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "sight/kallsyms.h"

#include <errno.h>
#include <stdio.h>

#define TEXT    UINT64_C(0xffffffff81000000)
#define SYMBOLS 700 /* three markers */

enum kind { PC_RELATIVE, BASE_RELATIVE, PERCPU_ABSOLUTE };

struct seen {
	unsigned n, wrong;
	unsigned stop; /* after so many; 0 = never */
};

static void align(struct buf *b, size_t to)
{
	while (b->len % to)
		buf_addc(b, '\0');
}

static void add_u32(struct buf *b, uint32_t v)
{
	buf_add(b, &v, sizeof(v));
}

static uint64_t address_of(unsigned i)
{
	return i ? TEXT + 16 * (uint64_t)i : TEXT;
}

static void name_of(unsigned i, char *dst, size_t size)
{
	if (i)
		snprintf(dst, size, "Tscx_%u", i);
	else
		snprintf(dst, size, "T_text");
}

/* Token 128 is "scx_", all others stand for themselves or for nothing that is used. */
static void add_tokens(struct buf *b)
{
	uint16_t index[256];
	size_t start, i;

	align(b, 8);
	start = b->len;
	for (i = 0; i < 256; i++) {
		index[i] = (uint16_t)(b->len - start);
		if (i == 128)
			buf_adds(b, "scx_");
		else
			buf_addc(b, i > ' ' && i < 127 ? (char)i : '?');
		buf_addc(b, '\0');
	}
	align(b, 8);
	buf_add(b, index, sizeof(index));
}

static void add_offsets(struct buf *b, enum kind kind)
{
	uint64_t base = TEXT;
	size_t at;
	unsigned i;

	align(b, 8);
	for (i = 0; i < SYMBOLS; i++) {
		at = b->len;
		if (kind == PC_RELATIVE)
			add_u32(b, (uint32_t)(address_of(i) - (TEXT + 0x1000 + at)));
		else if (kind == BASE_RELATIVE)
			add_u32(b, (uint32_t)(address_of(i) - base));
		else
			add_u32(b, (uint32_t)(base - 1 - address_of(i)));
	}
	align(b, 8);
	buf_add(b, &base, sizeof(base));
}

static struct buf make(enum kind kind)
{
	struct buf b = BUF_INIT;
	uint32_t markers[3];
	size_t names;
	char name[32];
	unsigned i;

	for (i = 0; i < 500; i++) /* what lies before, with digits of its own */
		buf_add(&b, "0\0001\0002\0003\0004\0005\0006\0007\0008\0009", 20);
	align(&b, 8);
	add_u32(&b, SYMBOLS);
	names = b.len;
	for (i = 0; i < SYMBOLS; i++) {
		if (i % 256 == 0)
			markers[i / 256] = (uint32_t)(b.len - names);
		name_of(i, name, sizeof(name));
		if (i) {
			buf_addc(&b, (char)(strlen(name) - 3));
			buf_addc(&b, 'T');
			buf_addc(&b, (char)128);
			buf_adds(&b, name + 5);
		} else {
			buf_addc(&b, (char)strlen(name));
			buf_adds(&b, name);
		}
	}
	align(&b, 4);
	buf_add(&b, markers, sizeof(markers));
	add_tokens(&b);
	add_offsets(&b, kind);
	return b;
}

static bool see(void *arg, const char *name, size_t len, uint64_t address)
{
	struct seen *s = arg;
	char want[32];

	name_of(s->n, want, sizeof(want));
	s->wrong +=
		strcmp(name, want + 1) || len != strlen(want) - 1 || address != address_of(s->n);
	return ++s->n != s->stop;
}

static void every_symbol_is_unpacked_whatever_its_offset_means(void **state)
{
	enum kind kind;

	for (kind = PC_RELATIVE; kind <= PERCPU_ABSOLUTE; kind++) {
		struct buf b = make(kind);
		struct seen s = {0}, few = {.stop = 3};
		struct kallsyms k;

		assert_int_equal(kallsyms_find(&k, b.data, b.len, TEXT + 0x1000, TEXT), 0);
		assert_int_equal(k.count, SYMBOLS);
		kallsyms_each(&k, see, &s);
		assert_int_equal(s.n, SYMBOLS);
		assert_int_equal(s.wrong, 0);
		kallsyms_each(&k, see, &few);
		assert_int_equal(few.n, 3);
		buf_finish(&b);
	}
}

/* A table whose _text is not where the image has it was read wrong, or is another's. */
static void a_table_that_is_not_the_image_s_is_none(void **state)
{
	struct buf b = make(PC_RELATIVE);
	struct kallsyms k;
	size_t len;

	assert_int_equal(kallsyms_find(&k, b.data, b.len, TEXT + 0x1000, TEXT + 0x1000), -ENOENT);
	assert_int_equal(kallsyms_find(&k, b.data, b.len, TEXT + 0x1004, TEXT), -ENOENT);
	for (len = 0; len < b.len - 2000; len += 97)
		assert_int_equal(kallsyms_find(&k, b.data, len, TEXT + 0x1000, TEXT), -ENOENT);
	buf_finish(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_symbol_is_unpacked_whatever_its_offset_means),
		cmocka_unit_test(a_table_that_is_not_the_image_s_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
