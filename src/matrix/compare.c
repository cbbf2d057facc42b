/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compare - which cells belong together, which of their numbers may be compared, and how far they
 * are apart.
 */
#include "matrix/compare.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "matrix/plan.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define NOT_RUN "no counterpart that was run"

/* "CELL: what"; cells of which the same is to be said share a sentence. */
static void alone(struct mx_comparison *c, const char *where, const char *cell, const char *what)
{
	cleanup_free char *end = xasprintf(": %s", what);
	size_t n = strlen(end), i;

	for (i = 0; i < c->nalone; i++) {
		char *old = c->alone[i];
		size_t head = strlen(old) > n ? strlen(old) - n : 0;

		if (!head || strcmp(old + head, end) || strncmp(old, where, strlen(where)))
			continue;
		c->alone[i] = xasprintf("%.*s, %s%s", (int)head, old, cell, end);
		free(old);
		return;
	}
	c->alone = xreallocarray(c->alone, c->nalone + 1, sizeof(*c->alone));
	c->alone[c->nalone++] = xasprintf("%s%s%s", where, cell, end);
}

/* ---- which of two cells' runs were neighbours ---- */

struct in_turn {
	const struct mx_run *run;
	bool second; /* of the new cell */
};

static int by_turn(const void *x, const void *y)
{
	const struct in_turn *a = x, *b = y;

	return (a->run->turn > b->run->turn) - (a->run->turn < b->run->turn);
}

/*
 * Run k of one cell beside run k of the other with none of the two cells' between them, for all of
 * them: A B B A A B ... Only then have both of a pair seen the same machine.
 */
static bool interleaved(const struct mx_row *a, const struct mx_row *b)
{
	cleanup_free struct in_turn *all = xcalloc(a->n + b->n + 1, sizeof(*all));
	size_t n = 0, i;

	for (i = 0; i < a->n; i++)
		all[n++] = (struct in_turn){a->run[i], false};
	for (i = 0; i < b->n; i++)
		all[n++] = (struct in_turn){b->run[i], true};
	if (!n || n % 2)
		return false;
	qsort(all, n, sizeof(*all), by_turn);
	for (i = 0; i < n; i += 2)
		if (!all[i].run->turn || all[i].run->turn == all[i + 1].run->turn ||
		    all[i].second == all[i + 1].second ||
		    all[i].run->repeat != all[i + 1].run->repeat)
			return false;
	return true;
}

/* Values of the runs with the same repeat; what lacks one of its two is left out. */
static size_t pair_values(const struct mx_series *a, const struct mx_series *b, double *x,
			  double *y)
{
	size_t n = 0, i, k;

	for (i = 0; i < a->n; i++)
		for (k = 0; k < b->n; k++)
			if (a->run[i]->repeat == b->run[k]->repeat) {
				x[n] = a->value[i];
				y[n++] = b->value[k];
				break;
			}
	return n;
}

/* ---- one metric ---- */

/* A time or a rate; and a count of which more is better is work done in a time. */
static bool is_speed(const struct mx_series *s)
{
	return metric_is_timed(s->unit) || (s->unit == UNIT_PLAIN && s->better == BETTER_HIGHER);
}

static int may_compare(const struct mx_pair *p, const struct mx_delta *d, struct err *err)
{
	bool speed = is_speed(d->a) || is_speed(d->b);

	if (d->a->mixed || d->b->mixed || d->a->unit != d->b->unit)
		return err_set(err, EINVAL, "its runs do not have it in one unit");
	if (speed && (d->a->virtual_time || d->b->virtual_time))
		return err_set(err, EINVAL,
			       "virtual time of an exact run is no measure of speed; compare runs "
			       "that are not exact");
	if (speed && !mx_same_accel(p->a, p->b))
		return err_set(err, EINVAL,
			       "speed is not compared across accelerators, or where one is not "
			       "known");
	return 0;
}

static void measure(struct mx_delta *d, bool turns, struct err *err, struct err *err_share)
{
	cleanup_free double *x = xcalloc(d->a->n + 1, sizeof(*x));
	cleanup_free double *y = xcalloc(d->a->n + 1, sizeof(*y));

	d->pairs = turns ? pair_values(d->a, d->b, x, y) : 0;
	d->paired = d->pairs > 0;
	if (d->paired) {
		interval_paired(x, y, d->pairs, false, &d->change, err);
		interval_paired(x, y, d->pairs, true, &d->share, err_share);
		return;
	}
	interval_change(d->a->value, d->a->n, d->b->value, d->b->n, false, &d->change, err);
	interval_change(d->a->value, d->a->n, d->b->value, d->b->n, true, &d->share, err_share);
}

