/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state - what the screens remember between draws: selection, scroll, filter, which screen. No
 * model data.
 */
#ifndef TUI_STATE_H
#define TUI_STATE_H

#include "ops/model.h"
#include "ops/sheet.h"
#include "ops/versus.h"
#include "tui/prompt.h"
#include "tui/shell_view.h"
#include "tui/timeline.h"

#define LIST_COLUMNS 64 /* at most in a table */

/* What a list of rows remembers; lists of things with figures (ops/sheet.h) use the second half, too. */
struct list {
	int count;   /* rows of the last draw */
	int sel;     /* selected row; -1 = none */
	int top;     /* first row shown */
	int height;  /* rows that fitted at the last draw */
	bool follow; /* stick to the end; a table: stick to the row under the cursor */
	char filter[128], search[128];
	bool table;
	uint64_t id;  /* of the row under the cursor as it was drawn; 0 = it has moved since */
	int column;   /* the cursor's, among those in `order` */
	int first;    /* how many in `order` are scrolled past; the first always stays */
	unsigned sort; /* column + 1; 0 = the table's own order */
	bool reverse;
	enum sheet_outline outline;
	bool costs; /* a guest lives: columns that are sheet_column.watched wait until they are asked for */
	uint64_t seen; /* bits of columns that have had a value in sight */
	int order[LIST_COLUMNS], norder; /* columns as they stand from left to right */
};

enum pane {
	PANE_CPUS,
	PANE_STEPS,
	PANE_TASKS,
	PANE_LOG,
	PANE_LOG_FULL,
	PANE_TEST,
	PANE_HELP,
	PANE_CONSOLE,
	PANE_SHELL,
	PANE_NUMBERS,
	PANE_SCHED,
	PANE_POST,
	PANE_TIMELINE,
	PANE_LOCKSTEP,
	PANE_COMPARE,
	PANE_COUNT
};

/* Another session beside the one that is shown (screen 8); set by tui_compare.c. */
struct compare_view {
	const char *name;               /* NULL = there is none */
	const struct model *mine;        /* the session that is shown, whole; like the next two of a draw */
	const struct model *other, *all; /* at its moment of the lockstep; whole */
	uint64_t at_ns;                 /* that moment; 0 = its end */
	struct versus_steps steps;
	struct versus versus;
	bool same; /* figures that are the same are shown, too */
};

struct tui_state {
	const struct screen_def *screen;
	struct list lists[PANE_COUNT];
	enum pane focus; /* among the panes of the screen */
	bool zoom;
	bool frozen;
	bool live; /* there is a guest, and what is shown is of now */
	bool watched; /* what stands in the picture asks for a column that is sheet_column.watched */
	unsigned hidden_kinds; /* bits of enum log_kind not shown on the Log screen */
	struct prompt prompt;
	char message[600]; /* the last word to the person */
	enum role message_role;
	bool recording;
	const char *session_name;
	const char *teardown; /* what the next step would remove; "" = nothing */
	const char *console;  /* raw; valid during a draw */
	size_t console_len;
	bool confirm_quit;
	struct shell_view shell;
	struct timeline timeline;
	struct compare_view compare;
	uint64_t past_ns; /* every screen shows what was known then; 0 = now */
	uint64_t newest_ns; /* of the session, while an earlier moment is shown */
	struct buf opened;  /* the line that was opened, in words; empty = none */
	bool explained; /* it is what ? has said: the next ? is for all of help */
	int opened_top, opened_page; /* its first line in sight, and how many are */
	enum pane opened_pane; /* it is a row of this table, and told anew with each picture, */
	uint64_t opened_id;    /* by the row's id; 0 = it is none */
};

/* Keys of every list: true when taken. */
bool list_key(struct list *l, int code);
/* Clamp and scroll for a draw of `count` rows in `height`. */
void list_fit(struct list *l, int count, int height);

#endif
