/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * term - the terminal: the only file that includes curses. Canvas in, keys out.
 *
 * The terminal is restored on every way out: term_finish(), die(), crashes, Ctrl-Z.
 */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include "base/err.h"
#include "tui/canvas.h"
#include "tui/theme.h"

struct term_key {
	int code;          /* keys.h */
	const char *paste; /* KEY_PASTED: at most 1 MiB; valid until the next read */
	size_t paste_len;
};

int term_init(struct err *err);
void term_finish(void);
void term_size(int *rows, int *cols);
bool term_ascii(void);                /* the locale is not UTF-8, or SCXPLORE_ASCII is set */
bool term_colours(void);              /* more than one */
bool term_read(struct term_key *key); /* false when there is none now */
void term_draw(const struct canvas *c, const struct theme *theme);
void term_resized(void); /* after SIGWINCH */
void term_redraw(void);  /* everything anew at the next draw (Ctrl-L) */
void term_suspend(void); /* Ctrl-Z: gives the terminal back until SIGCONT */

#endif
