/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * screen_lab - the screen to work in all day: CPUs, steps, tasks, log; one column where it is
 * narrow.
 */
#include "base/cleanup.h"
#include "tui/screen.h"

#include <stdio.h>

static int least(int a, int b)
{
	return a < b ? a : b;
}

static struct rect part(struct rect r, int row, int rows)
{
	return (struct rect){.row = r.row + row, .col = r.col, .rows = rows, .cols = r.cols};
}

static void draw_pane(enum pane p, const struct model *m, struct tui_state *st, struct canvas *c,
		      struct rect r)
{
	switch (p) {
	case PANE_CPUS:
		pane_table(m, st, PANE_CPUS, c, r);
		break;
	case PANE_STEPS:
		pane_steps(m, st, PANE_STEPS, c, r);
		break;
	case PANE_TASKS:
		pane_table(m, st, PANE_TASKS, c, r);
		break;
	default:
		pane_log(m, st, PANE_LOG, c, r);
		break;
	}
}

static void draw_wide(const struct model *m, struct tui_state *st, struct canvas *c, struct rect r)
{
	int cpus = least((int)m->ncpus + 2, r.rows * 2 / 5), top = cpus < 6 ? 6 : cpus, log,
	    split = r.cols * 55 / 100;
	struct rect left, right;

	top = least(top > r.rows / 3 ? top : r.rows / 3, r.rows / 2);
	log = r.rows / 4 < 4 ? 4 : r.rows / 4;
	left = part(r, 0, top);
	right = left;
	left.cols = split;
	right.col += split + 1;
	right.cols -= split + 1;
	pane_table(m, st, PANE_CPUS, c, left);
	canvas_vline(
		c, (struct rect){.row = left.row, .col = r.col + split, .rows = top, .cols = 1}, 0);
	pane_steps(m, st, PANE_STEPS, c, right);
	pane_table(m, st, PANE_TASKS, c, part(r, top, r.rows - top - log));
	pane_log(m, st, PANE_LOG, c, part(r, r.rows - log, log));
}

/* Narrow or low: one column; what has the focus gets the most room. */
static void draw_narrow(const struct model *m, struct tui_state *st, struct canvas *c,
			struct rect r)
{
	int log = r.rows >= 10  ? 3
		  : r.rows >= 6 ? 2
				: 0,
	    cpus = r.rows >= 18 ? least((int)m->ncpus + 2, 6) : 0;
	int steps = r.rows >= 26 ? 6 : r.rows >= 19 ? 4 : 0, rest = r.rows - log - cpus - steps;
	enum pane big = st->focus == PANE_LOG || st->focus == PANE_CPUS || st->focus == PANE_STEPS
				? st->focus
				: PANE_TASKS;

	if (cpus)
		pane_table(m, st, PANE_CPUS, c, part(r, 0, cpus));
	if (steps)
		pane_steps(m, st, PANE_STEPS, c, part(r, cpus, steps));
	/* a pane that stands there already is not shown twice */
	if ((big == PANE_CPUS && cpus) || (big == PANE_STEPS && steps) ||
	    (big == PANE_LOG && log > 2))
		big = PANE_TASKS;
	draw_pane(big, m, st, c, part(r, cpus + steps, rest));
	if (log && big != PANE_LOG)
		pane_log(m, st, PANE_LOG, c, part(r, r.rows - log, log));
}

void pane_boot(const struct model *m, struct tui_state *st, struct canvas *c, struct rect r)
{
	int y = 0, lines;
	size_t i;

	canvas_rule(c, r, y++, "BOOT", true);
	for (i = 0; i < m->nstages && y < r.rows; i++) {
		if (m->stages[i].ns)
			canvas_printf(c, r, y++, 1, -1, ROLE_OK, "+ %-10s %6.2fs",
				      m->stages[i].name, (double)m->stages[i].ns / 1e9);
		else
			canvas_printf(c, r, y++, 1, -1, ROLE_OK, "+ %-10s in the guest",
				      m->stages[i].name);
	}
	if (y < r.rows)
		canvas_printf(c, r, y++, 1, -1, ROLE_RUNNING, "> %s",
			      m->gone ? "given up" : "waiting for the agent");
	lines = r.rows - y;
	if (lines > 3)
		pane_log(m, st, PANE_LOG, c, part(r, y, lines));
}

static void draw(const struct model *m, const struct scenario *s, struct tui_state *st,
		 struct canvas *c, struct rect r)
{
	int waiter = m->ready || m->nops ? pane_waiter(m, c, r) : 0;

	r.row += waiter;
	r.rows -= waiter;
	if (!m->ready && !m->nops)
		pane_boot(m, st, c, r);
	else if (st->zoom)
		draw_pane(st->focus, m, st, c, r);
	else if (r.cols >= 90 && r.rows >= 18)
		draw_wide(m, st, c, r);
	else
		draw_narrow(m, st, c, r);
}

static const enum pane panes[] = {PANE_TASKS, PANE_STEPS, PANE_LOG, PANE_CPUS};

const struct screen_def screen_lab = {
	.digit = '1',
	.function = 12,
	.name = "Lab",
	.summary = "work here: CPUs, steps, cgroups with their tasks, log",
	.panes = panes,
	.npanes = ARRAY_SIZE(panes),
	.draw = draw,
};
