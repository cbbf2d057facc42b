/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats - order statistics, mean and spread of a handful of numbers. Pure.
 *
 * Invariant: what cannot be known from so few numbers is NAN, never 0; stats_write() shows "-".
 */
#ifndef MATRIX_STATS_H
#define MATRIX_STATS_H

#include "ops/metric.h"

#include <stdbool.h>
#include <stddef.h>

struct stats {
	size_t n;
	double min, max, mean, median, p25, p75, p90, p99; /* NAN when n == 0 */
	double stddev; /* of the sample (n - 1); NAN when n < 2 */
};

/* Of n finite numbers in any order. */
void stats_of(const double *values, size_t n, struct stats *s);
/* Ascending. */
void stats_sort(double *values, size_t n);
/*
 * The quantile p (0 to 1) of n ascending numbers, linear between the two nearest (definition 7 of
 * R. J. Hyndman and Y. Fan, "Sample Quantiles in Statistical Packages", The American Statistician
 * 50 (4), 1996, pp. 361-365); 0.5 is the usual median. NAN when n == 0.
 */
double stats_quantile(const double *sorted, size_t n, double p);
double stats_median(const double *values, size_t n); /* in any order */

/* "5.0ms"; "-" for what is not known. size >= 32. */
void stats_write(enum metric_unit unit, double value, char *dst, size_t size);
/* As stats_write(), in at most 10 columns: "123.5kB/s". size >= 32. */
void stats_write_short(enum metric_unit unit, double value, char *dst, size_t size);
/* As stats_write(), with its sign: "+1.2ms", "-3/s". */
void stats_write_change(enum metric_unit unit, double value, char *dst, size_t size);
/* 0.123 as "+12.3%"; "-" for what is not known. size >= 32. */
void stats_write_share(double share, char *dst, size_t size);

#endif
