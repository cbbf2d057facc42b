/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * theme - how each role looks. Files themes/NAME.theme: "role = COLOUR [on COLOUR] [bold] [dim]
 * [underline] [reverse]".
 *
 * COLOUR is default, one of the eight names, bright-NAME, or 0-255. '#' begins a comment. Unknown
 * roles, colours and words are errors that name the line; a theme is taken whole or not at all.
 */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include "base/err.h"
#include "tui/canvas.h"

enum { STYLE_BOLD = 1, STYLE_DIM = 2, STYLE_UNDERLINE = 4, STYLE_REVERSE = 8 };

struct style {
	int16_t fg, bg; /* -1 = the terminal's own */
	uint8_t attrs;  /* STYLE_x */
};

struct theme {
	char name[64];
	struct style styles[ROLE_COUNT];
};

void theme_default(struct theme *t); /* built in; used when no file is found */
void theme_mono(struct theme *t);    /* no colour at all: NO_COLOR */
int theme_parse(const char *name, const char *text, size_t len, struct theme *out, struct err *err);
/* NAME looked for in $SXP_THEMES, $XDG_CONFIG_HOME/scxplore/themes, the installed folder; or a
 * path. */
int theme_load(const char *name, struct theme *out, struct err *err);
/* The names there are, sorted, as one text "default mono ..."; for completion and switching. */
void theme_names(struct buf *out);

#endif
