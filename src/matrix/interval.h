/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * interval - 95% confidence intervals of medians and of their changes. Pure.
 *
 * Of a median, and of the median of the differences of pairs: between two of the ordered numbers,
 * chosen by the binomial distribution (the sign test turned round; W. J. Conover, "Practical
 * Nonparametric Statistics", 3rd ed., Wiley 1999, section 3.2). It supposes nothing about how the
 * numbers are distributed and has the truth in it at least as often as it says. The bootstrap is
 * not used here: of seven numbers its percentile interval of the median lies between the second
 * and the sixth, which is right only 87.5% of the time, and its sister BCa needs the jackknife,
 * which fails for medians (B. Efron and R. J. Tibshirani, "An Introduction to the Bootstrap",
 * Chapman & Hall 1993, section 11.6).
 *
 * Of the change between two sets that were measured apart: the percentile bootstrap of the
 * difference of their medians (the same, chapters 8 and 13), each set resampled by itself.
 *
 * How few are too few: with fewer than six numbers even the smallest and the largest miss the
 * median more often than one time in twenty (2 * 0.5^n). So with less than INTERVAL_VALUES_MIN
 * there is no interval, but a reason.
 *
 * Invariant: the same numbers give the same interval on every machine: the generator is our own
 * and its seed is fixed.
 */
#ifndef MATRIX_INTERVAL_H
#define MATRIX_INTERVAL_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

#define INTERVAL_VALUES_MIN 6
#define INTERVAL_CONFIDENCE 0.95
#define INTERVAL_RESAMPLES  4000

struct interval {
	double at;        /* the estimate */
	double low, high; /* NAN when there is no interval */
};

/* All return 0, or -EDOM with a reason and, where it can be known, `at` alone set; the rest NAN. */

/* The median of n numbers. */
int interval_median(const double *v, size_t n, struct interval *i, struct err *err);
/*
 * How two sets measured apart differ, b against a: median(b) - median(a). share: by what share of
 * median(a); all of it must be above 0.
 */
int interval_change(const double *a, size_t na, const double *b, size_t nb, bool share,
		    struct interval *i, struct err *err);
/*
 * n pairs (a[k], b[k]) measured one right after the other: the median of b[k] - a[k], or of
 * b[k] / a[k] - 1. What drifts slowly is in both of a pair and falls out.
 */
int interval_paired(const double *a, const double *b, size_t n, bool share, struct interval *i,
		    struct err *err);

#endif
