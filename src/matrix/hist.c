/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hist - log histograms. The bucket is taken out of the number's own exponent and mantissa: no
 * logarithm, no rounding at an edge.
 */
#include "matrix/hist.h"
#include "matrix/stats.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <math.h>
#include <stdio.h>

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

static uint64_t in_power(const struct hist *h, size_t power)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < HIST_PER_POWER; i++)
		n += h->count[power * HIST_PER_POWER + i];
	return n;
}

static void print_row(const char *from, const char *to, uint64_t n, uint64_t most, unsigned columns,
		      struct buf *out)
{
	unsigned room = columns > 40 ? columns - 36 : 4, bar;

	/* whatever was there is seen: a single one has a mark, too */
	bar = n ? (unsigned)(1 + (double)n / (double)most * (room - 1)) : 0;
	buf_addf(out, "  %10s  %10s %9" PRIu64 " ", from, to, n);
	while (bar--)
		buf_addc(out, '#');
	buf_addc(out, '\n');
}

void hist_print(const struct hist *h, enum metric_unit unit, unsigned columns, struct buf *out)
{
	size_t powers = HIST_POWER_MAX - HIST_POWER_MIN, first = powers, last = 0, i;
	uint64_t most = h->below > h->above ? h->below : h->above, n;
	char from[32], to[32];

	for (i = 0; i < powers; i++) {
		n = in_power(h, i);
		most = n > most ? n : most;
		first = n && first == powers ? i : first;
		last = n ? i : last;
	}
	if (!h->total) {
		buf_adds(out, "  -\n");
		return;
	}
	buf_addf(out, "  %10s  %10s %9s\n", "FROM", "BELOW", "COUNT");
	stats_write(unit, hist_lower(0), to, sizeof(to));
	if (h->below)
		print_row("", to, h->below, most, columns, out);
	for (i = first; i < powers && i <= last; i++) {
		stats_write(unit, hist_lower(i * HIST_PER_POWER), from, sizeof(from));
		stats_write(unit, hist_lower((i + 1) * HIST_PER_POWER), to, sizeof(to));
		print_row(from, to, in_power(h, i), most, columns, out);
	}
	stats_write(unit, hist_lower(HIST_BUCKETS), from, sizeof(from));
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
		json_object_array_add(row, json_object_new_double(hist_lower(i)));
		json_object_array_add(row, json_object_new_uint64(h->count[i]));
		json_object_array_add(list, row);
	}
	json_object_object_add(o, "buckets", list);
	return o;
}
