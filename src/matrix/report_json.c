/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_json - a matrix as one JSON object with everything that was computed, and the values it
 * was computed from. Member names are never changed; null is what is not known.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "matrix/json_real.h"
#include "matrix/report.h"
#include "matrix/stats.h"

#include <json-c/json.h>
#include <math.h>

static struct json_object *text(const char *s)
{
	return s && *s ? json_object_new_string(s) : NULL;
}

static void add_words(struct json_object *o, const struct mx_cell *cell)
{
	static const char *const names[] = {"scenario", "topology", "sched", "kernel"};
	size_t a;

	for (a = 0; a < ARRAY_SIZE(names); a++)
		json_object_object_add(o, names[a], text(mx_cell_word(cell, a)));
}

static struct json_object *cell_object(const struct mx_cell *cell)
{
	struct json_object *o = json_object_new_object();

	add_words(o, cell);
	return o;
}

static struct json_object *range(const struct interval *i)
{
	struct json_object *a;

	if (isnan(i->low))
		return NULL;
	a = json_object_new_array_ext(2);
	json_object_array_add(a, json_real(i->low));
	json_object_array_add(a, json_real(i->high));
	return a;
}

static const char *better_word(enum metric_better better)
{
	static const char *const words[] = {"none", "lower", "higher"};

	return words[better];
}

static struct json_object *series_object(const struct mx_row *row, const struct mx_series *s)
{
	struct json_object *o = json_object_new_object(), *values = json_object_new_array();
	struct err err = ERR_INIT;
	struct interval i;
	struct stats st;
	struct hist *h;
	size_t k;

	json_object_object_add(o, "name", text(s->name));
	json_object_object_add(o, "unit", json_object_new_string(metric_unit_name(s->unit)));
	json_object_object_add(o, "better", text(better_word(s->better)));
	json_object_object_add(o, "virtual", json_object_new_boolean(s->virtual_time));
	json_object_object_add(o, "runs", json_object_new_uint64(s->n));
	json_object_object_add(o, "samples", json_object_new_uint64(s->samples));
	if (s->mixed) {
		json_object_object_add(o, "why", text("its runs do not have it in one unit"));
		json_object_put(values);
		return o;
	}
	stats_of(s->value, s->n, &st);
	interval_median(s->value, s->n, &i, &err);
	json_object_object_add(o, "median", json_real(st.median));
	json_object_object_add(o, "interval", range(&i));
	json_object_object_add(o, "why", text(err.msg));
	json_object_object_add(o, "mean", json_real(st.mean));
	json_object_object_add(o, "stddev", json_real(st.stddev));
	json_object_object_add(o, "min", json_real(st.min));
	json_object_object_add(o, "p25", json_real(st.p25));
	json_object_object_add(o, "p75", json_real(st.p75));
	json_object_object_add(o, "p90", json_real(st.p90));
	json_object_object_add(o, "p99", json_real(st.p99));
	json_object_object_add(o, "max", json_real(st.max));
	for (k = 0; k < s->n; k++)
		json_object_array_add(values, json_real(s->value[k]));
	json_object_object_add(o, "values", values);
	h = xcalloc(1, sizeof(*h));
	mx_row_hist(row, s->name, h);
	json_object_object_add(o, "histogram", hist_json(h));
	free(h);
	return o;
}

static struct json_object *row_object(const struct mx_row *row)
{
	struct json_object *o = cell_object(row->cell), *counts = json_object_new_object(),
			   *metrics = json_object_new_array();
	size_t i;
	int v;

	json_object_object_add(o, "verdict", text(verdict_name(row->verdict)));
	json_object_object_add(o, "why", text(row->why));
	json_object_object_add(o, "runs",
			       json_object_new_uint64(row->n - row->count[VERDICT_SKIP]));
	json_object_object_add(o, "warmups", json_object_new_uint64(row->warmups));
	for (v = 0; v < VERDICT_NONE; v++)
		json_object_object_add(counts, verdict_name((enum verdict)v),
				       json_object_new_uint64(row->count[v]));
	json_object_object_add(o, "verdicts", counts);
	for (i = 0; i < row->nseries; i++)
		json_object_array_add(metrics, series_object(row, &row->series[i]));
	json_object_object_add(o, "metrics", metrics);
	return o;
}