static void compare_metric(struct mx_pair *p, const struct mx_series *a, const struct mx_series *b,
			   bool turns)
{
	const struct interval nothing = {NAN, NAN, NAN};
	struct err err = ERR_INIT, err_share = ERR_INIT;
	struct mx_delta *d;

	p->delta = xreallocarray(p->delta, p->n + 1, sizeof(*p->delta));
	d = &p->delta[p->n++];
	*d = (struct mx_delta){.a = a, .b = b, .change = nothing, .share = nothing};
	d->refused = may_compare(p, d, &err) < 0;
	if (d->refused)
		err_share = err;
	else
		measure(d, turns, &err, &err_share);
	d->why = xstrdup(err.msg);
	d->why_share = xstrdup(err_share.msg);
}

/* ---- two cells ---- */

static void only_in(struct mx_comparison *c, const struct mx_table *t, const struct mx_row *row,
		    const char *what)
{
	cleanup_buf struct buf label = BUF_INIT;

	mx_cell_label(t, row->cell, &label);
	alone(c, t == c->to ? "" : "the saved ", buf_text(&label), what);
}

/* What the other cell has not: by name, but what is 0 in every run is counted only. */
static void lacking(struct mx_comparison *c, const struct mx_table *t, const struct mx_row *row,
		    const struct mx_row *other)
{
	cleanup_buf struct buf what = BUF_INIT;
	size_t zero = 0, i;

	for (i = 0; i < row->nseries; i++) {
		if (mx_row_series(other, row->series[i].name))
			continue;
		if (mx_series_zero(&row->series[i]))
			zero++;
		else
			buf_addf(&what, "%s%s", what.len ? ", " : "no counterpart of ",
				 row->series[i].name);
	}
	if (zero)
		buf_addf(&what, "%s%zu metric%s 0 in every run",
			 what.len ? " and " : "no counterpart of ", zero,
			 zero == 1 ? " that is" : "s that are");
	if (what.len)
		only_in(c, t, row, buf_text(&what));
}

static void compare_rows(struct mx_comparison *c, const struct mx_row *a, const struct mx_row *b,
			 bool same_file)
{
	bool turns = same_file && interleaved(a, b);
	const struct mx_series *other;
	struct buf differs = BUF_INIT;
	struct mx_pair *p;
	size_t i;

	c->pair = xreallocarray(c->pair, c->n + 1, sizeof(*c->pair));
	p = &c->pair[c->n++];
	mx_conditions_differ(a, b, &differs);
	*p = (struct mx_pair){.a = a, .b = b, .differs = buf_steal(&differs)};
	for (i = 0; i < b->nseries; i++) {
		other = mx_row_series(a, b->series[i].name);
		if (other)
			compare_metric(p, other, &b->series[i], turns);
	}
	lacking(c, c->to, b, a);
	lacking(c, c->from, a, b);
}

static bool all_but(const struct mx_cell *a, const struct mx_cell *b, size_t axis)
{
	size_t i;

	for (i = 0; i <= MX_AXES; i++)
		if (i != axis && strcmp(mx_cell_word(a, i), mx_cell_word(b, i)))
			return false;
	return true;
}

static const struct mx_row *row_of(const struct mx_table *t, const struct mx_cell *cell)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (mx_cell_same(t->row[i].cell, cell))
			return &t->row[i];
	return NULL;
}

static bool was_run(const struct mx_row *row)
{
	return row->n > row->count[VERDICT_SKIP];
}

/* ---- schedulers of one matrix ---- */

const char *mx_baseline_of(const struct mx_table *t)
{
	size_t i;

	for (i = 0; t->varies[1 + MX_SCHED] && i < t->n; i++)
		if (mx_sched_is_none(t->row[i].cell->sched))
			return t->row[i].cell->sched;
	return NULL;
}

