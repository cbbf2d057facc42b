/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * canvas - a grid of character cells that screens draw on; knows nothing of terminals.
 *
 * Text is UTF-8 and clipped; a character that is two columns wide takes two cells (the second has
 * cp 0). Colour is by role (theme.h); meaning never stands on colour alone.
 */
#ifndef TUI_CANVAS_H
#define TUI_CANVAS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a cell means; a theme says how it looks. X(ENUM, theme key, summary) */
#define ROLE_LIST(X)                                                                               \
	X(NORMAL, "normal", "plain text")                                                          \
	X(DIM, "dim", "less important: idle, absent, past")                                        \
	X(TITLE, "title", "titles of panes")                                                       \
	X(FOCUS, "focus", "title of the focused pane")                                             \
	X(HEAD, "head", "the head line")                                                           \
	X(PAST, "past", "the head line while an earlier moment is shown")                          \
	X(BAR, "bar", "function bar")                                                              \
	X(KEY, "key", "keys in the function bar and in help")                                      \
	X(CURSOR, "cursor", "the selected row")                                                    \
	X(OK, "ok", "done, pass, placed")                                                          \
	X(WARN, "warn", "wants attention")                                                         \
	X(FAIL, "fail", "failed, misplaced")                                                       \
	X(RUNNING, "running", "a task or op that runs")                                            \
	X(WAITING, "waiting", "a task or op that waits")                                           \
	X(CGROUP, "cgroup", "cgroup paths")                                                        \
	X(LANE1, "lane1", "the Timeline's tasks or cgroups, by turns")                             \
	X(LANE2, "lane2", "the next")                                                              \
	X(LANE3, "lane3", "the next")                                                              \
	X(LANE4, "lane4", "the next")                                                              \
	X(LANE5, "lane5", "the next")                                                              \
	X(LANE6, "lane6", "the next")                                                              \
	X(PROMPT, "prompt", "the command line")                                                    \
	X(HINT, "hint", "help while typing")

enum role {
#define X(e, ...) ROLE_##e,
	ROLE_LIST(X)
#undef X
		ROLE_COUNT
};

struct cell {
	uint32_t cp; /* 0 = right half of a wide character */
	uint8_t role;
	bool reverse;
};

struct canvas {
	int rows, cols;
	struct cell *cells;
	int cursor_row, cursor_col; /* -1 = hidden */
	bool ascii;                 /* lines and marks in ASCII only */
	bool past; /* rules are double: what is drawn is not now */
};

struct rect {
	int row, col, rows, cols;
};

void canvas_init(struct canvas *c, int rows, int cols, bool ascii); /* at least 1x1 is made */
void canvas_finish(struct canvas *c);
void canvas_clear(struct canvas *c);
struct rect canvas_all(const struct canvas *c);

/*
 * Text at (row, col) of the rectangle, clipped to it and to `width` columns (-1 = to the edge).
 * Returns the columns used. Control characters show as '?'.
 */
int canvas_text(struct canvas *c, struct rect in, int row, int col, int width, enum role role,
		const char *text);
int canvas_printf(struct canvas *c, struct rect in, int row, int col, int width, enum role role,
		  const char *fmt, ...) __attribute__((format(printf, 7, 8)));
/* One cell, sanitised like text; a wide character takes the one to its right, too. */
void canvas_put(struct canvas *c, struct rect in, int row, int col, struct cell cell);
void canvas_fill(struct canvas *c, struct rect in, enum role role, uint32_t cp);
/* Give a row's cells another role and reverse video, keeping the characters (the selected row). */
void canvas_mark_row(struct canvas *c, struct rect in, int row, enum role role);
/* A horizontal rule with a title in it; the title's role is FOCUS when focused. */
void canvas_rule(struct canvas *c, struct rect in, int row, const char *title, bool focused);
void canvas_vline(struct canvas *c, struct rect in, int col);

/* Everything as text, rows ended by '\n', trailing spaces left out: for tests. */
void canvas_dump(const struct canvas *c, struct buf *out);

/* Columns a text takes. */
int canvas_width(const char *text);
int canvas_character_width(uint32_t cp); /* 0 = combining */

#endif
