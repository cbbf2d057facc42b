/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tui_private - what the files of tui.c share; for nobody else.
 *
 * tui.c owns the state and draws, tui_keys.c sends a key where it belongs, tui_act.c does what keys
 * and typed lines ask for, tui_cursor.c is about the row under the cursor.
 */
#ifndef TUI_TUI_PRIVATE_H
#define TUI_TUI_PRIVATE_H

#include "ops/model_still.h"
#include "tui/keymap.h"
#include "tui/screen.h"
#include "tui/tui.h"

struct tui {
	const struct tui_host *host;
	void *arg;
	struct tui_state st;
	struct theme theme;
	char *session_name;
	const struct screen_def *before_help, *before_shell;
	bool redraw, suspend;
	struct buf teardown;
	enum tui_trace trace;
	struct model timeline; /* the model, with a trace that was read again */
	bool traced; /* the host was asked to record every switch */
	struct {
		uint64_t a_sample, a_log, b_sample, b_log;
		size_t a_ops, b_ops;
		bool same, made;
	} compared; /* what the comparison was made of */
	struct model_still *still; /* of a frozen picture; NULL = it is live */
};

/* What the screen shows: of the moment that is looked back at, else what tui_now() gives. */
const struct model *tui_model(struct tui *t);
/* The model, or its figures of the moment it was frozen at. */
const struct model *tui_now(struct tui *t);
/* The same for the Timeline: with what its picture needs of the trace. */
const struct model *tui_timeline(struct tui *t);
void tui_freeze(struct tui *t, bool freeze);

/* tui_past.c: looking back. False = there is no such moment, or no record; a word was said. */
bool tui_past_show(struct tui *t, uint64_t t_ns);
void tui_past_leave(struct tui *t);
void tui_past_act(struct tui *t, enum action a);

/* tui_compare.c: what the screen Compare shows, of these two moments. */
void tui_compare_update(struct tui *t, const struct model *m);

/* tui_act.c */
void tui_act(struct tui *t, enum action a);
void tui_open_prompt(struct tui *t, const char *text);
/* Return in the prompt: a line runs, a search searches, a filter filters. */
void tui_enter_prompt(struct tui *t);
void tui_paste(struct tui *t, const struct term_key *key);

/* tui_cursor.c: the row under the cursor of the focused list. */
bool tui_cursor_set(struct tui *t, struct buf *out);
bool tui_cursor_expectation(struct tui *t, struct buf *out); /* the line it would be expected by */
void tui_cursor_open(struct tui *t);
bool tui_cursor_explain(
	struct tui *t); /* the figure; false: there is none, or it is explained already */
void tui_cursor_find_next(struct tui *t);      /* the next row that holds the searched text */
bool tui_opened_turn(struct tui *t, int code); /* true: the opened line took the key */
void tui_opened_refresh(struct tui *t);        /* a task's figures change while one looks at them */

#endif
