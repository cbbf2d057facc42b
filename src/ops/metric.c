/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metric - the metrics of one group: found by name, last value, range and mean. See metric.h.
 * Invariant: no name stands twice; nothing grows past METRICS_MAX.
 */
#include "ops/metric.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "ops/metric_private.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS (METRICS_MAX * 2) /* of the hash table; a power of two */

struct raw {
	double *v;
	size_t n;
};

struct metrics {
	struct metric *v;
	struct raw *raw;       /* one a metric */
	size_t n, nraw;        /* nraw: values of all of them */
	uint16_t slots[SLOTS]; /* index + 1; 0 = free */
	uint64_t lost;
	struct metric_stream *streams[METRIC_STREAMS]; /* NULL until something comes */
	bool cyclictest_ns;
};

struct metrics *metrics_create(char *const *argv)
{
	struct metrics *ms = xcalloc(1, sizeof(*ms));

	ms->cyclictest_ns = metric_argv_ns(argv);
	return ms;
}

void metrics_destroy(struct metrics *ms)
{
	size_t i;

	for (i = 0; ms && i < ARRAY_SIZE(ms->streams); i++) {
		if (ms->streams[i])
			free(ms->streams[i]->threads);
		free(ms->streams[i]);
	}
	for (i = 0; ms && i < ms->n; i++)
		free(ms->raw[i].v);
	if (ms) {
		free(ms->raw);
		free(ms->v);
	}
	free(ms);
}

static struct metric_stream *stream_of(struct metrics *ms, unsigned stream)
{
	struct metric_stream **s = &ms->streams[stream < METRIC_STREAMS ? stream : METRIC_STREAM_ERR];

	if (!*s) {
		*s = xcalloc(1, sizeof(**s));
		(*s)->into = ms;
		(*s)->cyclictest_ns = ms->cyclictest_ns;
	}
	return *s;
}

void metrics_feed(struct metrics *ms, unsigned stream, const char *data, size_t len, uint64_t t_ns)
{
	struct metric_stream *s = stream_of(ms, stream);

	s->t_ns = t_ns;
	metric_read(s, data, len);
}

void metrics_gap(struct metrics *ms, unsigned stream)
{
	metric_forget(stream_of(ms, stream));
	stream_of(ms, stream)->skip = true;
}

void metrics_flush(struct metrics *ms, uint64_t t_ns)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ms->streams); i++) {
		if (!ms->streams[i])
			continue;
		ms->streams[i]->t_ns = t_ns;
		metric_read_end(ms->streams[i]);
	}
}

size_t metrics_count(const struct metrics *ms)
{
	return ms ? ms->n : 0;
}

const struct metric *metrics_at(const struct metrics *ms, size_t i)
{
	return ms && i < ms->n ? &ms->v[i] : NULL;
}

const double *metrics_raw(const struct metrics *ms, size_t i, size_t *n)
{
	*n = ms && i < ms->n ? ms->raw[i].n : 0;
	return *n ? ms->raw[i].v : NULL;
}

uint64_t metrics_lost(const struct metrics *ms)
{
	return ms ? ms->lost : 0;
}

/* Where the name is or would be: never full, for there are twice as many slots as metrics. */
static size_t slot_of(const struct metrics *ms, const char *name)
{
	uint32_t h = 2166136261u;
	const char *p;

	for (p = name; *p; p++)
		h = (h ^ (uint8_t)*p) * 16777619u;
	for (h &= SLOTS - 1; ms->slots[h] && strcmp(ms->v[ms->slots[h] - 1].name, name);)
		h = (h + 1) & (SLOTS - 1);
	return h;
}

const struct metric *metrics_find(const struct metrics *ms, const char *name)
{
	size_t at = ms ? ms->slots[slot_of(ms, name)] : 0;

	return at ? &ms->v[at - 1] : NULL;
}

static struct metric *make(struct metrics *ms, const char *name)
{
	size_t slot = slot_of(ms, name);

	if (ms->slots[slot])
		return &ms->v[ms->slots[slot] - 1];
	if (ms->n == METRICS_MAX)
		return NULL;
	ms->v = xreallocarray(ms->v, ms->n + 1, sizeof(*ms->v));
	ms->raw = xreallocarray(ms->raw, ms->n + 1, sizeof(*ms->raw));
	ms->raw[ms->n] = (struct raw){.n = 0};
	ms->v[ms->n] = (struct metric){.samples = 0};
	snprintf(ms->v[ms->n].name, METRIC_NAME_MAX, "%s", name);
	ms->slots[slot] = (uint16_t)++ms->n;
	return &ms->v[ms->n - 1];
}

/* Letters, digits and what stands between them: an op line takes it as a word. */
static bool printable_name(const char *name, char *dst)
{
	size_t n = 0;

	for (; *name; name++) {
		bool plain = metric_name_byte(*name);

		/* what is strange, and blanks, however many, are one dash, none at the beginning */
		if (!plain && (!n || dst[n - 1] == '-'))
			continue;
		if (n + 1 == METRIC_NAME_MAX)
			return false;
		dst[n++] = plain ? *name : '-';
	}
	dst[n] = '\0';
	return n && strspn(dst, "-.") < n;
}

static void count_in(struct metric *m, double value)
{
	m->value = value;
	if (!m->samples || value < m->min)
		m->min = value;
	if (!m->samples || value > m->max)
		m->max = value;
	m->samples++;
	m->mean = m->samples == 1 ? value : m->mean + (value - m->mean) / (double)m->samples;
	/* whatever rounding did */
	m->mean = m->mean < m->min ? m->min : m->mean > m->max ? m->max : m->mean;
}

static void keep_raw(struct metrics *ms, struct raw *raw, double value)
{
	if (raw->n == METRIC_RAW_MAX || ms->nraw == METRIC_RAW_ALL)
		return;
	/* room is doubled: at 1, 2, 4, ... it is full */
	if (!(raw->n & (raw->n - 1)))
		raw->v = xreallocarray(raw->v, raw->n ? 2 * raw->n : 1, sizeof(*raw->v));
	raw->v[raw->n++] = value;
	ms->nraw++;
}

void metric_add(struct metric_stream *s, const char *name, double value, enum metric_unit unit,
		enum metric_better better)
{
	char clean[METRIC_NAME_MAX];
	struct metric *m;
	struct raw *raw;

	if (!isfinite(value) || fabs(value) > METRIC_VALUE_MAX)
		return;
	m = printable_name(name, clean) ? make(s->into, clean) : NULL;
	if (!m) {
		s->into->lost++;
		return;
	}
	raw = &s->into->raw[m - s->into->v];
	/* the same name for something else */
	if (m->samples && m->unit != unit) {
		m->samples = 0;
		s->into->nraw -= raw->n;
		raw->n = 0;
	}
	m->unit = unit;
	m->better = better;
	m->when_ns = s->t_ns;
	count_in(m, value);
	keep_raw(s->into, raw, value);
}

void metric_addf(struct metric_stream *s, double value, enum metric_unit unit,
		 enum metric_better better, const char *fmt, ...)
{
	char name[METRIC_NAME_MAX + 1]; /* one more: what is too long is noticed */
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	metric_add(s, name, value, unit, better);
}
