/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_text - a matrix as tables for people. A cell has a number, by which the later tables name
 * it beside as much of its words as there is room for.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "matrix/report.h"
#include "matrix/report_lines.h"
#include "matrix/stats.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#define LABEL_MAX 20 /* columns of a cell's words in tables of numbers */

/* ---- head and conditions ---- */

static void condition(struct buf *out, const char *name, const char *value)
{
	buf_addf(out, "  %-12s ", name);
	mx_line_wrapped(out, 15, 15, value);
}

static void head(const struct mx_report *r, struct buf *out)
{
	const struct mx_table *t = r->table;
	cleanup_buf struct buf line = BUF_INIT;
	size_t count[VERDICT_NONE] = {0}, i;
	bool any = false;
	int v;

	for (i = 0; i < t->n; i++)
		count[t->row[i].verdict]++;
	buf_addf(&line, "matrix of %s: %zu cell%s, %zu run%s", t->runs->head.scenario, t->n,
		 t->n == 1 ? "" : "s", t->total, t->total == 1 ? "" : "s");
	if (t->warmups)
		buf_addf(&line, ", %zu warm-up%s left out", t->warmups, t->warmups == 1 ? "" : "s");
	buf_adds(&line, "; cells:");
	for (v = 0; v < VERDICT_NONE; v++) {
		if (!count[v])
			continue;
		buf_addf(&line, "%s %zu %s", any ? "," : "", count[v],
			 verdict_name((enum verdict)v));
		any = true;
	}
	if (!any)
		buf_adds(&line, " -");
	mx_line_wrapped(out, 0, 2, buf_text(&line));
	buf_addf(out, "begun %s", t->runs->head.started);
	mx_line_end(out);
	if (t->runs->cut)
		buf_adds(out, "the last line of the file was cut off and is not among them\n");
	buf_adds(out, "\nCONDITIONS\n");
	mx_report_conditions(r, condition, out);
}

/* ---- cells ---- */

static void same_words(const struct mx_table *t, struct buf *out)
{
	cleanup_buf struct buf line = BUF_INIT;
	bool first = true;
	size_t a;

	for (a = 0; t->n && a <= MX_AXES; a++) {
		if (t->varies[a])
			continue;
		buf_addf(&line, "%s%s %s", first ? "all: " : ", ",
			 a ? mx_axis_name((enum mx_axis)(a - 1)) : "scenario",
			 mx_cell_word(t->row[0].cell, a));
		first = false;
	}
	if (!first)
		mx_line_sentence(out, 2, buf_text(&line));
}

static size_t widest(const struct mx_table *t, size_t axis)
{
	size_t most = axis ? strlen(mx_axis_name((enum mx_axis)(axis - 1))) : strlen("scenario"), i;

	for (i = 0; i < t->n; i++) {
		const char *w = mx_cell_word(t->row[i].cell, axis);
		size_t n = mx_line_columns(w, strlen(w));

		most = n > most ? n : most;
	}
	return most;
}

/* Widths of the words that vary; the widest ones are made smaller until all have room. */
static void word_widths(const struct mx_table *t, size_t room, size_t width[1 + MX_AXES])
{
	size_t sum = 0, a, most;

	for (a = 0; a <= MX_AXES; a++) {
		width[a] = t->varies[a] ? widest(t, a) : 0;
		sum += width[a] ? width[a] + 1 : 0;
	}
	while (sum > room) {
		for (a = most = 0; a <= MX_AXES; a++)
			most = width[a] > width[most] ? a : most;
		width[most]--;
		sum--;
	}
}

static void cells(const struct mx_report *r, struct buf *out)
{
	const struct mx_table *t = r->table;
	size_t width[1 + MX_AXES], i, a;

	buf_adds(out, "\nCELLS\n");
	same_words(t, out);
	word_widths(t, MX_REPORT_COLUMNS - 26, width);
	buf_adds(out, "    # ");
	for (a = 0; a <= MX_AXES; a++) {
		cleanup_free char *name =
			xstrdup(a ? mx_axis_name((enum mx_axis)(a - 1)) : "scenario");
		char *p;

		for (p = name; *p; p++)
			*p = (char)toupper((unsigned char)*p);
		if (width[a])
			mx_line_cut(out, name, width[a]);
		buf_adds(out, width[a] ? " " : "");
	}
	buf_adds(out, "RUNS VERDICT\n");
	for (i = 0; i < t->n; i++) {
		const struct mx_row *row = &t->row[i];
		cleanup_buf struct buf why = BUF_INIT;

		buf_addf(out, "%5zu ", i + 1);
		for (a = 0; a <= MX_AXES; a++) {
			if (width[a])
				mx_line_cut(out, mx_cell_word(row->cell, a), width[a]);
			buf_adds(out, width[a] ? " " : "");
		}
		buf_addf(out, "%4zu %s\n", row->n - row->count[VERDICT_SKIP],
			 verdict_name(row->verdict));
		if (row->verdict == VERDICT_PASS)
			continue;
		mx_report_why(row, &why);
		if (why.len)
			mx_line_sentence(out, 10, buf_text(&why));
	}
}

