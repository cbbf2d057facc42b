/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_tap - a matrix as kernel TAP: a point a cell, then one a gate.
 * Invariant: a point has one line; all else is a diagnostic, which begins with '#'.
 */
#include "base/cleanup.h"
#include "matrix/report.h"
#include "ops/report.h"

#include <string.h>

static void point(struct buf *out, size_t number, const char *name, enum verdict v, const char *why)
{
	bool ok = v == VERDICT_PASS || v == VERDICT_SKIP;

	buf_addf(out, "%s %zu ", ok ? "ok" : "not ok", number);
	report_tap_text(out, name);
	if (v == VERDICT_SKIP)
		buf_addf(out, " # SKIP %s", why);
	buf_addc(out, '\n');
	if (v != VERDICT_SKIP && *why)
		buf_addf(out, "# %s: %s\n", verdict_name(v), why);
}

static void condition(struct buf *out, const char *name, const char *value)
{
	buf_addf(out, "# %s: %s\n", name, value);
}

static void cell(const struct mx_report *r, const struct mx_row *row, size_t number,
		 struct buf *out)
{
	cleanup_buf struct buf name = BUF_INIT, why = BUF_INIT, deltas = BUF_INIT;
	char *line, *rest;
	size_t i;

	mx_report_cell_name(row->cell, &name);
	mx_report_why(row, &why);
	point(out, number, buf_text(&name), row->verdict, buf_text(&why));
	for (i = 0; i < row->nseries; i++) {
		if (!mx_report_has_series(r, row->series[i].name))
			continue;
		buf_addf(out, "# %s: ", row->series[i].name);
		mx_report_series(&row->series[i], out);
		buf_addc(out, '\n');
	}
	mx_report_deltas(r, row, &deltas);
	for (rest = deltas.data; rest && (line = strsep(&rest, "\n"));)
		if (*line)
			buf_addf(out, "# %s\n", line);
}

static void differences(const struct mx_report *r, struct buf *out)
{
	size_t i, k;

	for (i = 0; i < r->ncomparisons; i++) {
		const struct mx_comparison *c = &r->comparison[i];

		for (k = 0; k < c->n; k++) {
			if (!*c->pair[k].differs)
				continue;
			buf_adds(out, "# warning: conditions differ: ");
			mx_report_cell_name(c->pair[k].b->cell, out);
			buf_addf(out, " %s: %s\n", c->title, c->pair[k].differs);
		}
		for (k = 0; k < c->nalone; k++)
			buf_addf(out, "# %s: %s\n", c->title, c->alone[k]);
	}
}

void mx_report_ktap(const struct mx_report *r, struct buf *out)
{
	const struct mx_table *t = r->table;
	cleanup_buf struct buf left_out = BUF_INIT;
	size_t i;

	buf_adds(out, "KTAP version 1\n");
	buf_addf(out, "# matrix of %s, begun %s\n", t->runs->head.scenario, t->runs->head.started);
	mx_report_conditions(r, condition, out);
	differences(r, out);
	mx_report_left_out(r, &left_out);
	if (left_out.len)
		buf_addf(out, "# %s\n", buf_text(&left_out));
	buf_addf(out, "1..%zu\n", t->n + r->gateds->n);
	for (i = 0; i < t->n; i++)
		cell(r, &t->row[i], i + 1, out);
	for (i = 0; i < r->gateds->n; i++) {
		cleanup_buf struct buf name = BUF_INIT;

		mx_report_gate_name(&r->gateds->v[i], &name);
		point(out, t->n + i + 1, buf_text(&name), r->gateds->v[i].verdict,
		      r->gateds->v[i].why);
	}
}
