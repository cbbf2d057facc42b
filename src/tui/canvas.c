/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * canvas - cells, clipping, widths. Pure: the same calls give the same cells.
 * Invariant: nothing is ever written outside the rectangle given, nor outside the canvas.
 */
#include "tui/canvas.h"
#include "base/die.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

void canvas_init(struct canvas *c, int rows, int cols, bool ascii)
{
	*c = (struct canvas){
		.rows = rows > 0 ? rows : 1, .cols = cols > 0 ? cols : 1, .ascii = ascii};
	c->cells = xcalloc((size_t)c->rows * (size_t)c->cols, sizeof(*c->cells));
	canvas_clear(c);
}

void canvas_finish(struct canvas *c)
{
	free(c->cells);
	c->cells = NULL;
}

void canvas_clear(struct canvas *c)
{
	int i;

	for (i = 0; i < c->rows * c->cols; i++)
		c->cells[i] = (struct cell){.cp = ' '};
	c->cursor_row = c->cursor_col = -1;
}

struct rect canvas_all(const struct canvas *c)
{
	return (struct rect){.rows = c->rows, .cols = c->cols};
}

static struct cell *at(struct canvas *c, struct rect in, int row, int col)
{
	int r = in.row + row, k = in.col + col;

	if (row < 0 || col < 0 || row >= in.rows || col >= in.cols || r < 0 || k < 0 ||
	    r >= c->rows || k >= c->cols)
		return NULL;
	return &c->cells[r * c->cols + k];
}

static int width_of(uint32_t cp)
{
	int w;

	if (cp < 0x7f)
		return 1;
	w = wcwidth((wchar_t)cp);
	return w < 0 ? 1 : w;
}

int canvas_character_width(uint32_t cp)
{
	return width_of(cp);
}

int canvas_width(const char *text)
{
	size_t len = strlen(text), i = 0;
	uint32_t cp;
	int w = 0;

	while (i < len) {
		i += text_utf8(text + i, len - i, &cp);
		w += width_of(cp);
	}
	return w;
}

/* A wide character of which one half is written over is gone as a whole, as in a terminal. */
static void set(struct canvas *c, struct cell *dst, struct cell cell)
{
	int col = (int)(dst - c->cells) % c->cols;

	if (!dst->cp && col)
		dst[-1].cp = ' ';
	if (col + 1 < c->cols && dst->cp && !dst[1].cp)
		dst[1].cp = ' ';
	*dst = cell;
}

int canvas_text(struct canvas *c, struct rect in, int row, int col, int width, enum role role,
		const char *text)
{
	size_t len = strlen(text), i = 0;
	int used = 0, room = in.cols - col;

	if (width >= 0 && width < room)
		room = width;
	while (i < len) {
		struct cell *cell = at(c, in, row, col + used), *next;
		uint32_t cp;
		size_t n = text_utf8(text + i, len - i, &cp);
		int w;

		if (cp < 0x20 || cp == 0x7f || (c->ascii && cp > 0x7e))
			cp = '?';
		w = width_of(cp);
		if (used + w > room || !cell)
			break;
		i += n;
		if (!w)
			continue; /* combining characters are left out: a cell holds one code point
				   */
		set(c, cell, (struct cell){.cp = cp, .role = role});
		next = w == 2 ? at(c, in, row, col + used + 1) : NULL;
		if (next) {
			set(c, next, (struct cell){.cp = ' '});
			*cell = (struct cell){.cp = cp, .role = role};
			*next = (struct cell){.cp = 0, .role = role};
		}
		used += w;
	}
	return used;
}

void canvas_put(struct canvas *c, struct rect in, int row, int col, struct cell cell)
{
	struct cell *dst = at(c, in, row, col), *next;
	int w;

	if (!dst)
		return;
	/* C0 and C1 controls, and what is no character of Unicode */
	if (cell.cp < 0x20 || (cell.cp >= 0x7f && cell.cp < 0xa0) || (c->ascii && cell.cp > 0x7e) ||
	    cell.cp > 0x10ffff || (cell.cp >= 0xd800 && cell.cp < 0xe000))
		cell.cp = '?';
	w = width_of(cell.cp);
	next = w == 2 ? at(c, in, row, col + 1) : NULL;
	if (!w || (w == 2 && !next))
		cell.cp = '?';
	set(c, dst, cell);
	if (next) {
		set(c, next, (struct cell){.cp = ' '});
		*dst = cell;
		*next = (struct cell){.cp = 0, .role = cell.role, .reverse = cell.reverse};
	}
}

int canvas_printf(struct canvas *c, struct rect in, int row, int col, int width, enum role role,
		  const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return canvas_text(c, in, row, col, width, role, text);
}

void canvas_fill(struct canvas *c, struct rect in, enum role role, uint32_t cp)
{
	int r, k;

	for (r = 0; r < in.rows; r++)
		for (k = 0; k < in.cols; k++) {
			struct cell *cell = at(c, in, r, k);

			if (cell)
				set(c, cell, (struct cell){.cp = cp, .role = role});
		}
}

void canvas_mark_row(struct canvas *c, struct rect in, int row, enum role role)
{
	int k;

	for (k = 0; k < in.cols; k++) {
		struct cell *cell = at(c, in, row, k);

		if (cell) {
			cell->role = role;
			cell->reverse = true;
		}
	}
}

void canvas_rule(struct canvas *c, struct rect in, int row, const char *title, bool focused)
{
	struct rect line = {.row = in.row + row, .col = in.col, .rows = 1, .cols = in.cols};

	if (row < 0 || row >= in.rows)
		return;
	canvas_fill(c, line, ROLE_DIM, c->ascii ? c->past ? '=' : '-' : c->past ? 0x2550 : 0x2500);
	if (!*title || in.cols < 6)
		return;
	/* the focused pane is told by a mark, too, not by its colour alone */
	canvas_printf(c, line, 0, 1, in.cols - 2, focused ? ROLE_FOCUS : ROLE_TITLE, "%s%s ",
		      focused ? ">" : " ", title);
}

void canvas_vline(struct canvas *c, struct rect in, int col)
{
	int r;

	for (r = 0; r < in.rows; r++) {
		struct cell *cell = at(c, in, r, col);

		if (cell)
			*cell = (struct cell){.cp = c->ascii ? '|' : 0x2502, .role = ROLE_DIM};
	}
}

void canvas_dump(const struct canvas *c, struct buf *out)
{
	int r, k, last;

	for (r = 0; r < c->rows; r++) {
		const struct cell *row = &c->cells[r * c->cols];

		for (last = c->cols; last > 0 && row[last - 1].cp == ' '; last--)
			;
		for (k = 0; k < last; k++)
			if (row[k].cp)
				buf_add_utf8(out, row[k].cp);
		buf_addc(out, '\n');
	}
}
