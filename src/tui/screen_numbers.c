/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * screen_numbers - what payloads have printed and workers report, by name: the last value, the
 * range and the mean, while it comes in. Offered once there is one.
 */
#include "tui/item.h"
#include "base/cleanup.h"
#include "ops/model_metric.h"
#include "tui/screen.h"

#include <inttypes.h>
#include <stdio.h>

#define NAME_COLUMNS 48

/* Where columns begin; what goes first as it gets narrower: when, range, direction, how many. */
struct columns {
	int name, value, range, count, better, when; /* 0 = not shown */
};

static struct columns layout(int cols)
{
	struct columns k = {.name = cols >= 60 ? 17 : 10};
	int rest = 12 + (cols >= 56 ? 7 : 0) + (cols >= 64 ? 9 : 0) + (cols >= 110 ? 33 : 0) +
		   (cols >= 120 ? 11 : 0);
	int name = cols - k.name - rest, at;

	/* a name and its value belong together: what is left over stays at the right */
	k.value = at = k.name + (name > NAME_COLUMNS ? NAME_COLUMNS : name);
	at += 12;
	if (cols >= 110)
		k.range = at, at += 33;
	if (cols >= 56)
		k.count = at, at += 7;
	if (cols >= 64)
		k.better = at, at += 9;
	if (cols >= 120)
		k.when = at;
	return k;
}

static void head(struct canvas *c, struct rect r, const struct columns *k)
{
	canvas_text(c, r, 1, 0, k->name - 1, ROLE_DIM, "GROUP");
	canvas_text(c, r, 1, k->name, k->value - k->name, ROLE_DIM, "NAME");
	canvas_printf(c, r, 1, k->value, -1, ROLE_DIM, "%11s", "LAST");
	if (k->range)
		canvas_printf(c, r, 1, k->range, -1, ROLE_DIM, "%10s %10s %10s", "LEAST", "MEAN",
			      "MOST");
	if (k->count)
		canvas_printf(c, r, 1, k->count, -1, ROLE_DIM, "%6s", "TIMES");
	if (k->better)
		canvas_text(c, r, 1, k->better, -1, ROLE_DIM, " BETTER");
	if (k->when)
		canvas_printf(c, r, 1, k->when, -1, ROLE_DIM, "%9s", "AT");
}

static void row(const struct model *m, const struct number_row *n, bool again, struct canvas *c,
		struct rect r, int y, const struct columns *k)
{
	static const char *const better[] = {"", " lower", " higher"};
	char value[48], least[48], mean[48], most[48];
	const struct metric *v = &n->metric;

	metric_format(v->unit, v->value, value, sizeof(value));
	canvas_text(c, r, y, 0, k->name - 1, again ? ROLE_DIM : ROLE_TITLE,
		    m->groups[n->group].name);
	canvas_text(c, r, y, k->name, k->value - k->name, ROLE_NORMAL, v->name);
	canvas_printf(c, r, y, k->value, -1, ROLE_NORMAL, "%11s", value);
	if (k->range && v->samples > 1) {
		metric_format(v->unit, v->min, least, sizeof(least));
		metric_format(v->unit, v->mean, mean, sizeof(mean));
		metric_format(v->unit, v->max, most, sizeof(most));
		canvas_printf(c, r, y, k->range, -1, ROLE_DIM, "%10s %10s %10s", least, mean, most);
	}
	if (k->count)
		canvas_printf(c, r, y, k->count, -1, ROLE_DIM, "%6" PRIu64, v->samples);
	if (k->better)
		canvas_text(c, r, y, k->better, -1, ROLE_DIM, better[v->better]);
	if (k->when)
		canvas_printf(c, r, y, k->when, -1, ROLE_DIM, "%8.3fs", (double)v->when_ns / 1e9);
}

static void draw(const struct model *m, const struct scenario *s, struct tui_state *st,
		 struct canvas *c, struct rect r)
{
	struct list *l = &st->lists[PANE_NUMBERS];
	struct columns k = layout(r.cols);
	struct item_list items;
	int top = r.rows > 3 ? 2 : 1, i;
	char title[200];

	item_list_init(&items, m, st, PANE_NUMBERS);
	snprintf(title, sizeof(title), "NUMBERS %zu%s%s%s", items.n,
		 *l->filter ? "  filter: " : "", l->filter, st->frozen ? "  FROZEN" : "");
	canvas_rule(c, r, 0, title, true);
	if (top > 1)
		head(c, r, &k);
	list_fit(l, (int)items.n, r.rows - top);
	for (i = 0; i < r.rows - top && l->top + i < l->count; i++) {
		const struct number_row *n = &items.numbers[l->top + i];

		row(m, n, i && n[-1].group == n->group, c, r, i + top, &k);
		if (l->top + i == l->sel)
			canvas_mark_row(c, r, i + top, ROLE_CURSOR);
	}
	if (!items.n && r.rows > top)
		canvas_text(c, r, top, 0, -1, ROLE_DIM,
			    "no number yet: run a program that prints some (KEY=VALUE, JSON), or "
			    "spawn workers");
	item_list_finish(&items);
}

static bool offered(const struct model *m, const struct tui_state *st)
{
	struct metric metric;
	size_t i;

	for (i = 0; i < m->ngroups; i++)
		if (model_group_metric_at(&m->groups[i], 0, &metric))
			return true;
	return false;
}

static const enum pane panes[] = {PANE_NUMBERS};

const struct screen_def screen_numbers = {
	.digit = '#',
	.name = "Numbers",
	.summary = "what programs have printed and workers report, by name; e expects one",
	.panes = panes,
	.npanes = 1,
	.offered = offered,
	.draw = draw,
};
