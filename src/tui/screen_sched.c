/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * screen_sched - the sched_ext scheduler in force: state, DSQs in order, counters. Offered once
 * there was one.
 */
#include "tui/facts.h"
#include "tui/screen.h"

static void draw(const struct model *m, const struct scenario *s, struct tui_state *st,
		 struct canvas *c, struct rect r)
{
	pane_facts(m, st, PANE_SCHED, "SCHEDULER", c, r);
}

static bool offered(const struct model *m, const struct tui_state *st)
{
	return m->nscheds > 0;
}

static const enum pane panes[] = {PANE_SCHED};

const struct screen_def screen_sched = {
	.digit = '3',
	.function = 3,
	.name = "Sched",
	.summary = "the sched_ext scheduler: state, DSQs in order, counters a second and a step",
	.panes = panes,
	.npanes = 1,
	.offered = offered,
	.draw = draw,
};
