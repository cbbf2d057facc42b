/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report - a matrix as people and test runners read it: cells, numbers, comparisons, gates, and
 * what could colour them. Formats in one table: text, ktap, junit, json.
 *
 * Invariant: every format says under which conditions the runs were made; what is not known is
 * "-" or null, never 0.
 */
#ifndef MATRIX_REPORT_H
#define MATRIX_REPORT_H

#include "base/buf.h"
#include "matrix/gate.h"

#define MX_REPORT_COLUMNS 80

struct mx_report {
	const struct mx_table *table;
	const struct mx_comparison *comparison;
	size_t ncomparisons;
	const struct mx_gateds *gateds;
	const char *histogram; /* metric whose histograms are printed, '*' in it; NULL = none */
	bool all;              /* for people, too: metrics that are 0 in every run */
};

/* Of cells and gates; fail > inconclusive > pass > skip. */
enum verdict mx_report_verdict(const struct mx_report *r);

struct mx_report_format {
	const char *name;
	const char *summary;
	void (*write)(const struct mx_report *r, struct buf *out);
};
const struct mx_report_format *mx_report_format_at(size_t i); /* NULL past the end */
const struct mx_report_format *mx_report_format_by_name(const char *name);

/* What the formats share. */

/* "seed 2n4l2c2t vtime 7.3.4": all words of a cell. */
void mx_report_cell_name(const struct mx_cell *cell, struct buf *out);
/* "low:p99 against eevdf: +10%" or, where nothing matched, the gate alone. */
void mx_report_gate_name(const struct mx_gated *g, struct buf *out);
/* "median 5.0ms, 95% interval 4.9ms to 5.2ms, 6 runs, virtual": one line. */
void mx_report_series(const struct mx_series *s, struct buf *out);
/* A line for each metric of this cell that was compared: "low:p99 against eevdf: +30.4%, 95%
 * interval +22.9% to +32.5% of pairs: worse". */
void mx_report_deltas(const struct mx_report *r, const struct mx_row *row, struct buf *out);
/* What is 0 wherever it was measured says nothing and is counted only, unless all is asked for. */
bool mx_report_has_series(const struct mx_report *r, const char *name);
bool mx_report_has_delta(const struct mx_report *r, const struct mx_delta *d);
void mx_report_left_out(const struct mx_report *r, struct buf *out); /* a sentence or nothing */
bool mx_report_told_before(const struct mx_table *t, size_t row, const char *name); /* by a row */
/* Calls add() with a name and a value for each condition and for each note. */
void mx_report_conditions(const struct mx_report *r,
			  void (*add)(struct buf *out, const char *name, const char *value),
			  struct buf *out);
/* "2 of 6 runs: the reason"; the reason alone when it is that of all. */
void mx_report_why(const struct mx_row *row, struct buf *out);

void mx_report_text(const struct mx_report *r, struct buf *out);
void mx_report_ktap(const struct mx_report *r, struct buf *out);
void mx_report_junit(const struct mx_report *r, struct buf *out);
void mx_report_json(const struct mx_report *r, struct buf *out);

#endif
