/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_gdb - bytes of a gdb stub that may be anything: packets, stops, registers.
 */
#include "tests/fuzz/fuzz.h"

#include "vmm/gdb.h"

#include <string.h>

const char *const fuzz_words[] = {"$",
				  "#",
				  "+",
				  "-",
				  "OK",
				  "E22",
				  "T05",
				  "S05",
				  "thread:",
				  "watch:",
				  "p01.01",
				  ";",
				  "#9a",
				  "ffffffff82000000",
				  "00000000000000ff",
				  "xxxxxxxxxxxxxxxx",
				  NULL};

static const char *const bodies[] = {
	"OK",
	"E22",
	"",
	"T05thread:01;watch:ffffffff82f0a3c8;",
	"T05thread:p01.02;watch:46c;",
	"T02thread:01;",
	"W00",
	"7cfc1400000000000000000000000000fcf0000000000000",
};

static void look_at(const char *body)
{
	struct gdb_stop stop;
	uint64_t v;
	unsigned i;

	if (gdb_stop_parse(body, &stop)) {
		fuzz_must(stop.thread <= GDB_THREAD_MAX);
		fuzz_must(stop.signal <= 255);
		fuzz_must(stop.watched || !stop.address);
	}
	for (i = 0; i < 20; i++)
		if (gdb_register(body, i, &v))
			fuzz_must(strlen(body) >= 16 * (i + 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *body = malloc(GDB_BODY_MAX + 1), *again = malloc(GDB_BODY_MAX + 8);
	const char *at = (const char *)data;
	enum gdb_kind kind;
	ssize_t n;

	while ((n = gdb_take(at, len, &kind, body)) > 0) {
		fuzz_must((size_t)n <= len);
		if (kind == GDB_PACKET) {
			fuzz_must(strlen(body) == (size_t)n - 4);
			fuzz_must(gdb_put(again, GDB_BODY_MAX + 8, body) == (size_t)n);
			fuzz_must(!memcmp(again, at, (size_t)n - 2));
			look_at(body);
		}
		at += n;
		len -= (size_t)n;
	}
	/* and what no packet holds */
	if (len < GDB_BODY_MAX) {
		memcpy(body, at, len);
		body[len] = '\0';
		look_at(body);
	}
	free(body);
	free(again);
	return 0;
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	char packet[256];
	size_t i;

	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		packet[0] = '+';
		add(packet, 1 + gdb_put(packet + 1, sizeof(packet) - 1, bodies[i]));
	}
}
