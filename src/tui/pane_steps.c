/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pane_steps - the experiment so far: backdrop and steps with their ops, state and verdict of each.
 */
#include "base/text.h"
#include "tui/screen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *pane_op_mark(const struct model_op *op, enum role *role)
{
	static const struct {
		const char *text;
		enum role role;
	} verdicts[] =
		{
			[VERDICT_PASS] = {"+ pass", ROLE_OK},
			[VERDICT_FAIL] = {"X FAIL", ROLE_FAIL},
			[VERDICT_INCONCLUSIVE] = {"? unjudged", ROLE_WARN},
			[VERDICT_SKIP] = {"- skip", ROLE_DIM},
		},
	  states[] = {
		  [OPS_QUEUED] = {". queued", ROLE_DIM},
		  [OPS_RUNNING] = {"> running", ROLE_RUNNING},
		  [OPS_DONE] = {"+ ok", ROLE_OK},
		  [OPS_FAILED] = {"X failed", ROLE_FAIL},
	  };

	if (op->verdict != VERDICT_NONE) {
		*role = verdicts[op->verdict].role;
		return verdicts[op->verdict].text;
	}
	*role = states[op->state].role;
	return states[op->state].text;
}

enum { MARK_COLS = 10, MOVED_COLS = 44 }; /* from here on there is room for sizes */

/* Of an op whose file is on its way: "> 7.9/38.1MiB", where there is no room "> 20%". */
static void moved_text(const struct model_op *op, bool narrow, char *dst, size_t size)
{
	char now[32], all[32];
	size_t n, a;

	if (narrow) {
		snprintf(dst, size, "> %.0f%%", (double)op->moved * 100 / (double)op->to_move);
		return;
	}
	text_format_size(now, sizeof(now), op->moved);
	text_format_size(all, sizeof(all), op->to_move);
	n = strcspn(now, " ");
	a = strcspn(all, " ");
	/* a unit that both have is said once */
	snprintf(dst, size, "> %.*s%s/%.*s%s", (int)n, now,
		 strcmp(now + n, all + a) ? now + n + 1 : "", (int)a, all, all + a + 1);
}

static void row(const struct model *m, size_t i, bool wide, struct canvas *c, struct rect r, int y)
{
	const struct model_op *op = &m->ops[i];
	bool step = op->op && (op->op->def->flags & OPF_STEP);
	enum role role;
	const char *mark = pane_op_mark(op, &role), *why;
	char moved[72];
	int cols = MARK_COLS, room, used;

	if (op->state == OPS_RUNNING && op->to_move) {
		moved_text(op, r.cols < MOVED_COLS, moved, sizeof(moved));
		mark = moved;
		if (canvas_width(mark) > cols)
			cols = canvas_width(mark);
	}
	room = r.cols - cols - 1;
	if (!op->step)
		used = canvas_text(c, r, y, 0, 5, ROLE_DIM, "back ");
	else
		used = canvas_printf(c, r, y, 0, 5, step ? ROLE_TITLE : ROLE_DIM,
				     step ? "%-4u " : "     ", op->step);
	used += canvas_text(c, r, y, used, room - used, step ? ROLE_TITLE : ROLE_NORMAL, op->text);
	canvas_text(c, r, y, r.cols - cols, -1, role, mark);
	why = op->verdict_text ? op->verdict_text : op->note;
	if (wide && why && used + 3 < room)
		canvas_printf(c, r, y, used + 2, room - used - 2, ROLE_DIM, "%s", why);
}

void pane_steps(const struct model *m, struct tui_state *st, enum pane pane, struct canvas *c,
		struct rect r)
{
	struct list *l = &st->lists[pane];
	bool focused = st->focus == pane, wide = pane == PANE_TEST;
	char title[120];
	unsigned failed = m->failures;
	int i;

	snprintf(title, sizeof(title), "STEPS %zu  ops %zu%s", m->nsteps - 1, m->nops,
		 failed ? "" : "  none failed");
	if (failed)
		snprintf(title, sizeof(title), "STEPS %zu  ops %zu  FAILED %u", m->nsteps - 1,
			 m->nops, failed);
	canvas_rule(c, r, 0, title, focused);
	list_fit(l, (int)m->nops, r.rows - 1);
	for (i = 0; i < r.rows - 1 && l->top + i < l->count; i++) {
		row(m, (size_t)(l->top + i), wide, c, r, i + 1);
		if (focused && l->top + i == l->sel)
			canvas_mark_row(c, r, i + 1, ROLE_CURSOR);
	}
	if (!m->nops && r.rows > 1)
		canvas_text(c, r, 1, 0, -1, ROLE_DIM,
			    "nothing yet: type : and an op, ? lists them");
}

/* "backdrop NAME" of the op under the cursor, when it made something. */
bool lab_promotion(const struct model *m, const struct tui_state *st, char *line, size_t size)
{
	enum pane pane = st->focus == PANE_TEST ? PANE_TEST : PANE_STEPS;
	int sel = st->lists[pane].sel;
	const struct op_val *name, *cgroup;
	const struct op *op;

	if (sel < 0 || (size_t)sel >= m->nops || !(op = m->ops[sel].op) ||
	    !(op->def->flags & OPF_MAKES))
		return false;
	name = op_arg(op, WARG_NAME);
	cgroup = op_arg(op, WARG_CGROUP);
	snprintf(line, size, "backdrop %s%s", name ? "" : "@", name ? name->str : cgroup->str);
	return true;
}
