/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vt - libvterm behind a small face; see vt.h.
 * Invariant: memory is bounded by the size of the screen and VT_SCROLL_MAX lines of it.
 */
#include "tui/vt.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "tui/keys.h"

#include <string.h>
#include <vterm.h>

enum { ROWS_MIN = 2, COLS_MIN = 8, ROWS_LIMIT = 1000, COLS_LIMIT = 1000 };

struct vt_line {
	struct cell *cells; /* up to the last one that shows something */
	int n;
};

struct vt {
	VTerm *term;
	VTermScreen *screen;
	int rows, cols;
	VTermPos cursor;
	bool cursor_shown, whole_screen;
	struct vt_line lines[VT_SCROLL_MAX]; /* ring */
	int nlines, first, scrolled;
};

/* ---- cells -------------------------------------------------------------------------------- */

/* The eight colours by what they mostly say; a theme decides how that looks. */
static enum role role_of(const VTermScreenCell *cell)
{
	static const enum role roles[] = {ROLE_DIM,  ROLE_FAIL, ROLE_OK,     ROLE_WARN,
					  ROLE_HINT, ROLE_KEY,  ROLE_CGROUP, ROLE_NORMAL};
	const VTermColor *c = &cell->fg;

	if (!VTERM_COLOR_IS_DEFAULT_FG(c) && VTERM_COLOR_IS_INDEXED(c) && c->indexed.idx < 16)
		return c->indexed.idx == 15 ? ROLE_NORMAL : roles[c->indexed.idx % 8];
	return cell->attrs.bold ? ROLE_TITLE : ROLE_NORMAL;
}

static struct cell translate(const VTermScreenCell *cell)
{
	struct cell out = {.cp = cell->chars[0] ? cell->chars[0] : ' ',
			   .role = (uint8_t)role_of(cell),
			   .reverse = cell->attrs.reverse};

	/* the right half of a wide character */
	if (cell->chars[0] == (uint32_t)-1)
		out.cp = 0;
	return out;
}

static int on_push(int cols, const VTermScreenCell *cells, void *user)
{
	struct vt *vt = user;
	struct vt_line *line;
	int n = cols, i;

	if (vt->nlines == VT_SCROLL_MAX) {
		line = &vt->lines[vt->first];
		vt->first = (vt->first + 1) % VT_SCROLL_MAX;
		free(line->cells);
	} else {
		line = &vt->lines[(vt->first + vt->nlines++) % VT_SCROLL_MAX];
	}
	while (n && (!cells[n - 1].chars[0] || cells[n - 1].chars[0] == ' ') &&
	       !cells[n - 1].attrs.reverse)
		n--;
	*line = (struct vt_line){.cells = n ? xcalloc((size_t)n, sizeof(*line->cells)) : NULL,
				 .n = n};
	for (i = 0; i < n; i++)
		line->cells[i] = translate(&cells[i]);
	/* who reads above goes on reading the same lines */
	if (vt->scrolled && vt->scrolled < vt->nlines)
		vt->scrolled++;
	return 1;
}

static int on_cursor(VTermPos pos, VTermPos old, int visible, void *user)
{
	((struct vt *)user)->cursor = pos;
	return 1;
}

static int on_property(VTermProp prop, VTermValue *value, void *user)
{
	struct vt *vt = user;

	if (prop == VTERM_PROP_CURSORVISIBLE)
		vt->cursor_shown = value->boolean;
	else if (prop == VTERM_PROP_ALTSCREEN)
		vt->whole_screen = value->boolean;
	return 1;
}

static const VTermScreenCallbacks callbacks = {
	.movecursor = on_cursor, .settermprop = on_property, .sb_pushline = on_push};

/* ---- life --------------------------------------------------------------------------------- */

static int between(int n, int low, int high)
{
	return n < low ? low : n > high ? high : n;
}

struct vt *vt_create(int rows, int cols)
{
	struct vt *vt = xcalloc(1, sizeof(*vt));

	vt->rows = between(rows, ROWS_MIN, ROWS_LIMIT);
	vt->cols = between(cols, COLS_MIN, COLS_LIMIT);
	vt->cursor_shown = true;
	vt->term = vterm_new(vt->rows, vt->cols);
	if (!vt->term)
		die("out of memory");
	vterm_set_utf8(vt->term, 1);
	vt->screen = vterm_obtain_screen(vt->term);
	vterm_screen_set_callbacks(vt->screen, &callbacks, vt);
	vterm_screen_enable_altscreen(vt->screen, 1);
	vterm_screen_reset(vt->screen, 1);
	return vt;
}

void vt_destroy(struct vt *vt)
{
	int i;

	if (!vt)
		return;
	vterm_free(vt->term);
	for (i = 0; i < vt->nlines; i++)
		free(vt->lines[(vt->first + i) % VT_SCROLL_MAX].cells);
	free(vt);
}

void vt_feed(struct vt *vt, const char *data, size_t len)
{
	vterm_input_write(vt->term, data, len);
}

bool vt_resize(struct vt *vt, int rows, int cols)
{
	rows = between(rows, ROWS_MIN, ROWS_LIMIT);
	cols = between(cols, COLS_MIN, COLS_LIMIT);
	if (rows == vt->rows && cols == vt->cols)
		return false;
	vt->rows = rows;
	vt->cols = cols;
	vterm_set_size(vt->term, rows, cols);
	return true;
}

