/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * table - groups runs by cell and their samples by name. Sorted once, so that a file with many
 * runs is no slower than it must be.
 */
#include "matrix/table.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "matrix/stats.h"

#include <math.h>
#include <string.h>

const char *mx_cell_word(const struct mx_cell *c, size_t axis)
{
	const char *const words[] = {c->scenario, c->topology, c->sched, c->kernel};

	return words[axis];
}

void mx_cell_label(const struct mx_table *t, const struct mx_cell *cell, struct buf *out)
{
	bool any = false, first = true;
	size_t a;

	for (a = 0; a <= MX_AXES; a++)
		any |= t->varies[a];
	for (a = 0; a <= MX_AXES; a++) {
		if (any ? !t->varies[a] : a == 0)
			continue;
		buf_addf(out, "%s%s", first ? "" : " ", mx_cell_word(cell, a));
		first = false;
	}
}

enum verdict mx_worse(enum verdict a, enum verdict b)
{
	static const int rank[] = {[VERDICT_FAIL] = 3,
				   [VERDICT_INCONCLUSIVE] = 2,
				   [VERDICT_PASS] = 1,
				   [VERDICT_SKIP] = 0};

	return rank[a] >= rank[b] ? a : b;
}

/* ---- grouping ---- */

struct key {
	const struct mx_run *run;
	size_t at;    /* in the file */
	size_t first; /* at of the first run of its cell */
};

static int by_cell(const void *x, const void *y)
{
	const struct key *a = x, *b = y;
	size_t axis;
	int r;

	for (axis = 0; axis <= MX_AXES; axis++) {
		r = strcmp(mx_cell_word(&a->run->cell, axis), mx_cell_word(&b->run->cell, axis));
		if (r)
			return r;
	}
	return (a->at > b->at) - (a->at < b->at);
}

static int by_first(const void *x, const void *y)
{
	const struct key *a = x, *b = y;

	if (a->first != b->first)
		return a->first > b->first ? 1 : -1;
	return (a->at > b->at) - (a->at < b->at);
}

static struct key *grouped(const struct mx_runs *runs)
{
	struct key *k = xcalloc(runs->n + 1, sizeof(*k));
	size_t i;

	for (i = 0; i < runs->n; i++)
		k[i] = (struct key){&runs->run[i], i, i};
	if (runs->n)
		qsort(k, runs->n, sizeof(*k), by_cell);
	for (i = 1; i < runs->n; i++)
		if (mx_cell_same(&k[i - 1].run->cell, &k[i].run->cell))
			k[i].first = k[i - 1].first;
	if (runs->n)
		qsort(k, runs->n, sizeof(*k), by_first);
	return k;
}

/* Runs of a cell mostly have their metrics in one order: look first where the last one was. */
static struct mx_series *series_of(struct mx_row *row, const struct mx_metric *m, size_t hint)
{
	size_t i;

	if (hint < row->nseries && !strcmp(row->series[hint].name, m->name))
		return &row->series[hint];
	for (i = 0; i < row->nseries; i++)
		if (!strcmp(row->series[i].name, m->name))
			return &row->series[i];
	row->series = xreallocarray(row->series, row->nseries + 1, sizeof(*row->series));
	row->series[row->nseries] = (struct mx_series){.name = m->name};
	return &row->series[row->nseries++];
}

/* A unit that is not known is a plain number. */
static void unit_of(const struct mx_metric *m, enum metric_unit *unit, double *factor)
{
	*unit = UNIT_PLAIN;
	*factor = 1;
	if (*m->unit)
		metric_unit_find(m->unit, strlen(m->unit), unit, factor);
}

static void add_value(struct mx_series *s, const struct mx_run *run, const struct mx_metric *m)
{
	enum metric_unit unit;
	double factor;

	if (s->n && s->run[s->n - 1] == run)
		return; /* the name twice in a run: the first is it */
	unit_of(m, &unit, &factor);
	if (!s->n) {
		s->unit = unit;
		s->better = m->better;
	}
	s->mixed |= s->unit != unit;
	if (s->better != m->better)
		s->better = BETTER_UNKNOWN;
	s->virtual_time |= m->virtual_time;
	s->value = xreallocarray(s->value, s->n + 1, sizeof(*s->value));
	s->run = xreallocarray(s->run, s->n + 1, sizeof(*s->run));
	s->run[s->n] = run;
	s->value[s->n++] =
		(isnan(m->value) ? stats_median(m->samples, m->nsamples) : m->value) * factor;
	s->samples += m->nsamples;
}

