/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_report - see wire_report.h. Single figures go by a table, lists each have their pair.
 * Invariant: report_read(report_write(r)) gives r again.
 */
#include "guest/wire_report.h"

#include "base/cleanup.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIGURE(k, f)                                                                               \
	{                                                                                          \
		.key = k, .offset = offsetof(struct work_report, f)                                \
	}

static const struct {
	const char *key;
	size_t offset;
} figures[] = {
	FIGURE("begun", begun_ns),
	FIGURE("last", last_ns),
	FIGURE("wall", wall_ns),
	FIGURE("units", units),
	FIGURE("iterations", iterations),
	FIGURE("cpu", cpu_ns),
	FIGURE("migrations", migrations),
	FIGURE("gap", gap_ns),
	FIGURE("gap-at", gap_at_ns),
	FIGURE("gap-cpu", gap_cpu),
	FIGURE("wakes", wakes),
	FIGURE("wake-max", wake_max_ns),
	FIGURE("run-delay", run_delay_ns),
	FIGURE("run-count", run_count),
	FIGURE("sched-cpu", sched_cpu_ns),
};

static uint64_t *figure(const struct work_report *r, size_t i)
{
	return (uint64_t *)((char *)(uintptr_t)r + figures[i].offset);
}

struct out {
	char *dst;
	size_t size, len;
	bool cut;
};

static void add(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(struct out *o, const char *fmt, ...)
{
	char one[64];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(one, sizeof(one), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(one) || o->len + (size_t)n >= o->size) {
		o->cut = true;
		return;
	}
	memcpy(o->dst + o->len, one, (size_t)n + 1);
	o->len += (size_t)n;
}

static bool has_cpu(const struct work_report *r, unsigned cpu)
{
	return r->cpus[cpu / 64] >> (cpu % 64) & 1;
}

static void add_cpus(struct out *o, const struct work_report *r, const char *before)
{
	unsigned cpu, end;

	for (cpu = 0; cpu < REPORT_CPUS_MAX; cpu = end + 1) {
		for (end = cpu; end < REPORT_CPUS_MAX && has_cpu(r, end); end++)
			;
		if (end == cpu)
			continue;
		if (end - 1 == cpu)
			add(o, "%s%u", before, cpu);
		else
			add(o, "%s%u-%u", before, cpu, end - 1);
		before = ",";
	}
}

bool report_write(const struct work_report *r, char *dst, size_t size)
{
	struct out o = {.dst = dst, .size = size};
	const char *before;
	unsigned i;

	dst[0] = '\0';
	for (i = 0; i < ARRAY_SIZE(figures); i++)
		if (*figure(r, i) != REPORT_ABSENT)
			add(&o, "%s%s=%" PRIu64, o.len ? " " : "", figures[i].key, *figure(r, i));
	add_cpus(&o, r, " cpus=");
	for (i = 0, before = " numa="; i < REPORT_NODES_MAX; i++) {
		if (r->numa_pages[i] == REPORT_ABSENT)
			continue;
		add(&o, "%s%u:%" PRIu64, before, i, r->numa_pages[i]);
		before = ",";
	}
	for (i = 0, before = " wake="; i < REPORT_BUCKETS; i++) {
		if (!r->wake[i])
			continue;
		add(&o, "%s%u:%" PRIu32, before, i, r->wake[i]);
		before = ",";
	}
	return !o.cut;
}

/* Digits at *p, then one of `ends` or the end of the word. */
static bool number(const char **p, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;
	const char *s = *p;

	for (; *s >= '0' && *s <= '9'; s++)
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*s - '0'), &v))
			return false;
	if (s == *p || v > max)
		return false;
	*p = s;
	*out = v;
	return true;
}

static void read_cpus(const char *p, struct work_report *r)
{
	uint64_t from, to;

	while (number(&p, REPORT_CPUS_MAX - 1, &from)) {
		to = from;
		if (*p == '-') {
			p++;
			if (!number(&p, REPORT_CPUS_MAX - 1, &to))
				return;
		}
		for (; from <= to; from++)
			r->cpus[from / 64] |= (uint64_t)1 << (from % 64);
		if (*p++ != ',')
			return;
	}
}

static void read_numa(const char *p, struct work_report *r)
{
	uint64_t node, pages;

	while (number(&p, REPORT_NODES_MAX - 1, &node) && *p++ == ':' &&
	       number(&p, REPORT_ABSENT - 1, &pages)) {
		r->numa_pages[node] = pages;
		if (*p++ != ',')
			return;
	}
}

static void read_wake(const char *p, struct work_report *r)
{
	uint64_t bucket, n;

	while (number(&p, REPORT_BUCKETS - 1, &bucket) && *p++ == ':' &&
	       number(&p, UINT32_MAX, &n)) {
		r->wake[bucket] = (uint32_t)n;
		if (*p++ != ',')
			return;
	}
}

static void read_word(const char *word, size_t key, struct work_report *r)
{
	static const struct {
		const char *key;
		void (*read)(const char *value, struct work_report *r);
	} lists[] = {{"cpus", read_cpus}, {"numa", read_numa}, {"wake", read_wake}};
	const char *value = word + key + 1;
	uint64_t v;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lists); i++)
		if (strlen(lists[i].key) == key && !strncmp(lists[i].key, word, key))
			lists[i].read(value, r);
	for (i = 0; i < ARRAY_SIZE(figures); i++)
		if (strlen(figures[i].key) == key && !strncmp(figures[i].key, word, key) &&
		    number(&value, REPORT_ABSENT - 1, &v) && (!*value || *value == ' '))
			*figure(r, i) = v;
}

void report_read(const char *text, struct work_report *r)
{
	unsigned i;

	*r = (struct work_report){.begun_ns = REPORT_ABSENT};
	for (i = 0; i < ARRAY_SIZE(figures); i++)
		*figure(r, i) = REPORT_ABSENT;
	for (i = 0; i < REPORT_NODES_MAX; i++)
		r->numa_pages[i] = REPORT_ABSENT;
	while (*text) {
		size_t key = strcspn(text, "= "), end = strcspn(text, " ");

		if (text[key] == '=')
			read_word(text, key, r);
		text += end + (text[end] == ' ');
	}
}

uint64_t report_wake_ns(const struct work_report *r, unsigned permille)
{
	uint64_t sum = 0, seen = 0;
	unsigned i;

	for (i = 0; i < REPORT_BUCKETS; i++)
		sum += r->wake[i];
	if (!sum)
		return REPORT_ABSENT;
	for (i = 0; i < REPORT_BUCKETS; i++) {
		seen += r->wake[i];
		if (r->wake[i] && seen * 1000 >= sum * permille)
			break;
	}
	/* the largest is known exactly */
	return r->wake_max_ns < report_bucket_end(i) ? r->wake_max_ns : report_bucket_end(i);
}

uint64_t report_off_cpu_ns(const struct work_report *r)
{
	if (r->wall_ns == REPORT_ABSENT || r->cpu_ns == REPORT_ABSENT)
		return REPORT_ABSENT;
	return r->wall_ns > r->cpu_ns ? r->wall_ns - r->cpu_ns : 0;
}

unsigned report_cpus(const struct work_report *r)
{
	unsigned i, n = 0;

	for (i = 0; i < REPORT_CPUS_MAX / 64; i++)
		n += (unsigned)__builtin_popcountll(r->cpus[i]);
	return n;
}

void report_cpu_list(const struct work_report *r, char *dst, size_t size)
{
	struct out o = {.dst = dst, .size = size};

	dst[0] = '\0';
	add_cpus(&o, r, "");
	if (!o.len)
		add(&o, "-");
}
