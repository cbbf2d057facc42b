/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * screen_test - the experiment as a test: every op with what it did, every expectation with its
 * reason, and how to export it.
 */
#include "base/cleanup.h"
#include "tui/screen.h"

#include <stdio.h>

static unsigned count(const struct model *m, enum verdict v)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < m->nops; i++)
		n += m->ops[i].verdict == v;
	return n;
}

static void draw(const struct model *m, const struct scenario *s, struct tui_state *st,
		 struct canvas *c, struct rect r)
{
	struct list *l = &st->lists[PANE_TEST];
	/* the rule, the op, why, and the count; the same height wherever the cursor is */
	int foot = r.rows >= 16 ? 6 : r.rows >= 9 ? 4 : 0;
	const struct model_op *op;
	struct rect low = {
		.row = r.row + r.rows - foot, .col = r.col, .rows = foot, .cols = r.cols};

	r.rows -= foot;
	pane_steps(m, st, PANE_TEST, c, r);
	if (!foot)
		return;
	canvas_rule(c, low, 0, "UNDER THE CURSOR", false);
	op = l->sel >= 0 && (size_t)l->sel < m->nops ? &m->ops[l->sel] : NULL;
	if (op) {
		struct rect why = {
			.row = low.row + 2, .col = low.col, .rows = foot - 3, .cols = low.cols};

		canvas_text(c, low, 1, 0, -1, ROLE_NORMAL, op->text);
		frame_wrap(op->verdict_text ? op->verdict_text
			   : op->note       ? op->note
					    : "not reached yet",
			   low.cols, op->verdict == VERDICT_FAIL ? ROLE_FAIL : ROLE_DIM, c, why, 0);
	}
	canvas_printf(c, low, foot - 1, 0, -1, ROLE_HINT,
		      "%u pass, %u fail, %u unjudged, %u skipped   x to C, e expect, b promote",
		      count(m, VERDICT_PASS), count(m, VERDICT_FAIL),
		      count(m, VERDICT_INCONCLUSIVE), count(m, VERDICT_SKIP));
}

static const enum pane panes[] = {PANE_TEST};

const struct screen_def screen_test = {
	.digit = '6',
	.function = 6,
	.name = "Test",
	.summary = "steps, expectations with their reasons, export",
	.panes = panes,
	.npanes = 1,
	.draw = draw,
};
