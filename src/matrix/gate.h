/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gate - how much worse a metric may have become: `lat.p99:+10%`, `bench:lat.p99:+5us`. Pure.
 *
 * A gate is judged against the whole confidence interval: worse than allowed in all of it is a
 * fail, within what is allowed in all of it a pass; where the two cannot be told apart the verdict
 * is inconclusive, with what would tell them.
 * Invariant: no gate is silent: one that nothing matches is inconclusive.
 */
#ifndef MATRIX_GATE_H
#define MATRIX_GATE_H

#include "matrix/compare.h"

#define MX_GATE_WORD_MAX 160
#define MX_GATES_MAX     256

struct mx_gate {
	char word[MX_GATE_WORD_MAX];   /* as it was written */
	char metric[MX_GATE_WORD_MAX]; /* '*' stands for anything; without a group: of any group */
	bool share;                    /* limit is a share of the baseline */
	bool points;                   /* limit is in points of a per cent: for metrics in % only */
	double limit; /* how much worse it may be, in the base of unit; negative: how much better it
		       * must be */
	enum metric_unit unit;
	enum metric_better better; /* said with the gate; else the metric's own holds */
};

/* METRIC:[+|-]AMOUNT[:lower|:higher]; AMOUNT is 10%, 5us, 3/s, 100 or 2pp. 0 or -EINVAL. */
int mx_gate_parse(const char *word, struct mx_gate *g, struct err *err);
/* So that mx_gate_parse() gives the same. */
void mx_gate_write(const struct mx_gate *g, struct buf *out);
bool mx_gate_matches(const struct mx_gate *g, const char *metric);

/* A gate on one metric of one pair of cells. */
struct mx_gated {
	const struct mx_gate *gate;
	const struct mx_comparison *comparison; /* NULL: there is nothing to compare with */
	const struct mx_pair *pair;
	const struct mx_delta *delta; /* NULL: nothing matched */
	enum verdict verdict;         /* pass, fail, inconclusive */
	char *why;
};

struct mx_gateds {
	struct mx_gated *v;
	size_t n;
};

void mx_gates_judge(const struct mx_gate *gates, size_t n, const struct mx_comparison *comparisons,
		    size_t ncomparisons, struct mx_gateds *out);
void mx_gateds_finish(struct mx_gateds *g);

#endif
