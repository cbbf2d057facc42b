/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table - the runs of a saved matrix by cell: a verdict, the numbers by name, and the conditions.
 * Pure; points into the runs, which must outlive it.
 *
 * A run is one measurement: its value of a metric is its own or else the median of its samples, for
 * those of one run hang together and are no measurements of their own. Runs that failed count as those that
 * passed, or the slow ones would be missing.
 * Invariant: no warm-up is in any figure; values are in the base of their unit.
 */
#ifndef MATRIX_TABLE_H
#define MATRIX_TABLE_H

#include "matrix/hist.h"
#include "matrix/runs.h"

/* A metric of a cell. */
struct mx_series {
	const char *name;
	enum metric_unit unit;
	enum metric_better better;
	bool virtual_time; /* of any of its runs */
	bool mixed;        /* its runs disagree about the unit: not to be used as a number */
	double *value;     /* one a run, in the order of the file */
	const struct mx_run **run;
	size_t n, samples; /* samples: raw ones of all its runs */
};

struct mx_row {
	const struct mx_cell *cell;
	const struct mx_run **run; /* those that count, in the order of the file */
	size_t n, warmups;
	size_t count[VERDICT_NONE]; /* by verdict; what was only warmed up is inconclusive */
	enum verdict verdict;
	const char *why; /* of the first run with that verdict, "" */
	struct mx_series *series;
	size_t nseries;
};

struct mx_table {
	const struct mx_runs *runs;
	struct mx_row *row; /* in the order in which they first appear */
	size_t n;
	size_t total, warmups; /* runs that count and those that do not; skipped ones are neither */
	bool varies[1 + MX_AXES]; /* scenario, then as enum mx_axis: more than one word? */
};

void mx_table_build(struct mx_table *t, const struct mx_runs *runs);
void mx_table_finish(struct mx_table *t);
enum verdict mx_table_verdict(const struct mx_table *t);
enum verdict mx_worse(enum verdict a, enum verdict b); /* fail > inconclusive > pass > skip */

const struct mx_series *mx_row_series(const struct mx_row *row, const char *name); /* or NULL */
bool mx_series_zero(const struct mx_series *s); /* in all its runs */
bool mx_table_zero(const struct mx_table *t, const char *name); /* in all runs of all cells */
/* All raw samples of a metric. */
void mx_row_hist(const struct mx_row *row, const char *name, struct hist *h);

/* A word of a cell: axis 0 is the scenario, then as enum mx_axis. */
const char *mx_cell_word(const struct mx_cell *cell, size_t axis);
/* The words that vary, "2n4l2c2t vtime"; all but the scenario when none does. */
void mx_cell_label(const struct mx_table *t, const struct mx_cell *cell, struct buf *out);

/* What could colour the runs, in the order they are told. */
struct mx_condition {
	const char *name; /* "accelerator" */
	char *value;      /* "tcg (12 runs), kvm (4 runs)"; "-" when it is not known of any */
};
#define MX_CONDITIONS 11
void mx_conditions_of(const struct mx_table *t, struct mx_condition out[MX_CONDITIONS]);
void mx_conditions_free(struct mx_condition list[MX_CONDITIONS]);
/* What they mean for the numbers: sentences, one a line; nothing when they mean nothing. */
void mx_conditions_notes(const struct mx_table *t, struct buf *out);
/* What differs between the runs of two cells, "accelerator (kvm, tcg), kernel (6.16, 7.3)". */
void mx_conditions_differ(const struct mx_row *a, const struct mx_row *b, struct buf *out);
/* Is the accelerator of all these runs one and the same, and known? */
bool mx_same_accel(const struct mx_row *a, const struct mx_row *b);

#endif
