/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vt - life, keys, scroll-back and drawing of the terminal inside the screen; see vt.h.
 * Invariant: memory is bounded by the size of the screen and VT_SCROLL_MAX lines of it.
 */
#include "tui/vt_private.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "tui/keys.h"

#include <stdio.h>
#include <string.h>

struct vt *vt_create(int rows, int cols)
{
	struct vt *vt = xcalloc(1, sizeof(*vt));

	vt->rows = vt->cols = 1;
	vt->main = xcalloc(1, sizeof(*vt->main));
	vt->other = xcalloc(1, sizeof(*vt->other));
	vt->screen = vt->main;
	vt_resize(vt, rows, cols);
	vt_reset(vt);
	return vt;
}

void vt_destroy(struct vt *vt)
{
	int i;

	if (!vt)
		return;
	for (i = 0; i < vt->nlines; i++)
		free(vt->lines[(vt->first + i) % VT_SCROLL_MAX].cells);
	free(vt->main);
	free(vt->other);
	free(vt);
}

void vt_size(const struct vt *vt, int *rows, int *cols)
{
	*rows = vt->rows;
	*cols = vt->cols;
}

/* ---- towards the program -------------------------------------------------------------------- */

void vt_answer(struct vt *vt, const char *text, size_t len)
{
	if (len > sizeof(vt->answer) - vt->answer_len)
		return;
	memcpy(vt->answer + vt->answer_len, text, len);
	vt->answer_len += len;
}

size_t vt_take(struct vt *vt, char *dst, size_t size)
{
	size_t n = vt->answer_len < size ? vt->answer_len : size;

	memcpy(dst, vt->answer, n);
	vt->answer_len -= n;
	memmove(vt->answer, vt->answer + n, vt->answer_len);
	return n;
}

static void answer(struct vt *vt, const char *text)
{
	vt_answer(vt, text, strlen(text));
}

static void answer_character(struct vt *vt, uint32_t cp)
{
	char bytes[4];
	size_t n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4, i;

	for (i = n; i-- > 1; cp >>= 6)
		bytes[i] = (char)(0x80 | (cp & 0x3f));
	bytes[0] = (char)(cp | (n > 1 ? 0xf00u >> n & 0xff : 0));
	vt_answer(vt, bytes, n);
}

void vt_key(struct vt *vt, int code)
{
	/* as of an xterm; %c is '[', or 'O' where a program asked for that */
	static const struct {
		int code;
		const char *bytes;
	} keys[] = {
		{KEY_BACK_TAB, "\033[Z"},        {KEY_RUB_OUT, "\177"},
		{KEY_REMOVE, "\033[3~"},         {KEY_GO_UP, "\033%cA"},
		{KEY_GO_DOWN, "\033%cB"},        {KEY_GO_RIGHT, "\033%cC"},
		{KEY_GO_LEFT, "\033%cD"},        {KEY_GO_HOME, "\033%cH"},
		{KEY_GO_END, "\033%cF"},         {KEY_PAGE_UP, "\033[5~"},
		{KEY_PAGE_DOWN, "\033[6~"},      {KEY_FUNCTION + 1, "\033OP"},
		{KEY_FUNCTION + 2, "\033OQ"},    {KEY_FUNCTION + 3, "\033OR"},
		{KEY_FUNCTION + 4, "\033OS"},    {KEY_FUNCTION + 5, "\033[15~"},
		{KEY_FUNCTION + 6, "\033[17~"},  {KEY_FUNCTION + 7, "\033[18~"},
		{KEY_FUNCTION + 8, "\033[19~"},  {KEY_FUNCTION + 9, "\033[20~"},
		{KEY_FUNCTION + 10, "\033[21~"}, {KEY_FUNCTION + 11, "\033[23~"},
		{KEY_FUNCTION + 12, "\033[24~"},
	};
	char bytes[16];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		const char *k = keys[i].bytes;

		if (keys[i].code != code)
			continue;
		text_copy(bytes, sizeof(bytes), k);
		if (k[0] == '\033' && k[1] == '%')
			snprintf(bytes, sizeof(bytes), "\033%c%c", vt->cursor_keys ? 'O' : '[',
				 k[3]);
		answer(vt, bytes);
		return;
	}
	if (code > 0 && code < KEY_SPECIAL)
		answer_character(vt, (uint32_t)code);
}

void vt_paste(struct vt *vt, const char *text, size_t len)
{
	size_t i = 0;
	uint32_t cp;

	if (vt->bracketed)
		answer(vt, "\033[200~");
	while (i < len) {
		i += text_utf8(text + i, len - i, &cp);
		/* a line ends at a terminal as the Return key ends it; no key of an evil paste */
		if (cp == '\n' || cp == '\t' || (cp >= 0x20 && cp != 0x7f))
			answer_character(vt, cp == '\n' ? '\r' : cp);
	}
	if (vt->bracketed)
		answer(vt, "\033[201~");
}

/* ---- looking -------------------------------------------------------------------------------- */

static bool is_whole(const struct vt *vt)
{
	return vt->screen == vt->other;
}

bool vt_scroll(struct vt *vt, int lines)
{
	if (is_whole(vt))
		return false;
	vt->scrolled += lines;
	if (vt->scrolled > vt->nlines)
		vt->scrolled = vt->nlines;
	if (vt->scrolled < 0)
		vt->scrolled = 0;
	return true;
}

void vt_scroll_end(struct vt *vt)
{
	vt->scrolled = 0;
}

int vt_scrolled(const struct vt *vt)
{
	return is_whole(vt) ? 0 : vt->scrolled;
}

static struct cell cell_at(const struct vt *vt, int row, int col)
{
	const struct vt_line *line;

	row -= vt_scrolled(vt);
	if (row < 0) {
		line = &vt->lines[(vt->first + vt->nlines + row) % VT_SCROLL_MAX];
		return col < line->n ? line->cells[col] : (struct cell){.cp = ' '};
	}
	if (row >= vt->rows || col >= vt->cols)
		return (struct cell){.cp = ' '};
	return vt->screen[row * vt->cols + col];
}

void vt_draw(const struct vt *vt, struct canvas *c, struct rect r)
{
	/* where there are fewer rows than the program has, the cursor's stay */
	int top = vt->at.row >= r.rows ? vt->at.row - r.rows + 1 : 0, row, col;

	for (row = 0; row < r.rows; row++)
		for (col = 0; col < r.cols; col++) {
			struct cell cell = cell_at(vt, row + top, col);

			if (cell.cp)
				canvas_put(c, r, row, col, cell);
		}
	row = vt->at.row - top;
	if (!vt->cursor_shown || vt_scrolled(vt) || row >= r.rows || vt->at.col >= r.cols)
		return;
	c->cursor_row = r.row + row;
	c->cursor_col = r.col + vt->at.col;
}
