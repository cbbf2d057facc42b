/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * screen - one full screen: a const row of data and a pure drawing function.
 *
 * draw() writes the canvas and, for lists, the sizes it found (count, height); nothing else.
 */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include "ops/scenario.h"
#include "tui/state.h"

struct screen_def {
	char digit;             /* its key: '1' ... or a sign; no two alike (tui.c) */
	int function;           /* n of Fn for the same; 0 = none */
	const char *name;       /* in the function bar */
	const char *summary;    /* in help */
	const enum pane *panes; /* in Tab order */
	size_t npanes;
	bool (*offered)(const struct model *m, const struct tui_state *st); /* NULL = always; else not
									       in the bar before */
	void (*draw)(const struct model *m, const struct scenario *s, struct tui_state *st,
		     struct canvas *c, struct rect r);
	/* A key of its own, before lists, the table of keys and ops have it; true = taken. `said`
	 * gets a word for the person, or NULL. NULL = it has none. */
	bool (*key)(const struct model *m, struct tui_state *st, int code, const char **said);
	/* Goes to what the focused list's search names, next after the cursor; NULL = the rows of the focused list
	 * are searched. */
	bool (*find)(const struct model *m, struct tui_state *st);
};

extern const struct screen_def screen_lab, screen_tasks, screen_sched, screen_timeline, screen_log, screen_test,
	screen_post, screen_compare, screen_numbers, screen_console, screen_shell,
	screen_help;
const struct screen_def *screen_at(size_t i); /* NULL past the end */

/* Panes that more than one screen shows. */
void pane_log(const struct model *m, struct tui_state *st, enum pane pane, struct canvas *c,
	      struct rect r);
/* "+ ok", "X FAIL": state of an op, or its verdict. */
const char *pane_op_mark(const struct model_op *op, enum role *role);
void pane_steps(const struct model *m, struct tui_state *st, enum pane pane, struct canvas *c,
		struct rect r);
/* A table (ops/sheet.h) with its title; which one a pane shows, NULL = it is no table. */
void pane_table(const struct model *m, struct tui_state *st, enum pane pane, struct canvas *c,
		struct rect r);
const struct sheet_def *pane_sheet(enum pane pane);
/* Built as the pane's list wants it; sheet_finish() ends it. */
void pane_sheet_build(struct sheet *s, const struct model *m, const struct tui_state *st, enum pane pane);
/* One or two lines: who waits longest, for how long, held where. Returns the rows used. */
int pane_waiter(const struct model *m, struct canvas *c, struct rect r);
void pane_boot(const struct model *m, struct tui_state *st, struct canvas *c, struct rect r);

/* The head line(s), message, prompt and function bar around a screen; returns what is left for it.
 */
struct rect frame_draw(const struct model *m, struct tui_state *st, struct canvas *c);
/* Lines of a text wrapped to a width; draws those from row `y` on, of which some may be above the
 * rectangle, when there is a canvas. Returns their number. */
int frame_wrap(const char *text, int width, enum role role, struct canvas *c, struct rect r, int y);
/* The opened line, wrapped, over the lower part of what is left; turned in pages where it is more. */
void frame_draw_opened(struct tui_state *st, struct canvas *c, struct rect r);

/* The op that promotes what is under the cursor, to be put into the prompt; false when there is
 * nothing. */
bool lab_promotion(const struct model *m, const struct tui_state *st, char *line, size_t size);

#endif
