/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_change - the second half of a text report: what was compared, and the gates.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "matrix/report.h"
#include "matrix/report_lines.h"
#include "matrix/stats.h"

#include <math.h>
#include <string.h>

#define NAME_MAX 17 /* columns of a metric's name; a longer one has a line of its own */

static size_t number_of(const struct mx_table *t, const struct mx_row *row)
{
	return (size_t)(row - t->row) + 1;
}

static void delta_line(const struct mx_delta *d, struct buf *out)
{
	char a[40], b[40], at[40], low[40], high[40];
	bool share = !isnan(d->share.at) && !d->refused;
	const struct interval *i = share ? &d->share : &d->change;
	void (*write)(enum metric_unit, double, char *, size_t) = stats_write_change;

	stats_write_short(d->a->unit, d->a->mixed ? NAN : stats_median(d->a->value, d->a->n), a,
			  sizeof(a));
	stats_write_short(d->b->unit, d->b->mixed ? NAN : stats_median(d->b->value, d->b->n), b,
			  sizeof(b));
	if (share) {
		stats_write_share(i->at, at, sizeof(at));
		stats_write_share(i->low, low, sizeof(low));
		stats_write_share(i->high, high, sizeof(high));
	} else {
		write(d->b->unit, i->at, at, sizeof(at));
		write(d->b->unit, i->low, low, sizeof(low));
		write(d->b->unit, i->high, high, sizeof(high));
	}
	buf_adds(out, "  ");
	if (mx_line_columns(d->b->name, strlen(d->b->name)) > NAME_MAX) {
		mx_line_wrapped(out, 2, 2, d->b->name);
		buf_addf(out, "%*s", NAME_MAX + 2, "");
	} else {
		mx_line_cut(out, d->b->name, NAME_MAX);
	}
	buf_addf(out, " %10s %10s %8s  ", a, b, at);
	mx_line_range(out, low, high, !isnan(i->low), 19);
	buf_addf(out, " %s", mx_delta_word(d));
	mx_line_end(out);
}

/* Each reason once, with how many of the lines above it is for. */
static void reasons(const struct mx_report *r, const struct mx_pair *p, struct buf *out)
{
	size_t i, k;

	for (i = 0; i < p->n; i++) {
		cleanup_free char *line = NULL;
		size_t before = 0, after = 0;

		if (!*p->delta[i].why || !mx_report_has_delta(r, &p->delta[i]))
			continue;
		for (k = 0; k < p->n; k++) {
			if (k == i || strcmp(p->delta[k].why, p->delta[i].why) ||
			    !mx_report_has_delta(r, &p->delta[k]))
				continue;
			before += k < i;
			after += k > i;
		}
		if (before)
			continue;
		line = xasprintf("-: %s (%s%s)", p->delta[i].why, p->delta[i].b->name,
				 after ? " and others" : "");
		mx_line_sentence(out, 2, line);
	}
}

static bool all_paired(const struct mx_pair *p)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (!p->delta[i].paired && !p->delta[i].refused)
			return false;
	return p->n > 0;
}

static void pair(const struct mx_report *r, const struct mx_comparison *c, const struct mx_pair *p,
		 struct buf *out)
{
	cleanup_buf struct buf title = BUF_INIT, differs = BUF_INIT;
	size_t i, zero = 0;

	for (i = 0; i < p->n; i++)
		zero += !mx_report_has_delta(r, &p->delta[i]);

	buf_addf(&title, "cell %zu, ", number_of(c->to, p->b));
	mx_cell_label(c->to, p->b->cell, &title);
	if (c->from == c->to)
		buf_addf(&title, ", against cell %zu", number_of(c->from, p->a));
	if (all_paired(p))
		buf_adds(&title, ", run in turns: differences of neighbours");
	buf_addc(out, '\n');
	mx_line_wrapped(out, 0, 2, buf_text(&title));
	if (*p->differs) {
		buf_addf(&differs, "warning: conditions differ: %s", p->differs);
		mx_line_sentence(out, 2, buf_text(&differs));
	}
	if (!p->n)
		buf_adds(out, "  - no metric is in both\n");
	else if (p->n > zero)
		buf_addf(out, "  %-17s %10s %10s %8s  %-19s FOUND\n", "METRIC", "BASELINE", "THIS",
			 "CHANGE", "95% INTERVAL");
	for (i = 0; i < p->n; i++)
		if (mx_report_has_delta(r, &p->delta[i]))
			delta_line(&p->delta[i], out);
	reasons(r, p, out);
	if (zero)
		buf_addf(out, "  %zu metric%s 0 in both and left out (--all has %s)\n", zero,
			 zero == 1 ? " is" : "s are", zero == 1 ? "it" : "them");
}

static void comparison(const struct mx_report *r, const struct mx_comparison *c, struct buf *out)
{
	size_t i;

	buf_addc(out, '\n');
	mx_line_wrapped(out, 0, 2, c->title);
	for (i = 0; i < c->n; i++)
		pair(r, c, &c->pair[i], out);
	if (c->nalone)
		buf_adds(out, "\n  not compared\n");
	for (i = 0; i < c->nalone; i++) {
		buf_adds(out, "    ");
		mx_line_wrapped(out, 4, 6, c->alone[i]);
	}
}

static void gates(const struct mx_report *r, struct buf *out)
{
	size_t i;

	if (r->gateds->n)
		buf_adds(out, "\nGATES\n");
	for (i = 0; i < r->gateds->n; i++) {
		const struct mx_gated *g = &r->gateds->v[i];
		cleanup_buf struct buf name = BUF_INIT;

		mx_report_gate_name(g, &name);
		buf_addf(out, "  %-12s ", verdict_name(g->verdict));
		mx_line_wrapped(out, 15, 15, buf_text(&name) + strlen("gate "));
		mx_line_sentence(out, 15, g->why);
	}
}

void mx_report_changes(const struct mx_report *r, struct buf *out)
{
	size_t i;

	for (i = 0; i < r->ncomparisons; i++)
		comparison(r, &r->comparison[i], out);
	gates(r, out);
}
