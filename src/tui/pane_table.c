/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pane_table - any table of things (ops/sheet.h) as a pane: title, heads, rows, the cursor's row
 * and column. Only the rows in sight are put into words.
 */
#include "tui/list_columns.h"
#include "tui/screen.h"

#include <stdio.h>
#include <string.h>

enum { NARROW = 60 }; /* below this, a level of a tree is one column */

/* Which table a pane shows; a pane that is added with a row here has all keys of a list. */
static const struct sheet_def *const sheets[PANE_COUNT] = {
	[PANE_CPUS] = &sheet_cpus,
	[PANE_TASKS] = &sheet_tasks,
	[PANE_COMPARE] = &sheet_compare,
};

const struct sheet_def *pane_sheet(enum pane pane)
{
	return pane < PANE_COUNT ? sheets[pane] : NULL;
}

void pane_sheet_build(struct sheet *s, const struct model *m, const struct tui_state *st,
		      enum pane pane)
{
	const struct list *l = &st->lists[pane];

	sheet_build(s, sheets[pane], m,
		    &(struct sheet_ask){.filter = l->filter,
					.sort = l->sort,
					.reverse = l->reverse,
					.outline = l->outline,
					.versus = &st->compare.versus});
}

static enum role role_of(enum sheet_mark mark)
{
	static const enum role roles[] = {
		[SHEET_PLAIN] = ROLE_NORMAL,    [SHEET_DIM] = ROLE_DIM,
		[SHEET_OK] = ROLE_OK,           [SHEET_WARN] = ROLE_WARN,
		[SHEET_FAIL] = ROLE_FAIL,       [SHEET_RUNNING] = ROLE_RUNNING,
		[SHEET_WAITING] = ROLE_WAITING, [SHEET_CGROUP] = ROLE_CGROUP,
	};

	return roles[mark];
}

static void title(const struct sheet *s, const struct list *l, const struct tui_state *st,
		  char *dst, size_t size)
{
	static const char *const outlines[] = {"", "  processes", "  only groups", "  flat"};
	size_t used = 0, i, things = 0;
	char name[32];

	for (i = 0; i + 1 < sizeof(name) && s->def->name[i]; i++)
		name[i] = (char)(s->def->name[i] -
				 (s->def->name[i] >= 'a' && s->def->name[i] <= 'z' ? 32 : 0));
	name[i] = '\0';
	things = s->def == &sheet_tasks  ? s->model->ntasks
		 : s->def == &sheet_cpus ? s->model->ncpus
					 : s->n;
	used += (size_t)snprintf(dst, size, "%s %zu%s", name, things, outlines[l->outline]);
	if (*l->filter && used < size)
		used += (size_t)snprintf(dst + used, size - used, "  filter: %s", l->filter);
	if (l->sort && used < size)
		used += (size_t)snprintf(dst + used, size - used, "  sort: %s %s",
					 s->def->columns[l->sort - 1].head, l->reverse ? "^" : "v");
	if (l->follow && used < size)
		used += (size_t)snprintf(dst + used, size - used, "  follow");
	if (st->frozen && used < size)
		snprintf(dst + used, size - used, "  FROZEN");
}

static void heads(const struct list *l, const struct sheet_def *def,
		  const struct list_place *places, int n, bool focused, struct canvas *c,
		  struct rect r, int y)
{
	int i, x, width;

	for (i = 0; i < n; i++) {
		const struct sheet_column *col = &def->columns[places[i].column];

		width = canvas_width(col->head);
		x = col->left || width > places[i].width ? places[i].x
							 : places[i].x + places[i].width - width;
		canvas_text(c, r, y, x, places[i].width,
			    focused && l->column && places[i].column == l->order[l->column]
				    ? ROLE_KEY
				    : ROLE_DIM,
			    col->head);
	}
	if (focused && n && places[n - 1].column != l->order[l->norder - 1])
		canvas_text(c, r, y, r.cols - 1, 1, ROLE_HINT, ">");
	if (focused && l->first)
		canvas_text(c, r, y, places[0].width, 1, ROLE_HINT, "<");
}

