/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metric_cyclictest - "T: 0 (13386) P: 0 I:1000 C: 977 Min: 30 Act: 80 Avg: 111 Max: 4259", one
 * line a thread and, while it runs, again and again; the summary of a histogram; its JSON.
 *
 * lat.min, lat.avg and lat.max are over all threads. Times are us, or ns with -N, which nothing
 * printed says: the command line does, or the width of the fields.
 */
#include "ops/metric_private.h"

#include "base/cleanup.h"
#include "base/die.h"

#include <stdio.h>
#include <string.h>

enum what { CYCLES, MIN, AVG, MAX };

static const struct {
	const char *label; /* in a line */
	const char *json, *histogram;
	const char *name;
} figures[] = {
	[CYCLES] = {"C:", "cycles", "# Total:", "cycles"},
	[MIN] = {"Min:", "min", "# Min Latencies:", "lat.min"},
	[AVG] = {"Avg:", "avg", "# Avg Latencies:", "lat.avg"},
	[MAX] = {"Max:", "max", "# Max Latencies:", "lat.max"},
};

static struct metric_thread *thread_of(struct metric_stream *s, size_t thread)
{
	if (thread >= METRIC_THREADS_MAX)
		return NULL;
	if (thread >= s->nthreads) {
		s->threads = xreallocarray(s->threads, thread + 1, sizeof(*s->threads));
		memset(&s->threads[s->nthreads], 0,
		       (thread + 1 - s->nthreads) * sizeof(*s->threads));
		s->nthreads = thread + 1;
	}
	return &s->threads[thread];
}

/* The mean of the threads' means, each by how many cycles it had. */
static void add_mean(struct metric_stream *s)
{
	double cycles = 0, sum = 0;
	size_t i;

	for (i = 0; i < s->nthreads; i++) {
		cycles += s->threads[i].cycles;
		sum += s->threads[i].cycles * s->threads[i].avg;
	}
	if (cycles > 0)
		metric_add(s, "lat.avg", sum / cycles, UNIT_NS, BETTER_LOWER);
}

/* Cycles come before the mean, as they are printed. */
static void add(struct metric_stream *s, size_t thread, enum what what, double value)
{
	const struct metric *all = metrics_find(s->into, figures[what].name);
	struct metric_thread *t = thread_of(s, thread);

	if (what != CYCLES && !s->cyclictest_ns)
		value *= 1e3;
	if (t && what == CYCLES)
		t->cycles = value;
	if (t && what == AVG) {
		t->avg = value;
		add_mean(s);
	}
	if ((what == MIN && (!all || value <= all->value)) ||
	    (what == MAX && (!all || value >= all->value)))
		metric_add(s, figures[what].name, value, UNIT_NS, BETTER_LOWER);
	metric_addf(s, value, what == CYCLES ? UNIT_PLAIN : UNIT_NS,
		    what == CYCLES ? BETTER_UNKNOWN : BETTER_LOWER, "thread.%zu.%s", thread,
		    figures[what].name);
}

/* A field of eight where five are usual: the numbers are ns. */
static bool is_wide(const char *field)
{
	const char *digits = field + strspn(field, " ");

	return digits > field && digits + strspn(digits, "0123456789") >= field + 8;
}

static bool thread_line(struct metric_stream *s, const char *line)
{
	double thread, value[ARRAY_SIZE(figures)];
	const char *p = metric_skip(line, "T:"), *act;
	size_t i;

	if (!p || !(p = metric_take(p, &thread)) || !metric_skip(metric_blanks(p), "(") ||
	    thread < 0 || thread >= METRIC_THREADS_MAX)
		return false;
	for (i = 0; i < ARRAY_SIZE(figures); i++) {
		p = strstr(p, figures[i].label);
		if (!p || !metric_take(p + strlen(figures[i].label), &value[i]))
			return false;
	}
	act = strstr(line, "Act:");
	s->cyclictest_ns |= act && is_wide(act + 4);
	/* before its first cycle a thread shows what it starts from */
	for (i = 0; i < ARRAY_SIZE(figures) && value[CYCLES] > 0; i++)
		add(s, (size_t)thread, (enum what)i, value[i]);
	return true;
}

/* "# Max Latencies: 03472 07480", a number a thread. */
static bool histogram_line(struct metric_stream *s, const char *line)
{
	size_t i, thread;
	const char *p;
	double value;

	for (i = 0; i < ARRAY_SIZE(figures); i++) {
		p = metric_skip(line, figures[i].histogram);
		if (!p)
			continue;
		for (thread = 0; thread < METRIC_THREADS_MAX && (p = metric_take(p, &value));
		     thread++)
			add(s, thread, (enum what)i, value);
		return true;
	}
	return false;
}

bool metric_cyclictest_line(struct metric_stream *s, const char *line)
{
	return thread_line(s, line) || histogram_line(s, line);
}

/* Its document begins with a "file_version"; only then "thread.0.avg" is its. */
bool metric_cyclictest_json(struct metric_stream *s, const char *path, double value)
{
	const char *p = metric_skip(path, "thread.");
	double thread;
	size_t i;

	if (!strcmp(path, "file_version"))
		s->cyclictest_json = true;
	if (!s->cyclictest_json)
		return false;
	if (!strcmp(path, "resolution_in_ns"))
		s->cyclictest_ns = value == 1;
	if (!p || !metric_number(p, strspn(p, "0123456789"), &thread) ||
	    thread >= METRIC_THREADS_MAX)
		return true; /* what it was started with is no finding */
	p += strspn(p, "0123456789");
	for (i = 0; i < ARRAY_SIZE(figures); i++)
		if (*p == '.' && !strcmp(p + 1, figures[i].json))
			add(s, (size_t)thread, (enum what)i, value);
	return true;
}
