/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * prompt - the line at the bottom: an editor with history and completion.
 */
#ifndef TUI_PROMPT_H
#define TUI_PROMPT_H

#include "ops/complete.h"
#include "tui/canvas.h"

#define PROMPT_MAX 4096

enum prompt_kind { PROMPT_NONE, PROMPT_COMMAND, PROMPT_SEARCH, PROMPT_FILTER, PROMPT_SORT };

struct prompt {
	enum prompt_kind kind;
	char text[PROMPT_MAX];
	size_t len, cursor;     /* bytes */
	char **history;         /* oldest first; owned */
	size_t nhistory, at;    /* at == nhistory: the line being typed */
	char saved[PROMPT_MAX]; /* that line while the history is walked */
	struct complete completion;
};

void prompt_finish(struct prompt *p);
void prompt_open(struct prompt *p, enum prompt_kind kind, const char *text);
void prompt_close(struct prompt *p);
/* Append to the history (not twice in a row). */
void prompt_remember(struct prompt *p, const char *line);
/* One key; true when it was Return (the caller takes the text and closes). Escape closes. */
bool prompt_key(struct prompt *p, int code, const struct scenario *s, const struct model *m,
		const char *const *extra);
void prompt_insert(struct prompt *p, const char *text, size_t len);
/* What may follow, for the hint line; refreshed after every key. */
void prompt_hints(struct prompt *p, const struct scenario *s, const struct model *m,
		const char *const *extra);
void prompt_draw(const struct prompt *p, struct canvas *c, struct rect line);

/* History file under $XDG_STATE_HOME/scxplore; missing or unwritable is not told. */
void prompt_load(struct prompt *p);
void prompt_save(const struct prompt *p);

#endif