static struct json_object *delta_object(const struct mx_delta *d)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "name", text(d->b->name));
	json_object_object_add(o, "unit", json_object_new_string(metric_unit_name(d->b->unit)));
	json_object_object_add(o, "refused", json_object_new_boolean(d->refused));
	json_object_object_add(o, "paired", json_object_new_boolean(d->paired));
	json_object_object_add(o, "pairs", d->paired ? json_object_new_uint64(d->pairs) : NULL);
	json_object_object_add(o, "change", json_real(d->change.at));
	json_object_object_add(o, "change-interval", range(&d->change));
	json_object_object_add(o, "why", text(d->why));
	json_object_object_add(o, "share", json_real(d->share.at));
	json_object_object_add(o, "share-interval", range(&d->share));
	json_object_object_add(o, "share-why", text(d->why_share));
	json_object_object_add(o, "found", text(mx_delta_word(d)));
	return o;
}

static struct json_object *pair_object(const struct mx_pair *p)
{
	struct json_object *o = json_object_new_object(), *metrics = json_object_new_array();
	size_t i;

	json_object_object_add(o, "baseline", cell_object(p->a->cell));
	json_object_object_add(o, "cell", cell_object(p->b->cell));
	json_object_object_add(o, "differs", text(p->differs));
	for (i = 0; i < p->n; i++)
		json_object_array_add(metrics, delta_object(&p->delta[i]));
	json_object_object_add(o, "metrics", metrics);
	return o;
}

static struct json_object *comparison_object(const struct mx_comparison *c)
{
	struct json_object *o = json_object_new_object(), *pairs = json_object_new_array(),
			   *lone = json_object_new_array();
	size_t i;

	json_object_object_add(o, "title", text(c->title));
	for (i = 0; i < c->n; i++)
		json_object_array_add(pairs, pair_object(&c->pair[i]));
	json_object_object_add(o, "pairs", pairs);
	for (i = 0; i < c->nalone; i++)
		json_object_array_add(lone, text(c->alone[i]));
	json_object_object_add(o, "alone", lone);
	return o;
}

static struct json_object *gated_object(const struct mx_gated *g)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "gate", text(g->gate->word));
	json_object_object_add(o, "against", g->comparison ? text(g->comparison->title) : NULL);
	json_object_object_add(o, "metric", g->delta ? text(g->delta->b->name) : NULL);
	json_object_object_add(o, "cell", g->pair ? cell_object(g->pair->b->cell) : NULL);
	json_object_object_add(o, "verdict", text(verdict_name(g->verdict)));
	json_object_object_add(o, "why", text(g->why));
	return o;
}

static struct json_object *conditions_object(const struct mx_table *t)
{
	struct json_object *o = json_object_new_object();
	struct mx_condition list[MX_CONDITIONS];
	cleanup_buf struct buf notes = BUF_INIT;
	size_t i;

	mx_conditions_of(t, list);
	for (i = 0; i < MX_CONDITIONS; i++)
		json_object_object_add(o, list[i].name, text(list[i].value));
	mx_conditions_free(list);
	mx_conditions_notes(t, &notes);
	json_object_object_add(o, "notes", text(buf_text(&notes)));
	return o;
}

void mx_report_json(const struct mx_report *r, struct buf *out)
{
	struct json_object *root = json_object_new_object(), *cells = json_object_new_array(),
			   *comparisons = json_object_new_array(), *gates = json_object_new_array();
	size_t i;

	json_object_object_add(root, "scenario", text(r->table->runs->head.scenario));
	json_object_object_add(root, "started", text(r->table->runs->head.started));
	json_object_object_add(root, "verdict", text(verdict_name(mx_report_verdict(r))));
	json_object_object_add(root, "conditions", conditions_object(r->table));
	for (i = 0; i < r->table->n; i++)
		json_object_array_add(cells, row_object(&r->table->row[i]));
	json_object_object_add(root, "cells", cells);
	for (i = 0; i < r->ncomparisons; i++)
		json_object_array_add(comparisons, comparison_object(&r->comparison[i]));
	json_object_object_add(root, "comparisons", comparisons);
	for (i = 0; i < r->gateds->n; i++)
		json_object_array_add(gates, gated_object(&r->gateds->v[i]));
	json_object_object_add(root, "gates", gates);
	buf_addf(out, "%s\n",
		 json_object_to_json_string_ext(root, JSON_C_TO_STRING_PLAIN |
							      JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(root);
}
