/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * screen_tasks - the truth about tasks: cgroups as a tree, tasks and threads with every figure
 * there is, and below the CPUs where there is room.
 */
#include "base/cleanup.h"
#include "tui/screen.h"

static void draw(const struct model *m, const struct scenario *s, struct tui_state *st,
		 struct canvas *c, struct rect r)
{
	int waiter = pane_waiter(m, c, r), cpus;
	struct rect low;

	r.row += waiter;
	r.rows -= waiter;
	cpus = r.rows >= 24 ? (int)m->ncpus + 2 : 0;
	if (cpus > r.rows / 3)
		cpus = r.rows / 3;
	if (st->zoom || !cpus) {
		pane_table(m, st, st->focus == PANE_CPUS ? PANE_CPUS : PANE_TASKS, c, r);
		return;
	}
	low = (struct rect){
		.row = r.row + r.rows - cpus, .col = r.col, .rows = cpus, .cols = r.cols};
	r.rows -= cpus;
	pane_table(m, st, PANE_TASKS, c, r);
	pane_table(m, st, PANE_CPUS, c, low);
}

static const enum pane panes[] = {PANE_TASKS, PANE_CPUS};

const struct screen_def screen_tasks = {
	.digit = '2',
	.function = 2,
	.name = "Tasks",
	.summary = "every task and thread with all its figures, by cgroup; CPUs by LLC and node",
	.panes = panes,
	.npanes = ARRAY_SIZE(panes),
	.draw = draw,
};
