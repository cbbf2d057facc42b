/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_cpus - words that name CPUs: a list, or one to be resolved against the guest's topology.
 *
 * The host checks the words of a line, the agent's helpers resolve them where the guest's own
 * sysfs says what an LLC or a node is (hand_cpus.c). Indices count from 0 in the order of the
 * lowest CPU. Invariant: what cpu_words_parse() takes, cpu_words_resolve() can be asked.
 */
#ifndef GUEST_WIRE_CPUS_H
#define GUEST_WIRE_CPUS_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { CPU_MASK_BITS = 4096, CPU_MASK_WORDS = CPU_MASK_BITS / 64, CPU_NAME_MAX = 208 };

struct cpu_mask {
	uint64_t bits[CPU_MASK_WORDS];
};

/*
 * X(ENUM, word, form of its argument, meaning)
 */
#define CPU_WORDS(X)                                                                               \
	X(LIST, "", "0-3,6", "these CPUs")                                                         \
	X(LLC, "llc", "I", "those under last-level cache I")                                       \
	X(NUMA, "numa", "I", "those of NUMA node I")                                               \
	X(PART, "part", "I/N", "part I of N equal parts of all CPUs")                              \
	X(OVERLAP, "overlap", "I/N:F", "part I of N, widened by F (0 to 1) of a part to the right") \
	X(RANGE, "range", "A-B", "from fraction A to fraction B of all CPUs, such as 0.25-0.75")   \
	X(SMT_PAIR, "smt-pair", "I", "all threads of core I, of core 0 without :I")                \
	X(RANDOM, "random", "N", "N CPUs drawn in an order that repeats from run to run")          \
	X(SINGLE, "single", "I", "one CPU, the Ith; the first without :I")                         \
	X(CROSS, "cross", "CGROUP", "what another cgroup may use at that moment")

enum cpu_word_kind {
#define X(e, word, form, meaning) CPU_WORD_##e,
	CPU_WORDS(X)
#undef X
};

struct cpu_words {
	enum cpu_word_kind kind;
	struct cpu_mask list;	 /* LIST */
	unsigned i, n;		 /* index or count; parts */
	double from, to;	 /* RANGE; OVERLAP: from = its fraction */
	char name[CPU_NAME_MAX]; /* CROSS: below the workload root */
};

/* What the guest has, read by whoever resolves. Groups are numbered in the order of their lowest CPU. */
struct cpu_layout {
	struct cpu_mask online;
	uint16_t llc[CPU_MASK_BITS], node[CPU_MASK_BITS], core[CPU_MASK_BITS];
	unsigned llcs, nodes, cores;
};

int cpu_words_parse(const char *text, struct cpu_words *out, struct err *err);
int cpu_words_check(const char *text, struct err *err);
/* Highest CPU a plain list names, -1 for words. Text must have passed the check. */
int cpu_words_highest(const char *text);
/*
 * cross: what the cgroup of a CROSS word may use. *seed is moved on by RANDOM. An empty result is
 * an error that says what the guest has instead.
 */
int cpu_words_resolve(const struct cpu_words *w, const struct cpu_layout *layout,
		      const struct cpu_mask *cross, uint64_t *seed, struct cpu_mask *out,
		      struct err *err);

int cpu_mask_parse(const char *list, struct cpu_mask *out, struct err *err);
/* "0-3,6"; cut at size, always terminated. */
void cpu_mask_format(const struct cpu_mask *m, char *dst, unsigned long size);
unsigned cpu_mask_count(const struct cpu_mask *m);

static inline bool cpu_mask_has(const struct cpu_mask *m, unsigned cpu)
{
	return cpu < CPU_MASK_BITS && (m->bits[cpu / 64] >> (cpu % 64) & 1);
}

static inline void cpu_mask_add(struct cpu_mask *m, unsigned cpu)
{
	if (cpu < CPU_MASK_BITS)
		m->bits[cpu / 64] |= 1ull << (cpu % 64);
}

#endif
