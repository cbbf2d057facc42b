/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hist - a log histogram: a fixed number of buckets for each power of two, so that any two of them
 * can be added and none has to know what comes. Pure.
 *
 * Invariant: every number is counted exactly once; a bucket is at most 1/HIST_PER_POWER wide
 * against its lower edge, so a quantile is off by no more than half of that.
 */
#ifndef MATRIX_HIST_H
#define MATRIX_HIST_H

#include "base/buf.h"
#include "ops/metric.h"

#include <stddef.h>
#include <stdint.h>

#define HIST_PER_POWER 8     /* buckets of equal width in [2^e, 2^(e+1)) */
#define HIST_POWER_MIN (-32) /* what is smaller, 0 and less are counted apart */
#define HIST_POWER_MAX 96    /* from 2^96 on, the last bucket */
#define HIST_BUCKETS   ((HIST_POWER_MAX - HIST_POWER_MIN) * HIST_PER_POWER)

struct hist {
	uint64_t total;
	uint64_t below; /* less than 2^HIST_POWER_MIN */
	uint64_t above; /* 2^HIST_POWER_MAX or more */
	uint64_t count[HIST_BUCKETS];
};

void hist_add(struct hist *h, double value); /* a number that is not finite is not counted */
void hist_merge(struct hist *h, const struct hist *other);
double hist_lower(size_t bucket); /* its lower edge; of HIST_BUCKETS: the end of the last */
/* The middle of the bucket that the quantile p falls in; NAN of nothing, -INFINITY and INFINITY
 * for what lies outside the buckets. */
double hist_quantile(const struct hist *h, double p);
/* A line for each power of two between the first and the last, or for each bucket where that is
 * not many; at most `columns` wide (>= 40). */
void hist_print(const struct hist *h, enum metric_unit unit, unsigned columns, struct buf *out);
/* {"per-power":8,"below":0,"above":0,"buckets":[[LOWER,COUNT],...]}; caller puts. */
struct json_object;
struct json_object *hist_json(const struct hist *h);

#endif
