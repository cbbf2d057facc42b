/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * screen_shell - the guest's shell in a pane: a rule that says where it runs and how to leave, and
 * below it the shell's terminal.
 */
#include "tui/screen.h"

#include <stdio.h>

static void title(const struct model *m, const struct shell_view *v, char *dst, size_t size)
{
	int back = v->vt ? vt_scrolled(v->vt) : 0;

	if (v->open && back)
		snprintf(dst, size, "SHELL %d lines back  PgDn goes on, ^] leaves", back);
	else if (v->open && m->shell_pid)
		snprintf(dst, size, "SHELL in %s  ^] leaves, PgUp scrolls",
			 *v->cgroup ? v->cgroup : "/");
	else if (v->open)
		snprintf(dst, size, "SHELL is being started  ^] leaves");
	else if (*v->ended)
		snprintf(dst, size, "SHELL %s  Enter opens another", v->ended);
	else
		snprintf(dst, size, "SHELL  Enter opens one");
}

static void draw(const struct model *m, const struct scenario *s, struct tui_state *st,
		 struct canvas *c, struct rect r)
{
	const struct shell_view *v = &st->shell;
	struct rect low = {.row = r.row + 1, .col = r.col, .rows = r.rows - 1, .cols = r.cols};
	char text[600];

	title(m, v, text, sizeof(text));
	canvas_rule(c, r, 0, text, true);
	if (v->vt)
		vt_draw(v->vt, c, low);
	else
		canvas_text(c, low, 0, 0, -1, ROLE_DIM,
			    "what is typed in a shell is no op: it is noted, and not replayed");
	if (!v->open || st->prompt.kind)
		c->cursor_row = st->prompt.kind ? c->cursor_row : -1;
}

static const enum pane panes[] = {PANE_SHELL};

const struct screen_def screen_shell = {
	.digit = '0',
	.function = 11,
	.name = "Shell",
	.summary = "a shell in the guest; what is typed there is no op and is not replayed",
	.panes = panes,
	.npanes = 1,
	.draw = draw,
};
