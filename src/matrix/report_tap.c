/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_tap - a matrix as kernel TAP: a point a cell, then one a gate.
 * Invariant: a point has one line; all else is a diagnostic, which begins with '#'.
 */
#include "base/cleanup.h"
#include "matrix/report.h"
#include "ops/report.h"

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

static void cell(const struct mx_row *row, size_t number, struct buf *out)
{
	cleanup_buf struct buf name = BUF_INIT, why = BUF_INIT;
	size_t i;

	mx_report_cell_name(row->cell, &name);
	mx_report_why(row, &why);
	point(out, number, buf_text(&name), row->verdict, buf_text(&why));
	for (i = 0; i < row->nseries; i++) {
		buf_addf(out, "# %s: ", row->series[i].name);
		mx_report_series(&row->series[i], out);
		buf_addc(out, '\n');
	}
}

void mx_report_ktap(const struct mx_report *r, struct buf *out)
{
	const struct mx_table *t = r->table;
	size_t i, k;

	buf_adds(out, "KTAP version 1\n");
	buf_addf(out, "# matrix of %s, begun %s\n", t->runs->head.scenario, t->runs->head.started);
	mx_report_conditions(r, condition, out);
	for (i = 0; i < r->ncomparisons; i++) {
		for (k = 0; k < r->comparison[i].n; k++)
			if (*r->comparison[i].pair[k].differs)
				buf_addf(out, "# %s, %s %s: %s\n", "warning: conditions differ",
					 r->comparison[i].pair[k].b->cell->sched,
					 r->comparison[i].title, r->comparison[i].pair[k].differs);
		for (k = 0; k < r->comparison[i].nalone; k++)
			buf_addf(out, "# %s: %s\n", r->comparison[i].title,
				 r->comparison[i].alone[k]);
	}
	buf_addf(out, "1..%zu\n", t->n + r->gateds->n);
	for (i = 0; i < t->n; i++)
		cell(&t->row[i], i + 1, out);
	for (i = 0; i < r->gateds->n; i++) {
		cleanup_buf struct buf name = BUF_INIT;

		mx_report_gate_name(&r->gateds->v[i], &name);
		point(out, t->n + i + 1, buf_text(&name), r->gateds->v[i].verdict,
		      r->gateds->v[i].why);
	}
}
