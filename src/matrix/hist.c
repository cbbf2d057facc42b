/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hist - log histograms. The bucket is taken out of the number's own exponent and mantissa: no
 * logarithm, no rounding at an edge.
 */
#include "matrix/hist.h"
#include "matrix/json_real.h"
#include "matrix/stats.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <math.h>

void hist_add(struct hist *h, double value)
{
	double mantissa;
	int power;

	if (!isfinite(value))
		return;
	h->total++;
	mantissa = value > 0 ? frexp(value, &power) : 0; /* [0.5, 1) times 2^power */
	if (value <= 0 || power - 1 < HIST_POWER_MIN)
		h->below++;
	else if (power - 1 >= HIST_POWER_MAX)
		h->above++;
	else
		h->count[(power - 1 - HIST_POWER_MIN) * HIST_PER_POWER +
			 (int)((mantissa * 2 - 1) * HIST_PER_POWER)]++;
}

void hist_merge(struct hist *h, const struct hist *other)
{
	size_t i;

	h->total += other->total;
	h->below += other->below;
	h->above += other->above;
	for (i = 0; i < HIST_BUCKETS; i++)
		h->count[i] += other->count[i];
}

double hist_lower(size_t bucket)
{
	return ldexp(1 + (double)(bucket % HIST_PER_POWER) / HIST_PER_POWER,
		     (int)(bucket / HIST_PER_POWER) + HIST_POWER_MIN);
}

double hist_quantile(const struct hist *h, double p)
{
	uint64_t rank, seen = h->below;
	size_t i;

	if (!h->total || !(p >= 0 && p <= 1))
		return NAN;
	rank = (uint64_t)ceil(p * (double)h->total); /* the rank-th smallest, from 1 */
	rank = rank ? rank : 1;
	if (rank <= seen)
		return -INFINITY;
	for (i = 0; i < HIST_BUCKETS; i++) {
		seen += h->count[i];
		if (rank <= seen)
			return (hist_lower(i) + hist_lower(i + 1)) / 2;
	}
	return INFINITY;
}

#define FINE_POWERS 3 /* as many powers of two are shown bucket by bucket */

static uint64_t counted(const struct hist *h, size_t from, size_t n)
{
	uint64_t sum = 0;

	while (n--)
		sum += h->count[from++];
	return sum;
}

static void print_row(const char *from, const char *to, uint64_t n, uint64_t most, unsigned columns,
		      struct buf *out)
{
	unsigned room = columns > 40 ? columns - 36 : 4, bar;

	/* whatever was there is seen: a single one has a mark, too */
	bar = n ? (unsigned)(1 + (double)n / (double)most * (room - 1)) : 0;
	buf_addf(out, "  %10s  %10s %9" PRIu64 "%s", from, to, n, bar ? " " : "");
	while (bar--)
		buf_addc(out, '#');
	buf_addc(out, '\n');
}

/* The first and the last bucket with something in it; false when there is none. */
static bool ends(const struct hist *h, size_t *first, size_t *last)
{
	size_t i;

	*first = *last = HIST_BUCKETS;
	for (i = 0; i < HIST_BUCKETS; i++) {
		if (!h->count[i])
			continue;
		*first = *first == HIST_BUCKETS ? i : *first;
		*last = i;
	}
	return *first < HIST_BUCKETS;
}

void hist_print(const struct hist *h, enum metric_unit unit, unsigned columns, struct buf *out)
{
	uint64_t most = h->below > h->above ? h->below : h->above, n;
	size_t first, last, step, i;
	bool any = ends(h, &first, &last);
	char from[32], to[32];

	if (!h->total) {
		buf_adds(out, "  -\n");
		return;
	}
	step = any && last - first < FINE_POWERS * HIST_PER_POWER ? 1 : HIST_PER_POWER;
	for (i = first / step * step; any && i <= last; i += step) {
		n = counted(h, i, step);
		most = n > most ? n : most;
	}
	buf_addf(out, "  %10s  %10s %9s\n", "FROM", "BELOW", "COUNT");
	stats_write_short(unit, hist_lower(0), to, sizeof(to));
	if (h->below)
		print_row("", to, h->below, most, columns, out);
	for (i = first / step * step; any && i <= last; i += step) {
		stats_write_short(unit, hist_lower(i), from, sizeof(from));
		stats_write_short(unit, hist_lower(i + step), to, sizeof(to));
		print_row(from, to, counted(h, i, step), most, columns, out);
	}
	stats_write_short(unit, hist_lower(HIST_BUCKETS), from, sizeof(from));
	if (h->above)
		print_row(from, "", h->above, most, columns, out);
}

struct json_object *hist_json(const struct hist *h)
{
	struct json_object *o = json_object_new_object(), *list = json_object_new_array(), *row;
	size_t i;

	json_object_object_add(o, "per-power", json_object_new_int(HIST_PER_POWER));
	json_object_object_add(o, "below", json_object_new_uint64(h->below));
	json_object_object_add(o, "above", json_object_new_uint64(h->above));
	for (i = 0; i < HIST_BUCKETS; i++) {
		if (!h->count[i])
			continue;
		row = json_object_new_array_ext(2);
		json_object_array_add(row, json_real(hist_lower(i)));
		json_object_array_add(row, json_object_new_uint64(h->count[i]));
		json_object_array_add(list, row);
	}
	json_object_object_add(o, "buckets", list);
	return o;
}
