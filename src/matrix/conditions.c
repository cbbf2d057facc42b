/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conditions - what could colour the runs of a matrix, told for all of them, and where two cells
 * differ in it. A table of conditions with three readers. Declared in table.h.
 */
#include "matrix/table.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "matrix/stats.h"

#include <math.h>
#include <string.h>

#define DISTINCT_MAX 8 /* values of a condition that are told one by one */

static const char *accel(const struct mx_conditions *c)
{
	return c->accel;
}

static const char *kernel(const struct mx_conditions *c)
{
	return c->kernel;
}

static const char *mitigations(const struct mx_conditions *c)
{
	return c->mitigations;
}

static const char *vulnerabilities(const struct mx_conditions *c)
{
	return c->vulnerabilities;
}

static const char *guest_clock(const struct mx_conditions *c)
{
	return c->clock;
}

static const char *host_cpu(const struct mx_conditions *c)
{
	return c->host_cpu;
}

static const char *pinned(const struct mx_conditions *c)
{
	return c->pinned ? "yes" : "no";
}

static const char *exact(const struct mx_conditions *c)
{
	return c->exact ? "yes" : "no";
}

/* Words first, then what is a range of numbers. */
static const struct {
	const char *name;
	const char *(*word)(const struct mx_conditions *c);
} words[] = {
	{"accelerator", accel},
	{"exact", exact},
	{"kernel", kernel},
	{"mitigations", mitigations},
	{"CPU flaws", vulnerabilities},
	{"clock", guest_clock},
	{"host CPU", host_cpu},
	{"pinned", pinned},
};
_Static_assert(ARRAY_SIZE(words) + 3 == MX_CONDITIONS, "host load and steals are the other three");

struct seen {
	const char *value[DISTINCT_MAX];
	size_t runs[DISTINCT_MAX], n, others;
};

static void see(struct seen *s, const char *value)
{
	size_t i;

	value = value && *value ? value : "-";
	for (i = 0; i < s->n; i++)
		if (!strcmp(s->value[i], value)) {
			s->runs[i]++;
			return;
		}
	if (s->n == DISTINCT_MAX) {
		s->others++;
		return;
	}
	s->value[s->n] = value;
	s->runs[s->n++] = 1;
}

static void see_row(struct seen *s, size_t w, const struct mx_row *row)
{
	size_t i;

	for (i = 0; i < row->n; i++)
		if (row->run[i]->verdict != VERDICT_SKIP)
			see(s, words[w].word(&row->run[i]->conditions));
}

static char *told(const struct seen *s)
{
	struct buf out = BUF_INIT;
	size_t i;

	for (i = 0; i < s->n; i++) {
		buf_addf(&out, "%s%s", i ? ", " : "", s->value[i]);
		if (s->n > 1)
			buf_addf(&out, " (%zu run%s)", s->runs[i], s->runs[i] == 1 ? "" : "s");
	}
	if (s->others)
		buf_addf(&out, ", others (%zu runs)", s->others);
	if (!s->n)
		buf_addc(&out, '-');
	return buf_steal(&out);
}

struct range {
	double low, high;
	size_t unknown;
};

static void widen(struct range *r, double v)
{
	if (isnan(v)) {
		r->unknown++;
		return;
	}
	r->low = isnan(r->low) || v < r->low ? v : r->low;
	r->high = isnan(r->high) || v > r->high ? v : r->high;
}

static char *range_told(const struct range *r, const char *unit)
{
	struct buf out = BUF_INIT;

	if (isnan(r->low))
		buf_addc(&out, '-');
	else if (r->low == r->high)
		buf_addf(&out, "%.4g%s", r->low, unit);
	else
		buf_addf(&out, "%.4g%s to %.4g%s", r->low, unit, r->high, unit);
	if (!isnan(r->low) && r->unknown)
		buf_addf(&out, ", - (%zu run%s)", r->unknown, r->unknown == 1 ? "" : "s");
	return buf_steal(&out);
}

static void ranges(const struct mx_table *t, struct range *load, struct range *steal,
		   struct range *guest_steal)
{
	size_t i, k;

