/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * place_made - a kernel's types and symbols made by hand, over the memory of sight_made.h: a
 * structure "thing" at MADE_THING, its twin behind it, a variable "counter", one for each CPU
 * called "each".
 */
#ifndef TESTS_PLACE_MADE_H
#define TESTS_PLACE_MADE_H

#include "sight/place_private.h"
#include "tests/sight_made.h"

#define MADE_THING   (MADE_HEAP + 0x10000)
#define MADE_COUNTER (MADE_DATA + 0x1f00)
#define MADE_EACH    (MADE_RQ + 0x3f00)

struct made_thing { /* as the BTF below says */
	int32_t number;
	uint32_t bits; /* low: 3, high: 29 */
	uint8_t flag;
	char name[7];
	uint64_t next;
	int32_t mode;
	uint32_t many[3];
	int32_t inner;
};

static void made_thing(uint8_t *mem)
{
	struct made_thing t = {.number = -5,
			       .bits = 5 | 9u << 3,
			       .flag = 1,
			       .name = "one",
			       .next = MADE_DIRECT + MADE_THING + 0x100,
			       .mode = 1,
			       .many = {7, 8, 9},
			       .inner = 3};

	memcpy(mem + MADE_THING, &t, sizeof(t));
	t.next = 0;
	t.number = 6;
	memcpy(t.name, "two\033[m", 7);
	memcpy(mem + MADE_THING + 0x100, &t, sizeof(t));
	made_put(mem, MADE_COUNTER, 11);
	made_put(mem, MADE_EACH, 20);
	made_put(mem, MADE_EACH + 0x4000, 21);
}

static struct btf *made_btf(void)
{
	struct btf *b = btf__new_empty();
	int number, bits, flag, letter, text, thing, next, mode, many, nameless, each;

	number = btf__add_int(b, "int", 4, BTF_INT_SIGNED);
	bits = btf__add_int(b, "unsigned int", 4, 0);
	btf__add_int(b, "long unsigned int", 8, 0);
	btf__add_int(b, "unsigned char", 1, 0);
	btf__add_int(b, "signed char", 1, BTF_INT_SIGNED);
	flag = btf__add_int(b, "_Bool", 1, BTF_INT_BOOL);
	letter = btf__add_int(b, "char", 1, BTF_INT_CHAR);
	text = btf__add_array(b, bits, letter, 7);
	many = btf__add_array(b, bits, bits, 3);
	mode = btf__add_enum(b, "colour", 4);
	btf__add_enum_value(b, "RED", 0);
	btf__add_enum_value(b, "BLUE", 1);
	nameless = btf__add_struct(b, "", 4);
	btf__add_field(b, "inner", number, 0, 0);
	thing = (int)btf__type_cnt(b) + 1;
	next = btf__add_ptr(b, thing);
	btf__add_struct(b, "thing", sizeof(struct made_thing));
	btf__add_field(b, "number", number, 0, 0);
	btf__add_field(b, "low", bits, 32, 3);
	btf__add_field(b, "high", bits, 35, 29);
	btf__add_field(b, "flag", flag, 64, 0);
	btf__add_field(b, "name", text, 72, 0);
	btf__add_field(b, "next", next, 128, 0);
	btf__add_field(b, "mode", mode, 192, 0);
	btf__add_field(b, "many", many, 224, 0);
	btf__add_field(b, "", nameless, 320, 0);
	btf__add_struct(b, "task_struct", 0x800);
	btf__add_field(b, "first", bits, 0, 0);
	each = btf__add_typedef(b, "each_t", bits);
	btf__add_var(b, "each", BTF_VAR_GLOBAL_ALLOCATED, each);
	return b;
}

static int made_each(struct places *p, symbols_fn fn, void *arg, struct err *err)
{
	static const struct {
		const char *name;
		uint64_t at;
	} symbols[] = {{"counter", MADE_COUNTER},
		       {"each", MADE_EACH},
		       {"twice", 0x8100},
		       {"twice", 0x8200},
		       {"__per_cpu_start", MADE_RQ + 0x3000},
		       {"__per_cpu_end", MADE_RQ + 0x4000}};
	size_t i;

	for (i = 0; i < sizeof(symbols) / sizeof(*symbols); i++)
		if (!fn(arg, symbols[i].name, strlen(symbols[i].name), MADE_TEXT + symbols[i].at))
			break;
	return 0;
}

/* All zero before; only the BTF is the caller's to free. */
static void made_places(struct places *p, struct sight *s, uint8_t *mem, struct guest_memory *view)
{
	made_kernel(s, mem, view, 0, 4);
	made_thing(mem);
	*p = (struct places){.sight = s, .btf = made_btf(), .each = made_each};
}

#endif