/* ---- numbers ---- */

static void series_line(const struct mx_report *r, size_t row, const struct mx_series *s,
			struct buf *out)
{
	char median[40], low[40], high[40], spread[40];
	cleanup_buf struct buf label = BUF_INIT;
	struct interval i = {NAN, NAN, NAN};
	struct stats st;

	stats_of(s->value, s->mixed ? 0 : s->n, &st);
	if (!s->mixed)
		interval_median(s->value, s->n, &i, NULL);
	stats_write_short(s->unit, st.median, median, sizeof(median));
	stats_write_short(s->unit, i.low, low, sizeof(low));
	stats_write_short(s->unit, i.high, high, sizeof(high));
	stats_write_short(s->unit, st.stddev, spread, sizeof(spread));
	mx_cell_label(r->table, r->table->row[row].cell, &label);
	buf_addf(out, "%5zu ", row + 1);
	mx_line_cut(out, buf_text(&label), LABEL_MAX);
	buf_addf(out, " %4zu %10s  ", s->n, median);
	mx_line_range(out, low, high, !isnan(i.low), 24);
	buf_addf(out, " %9s", spread);
	mx_line_end(out);
}

static void metric_table(const struct mx_report *r, const char *name, struct buf *out)
{
	const struct mx_table *t = r->table;
	cleanup_buf struct buf title = BUF_INIT;
	const struct mx_series *s = NULL;
	bool virtual_time = false, mixed = false;
	size_t i;

	for (i = 0; i < t->n; i++) {
		const struct mx_series *x = mx_row_series(&t->row[i], name);

		s = s ? s : x;
		virtual_time |= x && x->virtual_time;
		mixed |= x && x->mixed;
	}
	buf_addf(&title, "%s%s%s%s", name, s->better ? ", " : "", metric_better_name(s->better),
		 virtual_time ? ", virtual time" : "");
	buf_addc(out, '\n');
	mx_line_wrapped(out, 0, 2, buf_text(&title));
	buf_addf(out, "    # %-20s RUNS     MEDIAN  %-24s %9s\n", "CELL", "95% INTERVAL", "STDDEV");
	for (i = 0; i < t->n; i++)
		if ((s = mx_row_series(&t->row[i], name)))
			series_line(r, i, s, out);
	if (mixed)
		buf_adds(out, "  -: runs of a cell do not have it in one unit\n");
}

static void numbers(const struct mx_report *r, struct buf *out)
{
	const struct mx_table *t = r->table;
	cleanup_buf struct buf left_out = BUF_INIT;
	bool any = false, few = false;
	size_t i, k;

	for (i = 0; i < t->n; i++)
		for (k = 0; k < t->row[i].nseries; k++) {
			const char *name = t->row[i].series[k].name;

			if (!mx_report_has_series(r, name))
				continue;
			few |= t->row[i].series[k].n < INTERVAL_VALUES_MIN;
			if (mx_report_told_before(t, i, name))
				continue;
			if (!any)
				buf_adds(out, "\nNUMBERS: the median of the runs, each of which "
					      "has one value\n");
			any = true;
			metric_table(r, name, out);
		}
	mx_report_left_out(r, &left_out);
	if (few || left_out.len)
		buf_adds(out, any ? "\n" : "\nNUMBERS\n");
	if (few)
		buf_addf(out, "  -: an interval needs at least %d runs of a cell (--repeat)\n",
			 INTERVAL_VALUES_MIN);
	if (left_out.len)
		mx_line_sentence(out, 2, buf_text(&left_out));
}

static void histograms(const struct mx_report *r, struct buf *out)
{
	const struct mx_table *t = r->table;
	struct mx_gate wanted = {.limit = 0};
	cleanup_buf struct buf title = BUF_INIT;
	struct hist *h = xcalloc(1, sizeof(*h));
	bool any = false;
	size_t i, k;

	text_copy(wanted.metric, sizeof(wanted.metric), r->histogram);
	for (i = 0; i < t->n; i++)
		for (k = 0; k < t->row[i].nseries; k++) {
			const struct mx_series *s = &t->row[i].series[k];

			if (!mx_gate_matches(&wanted, s->name))
				continue;
			any = true;
			buf_reset(&title);
			buf_addf(&title, "ALL %zu SAMPLES of %s, cell %zu", s->samples, s->name,
				 i + 1);
			buf_addc(out, '\n');
			mx_line_wrapped(out, 0, 2, buf_text(&title));
			mx_row_hist(&t->row[i], s->name, h);
			hist_print(h, s->unit, MX_REPORT_COLUMNS, out);
		}
	if (!any) {
		buf_addf(&title, "no cell has a metric '%s'", r->histogram);
		buf_addc(out, '\n');
		mx_line_wrapped(out, 0, 2, buf_text(&title));
	}
	free(h);
}

void mx_report_text(const struct mx_report *r, struct buf *out)
{
	head(r, out);
	cells(r, out);
	numbers(r, out);
	if (r->histogram)
		histograms(r, out);
	mx_report_changes(r, out);
	buf_addf(out, "\n%s\n", verdict_name(mx_report_verdict(r)));
}