static int no_such_sched(const struct mx_table *t, const char *name, struct err *err)
{
	cleanup_buf struct buf list = BUF_INIT;
	size_t i, k;

	for (i = 0; i < t->n && list.len < 300; i++) {
		for (k = 0; k < i && strcmp(t->row[k].cell->sched, t->row[i].cell->sched); k++)
			;
		if (k == i)
			buf_addf(&list, "%s%s", list.len ? ", " : "", t->row[i].cell->sched);
	}
	return err_set(err, EINVAL, "no cell has the scheduler '%.80s'; there are: %.300s", name,
		       list.len ? buf_text(&list) : "none");
}

int mx_compare_sched(const struct mx_table *t, const char *baseline, struct mx_comparison *c,
		     struct err *err)
{
	const struct mx_row *base;
	bool found = false;
	size_t i;

	*c = (struct mx_comparison){.from = t, .to = t};
	for (i = 0; i < t->n; i++)
		found |= !strcmp(t->row[i].cell->sched, baseline);
	if (!found)
		return no_such_sched(t, baseline, err);
	c->title = xasprintf("against %s", baseline);
	for (i = 0; i < t->n; i++) {
		struct mx_cell want = *t->row[i].cell;

		if (!strcmp(want.sched, baseline) || !was_run(&t->row[i]))
			continue;
		want.sched = (char *)baseline;
		base = row_of(t, &want);
		if (base && was_run(base))
			compare_rows(c, base, &t->row[i], true);
		else
			only_in(c, t, &t->row[i], NOT_RUN);
	}
	return 0;
}

/* ---- a matrix against a saved one ---- */

/* A new kernel is what is mostly asked about: where none has its name, the only other one is it. */
static const struct mx_row *counterpart(const struct mx_table *t, const struct mx_table *saved,
					const struct mx_cell *cell)
{
	const struct mx_row *row = row_of(saved, cell), *other = NULL;
	size_t i;

	if (row)
		return row;
	for (i = 0; i < t->n; i++)
		if (!mx_cell_same(t->row[i].cell, cell) &&
		    all_but(t->row[i].cell, cell, 1 + MX_KERNEL))
			return NULL;
	for (i = 0; i < saved->n; i++) {
		if (!all_but(saved->row[i].cell, cell, 1 + MX_KERNEL))
			continue;
		if (other)
			return NULL;
		other = &saved->row[i];
	}
	return other;
}

static bool is_compared(const struct mx_comparison *c, const struct mx_row *a)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->pair[i].a == a)
			return true;
	return false;
}

int mx_compare_saved(const struct mx_table *t, const struct mx_table *saved, const char *name,
		     struct mx_comparison *c, struct err *err)
{
	const struct mx_row *other;
	size_t i;

	*c = (struct mx_comparison){.from = saved, .to = t};
	c->title = xasprintf("against %s", name);
	for (i = 0; i < t->n; i++) {
		if (!was_run(&t->row[i]))
			continue;
		other = counterpart(t, saved, t->row[i].cell);
		if (other && was_run(other))
			compare_rows(c, other, &t->row[i], false);
		else
			only_in(c, t, &t->row[i], NOT_RUN);
	}
	if (!c->n)
		return err_set(err, EINVAL,
			       "no cell that was run is in '%.200s' as well: scenario, topology "
			       "and scheduler must be the same",
			       name);
	for (i = 0; i < saved->n; i++)
		if (was_run(&saved->row[i]) && !is_compared(c, &saved->row[i]))
			only_in(c, saved, &saved->row[i], NOT_RUN);
	return 0;
}

void mx_comparison_finish(struct mx_comparison *c)
{
	size_t i, k;

	for (i = 0; i < c->n; i++) {
		for (k = 0; k < c->pair[i].n; k++) {
			free(c->pair[i].delta[k].why);
			free(c->pair[i].delta[k].why_share);
		}
		free(c->pair[i].delta);
		free(c->pair[i].differs);
	}
	for (i = 0; i < c->nalone; i++)
		free(c->alone[i]);
	free(c->alone);
	free(c->pair);
	free(c->title);
	*c = (struct mx_comparison){0};
}

const char *mx_delta_word(const struct mx_delta *d)
{
	enum metric_better better = d->a->better == d->b->better ? d->b->better : BETTER_UNKNOWN;

	if (d->refused || isnan(d->change.low))
		return "-";
	if (d->change.low <= 0 && d->change.high >= 0)
		return "same";
	if (better == BETTER_UNKNOWN)
		return "differs";
	return (d->change.low > 0) == (better == BETTER_HIGHER) ? "better" : "worse";
}
