/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pane_log - everything said, on the guest's one clock: ops, events, output, kernel, agent, host.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "tui/item.h"
#include "tui/screen.h"

#include <stdio.h>
#include <string.h>

static bool shown(const struct tui_state *st, enum pane pane, const struct model_line *l)
{
	const char *filter = st->lists[pane].filter;

	if (pane == PANE_LOG_FULL && (st->hidden_kinds & (1u << l->kind)))
		return false;
	return !*filter || strstr(l->text, filter);
}

static void row(const struct model_line *l, const char *search, struct canvas *c,
		struct rect r, int y)
{
	static const enum role roles[] = {[MARK_NONE] = ROLE_NORMAL,
					  [MARK_OK] = ROLE_OK,
					  [MARK_WARN] = ROLE_WARN,
					  [MARK_FAIL] = ROLE_FAIL};
	static const char *const marks[] = {
		[MARK_NONE] = " ", [MARK_OK] = "+", [MARK_WARN] = "!", [MARK_FAIL] = "X"};
	int used = canvas_printf(c, r, y, 0, -1, ROLE_DIM, "%8.3f ", (double)l->t_ns / 1e9);
	bool hit = *search && strstr(l->text, search);

	if (r.cols >= 60)
		used += canvas_printf(c, r, y, used, -1, ROLE_DIM, "%-6s ", log_kind_name(l->kind));
	used += canvas_printf(c, r, y, used, -1, roles[l->mark], "%s ", hit ? "*" : marks[l->mark]);
	canvas_text(c, r, y, used, -1,
		    hit                                             ? ROLE_KEY
		    : l->mark == MARK_NONE && l->kind == LOG_OUTPUT ? ROLE_TITLE
								    : roles[l->mark],
		    l->text);
}

static void title(const struct tui_state *st, enum pane pane, size_t n, char *dst, size_t size)
{
	size_t used, i;

	used = (size_t)snprintf(dst, size, "LOG %zu", n);
	for (i = 0; pane == PANE_LOG_FULL && i < LOG_KINDS && used < size; i++)
		used += (size_t)snprintf(dst + used, size - used, "  %c%s%s", "OEUKAHT"[i],
					 st -> hidden_kinds &(1u << i) ? " -" : " +",
					 log_kind_name((enum log_kind)i));
	if (*st->lists[pane].filter && used < size)
		snprintf(dst + used, size - used, "  filter: %s", st->lists[pane].filter);
}

size_t *log_rows(const struct model *m, const struct tui_state *st, enum pane pane, size_t *n)
{
	size_t *rows = xcalloc(m->nlog + 1, sizeof(*rows)), i;

	*n = 0;
	for (i = 0; i < m->nlog; i++)
		if (shown(st, pane, model_line(m, i)))
			rows[(*n)++] = i;
	return rows;
}

void pane_log(const struct model *m, struct tui_state *st, enum pane pane, struct canvas *c,
	      struct rect r)
{
	size_t n;
	cleanup_free size_t *rows = log_rows(m, st, pane, &n);
	struct list *l = &st->lists[pane];
	bool focused = st->focus == pane;
	char text[240];
	int y;

	title(st, pane, n, text, sizeof(text));
	canvas_rule(c, r, 0, text, focused);
	list_fit(l, (int)n, r.rows - 1);
	for (y = 0; y < r.rows - 1 && l->top + y < l->count; y++) {
		row(model_line(m, rows[l->top + y]), l->search, c, r, y + 1);
		if (focused && l->top + y == l->sel && !l->follow)
			canvas_mark_row(c, r, y + 1, ROLE_CURSOR);
	}
}
