/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compare - cells against cells: other schedulers against a baseline of the same matrix, or a
 * matrix against one that was saved before. Pure; points into the tables, which must outlive it.
 *
 * Invariant: a number stands only where it may: virtual times are no speed, and speed is not
 * compared across accelerators; what is refused has its reason.
 */
#ifndef MATRIX_COMPARE_H
#define MATRIX_COMPARE_H

#include "matrix/interval.h"
#include "matrix/table.h"

/* A metric of a cell against the same of its baseline. */
struct mx_delta {
	const struct mx_series *a, *b; /* baseline, new */
	bool refused;                  /* no comparison at all: why */
	bool paired;                   /* the two ran in turns: differences of neighbours */
	size_t pairs;
	struct interval change, share; /* b against a, in the unit, and as a share of a */
	char *why;                     /* refused, or why there is no interval; "" */
	char *why_share;               /* why there is no share; "" */
};

struct mx_pair {
	const struct mx_row *a, *b;
	char *differs; /* conditions that differ, "" */
	struct mx_delta *delta;
	size_t n;
};

struct mx_comparison {
	char *title; /* "against eevdf", "against old.jsonl" */
	const struct mx_table *from, *to;
	struct mx_pair *pair;
	size_t n;
	char **alone; /* sentences: cells and metrics that have no counterpart */
	size_t nalone;
};

/* EEVDF when it is on the axis of schedulers beside others, else NULL. */
const char *mx_baseline_of(const struct mx_table *t);
/* 0, or -EINVAL when no cell has that scheduler. */
int mx_compare_sched(const struct mx_table *t, const char *baseline, struct mx_comparison *c,
		     struct err *err);
/* name: of the saved file. 0, or -EINVAL when no cell is in both. */
int mx_compare_saved(const struct mx_table *t, const struct mx_table *saved, const char *name,
		     struct mx_comparison *c, struct err *err);
void mx_comparison_finish(struct mx_comparison *c);

/* "better", "worse"; "same" where the interval has 0 in it; "differs" where no direction is known;
 * "-" when it cannot be told. */
const char *mx_delta_word(const struct mx_delta *d);

#endif