static void add_run(struct mx_row *row, const struct mx_run *run)
{
	enum verdict worst;
	size_t i;

	if (run->warmup) {
		row->warmups++;
		return;
	}
	worst = row->n ? mx_worse(row->verdict, run->verdict) : run->verdict;
	if (!row->n || worst != row->verdict)
		row->why = run->why ? run->why : "";
	row->verdict = worst;
	row->count[run->verdict]++;
	row->run = xreallocarray(row->run, row->n + 1, sizeof(*row->run));
	row->run[row->n++] = run;
	for (i = 0; run->verdict != VERDICT_SKIP && i < run->nmetrics; i++)
		if (run->metrics[i].nsamples)
			add_value(series_of(row, &run->metrics[i], i), run, &run->metrics[i]);
}

static void what_varies(struct mx_table *t)
{
	size_t i, axis;

	for (i = 1; i < t->n; i++)
		for (axis = 0; axis <= MX_AXES; axis++)
			t->varies[axis] |= strcmp(mx_cell_word(t->row[0].cell, axis),
						  mx_cell_word(t->row[i].cell, axis)) != 0;
}

void mx_table_build(struct mx_table *t, const struct mx_runs *runs)
{
	cleanup_free struct key *k = grouped(runs);
	struct mx_row *row = NULL;
	size_t i;

	*t = (struct mx_table){.runs = runs};
	for (i = 0; i < runs->n; i++) {
		if (!i || k[i].first != k[i - 1].first) {
			t->row = xreallocarray(t->row, t->n + 1, sizeof(*t->row));
			row = &t->row[t->n++];
			*row = (struct mx_row){.cell = &k[i].run->cell,
					       .verdict = VERDICT_INCONCLUSIVE,
					       .why = "nothing but warm-ups"};
		}
		add_run(row, k[i].run);
		t->total += !k[i].run->warmup && k[i].run->verdict != VERDICT_SKIP;
		t->warmups += k[i].run->warmup;
	}
	what_varies(t);
}

void mx_table_finish(struct mx_table *t)
{
	size_t i, k;

	for (i = 0; i < t->n; i++) {
		for (k = 0; k < t->row[i].nseries; k++) {
			free(t->row[i].series[k].value);
			free(t->row[i].series[k].run);
		}
		free(t->row[i].series);
		free(t->row[i].run);
	}
	free(t->row);
	*t = (struct mx_table){0};
}

enum verdict mx_table_verdict(const struct mx_table *t)
{
	enum verdict worst = t->n ? VERDICT_SKIP : VERDICT_INCONCLUSIVE;
	size_t i;

	for (i = 0; i < t->n; i++)
		worst = mx_worse(worst, t->row[i].verdict);
	return worst;
}

const struct mx_series *mx_row_series(const struct mx_row *row, const char *name)
{
	size_t i;

	for (i = 0; i < row->nseries; i++)
		if (!strcmp(row->series[i].name, name))
			return &row->series[i];
	return NULL;
}

bool mx_series_zero(const struct mx_series *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->value[i] != 0)
			return false;
	return !s->mixed;
}

bool mx_table_zero(const struct mx_table *t, const char *name)
{
	const struct mx_series *s;
	size_t i;

	for (i = 0; i < t->n; i++) {
		s = mx_row_series(&t->row[i], name);
		if (s && !mx_series_zero(s))
			return false;
	}
	return true;
}

void mx_row_hist(const struct mx_row *row, const char *name, struct hist *h)
{
	const struct mx_series *s = mx_row_series(row, name);
	size_t i, k;

	*h = (struct hist){0};
	for (i = 0; s && i < s->n; i++) {
		const struct mx_metric *m = mx_run_metric(s->run[i], name);
		enum metric_unit unit;
		double factor;

		unit_of(m, &unit, &factor);
		for (k = 0; k < m->nsamples; k++)
			hist_add(h, m->samples[k] * factor);
	}
}
