/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vt_parse - bytes of a program to what they mean on a terminal: text, controls, the sequences of
 * an xterm that full-screen programs use.
 *
 * What is not known, and every string (titles, clipboards), is read to its end and left out.
 * Invariant: numbers are capped as they are read, so that one byte never costs more than a screen.
 */
#include "tui/vt_private.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static void save(struct vt *vt)
{
	vt->saved = vt->at;
	vt->saved_pen = vt->pen;
}

static void restore(struct vt *vt)
{
	vt_go(vt, vt->saved.row, vt->saved.col);
	vt->pen = vt->saved_pen;
}

static void erase_display(struct vt *vt, int how)
{
	int row;

	for (row = 0; row < vt->rows; row++)
		if (how >= 2 || (how == 1 ? row < vt->at.row : row > vt->at.row))
			vt_erase(vt, row, 0, vt->cols);
}

static void erase_line(struct vt *vt, int how)
{
	vt_erase(vt, vt->at.row, how ? 0 : vt->at.col, how == 1 ? vt->at.col + 1 : vt->cols);
}

static void set_private(struct vt *vt, int mode, bool on)
{
	switch (mode) {
	case 1:
		vt->cursor_keys = on;
		break;
	case 25:
		vt->cursor_shown = on;
		break;
	case 1049:
		if (on)
			save(vt);
		vt_whole_screen(vt, on);
		if (!on)
			restore(vt);
		break;
	case 47:
	case 1047:
		vt_whole_screen(vt, on);
		break;
	case 2004:
		vt->bracketed = on;
		break;
	}
}

static void set_modes(struct vt *vt, bool on)
{
	int i;

	for (i = 0; i < vt->nparams; i++) {
		if (vt->mark == '?')
			set_private(vt, vt->params[i], on);
		else if (!vt->mark && vt->params[i] == 4)
			vt->insert = on;
	}
}

static void set_margins(struct vt *vt)
{
	int top = vt_number(vt, 0, 1) - 1, bottom = vt_number(vt, 1, vt->rows) - 1;

	if (bottom >= vt->rows)
		bottom = vt->rows - 1;
	if (top >= bottom)
		return;
	vt->top = top;
	vt->bottom = bottom;
	vt_go(vt, 0, 0);
}

static void report(struct vt *vt, int what)
{
	char text[40];

	if (what == 6)
		snprintf(text, sizeof(text), "\033[%d;%dR", vt->at.row + 1, vt->at.col + 1);
	else if (what == 5)
		snprintf(text, sizeof(text), "\033[0n");
	else
		return;
	vt_answer(vt, text, strlen(text));
}

static void repeat(struct vt *vt, int n)
{
	uint32_t cp = vt->last;

	/* more than a screen shows no more */
	if (n > vt->rows * vt->cols)
		n = vt->rows * vt->cols;
	while (cp && n-- > 0)
		vt_print(vt, cp);
}

static void sequence(struct vt *vt, char final)
{
	int n = vt_number(vt, 0, 1), row = vt->at.row, col = vt->at.col;

	if (final == 'h' || final == 'l') {
		set_modes(vt, final == 'h');
		return;
	}
	if (vt->mark)
		return;
	switch (final) {
	case 'A':
		vt_go(vt, row - n, col);
		break;
	case 'B':
	case 'e':
		vt_go(vt, row + n, col);
		break;
	case 'C':
	case 'a':
		vt_go(vt, row, col + n);
		break;
	case 'D':
		vt_go(vt, row, col - n);
		break;
	case 'E':
		vt_go(vt, row + n, 0);
		break;
	case 'F':
		vt_go(vt, row - n, 0);
		break;
	case 'G':
	case '`':
		vt_go(vt, row, n - 1);
		break;
	case 'd':
		vt_go(vt, n - 1, col);
		break;
	case 'H':
	case 'f':
		vt_go(vt, n - 1, vt_number(vt, 1, 1) - 1);
		break;
	case 'J':
		erase_display(vt, vt_number(vt, 0, 0));
		if (vt_number(vt, 0, 0) < 2)
			erase_line(vt, vt_number(vt, 0, 0));
		break;
	case 'K':
		erase_line(vt, vt_number(vt, 0, 0));
		break;
	case 'L':
	case 'M':
		if (row >= vt->top && row <= vt->bottom)
			vt_scroll_rows(vt, row, final == 'L' ? -n : n);
		break;
	case '@':
		vt_shift_cells(vt, n);
		break;
	case 'P':
		vt_shift_cells(vt, -n);
		break;
	case 'X':
		vt_erase(vt, row, col, col + n);
		break;
	case 'S':
		vt_scroll_rows(vt, vt->top, n);
		break;
	case 'T':
		vt_scroll_rows(vt, vt->top, -n);
		break;
	case 'b':
		repeat(vt, n);
		break;
	case 'm':
		vt_set_pen(vt);
		break;
	case 'r':
		set_margins(vt);
		break;
	case 's':
		save(vt);
		break;
	case 'u':
		restore(vt);
		break;
	case 'n':
		report(vt, n);
		break;
	case 'c':
		vt_answer(vt, "\033[?1;2c", 7);
		break;
	}
}

