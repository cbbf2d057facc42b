/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vt_edit - what changes the cells of a terminal: printing, scrolling, erasing, shifting, sizes.
 * Invariant: every index is clamped here, so that no sequence can name a cell that is not there.
 */
#include "tui/vt_private.h"
#include "base/cleanup.h"
#include "base/die.h"

#include <string.h>

static const struct cell blank = {.cp = ' '};

static int between(int n, int low, int high)
{
	return n < low ? low : n > high ? high : n;
}

static struct cell *row_of(struct vt *vt, int row)
{
	return vt->screen + (size_t)row * (size_t)vt->cols;
}

void vt_go(struct vt *vt, int row, int col)
{
	vt->at.row = between(row, 0, vt->rows - 1);
	vt->at.col = between(col, 0, vt->cols - 1);
	vt->wrap = false;
}

void vt_erase(struct vt *vt, int row, int from, int to)
{
	struct cell *cells;
	int i;

	if (row < 0 || row >= vt->rows)
		return;
	cells = row_of(vt, row);
	from = between(from, 0, vt->cols);
	to = between(to, 0, vt->cols);
	/* no half of a wide character stays */
	if (from > 0 && from < vt->cols && !cells[from].cp)
		cells[from - 1] = blank;
	for (i = from; i < to; i++)
		cells[i] = blank;
	if (to < vt->cols && !cells[to].cp)
		cells[to] = blank;
}

/* A line that leaves the screen above is kept. */
static void keep_line(struct vt *vt, const struct cell *cells)
{
	struct vt_line *line;
	int n = vt->cols;

	if (vt->nlines == VT_SCROLL_MAX) {
		line = &vt->lines[vt->first];
		vt->first = (vt->first + 1) % VT_SCROLL_MAX;
		free(line->cells);
	} else {
		line = &vt->lines[(vt->first + vt->nlines++) % VT_SCROLL_MAX];
	}
	while (n && cells[n - 1].cp == ' ' && !cells[n - 1].reverse)
		n--;
	*line = (struct vt_line){.n = n};
	if (n) {
		line->cells = xcalloc((size_t)n, sizeof(*cells));
		memcpy(line->cells, cells, (size_t)n * sizeof(*cells));
	}
	/* who reads above goes on reading the same lines */
	if (vt->scrolled && vt->scrolled < vt->nlines)
		vt->scrolled++;
}

void vt_scroll_rows(struct vt *vt, int top, int n)
{
	int height, i, count;
	size_t width = (size_t)vt->cols * sizeof(struct cell);

	if (top < 0 || top > vt->bottom)
		return;
	height = vt->bottom - top + 1;
	n = between(n, -height, height);
	count = height - (n < 0 ? -n : n);
	for (i = 0; i < n && top == 0 && vt->screen == vt->main; i++)
		keep_line(vt, row_of(vt, i));
	if (n > 0)
		memmove(row_of(vt, top), row_of(vt, top + n), (size_t)count * width);
	else if (n < 0)
		memmove(row_of(vt, top - n), row_of(vt, top), (size_t)count * width);
	for (i = 0; i < height - count; i++)
		vt_erase(vt, n > 0 ? vt->bottom - i : top + i, 0, vt->cols);
}

void vt_line_feed(struct vt *vt)
{
	if (vt->at.row == vt->bottom)
		vt_scroll_rows(vt, vt->top, 1);
	else
		vt_go(vt, vt->at.row + 1, vt->at.col);
	vt->wrap = false;
}

void vt_reverse_line_feed(struct vt *vt)
{
	if (vt->at.row == vt->top)
		vt_scroll_rows(vt, vt->top, -1);
	else
		vt_go(vt, vt->at.row - 1, vt->at.col);
}

void vt_shift_cells(struct vt *vt, int n)
{
	struct cell *cells = row_of(vt, vt->at.row);
	int col = vt->at.col, width = vt->cols - col, count;

	n = between(n, -width, width);
	count = width - (n < 0 ? -n : n);
	if (n > 0) {
		memmove(cells + col + n, cells + col, (size_t)count * sizeof(*cells));
		vt_erase(vt, vt->at.row, col, col + n);
	} else if (n < 0) {
		memmove(cells + col, cells + col - n, (size_t)count * sizeof(*cells));
		vt_erase(vt, vt->at.row, col + count, vt->cols);
	}
	/* a wide character cut in two is none */
	if (!cells[col].cp)
		cells[col] = blank;
}

