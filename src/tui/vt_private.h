/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vt_private - the state of a terminal, shared by what parses (vt_parse.c), what edits the screen
 * (vt_edit.c) and what looks at it (vt.c); nobody else includes this.
 *
 * Invariants: 0 <= at.row < rows, 0 <= at.col < cols, 0 <= top <= bottom < rows, whatever came.
 */
#ifndef TUI_VT_PRIVATE_H
#define TUI_VT_PRIVATE_H

#include "tui/vt.h"

enum { VT_PARAMS_MAX = 16, VT_NUMBER_MAX = 9999, VT_ANSWER_MAX = 4096 };

struct vt_line {
	struct cell *cells; /* up to the last one that shows something */
	int n;
};

struct vt_position {
	int row, col;
};

struct vt_pen {
	uint8_t colour; /* 0 to 7, or 8 = none */
	bool bold, reverse;
};

struct vt {
	int rows, cols;
	struct cell *screen, *main, *other; /* screen is one of the two */
	struct vt_position at, saved;
	bool wrap; /* the last column is written: the next character begins a line */
	struct vt_pen pen, saved_pen;
	int top, bottom; /* rows that scroll */
	bool cursor_shown, insert, line_drawing, cursor_keys, bracketed;
	uint32_t last; /* character, for REP */
	/* scroll-back: a ring */
	struct vt_line lines[VT_SCROLL_MAX];
	int nlines, first, scrolled;
	/* the sequence that is being said */
	enum { VT_TEXT, VT_ESCAPE, VT_CHARSET, VT_SKIP, VT_CSI, VT_STRING } state;
	int params[VT_PARAMS_MAX], nparams;
	char mark; /* '?', '>', ... or 0 */
	bool odd;  /* of a kind that is not known here: read to its end and left out */
	char utf8[4];
	size_t utf8_len;
	/* for the program */
	char answer[VT_ANSWER_MAX];
	size_t answer_len;
};

/* In vt_edit.c. */
void vt_print(struct vt *vt, uint32_t cp);
void vt_line_feed(struct vt *vt);
void vt_reverse_line_feed(struct vt *vt);
void vt_go(struct vt *vt, int row, int col);        /* clamped */
void vt_scroll_rows(struct vt *vt, int top, int n); /* up; negative: down; to the bottom margin */
void vt_shift_cells(struct vt *vt, int n);          /* from the cursor: right; negative: left */
void vt_erase(struct vt *vt, int row, int from, int to); /* cells from <= col < to, clamped */
void vt_whole_screen(struct vt *vt, bool on);
void vt_reset(struct vt *vt);
/* In vt_pen.c. The n-th number of a sequence; what is missing or 0 counts as `otherwise`. */
int vt_number(const struct vt *vt, int n, int otherwise);
void vt_set_pen(struct vt *vt);
/* In vt.c: left out when there is no room. */
void vt_answer(struct vt *vt, const char *text, size_t len);

#endif
