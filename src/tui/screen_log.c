/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * screen_log - the whole log, kinds switched on and off, searched and filtered; and the console.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "tui/screen.h"

#include <string.h>

static void draw_log(const struct model *m, const struct scenario *s, struct tui_state *st,
		     struct canvas *c, struct rect r)
{
	pane_log(m, st, PANE_LOG_FULL, c, r);
}

static const enum pane log_panes[] = {PANE_LOG_FULL};

const struct screen_def screen_log = {
	.digit = '5',
	.function = 5,
	.name = "Log",
	.summary = "everything said, on one clock; O E U K A H T switch kinds",
	.panes = log_panes,
	.npanes = 1,
	.draw = draw_log,
};

static int count_lines(const char *text, size_t len)
{
	int n = 0;
	size_t i;

	for (i = 0; i < len; i++)
		n += text[i] == '\n';
	return n + (len && text[len - 1] != '\n');
}

static void draw_console(const struct model *m, const struct scenario *s, struct tui_state *st,
			 struct canvas *c, struct rect r)
{
	struct list *l = &st->lists[PANE_CONSOLE];
	const char *p = st->console, *end = p + st->console_len;
	int n = count_lines(p, st->console_len), i, y = 0;

	canvas_rule(c, r, 0,
		    st->console_len ? "CONSOLE of the guest" : "CONSOLE: nothing was printed",
		    true);
	list_fit(l, n, r.rows - 1);
	for (i = 0; p < end && y < r.rows - 1; i++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((nl ? nl : end) - p);
		char line[512];

		if (i >= l->top) {
			text_sanitise(line, sizeof(line), p,
				      len && p[len - 1] == '\r' ? len - 1 : len);
			canvas_text(c, r, ++y, 0, -1, ROLE_NORMAL, line);
		}
		p += len + 1;
	}
}

static const enum pane console_panes[] = {PANE_CONSOLE};

const struct screen_def screen_console = {
	.digit = '9',
	.function = 9,
	.name = "Console",
	.summary = "what the guest printed to its serial console",
	.panes = console_panes,
	.npanes = 1,
	.draw = draw_console,
};
