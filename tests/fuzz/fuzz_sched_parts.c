/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_sched_parts - what the agent says it has seen in a scheduler: whatever it is, texts can be
 * shown, and a value belongs to a map that stands before it.
 */
#include "tests/fuzz/fuzz.h"

#include "ops/sched_parts.h"

#include <string.h>

static const char seed[] = "p\t12\tcgweight_enqueue\tcallback\t100\t2000\n"
			   "m\t7\tcgweight.bss\tarray\t1\trw\t-\n"
			   "v\t7\tvtime_now\t5\n"
			   "m\t8\tcgs\thash\t4096\trw\tthere are more\n"
			   "e\t8\t90\t{vtime: 1, weight: 100}\n";

const char *const fuzz_words[] = {"p\t", "m\t", "v\t", "e\t", "\t", "\n", "7", "rw", "ro", "-",
				  "callback", "18446744073709551615", "\033[2J", "\xff", NULL};

static void printable(const char *s)
{
	for (; s && *s; s++)
		fuzz_must((unsigned char)*s >= ' ' && *s != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct sched_parts *p = sched_parts_read("x", (const char *)data, len);
	size_t i;

	fuzz_must(p->n <= SCHED_PARTS_MAX);
	for (i = 0; i < p->n; i++) {
		const struct sched_part *r = &p->rows[i];

		fuzz_must(r->name);
		printable(r->name);
		printable(r->value);
		printable(r->type);
		if (r->kind == PART_VARIABLE || r->kind == PART_ENTRY)
			fuzz_must(r->value && r->map < i && p->rows[r->map].kind == PART_MAP &&
				  p->rows[r->map].id == r->id);
		fuzz_must(sched_parts_same(p, r));
	}
	sched_parts_free(p);
	return 0;
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	add(seed, sizeof(seed) - 1);
}