static void control(struct vt *vt, unsigned char c)
{
	switch (c) {
	case '\r':
		vt_go(vt, vt->at.row, 0);
		break;
	case '\n':
	case '\v':
	case '\f':
		vt_line_feed(vt);
		break;
	case '\b':
		vt_go(vt, vt->at.row, vt->at.col - 1);
		break;
	case '\t':
		vt_go(vt, vt->at.row, (vt->at.col / 8 + 1) * 8);
		break;
	case 0x18:
	case 0x1a:
		vt->state = VT_TEXT;
		break;
	case 0x1b:
		vt->state = VT_ESCAPE;
		break;
	}
}

static void escape(struct vt *vt, unsigned char c)
{
	vt->state = VT_TEXT;
	switch (c) {
	case '[':
		vt->state = VT_CSI;
		vt->nparams = 0;
		vt->mark = 0;
		vt->odd = false;
		break;
	case ']':
	case 'P':
	case 'X':
	case '^':
	case '_':
		vt->state = VT_STRING;
		break;
	case '(':
		vt->state = VT_CHARSET;
		break;
	case ')':
	case '*':
	case '+':
	case '#':
	case '%':
	case ' ':
		vt->state = VT_SKIP;
		break;
	case '7':
		save(vt);
		break;
	case '8':
		restore(vt);
		break;
	case 'D':
		vt_line_feed(vt);
		break;
	case 'E':
		vt_go(vt, vt->at.row, 0);
		vt_line_feed(vt);
		break;
	case 'M':
		vt_reverse_line_feed(vt);
		break;
	case 'c':
		vt_reset(vt);
		break;
	}
}

static void in_sequence(struct vt *vt, unsigned char c)
{
	int *last = vt->nparams ? &vt->params[vt->nparams - 1] : NULL;

	if (c >= '0' && c <= '9') {
		if (!last) {
			vt->nparams = 1;
			last = &vt->params[0];
			*last = 0;
		}
		*last = *last * 10 + c - '0';
		if (*last > VT_NUMBER_MAX)
			*last = VT_NUMBER_MAX;
	} else if (c == ';' || c == ':') {
		if (!last)
			vt->params[vt->nparams++] = 0;
		if (vt->nparams < VT_PARAMS_MAX)
			vt->params[vt->nparams++] = 0;
	} else if (c >= '<' && c <= '?') {
		vt->mark = (char)c;
	} else if (c >= 0x20 && c < 0x30) {
		vt->odd = true;
	} else {
		vt->state = VT_TEXT;
		if (c >= 0x40 && c < 0x7f && !vt->odd)
			sequence(vt, (char)c);
	}
}

/* Where a frame is drawn with letters, see "VT100 line drawing". */
static uint32_t drawn(const struct vt *vt, uint32_t cp)
{
	static const uint16_t lines[] = {0x2518, 0x2510, 0x250c, 0x2514, 0x253c,
					 ' ',    ' ',    0x2500, ' ',    ' ',
					 0x251c, 0x2524, 0x2534, 0x252c, 0x2502};

	return vt->line_drawing && cp >= 'j' && cp <= 'x' ? lines[cp - 'j'] : cp;
}

static void text(struct vt *vt, unsigned char c)
{
	size_t want, n, i;
	uint32_t cp;

	vt->utf8[vt->utf8_len++] = (char)c;
	want = (unsigned char)vt->utf8[0] < 0xc0   ? 1
	       : (unsigned char)vt->utf8[0] < 0xe0 ? 2
	       : (unsigned char)vt->utf8[0] < 0xf0 ? 3
						   : 4;
	/* an unfinished character ends where something else begins */
	if (vt->utf8_len < want && (vt->utf8_len == 1 || (c & 0xc0) == 0x80))
		return;
	for (i = 0; i < vt->utf8_len; i += n) {
		n = text_utf8(vt->utf8 + i, vt->utf8_len - i, &cp);
		vt_print(vt, cp < 0x20 || (cp >= 0x7f && cp < 0xa0) ? '?' : drawn(vt, cp));
	}
	vt->utf8_len = 0;
}

void vt_feed(struct vt *vt, const char *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)data[i];

		if (vt->state == VT_STRING) {
			/* ended by BEL or ESC \, or given up */
			if (c == 7 || c == 0x18 || c == 0x1a)
				vt->state = VT_TEXT;
			else if (c == 0x1b)
				vt->state = VT_ESCAPE;
		} else if (c < 0x20) {
			vt->utf8_len = 0;
			control(vt, c);
		} else if (vt->state == VT_ESCAPE) {
			escape(vt, c);
		} else if (vt->state == VT_CSI) {
			in_sequence(vt, c);
		} else if (vt->state == VT_TEXT) {
			if (c != 0x7f)
				text(vt, c);
		} else {
			if (vt->state == VT_CHARSET)
				vt->line_drawing = c == '0';
			vt->state = VT_TEXT;
		}
	}
}
