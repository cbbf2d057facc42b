/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_cpus - words that name CPUs, resolved on machines of several shapes.
 */
#include "tests/fuzz/fuzz.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "guest/wire_cpus.h"

#include <string.h>

static const char *const examples[] = {
	"0-3,6", "15",	   "0,2,4-7", "llc:0",	"llc:3",       "numa:1",	"part:0/2",   "part:2/3",
	"overlap:0/2:0.5", "overlap:1/2:1", "range:0-0.5", "range:0.25-0.75",	"smt-pair",   "smt-pair:7",
	"random:3", "random", "single", "single:5", "cross:a/b", "4095", "0-4095",
};

const char *const fuzz_words[] = {
#define X(e, word, form, meaning) word ":",
	CPU_WORDS(X)
#undef X
	"-", ",", ":", "/", ".", "0", "1", "0.5", "1e3", "nan", "inf", "4294967295", "4294967296", "18446744073709551616",
	"4095", "4096", " ", "\n", "\xff", NULL,
};

/* Every so many CPUs one is missing; 1 = one CPU only. */
static void build(struct cpu_layout *l, unsigned cpus, unsigned missing)
{
	unsigned cpu;

	memset(l, 0, sizeof(*l));
	for (cpu = 0; cpu < cpus; cpu++) {
		if (missing && cpu % missing == missing - 1)
			continue;
		cpu_mask_add(&l->online, cpu);
		l->llc[cpu] = (uint16_t)(cpu / 4);
		l->node[cpu] = (uint16_t)(cpu / 8);
		l->core[cpu] = (uint16_t)(cpu / 2);
	}
	l->llcs = (cpus + 3) / 4;
	l->nodes = (cpus + 7) / 8;
	l->cores = (cpus + 1) / 2;
}

static void resolved(const struct cpu_words *w, const struct cpu_layout *l)
{
	struct cpu_mask cross = {.bits = {5}}, out, again;
	static char text[4 * CPU_MASK_BITS * 2];
	uint64_t seed = 7, same = 7;
	struct err err = ERR_INIT;
	unsigned i;

	if (cpu_words_resolve(w, l, &cross, &seed, &out, &err) < 0) {
		fuzz_must(*err.msg);
		return;
	}
	fuzz_must(cpu_mask_count(&out) > 0);
	if (w->kind != CPU_WORD_LIST && w->kind != CPU_WORD_CROSS)
		for (i = 0; i < CPU_MASK_WORDS; i++)
			fuzz_must(!(out.bits[i] & ~l->online.bits[i]));
	/* the same seed draws the same CPUs */
	fuzz_must(cpu_words_resolve(w, l, &cross, &same, &again, NULL) == 0 && same == seed);
	fuzz_must(!memcmp(&out, &again, sizeof(out)));
	cpu_mask_format(&out, text, sizeof(text));
	fuzz_must(cpu_mask_parse(text, &again, NULL) == 0 && !memcmp(&out, &again, sizeof(out)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct cpu_layout layouts[3];
	cleanup_free char *text = xstrndup((const char *)data, len);
	struct err err = ERR_INIT;
	struct cpu_words w;
	size_t i;
	int r = cpu_words_parse(text, &w, &err), highest;

	if (!layouts[0].llcs) {
		build(&layouts[0], 16, 0);
		build(&layouts[1], 1, 0);
		build(&layouts[2], 64, 3);
	}
	fuzz_must(cpu_words_check(text, NULL) == r);
	if (r < 0) {
		fuzz_must(err.code == -r && *err.msg);
		return 0;
	}
	fuzz_must(memchr(w.name, '\0', sizeof(w.name)));
	highest = cpu_words_highest(text);
	fuzz_must(highest < CPU_MASK_BITS);
	fuzz_must(w.kind == CPU_WORD_LIST ? highest >= 0 && cpu_mask_has(&w.list, (unsigned)highest)
					  : highest == -1);
	for (i = 0; i < ARRAY_SIZE(layouts); i++)
		resolved(&w, &layouts[i]);
	return 0;
}

void fuzz_seeds(void (*add)(const void *data, size_t len))
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(examples); i++)
		add(examples[i], strlen(examples[i]));
}