void vt_size(const struct vt *vt, int *rows, int *cols)
{
	*rows = vt->rows;
	*cols = vt->cols;
}

/* ---- keys --------------------------------------------------------------------------------- */

void vt_key(struct vt *vt, int code)
{
	static const struct {
		int code;
		VTermKey key;
		VTermModifier modifier;
	} keys[] = {
		{KEY_TAB, VTERM_KEY_TAB, VTERM_MOD_NONE},
		{KEY_BACK_TAB, VTERM_KEY_TAB, VTERM_MOD_SHIFT},
		{KEY_RETURN, VTERM_KEY_ENTER, VTERM_MOD_NONE},
		{KEY_ESCAPE, VTERM_KEY_ESCAPE, VTERM_MOD_NONE},
		{KEY_RUB_OUT, VTERM_KEY_BACKSPACE, VTERM_MOD_NONE},
		{KEY_REMOVE, VTERM_KEY_DEL, VTERM_MOD_NONE},
		{KEY_GO_UP, VTERM_KEY_UP, VTERM_MOD_NONE},
		{KEY_GO_DOWN, VTERM_KEY_DOWN, VTERM_MOD_NONE},
		{KEY_GO_LEFT, VTERM_KEY_LEFT, VTERM_MOD_NONE},
		{KEY_GO_RIGHT, VTERM_KEY_RIGHT, VTERM_MOD_NONE},
		{KEY_GO_HOME, VTERM_KEY_HOME, VTERM_MOD_NONE},
		{KEY_GO_END, VTERM_KEY_END, VTERM_MOD_NONE},
		{KEY_PAGE_UP, VTERM_KEY_PAGEUP, VTERM_MOD_NONE},
		{KEY_PAGE_DOWN, VTERM_KEY_PAGEDOWN, VTERM_MOD_NONE},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].code == code) {
			vterm_keyboard_key(vt->term, keys[i].key, keys[i].modifier);
			return;
		}
	if (code > KEY_FUNCTION && code <= KEY_FUNCTION + 12)
		vterm_keyboard_key(vt->term, (VTermKey)VTERM_KEY_FUNCTION(code - KEY_FUNCTION),
				   VTERM_MOD_NONE);
	else if (code > 0 && code < KEY_SPECIAL)
		vterm_keyboard_unichar(vt->term, (uint32_t)code, VTERM_MOD_NONE);
}

void vt_paste(struct vt *vt, const char *text, size_t len)
{
	size_t i = 0;
	uint32_t cp;

	vterm_keyboard_start_paste(vt->term);
	while (i < len) {
		i += text_utf8(text + i, len - i, &cp);
		/* a line ends at a terminal as the Return key ends it; no key of an evil paste */
		if (cp == '\n' || cp == '\t' || cp >= 0x20)
			vterm_keyboard_unichar(vt->term, cp == '\n' ? '\r' : cp, VTERM_MOD_NONE);
	}
	vterm_keyboard_end_paste(vt->term);
}

size_t vt_take(struct vt *vt, char *dst, size_t size)
{
	return vterm_output_read(vt->term, dst, size);
}

/* ---- looking ------------------------------------------------------------------------------ */

bool vt_scroll(struct vt *vt, int lines)
{
	if (vt->whole_screen)
		return false;
	vt->scrolled = between(vt->scrolled + lines, 0, vt->nlines);
	return true;
}

void vt_scroll_end(struct vt *vt)
{
	vt->scrolled = 0;
}

int vt_scrolled(const struct vt *vt)
{
	return vt->scrolled;
}

static struct cell cell_at(const struct vt *vt, int row, int col)
{
	const struct vt_line *line;
	VTermScreenCell cell;

	/* a program with the whole screen is shown as it is */
	if (!vt->whole_screen)
		row -= vt->scrolled;
	if (row < 0) {
		line = &vt->lines[(vt->first + vt->nlines + row) % VT_SCROLL_MAX];
		return col < line->n ? line->cells[col] : (struct cell){.cp = ' '};
	}
	if (row >= vt->rows || col >= vt->cols ||
	    !vterm_screen_get_cell(vt->screen, (VTermPos){.row = row, .col = col}, &cell))
		return (struct cell){.cp = ' '};
	return translate(&cell);
}

void vt_draw(const struct vt *vt, struct canvas *c, struct rect r)
{
	/* where there are fewer rows than the program has, the cursor's stay */
	int below = vt->rows - r.rows, top = 0, row, col;

	if (below > 0 && vt->cursor.row >= r.rows)
		top = vt->cursor.row - r.rows + 1 < below ? vt->cursor.row - r.rows + 1 : below;
	for (row = 0; row < r.rows; row++)
		for (col = 0; col < r.cols; col++) {
			struct cell cell = cell_at(vt, row + top, col);

			if (cell.cp)
				canvas_put(c, r, row, col, cell);
		}
	row = vt->cursor.row - top;
	if (vt->cursor_shown && !vt->scrolled && row >= 0 && row < r.rows &&
	    vt->cursor.col < r.cols) {
		c->cursor_row = r.row + row;
		c->cursor_col = r.col + vt->cursor.col;
	}
}
