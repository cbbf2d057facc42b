/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report - the table of formats, and the sentences that more than one of them has.
 */
#include "matrix/report.h"
#include "base/cleanup.h"
#include "matrix/stats.h"

#include <math.h>
#include <string.h>

enum verdict mx_report_verdict(const struct mx_report *r)
{
	enum verdict worst = mx_table_verdict(r->table);
	size_t i;

	for (i = 0; i < r->gateds->n; i++)
		worst = mx_worse(worst, r->gateds->v[i].verdict);
	return worst;
}

void mx_report_cell_name(const struct mx_cell *cell, struct buf *out)
{
	size_t a;

	for (a = 0; a <= MX_AXES; a++)
		buf_addf(out, "%s%s", a ? " " : "", mx_cell_word(cell, a));
}

void mx_report_gate_name(const struct mx_gated *g, struct buf *out)
{
	buf_addf(out, "gate %s", g->gate->word);
	if (g->delta) {
		buf_addf(out, ": %s of ", g->delta->b->name);
		mx_report_cell_name(g->pair->b->cell, out);
	}
	if (g->comparison)
		buf_addf(out, " %s", g->comparison->title);
}

void mx_report_series(const struct mx_series *s, struct buf *out)
{
	char at[40], low[40], high[40];
	struct err err = ERR_INIT;
	struct interval i;

	if (s->mixed) {
		buf_adds(out, "-: its runs do not have it in one unit");
		return;
	}
	interval_median(s->value, s->n, &i, &err);
	stats_write(s->unit, i.at, at, sizeof(at));
	stats_write(s->unit, i.low, low, sizeof(low));
	stats_write(s->unit, i.high, high, sizeof(high));
	buf_addf(out, "median %s", at);
	if (err.code)
		buf_adds(out, ", 95% interval -");
	else
		buf_addf(out, ", 95%% interval %s to %s", low, high);
	buf_addf(out, ", %zu run%s", s->n, s->n == 1 ? "" : "s");
	if (s->better)
		buf_addf(out, ", %s", metric_better_name(s->better));
	if (s->virtual_time)
		buf_adds(out, ", virtual");
}

static void delta(const struct mx_comparison *c, const struct mx_delta *d, struct buf *out)
{
	bool share = !isnan(d->share.at);
	const struct interval *i = share ? &d->share : &d->change;
	const double numbers[] = {i->at, i->low, i->high};
	char text[ARRAY_SIZE(numbers)][40];
	size_t k;

	buf_addf(out, "%s %s: ", d->b->name, c->title);
	if (d->refused) {
		buf_addf(out, "-: %s\n", d->why);
		return;
	}
	for (k = 0; k < ARRAY_SIZE(numbers); k++) {
		if (share)
			stats_write_share(numbers[k], text[k], sizeof(text[k]));
		else
			stats_write_change(d->b->unit, numbers[k], text[k], sizeof(text[k]));
	}
	if (isnan(i->low))
		buf_addf(out, "%s, 95%% interval -: %s\n", text[0], d->why);
	else
		buf_addf(out, "%s, 95%% interval %s to %s%s: %s\n", text[0], text[1], text[2],
			 d->paired ? " of pairs" : "", mx_delta_word(d));
}

bool mx_report_has_series(const struct mx_report *r, const char *name)
{
	return r->all || !mx_table_zero(r->table, name);
}

bool mx_report_has_delta(const struct mx_report *r, const struct mx_delta *d)
{
	return r->all || !mx_series_zero(d->a) || !mx_series_zero(d->b);
}

bool mx_report_told_before(const struct mx_table *t, size_t row, const char *name)
{
	size_t i;

	for (i = 0; i < row; i++)
		if (mx_row_series(&t->row[i], name))
			return true;
	return false;
}

void mx_report_left_out(const struct mx_report *r, struct buf *out)
{
	const struct mx_table *t = r->table;
	size_t n = 0, i, k;

	for (i = 0; i < t->n; i++)
		for (k = 0; k < t->row[i].nseries; k++)
			n += !mx_report_has_series(r, t->row[i].series[k].name) &&
			     !mx_report_told_before(t, i, t->row[i].series[k].name);
	if (n)
		buf_addf(out, "%zu metric%s 0 in every run and left out (--all has %s)", n,
			 n == 1 ? " is" : "s are", n == 1 ? "it" : "them");
}

void mx_report_deltas(const struct mx_report *r, const struct mx_row *row, struct buf *out)
{
	size_t i, k, d;

	for (i = 0; i < r->ncomparisons; i++)
		for (k = 0; k < r->comparison[i].n; k++) {
			const struct mx_pair *p = &r->comparison[i].pair[k];

			for (d = 0; p->b == row && d < p->n; d++)
				if (mx_report_has_delta(r, &p->delta[d]))
					delta(&r->comparison[i], &p->delta[d], out);
		}
}

void mx_report_conditions(const struct mx_report *r,
			  void (*add)(struct buf *out, const char *name, const char *value),
			  struct buf *out)
{
	struct mx_condition list[MX_CONDITIONS];
	cleanup_buf struct buf notes = BUF_INIT;
	char *line, *rest;
	size_t i;

	mx_conditions_of(r->table, list);
	for (i = 0; i < MX_CONDITIONS; i++)
		add(out, list[i].name, list[i].value);
	mx_conditions_free(list);
	mx_conditions_notes(r->table, &notes);
	for (rest = notes.data; rest && (line = strsep(&rest, "\n"));)
		if (*line)
			add(out, "note", line);
}

void mx_report_why(const struct mx_row *row, struct buf *out)
{
	if (row->n && row->count[row->verdict] < row->n)
		buf_addf(out, "%zu of %zu runs: ", row->count[row->verdict], row->n);
	buf_adds(out, row->why);
}

static const struct mx_report_format formats[] = {
	{"text", "tables for people, 80 columns", mx_report_text},
	{"ktap", "kernel TAP 1: a point a cell and a gate", mx_report_ktap},
	{"junit", "JUnit XML", mx_report_junit},
	{"json", "one JSON object with all figures", mx_report_json},
};

const struct mx_report_format *mx_report_format_at(size_t i)
{
	return i < ARRAY_SIZE(formats) ? &formats[i] : NULL;
}

const struct mx_report_format *mx_report_format_by_name(const char *name)
{
	const struct mx_report_format *f;
	size_t i;

	for (i = 0; (f = mx_report_format_at(i)); i++)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}