/* A group's name goes over the columns that have nothing to say of it. */
static int name_width(const struct sheet *s, const struct sheet_row *r,
		      const struct list_place *places, int n, int cols)
{
	struct sheet_value v;
	int i;

	for (i = 1; i < n; i++) {
		sheet_value(s, r, (size_t)places[i].column, &v);
		if (v.is != SHEET_BLANK)
			return places[i].x - 1;
	}
	return cols;
}

static void row(const struct sheet *s, const struct sheet_row *r, const struct list_place *places,
		int n, struct canvas *c, struct rect in, int y)
{
	int i, x, width, room, indent = r->depth * (in.cols < NARROW ? 1 : 2);
	struct sheet_value v;
	char text[200];

	for (i = 0; i < n; i++) {
		const struct sheet_column *col = &s->def->columns[places[i].column];

		sheet_value(s, r, (size_t)places[i].column, &v);
		list_shorten(col, &v, places[i].width, text, sizeof(text));
		width = canvas_width(text);
		room = i ? places[i].width : name_width(s, r, places, n, in.cols) - indent;
		x = !i                          ? indent
		    : col->left || width > room ? places[i].x
						: places[i].x + room - width;
		canvas_text(c, in, y, x, room, v.is == SHEET_KNOWN ? role_of(v.mark) : ROLE_DIM,
			    text);
	}
}

/* Columns that have a value in one of the rows in sight have their place from then on. */
static void look(struct list *l, const struct sheet *s, int rows)
{
	struct sheet_value v;
	size_t i, k;

	for (i = (size_t)l->top; i < s->n && (int)i < l->top + rows; i++)
		for (k = 0; k < s->def->ncolumns && k < LIST_COLUMNS; k++) {
			if (l->seen >> k & 1)
				continue;
			sheet_value(s, &s->rows[i], k, &v);
			if (v.is == SHEET_KNOWN)
				l->seen |= UINT64_C(1) << k;
		}
}

/* The cursor stays on its row when the list is followed, wherever that goes. */
static void follow(struct list *l, const struct sheet *s)
{
	size_t i;

	if (l->follow && l->id)
		for (i = 0; i < s->n; i++)
			if (s->rows[i].id == l->id) {
				l->sel = (int)i;
				return;
			}
}

void pane_table(const struct model *m, struct tui_state *st, enum pane pane, struct canvas *c,
		struct rect r)
{
	struct list *l = &st->lists[pane];
	bool focused = st->focus == pane;
	struct list_place places[LIST_COLUMNS];
	/* where every row counts there are no titles */
	int top = r.rows > 3 ? 2 : 0, n, i;
	struct sheet_ask ask = {.filter = l->filter, .sort = l->sort};
	struct sheet s;
	char text[320];

	pane_sheet_build(&s, m, st, pane);
	l->table = true;
	l->costs = st->live;
	follow(l, &s);
	list_fit(l, (int)s.n, r.rows - top);
	l->id = l->sel >= 0 && (size_t)l->sel < s.n ? s.rows[l->sel].id : 0;
	look(l, &s, r.rows - top);
	n = list_columns(l, s.def, r.cols, places);
	st->watched |= sheet_asks_watched(s.def, &ask);
	for (i = 0; i < n; i++)
		st->watched |= s.def->columns[places[i].column].watched;
	if (top) {
		title(&s, l, st, text, sizeof(text));
		canvas_rule(c, r, 0, text, focused);
		heads(l, s.def, places, n, focused, c, r, 1);
	}
	for (i = 0; i < r.rows - top && l->top + i < l->count; i++) {
		row(&s, &s.rows[l->top + i], places, n, c, r, i + top);
		if (focused && l->top + i == l->sel)
			canvas_mark_row(c, r, i + top, ROLE_CURSOR);
	}
	if (!s.n && r.rows > top)
		canvas_text(c, r, top, 0, -1, ROLE_DIM,
			    *l->filter ? "nothing passes the filter; Esc takes it away"
				       : s.def->empty);
	sheet_finish(&s);
}
