/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_place - places in the kernel as they are typed, and numbers; those that are taken are looked
 * for in types and a memory made by hand.
 */
#include "tests/fuzz/fuzz.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "tests/place_made.h"

const char *const fuzz_words[] = {
	"task(",
	")",
	"0x",
	"ffff888000030000",
	"ffff888000030018",
	":",
	"@",
	".",
	"[",
	"]",
	"*",
	"thing",
	"counter",
	"each",
	"next",
	"name",
	"low",
	"high",
	"flag",
	"many",
	"inner",
	"mode",
	"u8",
	"u64",
	"s8",
	"bool",
	"0",
	"1",
	"-1",
	"4294967295",
	"18446744073709551616",
	"true",
	"RED",
	"\xff",
	NULL,
};

static const char *const places[] = {
	"counter:int",
	"each:u32@1",
	"0xffff888000030000:thing.next.low",
	"0xffff888000030000:thing.many[2]",
	"0xffff888000030000:thing*.name",
	"task(w.1).pid",
	"task(12).comm",
	"counter:thing.inner",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static uint8_t mem[MADE_SIZE];
	static struct sight sight;
	static struct guest_memory view;
	static struct places p;
	cleanup_free char *text = xstrndup((const char *)data, len);
	struct err err = ERR_INIT;
	struct place_value v, w;
	struct place at;
	char function[PLACE_NAME_MAX];
	struct place_held held;
	bool negative;
	uint64_t bits = 0;
	int r;

	if (!p.btf)
		made_places(&p, &sight, mem, &view);
	if (place_number(text, &bits, &negative))
		fuzz_must(!negative || bits >> 63);
	r = place_parse(text, &at, &err);
	if (r < 0) {
		fuzz_must(err.code == -r && *err.msg);
		return 0;
	}
	fuzz_must(at.nsteps <= PLACE_STEPS_MAX && at.pointers <= PLACE_POINTERS_MAX);
	fuzz_must(memchr(at.name, '\0', sizeof(at.name)) && memchr(at.type, '\0', sizeof(at.type)));
	if (at.kind == PLACE_TASK && !at.tid)
		at.tid = 100;
	r = places_read(&p, &at, &v, &err);
	if (r < 0)
		fuzz_must(*err.msg);
	else
		fuzz_must(memchr(v.text, '\0', sizeof(v.text)));
	if (places_hold(&p, &at, &held, &err) == 0) {
		fuzz_must(r == 0 && held.size && held.size <= 8 && held.va % held.size == 0);
		fuzz_must(places_look(&p, &held, &w, &err) == 0 && w.bits == v.bits);
	}
	places_function(&p, bits, function, sizeof(function));
	if (r == 0 && places_write(&p, &at, "1", &v, &w, &err) == 0)
		fuzz_must(w.bits == 1);
	made_thing(mem);
	return 0;
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places); i++)
		add(places[i], strlen(places[i]));
}
