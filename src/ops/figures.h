/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * figures - what can be expected of a worker's report: the table of figures by name, comparing,
 * and the words a person reads. Pure. Invariant: a figure that is missing compares to nothing.
 */
#ifndef OPS_FIGURES_H
#define OPS_FIGURES_H

#include "base/err.h"
#include "guest/wire_report.h"
#include "ops/metric.h"
#include "ops/op.h"

#include <stdbool.h>

struct buf;

/* What the figure of a whole group is. */
enum figure_group {
	FIGURE_SUM,
	FIGURE_LARGEST,
	FIGURE_TOGETHER, /* of their histograms and CPUs as one */
};

struct figure {
	const char *name;
	bool is_time; /* ns; else a count */
	const char *summary;
	uint64_t (*of)(const struct work_report *r); /* REPORT_ABSENT = missing */
	enum figure_group over;
	enum metric_better better;
};

const struct figure *figure_at(size_t i); /* NULL past the end */
const struct figure *figure_find(const char *name);
const char *figure_compare_at(size_t i); /* "==", ...; NULL past the end */

bool figure_is_compare(const char *word);
/* The same for numbers in general; a tolerance (0.1 = 10%) loosens the limit. */
bool figure_compare_real(double seen, const char *op, double value, double tolerance);
/* Of n workers; see model_metric.h. false = none of them has measured it. out->when_ns is 0. */
bool figure_metric(const struct figure *f, const struct work_report *const *reports, size_t n,
		   struct metric *out);

/* "2s" for a time, "100" for a count. 0 or -EINVAL. */
int figure_value(const struct figure *f, const char *text, uint64_t *value, struct err *err);
/* false also for a word that is no comparison. */
bool figure_compare(uint64_t seen, const char *op, uint64_t value);
void figure_format(const struct figure *f, uint64_t value, char *dst, size_t size);
/* Do figure, comparison and value of an op fit each other? 0 for ops that have none. */
int figures_check(const struct op *op, struct err *err);

/* "12 units in 1.2s, ...", one line; and all there is, on several. */
void figures_line(const struct work_report *r, struct buf *out);
void figures_describe(const struct work_report *r, struct buf *out);

#endif