	*load = *steal = *guest_steal = (struct range){NAN, NAN, 0};
	for (i = 0; i < t->n; i++)
		for (k = 0; k < t->row[i].n; k++) {
			const struct mx_run *run = t->row[i].run[k];

			if (run->verdict == VERDICT_SKIP)
				continue;
			widen(load, run->conditions.load_before);
			if (!isnan(run->conditions.load_after))
				widen(load, run->conditions.load_after);
			widen(steal, run->conditions.steal_ms);
			widen(guest_steal, run->conditions.guest_steal_ms);
		}
}

void mx_conditions_of(const struct mx_table *t, struct mx_condition out[MX_CONDITIONS])
{
	struct range load, steal, guest_steal;
	size_t w, i;

	for (w = 0; w < ARRAY_SIZE(words); w++) {
		struct seen seen = {.n = 0};

		for (i = 0; i < t->n; i++)
			see_row(&seen, w, &t->row[i]);
		out[w] = (struct mx_condition){words[w].name, told(&seen)};
	}
	ranges(t, &load, &steal, &guest_steal);
	out[w++] = (struct mx_condition){"host load", range_told(&load, "")};
	out[w++] = (struct mx_condition){"steal", range_told(&steal, "ms")};
	out[w] = (struct mx_condition){"guest steal", range_told(&guest_steal, "ms")};
}

void mx_conditions_free(struct mx_condition list[MX_CONDITIONS])
{
	size_t i;

	for (i = 0; i < MX_CONDITIONS; i++)
		free(list[i].value);
}

void mx_conditions_notes(const struct mx_table *t, struct buf *out)
{
	size_t emulated = 0, exactly = 0, stolen = 0, i, k;

	for (i = 0; i < t->n; i++)
		for (k = 0; k < t->row[i].n; k++) {
			const struct mx_conditions *c = &t->row[i].run[k]->conditions;

			exactly += c->exact;
			emulated += !c->exact && c->accel && !strncmp(c->accel, "tcg", 3);
			stolen += c->steal_ms > 0;
		}
	if (emulated)
		buf_addf(out,
			 "%zu run%s under emulation (TCG): times tell of the emulator and of the "
			 "host's load as well\n",
			 emulated, emulated == 1 ? "" : "s");
	if (exactly)
		buf_addf(out,
			 "%zu exact run%s: times are virtual (counted instructions), the same "
			 "every time, and no measure of speed\n",
			 exactly, exactly == 1 ? "" : "s");
	if (stolen)
		buf_addf(out, "%zu run%s had time stolen by this machine's own host\n", stolen,
			 stolen == 1 ? "" : "s");
}

static bool same_values(const struct seen *a, const struct seen *b)
{
	size_t i, k;

	if (a->n != b->n || a->others || b->others)
		return false;
	for (i = 0; i < a->n; i++) {
		for (k = 0; k < b->n && strcmp(a->value[i], b->value[k]); k++)
			;
		if (k == b->n)
			return false;
	}
	return true;
}

static void joined(const struct seen *s, struct buf *out)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		buf_addf(out, "%s%s", i ? "/" : "", s->value[i]);
	if (s->others)
		buf_adds(out, "/...");
}

/* Within a cell they may be mixed, too: that is a difference all the same. */
void mx_conditions_differ(const struct mx_row *a, const struct mx_row *b, struct buf *out)
{
	bool first = !out->len;
	size_t w;

	for (w = 0; w < ARRAY_SIZE(words); w++) {
		struct seen x = {.n = 0}, y = {.n = 0};

		see_row(&x, w, a);
		see_row(&y, w, b);
		if (!x.n || !y.n || (x.n == 1 && same_values(&x, &y)))
			continue;
		buf_addf(out, "%s%s (", first ? "" : ", ", words[w].name);
		joined(&x, out);
		buf_adds(out, ", ");
		joined(&y, out);
		buf_addc(out, ')');
		first = false;
	}
}

bool mx_same_accel(const struct mx_row *a, const struct mx_row *b)
{
	struct seen x = {.n = 0};

	see_row(&x, 0, a);
	see_row(&x, 0, b);
	return x.n == 1 && strcmp(x.value[0], "-") != 0;
}
