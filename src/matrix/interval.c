/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * interval - intervals by order statistics and by the bootstrap. A resample of sorted numbers is
 * how often each of them was drawn; its median is found by counting, without sorting again.
 */
#include "matrix/interval.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "matrix/stats.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

/* SplitMix64: G. L. Steele, D. Lea, C. H. Flood, "Fast Splittable Pseudorandom Number
 * Generators", OOPSLA 2014. */
static uint64_t next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static size_t below(uint64_t *state, size_t n)
{
	return (size_t)(((unsigned __int128)next(state) * n) >> 64);
}

struct sample {
	double *sorted;
	uint32_t *drawn; /* how often each of them is in the resample */
	size_t n;
};

static void sample_init(struct sample *s, const double *v, size_t n)
{
	*s = (struct sample){
		.sorted = xcalloc(n + 1, sizeof(double)),
		.drawn = xcalloc(n + 1, sizeof(uint32_t)),
		.n = n,
	};
	if (n)
		memcpy(s->sorted, v, n * sizeof(double));
	stats_sort(s->sorted, n);
}

static void sample_finish(struct sample *s)
{
	free(s->sorted);
	free(s->drawn);
}

/* The median of one resample. */
static double resampled(struct sample *s, uint64_t *state)
{
	size_t low = (s->n - 1) / 2, high = s->n / 2, seen = 0, i;
	double a = NAN;

	memset(s->drawn, 0, s->n * sizeof(*s->drawn));
	for (i = 0; i < s->n; i++)
		s->drawn[below(state, s->n)]++;
	for (i = 0; i < s->n; i++) {
		seen += s->drawn[i];
		if (isnan(a) && seen > low)
			a = s->sorted[i];
		if (seen > high)
			break;
	}
	return (a + s->sorted[i]) / 2;
}

static double change(double a, double b, bool share)
{
	return share ? b / a - 1 : b - a;
}

static void bootstrap(const double *a, size_t na, const double *b, size_t nb, bool share,
		      struct interval *out)
{
	cleanup_free double *got = xcalloc(INTERVAL_RESAMPLES, sizeof(*got));
	uint64_t state = UINT64_C(0x5c78706c6f7265); /* any; always the same */
	struct sample from, to;
	size_t i;

	sample_init(&from, a, na);
	sample_init(&to, b, nb);
	for (i = 0; i < INTERVAL_RESAMPLES; i++) {
		double base = resampled(&from, &state);

		got[i] = change(base, resampled(&to, &state), share);
	}
	stats_sort(got, INTERVAL_RESAMPLES);
	out->low = stats_quantile(got, INTERVAL_RESAMPLES, (1 - INTERVAL_CONFIDENCE) / 2);
	out->high = stats_quantile(got, INTERVAL_RESAMPLES, (1 + INTERVAL_CONFIDENCE) / 2);
	sample_finish(&from);
	sample_finish(&to);
}

/*
 * How many of n ordered numbers may be left out at each end: the largest k for which at most k
 * heads in n throws of a coin come up in no more than half of what may be missed.
 */
static size_t left_out(size_t n)
{
	const double may_miss = (1 - INTERVAL_CONFIDENCE) / 2;
	double log_p = -(double)n * log(2), missed = exp(log_p); /* no head at all */
	size_t k = 0;

	while (k < n / 2) {
		log_p += log((double)(n - k) / (double)(k + 1)); /* k + 1 heads */
		missed += exp(log_p);
		if (missed > may_miss)
			break;
		k++;
	}
	return k;
}

static void order_interval(const double *v, size_t n, struct interval *out)
{
	cleanup_free double *sorted = xcalloc(n, sizeof(*sorted));
	size_t k = left_out(n);

	memcpy(sorted, v, n * sizeof(*sorted));
	stats_sort(sorted, n);
	out->low = sorted[k];
	out->high = sorted[n - 1 - k];
}

static int too_few(size_t n, const char *what, struct err *err)
{
	return err_set(err, EDOM, "%zu %s: an interval of %d%% needs at least %d", n, what,
		       (int)(INTERVAL_CONFIDENCE * 100), INTERVAL_VALUES_MIN);
}

static int needs_share(const double *a, size_t n, struct err *err)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!(a[i] > 0))
			return err_set(err, EDOM,
				       "a value of the baseline is %g: no share can be had of it, "
				       "say how much in the metric's own unit",
				       a[i]);
	return 0;
}

int interval_median(const double *v, size_t n, struct interval *i, struct err *err)
{
	*i = (struct interval){stats_median(v, n), NAN, NAN};
	if (n < INTERVAL_VALUES_MIN)
		return too_few(n, n == 1 ? "run" : "runs", err);
	order_interval(v, n, i);
	return 0;
}

int interval_change(const double *a, size_t na, const double *b, size_t nb, bool share,
		    struct interval *i, struct err *err)
{
	size_t fewer = na < nb ? na : nb;
	int r;

	*i = (struct interval){NAN, NAN, NAN};
	if (share && (r = needs_share(a, na, err)) < 0)
		return r;
	i->at = change(stats_median(a, na), stats_median(b, nb), share);
	if (fewer < INTERVAL_VALUES_MIN)
		return too_few(fewer, fewer == 1 ? "run" : "runs", err);
	bootstrap(a, na, b, nb, share, i);
	return 0;
}

int interval_paired(const double *a, const double *b, size_t n, bool share, struct interval *i,
		    struct err *err)
{
	cleanup_free double *d = xcalloc(n + 1, sizeof(*d));
	size_t k;
	int r;

	*i = (struct interval){NAN, NAN, NAN};
	if (share && (r = needs_share(a, n, err)) < 0)
		return r;
	for (k = 0; k < n; k++)
		d[k] = change(a[k], b[k], share);
	i->at = stats_median(d, n);
	if (n < INTERVAL_VALUES_MIN)
		return too_few(n, n == 1 ? "pair of runs" : "pairs of runs", err);
	order_interval(d, n, i);
	return 0;
}
