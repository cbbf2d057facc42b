/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats - order statistics, mean and spread. The mean is summed so that the order of the numbers
 * and their size do not tell in the last digits.
 */
#include "matrix/stats.h"
#include "base/cleanup.h"
#include "base/die.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void stats_sort(double *values, size_t n)
{
	if (n)
		qsort(values, n, sizeof(*values), ascending);
}

double stats_quantile(const double *sorted, size_t n, double p)
{
	double at, low;
	size_t i;

	if (!n || !(p >= 0 && p <= 1))
		return NAN;
	at = p * (double)(n - 1);
	low = floor(at);
	i = (size_t)low;
	if (i + 1 >= n || at == low)
		return sorted[i];
	return sorted[i] + (at - low) * (sorted[i + 1] - sorted[i]);
}

static double *sorted_copy(const double *values, size_t n)
{
	double *copy = xcalloc(n + 1, sizeof(*copy));

	if (n)
		memcpy(copy, values, n * sizeof(*copy));
	stats_sort(copy, n);
	return copy;
}

double stats_median(const double *values, size_t n)
{
	cleanup_free double *sorted = sorted_copy(values, n);

	return stats_quantile(sorted, n, 0.5);
}

/* Around the median, so that large numbers that differ little keep their difference. */
static void moments(const double *sorted, struct stats *s)
{
	double sum = 0, squares = 0, mean, d;
	size_t i;

	for (i = 0; i < s->n; i++)
		sum += sorted[i] - s->median;
	mean = sum / (double)s->n;
	for (i = 0; i < s->n; i++) {
		d = sorted[i] - s->median - mean;
		squares += d * d;
	}
	s->mean = s->median + mean;
	if (s->n > 1)
		s->stddev = sqrt(squares / (double)(s->n - 1));
}

void stats_of(const double *values, size_t n, struct stats *s)
{
	cleanup_free double *sorted = sorted_copy(values, n);

	*s = (struct stats){
		.n = n,
		.min = n ? sorted[0] : NAN,
		.max = n ? sorted[n - 1] : NAN,
		.median = stats_quantile(sorted, n, 0.5),
		.p25 = stats_quantile(sorted, n, 0.25),
		.p75 = stats_quantile(sorted, n, 0.75),
		.p90 = stats_quantile(sorted, n, 0.9),
		.p99 = stats_quantile(sorted, n, 0.99),
		.mean = NAN,
		.stddev = NAN,
	};
	if (n)
		moments(sorted, s);
}

void stats_write(enum metric_unit unit, double value, char *dst, size_t size)
{
	if (!isfinite(value)) {
		snprintf(dst, size, "-");
		return;
	}
	if (value < 0) { /* a time is written as one whatever its sign */
		dst[0] = '-';
		metric_format(unit, -value, dst + 1, size - 1);
		return;
	}
	metric_format(unit, value, dst, size);
}

void stats_write_short(enum metric_unit unit, double value, char *dst, size_t size)
{
	static const char prefix[] = "kMGTPE";
	double v = value;
	size_t i;

	stats_write(unit, value, dst, size);
	if (strlen(dst) <= 7 || !isfinite(value) || (unit == UNIT_NS && strlen(dst) <= 10))
		return;
	for (i = 0; i < sizeof(prefix) - 1 && fabs(v) >= 1e5; i++)
		v /= 1e3;
	if (i && fabs(v) < 1e5 && unit != UNIT_NS)
		snprintf(dst, size, "%.*g%c%s", fabs(v) >= 1e4 ? 5 : 4, v, prefix[i - 1],
			 metric_unit_name(unit));
	else if (strlen(dst) > 10)
		snprintf(dst, size, "%.2g%s", value, metric_unit_name(unit));
}

void stats_write_change(enum metric_unit unit, double value, char *dst, size_t size)
{
	if (!(isfinite(value) && value > 0)) {
		stats_write(unit, value, dst, size);
		return;
	}
	dst[0] = '+';
	stats_write(unit, value, dst + 1, size - 1);
}

void stats_write_share(double share, char *dst, size_t size)
{
	double percent = share * 100;

	if (!isfinite(percent))
		snprintf(dst, size, "-");
	else if (fabs(percent) >= 999.5)
		snprintf(dst, size, "%+.3g%%", percent);
	else
		snprintf(dst, size, fabs(percent) < 0.05 ? "0.0%%" : "%+.1f%%", percent);
}
