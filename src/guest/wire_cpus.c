/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_cpus - parsing and resolving the words that name CPUs, see wire_cpus.h.
 * Invariant: pure functions of text and layout; nothing is read from the system.
 */
#include "guest/wire_cpus.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *word, *form;
} words[] = {
#define X(e, w, f, m) [CPU_WORD_##e] = {w, f},
	CPU_WORDS(X)
#undef X
};

/* ---- masks ---- */

static bool take_number(const char **p, unsigned max, unsigned *out)
{
	char *end;
	unsigned long v;

	if (**p < '0' || **p > '9')
		return false;
	errno = 0;
	v = strtoul(*p, &end, 10);
	if (errno || v > max)
		return false;
	*p = end;
	*out = (unsigned)v;
	return true;
}

int cpu_mask_parse(const char *list, struct cpu_mask *out, struct err *err)
{
	const char *p = list;
	unsigned first, last, i;

	memset(out, 0, sizeof(*out));
	do {
		if (!take_number(&p, CPU_MASK_BITS - 1, &first))
			return err_set(err, EINVAL, "'%.80s' is not a CPU list like 0-3,6", list);
		last = first;
		if (*p == '-') {
			p++;
			if (!take_number(&p, CPU_MASK_BITS - 1, &last))
				return err_set(err, EINVAL, "'%.80s' is not a CPU list like 0-3,6",
					       list);
		}
		if (last < first)
			return err_set(err, EINVAL, "'%.80s': %u-%u runs backwards", list, first,
				       last);
		for (i = first; i <= last; i++)
			cpu_mask_add(out, i);
	} while (*p++ == ',');
	if (p[-1])
		return err_set(err, EINVAL, "'%.80s' is not a CPU list like 0-3,6", list);
	return 0;
}

void cpu_mask_format(const struct cpu_mask *m, char *dst, unsigned long size)
{
	unsigned i, end;
	size_t len = 0;

	dst[0] = '\0';
	for (i = 0; i < CPU_MASK_BITS && len + 12 < size; i = end + 1) {
		for (end = i; cpu_mask_has(m, end); end++)
			;
		if (end > i)
			len += (size_t)snprintf(dst + len, size - len,
						end == i + 1 ? "%s%u" : "%s%u-%u", len ? "," : "", i,
						end - 1);
	}
}

unsigned cpu_mask_count(const struct cpu_mask *m)
{
	unsigned n = 0, i;

	for (i = 0; i < CPU_MASK_WORDS; i++)
		n += (unsigned)__builtin_popcountll(m->bits[i]);
	return n;
}

/* ---- words ---- */

static bool take_fraction(const char **p, double *out)
{
	size_t n = strspn(*p, "0123456789.");
	char *end;

	if (!n || n > 12)
		return false;
	*out = strtod(*p, &end);
	if (end != *p + n || *out < 0 || *out > 1)
		return false;
	*p = end;
	return true;
}

static bool take_part(const char **p, struct cpu_words *w)
{
	if (!take_number(p, CPU_MASK_BITS, &w->i) || **p != '/')
		return false;
	++*p;
	return take_number(p, CPU_MASK_BITS, &w->n) && w->n && w->i < w->n;
}

static bool take_argument(const char *p, struct cpu_words *w)
{
	switch (w->kind) {
	case CPU_WORD_LLC:
	case CPU_WORD_NUMA:
	case CPU_WORD_SMT_PAIR:
	case CPU_WORD_SINGLE:
		return take_number(&p, CPU_MASK_BITS, &w->i) && !*p;
	case CPU_WORD_RANDOM:
		return take_number(&p, CPU_MASK_BITS, &w->n) && w->n && !*p;
	case CPU_WORD_PART:
		return take_part(&p, w) && !*p;
	case CPU_WORD_OVERLAP:
		return take_part(&p, w) && *p++ == ':' && take_fraction(&p, &w->from) && !*p;
	case CPU_WORD_RANGE:
		return take_fraction(&p, &w->from) && *p++ == '-' && take_fraction(&p, &w->to) &&
		       !*p && w->from < w->to;
	case CPU_WORD_CROSS:
		return *p && text_copy(w->name, sizeof(w->name), p);
	case CPU_WORD_LIST:
		break;
	}
	return false;
}

int cpu_words_parse(const char *text, struct cpu_words *w, struct err *err)
{
	size_t n = strcspn(text, ":"), i;
	const char *names[ARRAY_SIZE(words)], *near;
	cleanup_free char *word = NULL;

	memset(w, 0, sizeof(*w));
	if (*text >= '0' && *text <= '9')
		return cpu_mask_parse(text, &w->list, err);
	for (i = 1; i < ARRAY_SIZE(words); i++) {
		names[i - 1] = words[i].word;
		if (strlen(words[i].word) != n || strncmp(words[i].word, text, n))
			continue;
		w->kind = (enum cpu_word_kind)i;
		if (!text[n] && (w->kind == CPU_WORD_SMT_PAIR || w->kind == CPU_WORD_SINGLE))
			return 0;
		if (text[n] && take_argument(text + n + 1, w))
			return 0;
		return err_set(err, EINVAL, "'%.80s': write %s:%s", text, words[i].word,
			       words[i].form);
	}
	word = strndup(text, n);
	near = word ? text_nearest(word, names, ARRAY_SIZE(words) - 1) : NULL;
	return err_set(err, EINVAL,
		       "'%.80s' names no CPUs: write a list like 0-3,6, or a word such as %s%s",
		       text, near ? near : "llc", near ? "" : ":0");
}

