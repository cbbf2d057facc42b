/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sheet_numbers - the table of numbers: what payloads have printed, what workers report, what a
 * user-space scheduler answers on its statistics socket. Pure. Invariant: the order is that in
 * which they first came; a scheduler's own stand with its payload where that is one of the
 * session's.
 */
#include "ops/sheet.h"

#include "base/cleanup.h"
#include "ops/model_metric.h"
#include "ops/model_stats.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FIGURE(name)                                                                               \
	static void name(const struct sheet *s, const struct sheet_row *r,                         \
			 const struct sheet_column *c, struct sheet_value *v)

enum { OF_GROUP, OF_LIFE }; /* sheet_row.kind */

static const char *whose(const struct sheet *s, const struct sheet_row *r)
{
	return r->kind == OF_GROUP ? s->model->groups[r->index].name
				   : s->model->scheds[r->index].name;
}

static bool metric_of(const struct sheet *s, const struct sheet_row *r, struct metric *out)
{
	const struct metric *own;

	if (r->kind == OF_GROUP)
		return model_group_metric_at(&s->model->groups[r->index], r->first, out);
	own = model_stats_at(&s->model->scheds[r->index], r->first);
	if (own)
		*out = *own;
	return own;
}

FIGURE(number_name)
{
	struct metric m;

	v->is = SHEET_KNOWN;
	if (metric_of(s, r, &m))
		snprintf(v->text, sizeof(v->text), "%s", m.name);
}

FIGURE(number_group)
{
	sheet_set_text(v, whose(s, r));
}

FIGURE(number_last)
{
	struct metric m;

	v->is = SHEET_KNOWN;
	if (metric_of(s, r, &m))
		metric_format(m.unit, m.value, v->text, sizeof(v->text));
}

FIGURE(number_unit)
{
	struct metric m;

	if (metric_of(s, r, &m))
		sheet_set_text(v, metric_unit_name(m.unit));
}

FIGURE(number_value)
{
	struct metric m;
	double value;

	if (!metric_of(s, r, &m))
		return;
	memcpy(&value, (const char *)&m + c->at, sizeof(value));
	v->is = isfinite(value) ? SHEET_KNOWN : SHEET_ABSENT;
	v->number = value;
}

FIGURE(number_times)
{
	struct metric m;

	if (metric_of(s, r, &m))
		sheet_set(v, m.samples);
}

FIGURE(number_better)
{
	static const char *const better[] = {"", "lower", "higher"};
	struct metric m;

	if (metric_of(s, r, &m))
		sheet_set_text(v, better[m.better]);
}

FIGURE(number_at)
{
	struct metric m;

	if (metric_of(s, r, &m))
		sheet_set_moment(v, m.when_ns);
}

static void build_numbers(struct sheet *s)
{
	struct metric metric;
	uint32_t g, i;

	for (g = 0; g < s->model->ngroups; g++)
		for (i = 0; model_group_metric_at(&s->model->groups[g], i, &metric); i++)
			sheet_offer(s, (struct sheet_row){.index = g,
							  .first = i,
							  .id = ((uint64_t)g + 1) << 32 | i});
	for (g = 0; g < s->model->nscheds; g++) {
		const struct model_sched *life = &s->model->scheds[g];

		if (!life->stats || *life->stats->group)
			continue;
		for (i = 0; model_stats_at(life, i); i++)
			sheet_offer(s, (struct sheet_row){.kind = OF_LIFE,
							  .index = g,
							  .first = i,
							  .id = UINT64_C(1) << 63 |
								(uint64_t)g << 32 | i});
	}
	sheet_sort(s, 0);
}

static void number_text(const struct sheet *s, const struct sheet_row *r, struct buf *out)
{
	buf_addf(out, " %s", whose(s, r));
}

#define PRINTED       "its output, its workers' reports, or a scheduler's statistics socket"
#define METRIC(field) offsetof(struct metric, field)

static const struct sheet_column number_columns[] = {
	{"name", "NAME", SHEET_TEXT, 12, 48, 0, .left = true, .value = number_name,
	 .says = "what the number is called", .from = PRINTED},
	{"group", "GROUP", SHEET_TEXT, 10, 20, 1, .left = true, .value = number_group,
	 .says = "the payload, the workers, or a scheduler that is neither", .from = "the session"},
	{"last", "LAST", SHEET_TEXT, 10, 0, 2, .value = number_last,
	 .says = "the last one, rounded, with its unit", .from = PRINTED},
	{"value", "VALUE", SHEET_REAL, 10, 0, 3, .value = number_value, .at = METRIC(value),
	 .says = "the last one exactly, in the base unit", .from = PRINTED},
	{"least", "LEAST", SHEET_REAL, 10, 0, 4, .value = number_value, .at = METRIC(min),
	 .says = "the least of all so far", .from = PRINTED},
	{"mean", "MEAN", SHEET_REAL, 10, 0, 5, .value = number_value, .at = METRIC(mean),
	 .says = "the mean of all so far", .from = PRINTED},
	{"most", "MOST", SHEET_REAL, 10, 0, 6, .value = number_value, .at = METRIC(max),
	 .says = "the most of all so far", .from = PRINTED},
	{"unit", "UNIT", SHEET_TEXT, 4, 0, 7, .left = true, .value = number_unit,
	 .says = "the base unit: ns, B, %, /s, B/s; blank = a plain number", .from = PRINTED},
	{"times", "TIMES", SHEET_COUNT, 6, 0, 8, .value = number_times,
	 .says = "how many there were; of workers how many measured it", .from = PRINTED},
	{"better", "BETTER", SHEET_TEXT, 6, 0, 9, .left = true, .value = number_better,
	 .says = "lower, higher; blank = nobody knows", .from = "its name"},
	{"at", "AT", SHEET_MOMENT, 10, 0, 10, .value = number_at, .says = "when the last came",
	 .from = PRINTED},
};

const struct sheet_def sheet_numbers = {
	.name = "numbers",
	.summary = "a row is a number that a payload has printed, workers report, or a scheduler "
		   "answers",
	.empty =
		"no number yet: run a program that prints some (KEY=VALUE, JSON), or spawn workers",
	.columns = number_columns,
	.ncolumns = ARRAY_SIZE(number_columns),
	.build = build_numbers,
	.text = number_text,
};