/* The eight colours by what they mostly say; a theme decides how that looks. */
static uint8_t role_of(const struct vt_pen *pen)
{
	static const uint8_t roles[] = {ROLE_DIM,  ROLE_FAIL, ROLE_OK,     ROLE_WARN,
					ROLE_HINT, ROLE_KEY,  ROLE_CGROUP, ROLE_NORMAL};

	if (pen->colour < ARRAY_SIZE(roles))
		return roles[pen->colour];
	return pen->bold ? ROLE_TITLE : ROLE_NORMAL;
}

void vt_print(struct vt *vt, uint32_t cp)
{
	int w = canvas_character_width(cp);
	struct cell *cell;

	if (w < 1)
		return; /* combining characters are left out, as on the canvas */
	if (vt->wrap || vt->at.col + w > vt->cols) {
		vt->at.col = 0;
		vt_line_feed(vt);
	}
	if (vt->insert)
		vt_shift_cells(vt, w);
	vt_erase(vt, vt->at.row, vt->at.col, vt->at.col + w);
	cell = row_of(vt, vt->at.row) + vt->at.col;
	*cell = (struct cell){.cp = cp, .role = role_of(&vt->pen), .reverse = vt->pen.reverse};
	if (w == 2)
		cell[1] = (struct cell){.cp = 0, .role = cell->role, .reverse = cell->reverse};
	vt->last = cp;
	vt->wrap = vt->at.col + w >= vt->cols;
	vt->at.col = between(vt->at.col + w, 0, vt->cols - 1);
}

void vt_whole_screen(struct vt *vt, bool on)
{
	int row;

	if (on == (vt->screen == vt->other))
		return;
	vt->screen = on ? vt->other : vt->main;
	for (row = 0; on && row < vt->rows; row++)
		vt_erase(vt, row, 0, vt->cols);
	vt->top = 0;
	vt->bottom = vt->rows - 1;
}

void vt_reset(struct vt *vt)
{
	int row;

	vt_whole_screen(vt, false);
	vt->pen = vt->saved_pen = (struct vt_pen){.colour = 8};
	vt->saved = (struct vt_position){0};
	vt->top = 0;
	vt->bottom = vt->rows - 1;
	vt->insert = vt->line_drawing = vt->cursor_keys = vt->bracketed = false;
	vt->cursor_shown = true;
	for (row = 0; row < vt->rows; row++)
		vt_erase(vt, row, 0, vt->cols);
	vt_go(vt, 0, 0);
}

static struct cell *resized(const struct vt *vt, const struct cell *old, int rows, int cols,
			    int skip)
{
	struct cell *new = xcalloc((size_t)rows * (size_t)cols, sizeof(*new));
	int r, k;

	for (r = 0; r < rows; r++)
		for (k = 0; k < cols; k++) {
			bool had = r + skip < vt->rows && k < vt->cols;

			new[r * cols + k] = had ? old[(r + skip) * vt->cols + k] : blank;
		}
	return new;
}

bool vt_resize(struct vt *vt, int rows, int cols)
{
	bool whole = vt->screen == vt->other;
	struct cell *main, *other;
	int skip, i;

	rows = between(rows, VT_ROWS_MIN, VT_ROWS_MAX);
	cols = between(cols, VT_COLS_MIN, VT_COLS_MAX);
	if (rows == vt->rows && cols == vt->cols)
		return false;
	/* the cursor's line stays; what is above it and finds no room scrolls away */
	skip = vt->at.row >= rows ? vt->at.row - rows + 1 : 0;
	for (i = 0; i < skip && !whole; i++)
		keep_line(vt, vt->main + (size_t)i * (size_t)vt->cols);
	main = resized(vt, vt->main, rows, cols, whole ? 0 : skip);
	other = resized(vt, vt->other, rows, cols, whole ? skip : 0);
	free(vt->main);
	free(vt->other);
	vt->main = main;
	vt->other = other;
	vt->screen = whole ? other : main;
	vt->rows = rows;
	vt->cols = cols;
	vt->top = 0;
	vt->bottom = rows - 1;
	vt_go(vt, vt->at.row - skip, vt->at.col);
	vt->saved.row = between(vt->saved.row, 0, rows - 1);
	vt->saved.col = between(vt->saved.col, 0, cols - 1);
	return true;
}
