/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sheet_compare - the table of what differs between two sessions (versus.h): screen 8 and
 * `scxplore compare`. Pure. Invariant: every mark stands beside its word.
 */
#include "ops/versus.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <stdio.h>

#define FIGURE(name)                                                                               \
	static void name(const struct sheet *s, const struct sheet_row *r,                         \
			 const struct sheet_column *c, struct sheet_value *v)

static const struct versus_row *row_of(const struct sheet *s, const struct sheet_row *r)
{
	return &s->ask.versus->rows[r->index];
}

static void set(struct sheet_value *v, const char *text)
{
	v->is = *text ? SHEET_KNOWN : SHEET_BLANK;
	v->more = text;
	text_copy(v->text, sizeof(v->text), text);
}

FIGURE(thing)
{
	set(v, row_of(s, r)->thing);
}

FIGURE(table)
{
	set(v, row_of(s, r)->table);
	v->mark = SHEET_DIM;
}

FIGURE(figure)
{
	if (row_of(s, r)->column)
		set(v, row_of(s, r)->column->head);
}

FIGURE(a_side)
{
	set(v, row_of(s, r)->a);
}

FIGURE(b_side)
{
	set(v, row_of(s, r)->b);
}

static void set_mark(const struct versus_row *row, struct sheet_value *v)
{
	static const enum sheet_mark marks[] = {
		[VERSUS_SAME] = SHEET_DIM,     [VERSUS_LESS] = SHEET_WAITING,
		[VERSUS_MORE] = SHEET_RUNNING, [VERSUS_DIFFERS] = SHEET_WARN,
		[VERSUS_ONLY_A] = SHEET_WARN,  [VERSUS_ONLY_B] = SHEET_WARN,
		[VERSUS_UNKNOWN] = SHEET_DIM,
	};

	v->is = SHEET_KNOWN;
	v->mark = marks[row->mark];
}

FIGURE(sign)
{
	set_mark(row_of(s, r), v);
	v->text[0] = versus_sign(row_of(s, r)->mark);
	v->text[1] = '\0';
}

FIGURE(said)
{
	set_mark(row_of(s, r), v);
	text_copy(v->text, sizeof(v->text), row_of(s, r)->said);
}

FIGURE(apart)
{
	const struct versus_row *row = row_of(s, r);

	if (row->mark == VERSUS_UNKNOWN)
		v->is = SHEET_ABSENT;
	else
		sheet_set_real(v, row->weight);
}

static void text(const struct sheet *s, const struct sheet_row *r, struct buf *out)
{
	const struct versus_row *row = row_of(s, r);

	buf_addf(out, " %s %s %s %s %c %s", row->table, row->column ? row->column->head : "",
		 row->a, row->b, versus_sign(row->mark), row->said);
}

static void describe(const struct sheet *s, const struct sheet_row *r, struct buf *out)
{
	const struct versus_row *row = row_of(s, r);

	buf_addf(out, "%s%s%s: %s\nA %s: %s\nB %s: %s\n", row->thing, row->column ? ", " : "",
		 row->column ? row->column->says : "", row->said, s->ask.versus->a,
		 *row->a ? row->a : "nothing", s->ask.versus->b, *row->b ? row->b : "nothing");
}

static void build(struct sheet *s)
{
	size_t i;

	for (i = 0; s->ask.versus && i < s->ask.versus->n; i++) {
		struct sheet_row row = {.index = (uint32_t)i, .id = i + 1};

		if (sheet_keeps(s, &row))
			sheet_add(s, row);
	}
	sheet_sort(s, 0);
}

#define BOTH "both sessions, each at its own moment of the lockstep"

static const struct sheet_column columns[] = {
	{"thing", "THING", SHEET_TEXT, 8, 40, 0, .left = true, .value = thing,
	 .says = "a task, cgroup, CPU, number, counter, scheduler or op that both have or one has",
	 .from = "joined by name: pids differ from session to session"},
	{"mark", "?", SHEET_TEXT, 1, 0, 1, .left = true, .value = sign,
	 .says = "> B has more, < less, ! it differs, A or B: only there, ? not known on one side, = the "
		 "same: within a tenth, of times a quarter, of shares 5 percent",
	 .from = BOTH},
	{"figure", "FIGURE", SHEET_TEXT, 8, 14, 2, .left = true, .value = figure,
	 .says = "which of its figures; blank: the thing itself", .from = BOTH},
	{"a", "A", SHEET_TEXT, 8, 30, 3, .value = a_side, .says = "in the session that is shown",
	 .from = BOTH},
	{"b", "B", SHEET_TEXT, 8, 30, 4, .value = b_side, .says = "in the one it is compared with",
	 .from = BOTH},
	{"said", "B AGAINST A", SHEET_TEXT, 11, 16, 5, .left = true, .value = said,
	 .says = "the mark in words: by how much more or less", .from = BOTH},
	{"table", "TABLE", SHEET_TEXT, 8, 0, 6, .left = true, .value = table,
	 .says = "the table the figure is in", .from = BOTH},
	{"apart", "APART", SHEET_REAL, 6, 0, 7, .value = apart,
	 .says = "how far apart, to sort by: 1 = twice as much or half, 2 = four times; 32 and up "
		 "= no "
		 "number",
	 .from = BOTH, .absent = "it is not known on one side"},
};

const struct sheet_def sheet_compare = {
	.name = "compare",
	.summary = "a row is a figure that differs between two sessions",
	.empty = "no figure differs at this moment: D shows those that are the same, too",
	.columns = columns,
	.ncolumns = ARRAY_SIZE(columns),
	.build = build,
	.text = text,
	.describe = describe,
};