int cpu_words_check(const char *text, struct err *err)
{
	struct cpu_words w;

	return cpu_words_parse(text, &w, err);
}

int cpu_words_highest(const char *text)
{
	struct cpu_words w;
	int i;

	if (cpu_words_parse(text, &w, NULL) || w.kind != CPU_WORD_LIST)
		return -1;
	for (i = CPU_MASK_BITS - 1; i >= 0 && !cpu_mask_has(&w.list, (unsigned)i); i--)
		;
	return i;
}

/* ---- resolving ---- */

/* The n-th CPU that is online, or one past the last. */
static unsigned nth(const struct cpu_layout *l, unsigned n)
{
	unsigned cpu;

	for (cpu = 0; cpu < CPU_MASK_BITS; cpu++)
		if (cpu_mask_has(&l->online, cpu) && !n--)
			break;
	return cpu;
}

/* The online CPUs with numbers from..to-1 in their order, wrapped around. */
static void take_run(const struct cpu_layout *l, unsigned from, unsigned to, struct cpu_mask *out)
{
	unsigned total = cpu_mask_count(&l->online), i;

	for (i = from; total && i < to; i++)
		cpu_mask_add(out, nth(l, i % total));
}

static void take_group(const struct cpu_layout *l, const uint16_t *of, unsigned i,
		       struct cpu_mask *out)
{
	unsigned cpu;

	for (cpu = 0; cpu < CPU_MASK_BITS; cpu++)
		if (cpu_mask_has(&l->online, cpu) && of[cpu] == i)
			cpu_mask_add(out, cpu);
}

static uint64_t draw(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return *seed >> 33;
}

static void take_random(const struct cpu_layout *l, unsigned n, uint64_t *seed,
			struct cpu_mask *out)
{
	unsigned total = cpu_mask_count(&l->online), left = n;

	while (left && cpu_mask_count(out) < total) {
		unsigned cpu = nth(l, (unsigned)(draw(seed) % total));

		left -= !cpu_mask_has(out, cpu);
		cpu_mask_add(out, cpu);
	}
}

static int missing(const char *what, unsigned i, unsigned have, struct err *err)
{
	return err_set(err, EINVAL, "%s %u is not there: the guest has %u, counted from 0", what, i,
		       have);
}

int cpu_words_resolve(const struct cpu_words *w, const struct cpu_layout *l,
		      const struct cpu_mask *cross, uint64_t *seed, struct cpu_mask *out,
		      struct err *err)
{
	unsigned total = cpu_mask_count(&l->online), from, to;

	memset(out, 0, sizeof(*out));
	switch (w->kind) {
	case CPU_WORD_LIST:
		*out = w->list;
		break;
	case CPU_WORD_LLC:
		take_group(l, l->llc, w->i, out);
		if (w->i >= l->llcs)
			return missing("last-level cache", w->i, l->llcs, err);
		break;
	case CPU_WORD_NUMA:
		take_group(l, l->node, w->i, out);
		if (w->i >= l->nodes)
			return missing("NUMA node", w->i, l->nodes, err);
		break;
	case CPU_WORD_SMT_PAIR:
		take_group(l, l->core, w->i, out);
		if (w->i >= l->cores)
			return missing("core", w->i, l->cores, err);
		if (cpu_mask_count(out) < 2)
			return err_set(err, EINVAL,
				       "core %u has one thread: boot a topology with 2t", w->i);
		break;
	case CPU_WORD_SINGLE:
		if (w->i >= total)
			return missing("CPU", w->i, total, err);
		cpu_mask_add(out, nth(l, w->i));
		break;
	case CPU_WORD_PART:
	case CPU_WORD_OVERLAP:
		from = w->i * total / w->n;
		to = (w->i + 1) * total / w->n;
		if (from == to)
			return err_set(err, EINVAL, "part %u of %u is empty: the guest has %u CPUs",
				       w->i, w->n, total);
		if (w->kind == CPU_WORD_OVERLAP)
			to += (unsigned)(w->from * (double)(to - from) + 0.5);
		take_run(l, from, to, out);
		break;
	case CPU_WORD_RANGE:
		from = (unsigned)(w->from * total + 0.5);
		to = (unsigned)(w->to * total + 0.5);
		take_run(l, from, to, out);
		break;
	case CPU_WORD_RANDOM:
		if (w->n > total)
			return err_set(err, EINVAL, "random:%u: the guest has %u CPUs", w->n, total);
		take_random(l, w->n, seed, out);
		break;
	case CPU_WORD_CROSS:
		*out = *cross;
		break;
	}
	if (!cpu_mask_count(out))
		return err_set(err, EINVAL, "that is no CPU at all: the guest has %u", total);
	return 0;
}
