/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * screen_compare - two sessions side by side: their ops in lockstep, and what differs between them
 * at the moment both stand at. [ ] { } ( ) @ move both. Offered once a second session is open.
 */
#include "base/cleanup.h"
#include "tui/screen.h"

#include <stdio.h>
#include <string.h>

enum { TALL = 14, LOCKSTEP_MIN = 5, LOCKSTEP_MOST = 14, MARK_COLS = 11, MARKS_FROM = 34 };

/* Whose op it is, and whether it came to the same. */
static char sign(const struct model_op *a, const struct model_op *b)
{
	if (!a || !b)
		return a ? 'A' : 'B';
	return a->state == b->state && a->verdict == b->verdict ? '=' : '!';
}

/* The last row that is over in the session that is shown; -1 = none is. */
static int here(const struct model *m, const struct compare_view *v)
{
	int found = -1;
	size_t i;

	for (i = 0; i < v->steps.n; i++) {
		uint32_t a = v->steps.rows[i].a;

		if (a != VERSUS_NONE && a < m->nops && m->ops[a].state >= OPS_DONE)
			found = (int)i;
	}
	return found;
}

static const struct model_op *op_of(const struct model *m, uint32_t at)
{
	return at != VERSUS_NONE && at < m->nops ? &m->ops[at] : NULL;
}

/* An op that is not there yet at the moment is dim, as it will be. */
static void half(const struct model *now, const struct model *all, uint32_t at, struct canvas *c,
		 struct rect r, int y)
{
	const struct model_op *op = op_of(now, at), *later = op_of(all, at);
	int marks = r.cols >= MARKS_FROM ? MARK_COLS : 2;
	enum role role = ROLE_DIM;
	const char *mark = op ? pane_op_mark(op, &role) : ". later";

	if (!later)
		return;
	canvas_text(c, r, y, 0, r.cols - marks - 1, op ? ROLE_NORMAL : ROLE_DIM, later->text);
	canvas_text(c, r, y, r.cols - marks, marks == 2 ? 1 : -1, role, mark);
}

/* The name where there is room for it. */
static void side_title(const char *which, const char *name, uint64_t t_ns, int cols, char *dst,
		       size_t size)
{
	if (cols >= 36)
		snprintf(dst, size, "%s %.*s at %.3fs", which, cols - 28, name, (double)t_ns / 1e9);
	else
		snprintf(dst, size, "%s at %.3fs", strrchr(which, ' ') ? "A" : which,
			 (double)t_ns / 1e9);
}

static void lockstep(const struct model *m, struct tui_state *st, struct canvas *c, struct rect r)
{
	struct compare_view *v = &st->compare;
	struct list *l = &st->lists[PANE_LOCKSTEP];
	bool focused = st->focus == PANE_LOCKSTEP;
	struct rect left = r, right = r;
	char title[200];
	int i, y;

	left.cols = (r.cols - 3) / 2;
	right.col += left.cols + 3;
	right.cols = r.cols - left.cols - 3;
	side_title("LOCKSTEP  A", st->session_name, st->past_ns ? st->past_ns : m->now_ns, left.cols,
		   title, sizeof(title));
	canvas_rule(c, r, 0, title, focused);
	side_title("B", v->name, v->at_ns ? v->at_ns : v->other->now_ns, right.cols, title,
		   sizeof(title));
	canvas_rule(c, right, 0, title, false);
	list_fit(l, (int)v->steps.n, r.rows - 1);
	if (l->follow) {
		l->sel = here(m, v);
		l->top = l->sel - (r.rows - 1) / 2;
		if (l->top > l->count - (r.rows - 1))
			l->top = l->count - (r.rows - 1);
		if (l->top < 0)
			l->top = 0;
	}
	for (i = l->top, y = 1; y < r.rows && i < l->count; i++, y++) {
		const struct versus_step *s = &v->steps.rows[i];
		const struct model_op *a = op_of(m, s->a), *b = op_of(v->other, s->b);
		char one = s->a == VERSUS_NONE   ? 'B'
			   : s->b == VERSUS_NONE ? 'A'
			   : a && b              ? sign(a, b)
						 : ' ';

		half(m, v->mine, s->a, c, left, y);
		half(v->other, v->all, s->b, c, right, y);
		canvas_printf(c, r, y, left.cols + 1, 1, one == '=' ? ROLE_DIM : ROLE_WARN, "%c",
			      one);
		if (i == l->sel)
			canvas_mark_row(c, r, y, ROLE_CURSOR);
	}
	if (!v->steps.n && r.rows > 1)
		canvas_text(c, r, 1, 0, -1, ROLE_DIM, "neither session has an op");
}

static void draw(const struct model *m, const struct scenario *s, struct tui_state *st,
		 struct canvas *c, struct rect r)
{
	struct compare_view *v = &st->compare;
	struct rect low = r;
	int rows;

	if (!v->name) {
		canvas_text(c, r, 0, 0, -1, ROLE_HINT,
			    ":compare FILE.session holds a recorded session beside this one");
		return;
	}
	canvas_printf(c, r, r.rows - 1, 0, -1, ROLE_HINT,
		      r.cols < 60 ? "%zu differ%s  [ ] move both  D %s"
				  : "%zu differ%s   [ ] { } ( ) move both, F to the end, D %s",
		      v->versus.differ, v->versus.differ == 1 ? "s" : "",
		      v->same ? "differences" : "all");
	r.rows--;
	if (r.rows < TALL || st->zoom) {
		if (st->focus == PANE_LOCKSTEP)
			lockstep(m, st, c, r);
		else
			pane_table(m, st, PANE_COMPARE, c, r);
		return;
	}
	rows = r.rows / 3;
	rows = rows < LOCKSTEP_MIN ? LOCKSTEP_MIN : rows > LOCKSTEP_MOST ? LOCKSTEP_MOST : rows;
	low = (struct rect){
		.row = r.row + rows, .col = r.col, .rows = r.rows - rows, .cols = r.cols};
	r.rows = rows;
	lockstep(m, st, c, r);
	pane_table(m, st, PANE_COMPARE, c, low);
}

static bool offered(const struct model *m, const struct tui_state *st)
{
	return st->compare.name;
}

static bool key(const struct model *m, struct tui_state *st, int code, const char **said)
{
	if (code != 'D')
		return false;
	st->compare.same = !st->compare.same;
	*said = st->compare.same ? "all figures are shown" : "only figures that differ are shown";
	return true;
}

static const enum pane panes[] = {PANE_COMPARE, PANE_LOCKSTEP};

const struct screen_def screen_compare = {
	.digit = '8',
	.function = 8,
	.name = "Compare",
	.summary = "two sessions side by side in lockstep, what differs marked; :compare FILE "
		   "opens the other",
	.panes = panes,
	.npanes = ARRAY_SIZE(panes),
	.offered = offered,
	.draw = draw,
	.key = key,
};
