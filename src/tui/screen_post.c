/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * screen_post - the post-mortem of the scheduler that ended last; it stays, whatever comes after.
 */
#include "tui/facts.h"
#include "tui/screen.h"

static void draw(const struct model *m, const struct scenario *s, struct tui_state *st,
		 struct canvas *c, struct rect r)
{
	pane_facts(m, st, PANE_POST,
		   r.cols >= 72 ? "POST-MORTEM  e expects this end, x makes a test, M a bug report"
				: "POST-MORTEM",
		   c, r);
}

static bool offered(const struct model *m, const struct tui_state *st)
{
	size_t n;

	return model_sched_ended(m, &n);
}

static const enum pane panes[] = {PANE_POST};

const struct screen_def screen_post = {
	.digit = '7',
	.function = 7,
	.name = "Post",
	.summary = "how the last scheduler ended: reason, the op before, its dump, who waited",
	.panes = panes,
	.npanes = 1,
	.offered = offered,
	.draw = draw,
};
