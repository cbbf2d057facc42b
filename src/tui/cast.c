/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cast - see cast.h. Invariant: the first event paints a whole picture, and playing all up to an
 * event gives the picture that was drawn then, whatever the terminal showed before.
 */
#include "tui/cast.h"
#include "base/cleanup.h"
#include "base/die.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FOUR_BITS = 16, EIGHT = 8 };

struct cast {
	int fd; /* -1 = it could not be written any more */
	char *path, *title;
	uint64_t began_ns;
	bool headed;
	struct canvas last;
	struct theme theme;
	struct buf out, line;
};

struct cast *cast_create(const char *path, const char *title, uint64_t now_ns, struct err *err)
{
	struct cast *c;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	if (fd < 0) {
		err_sys(err, errno, "create the cast '%s'", path);
		return NULL;
	}
	c = xcalloc(1, sizeof(*c));
	c->fd = fd;
	c->path = xstrdup(path);
	c->title = xstrdup(title);
	c->began_ns = now_ns;
	return c;
}

void cast_destroy(struct cast *c)
{
	if (!c)
		return;
	if (c->fd >= 0)
		close(c->fd);
	canvas_finish(&c->last);
	buf_finish(&c->out);
	buf_finish(&c->line);
	free(c->path);
	free(c->title);
	free(c);
}

/* ---- JSON -------------------------------------------------------------------------------- */

static void add_string(struct buf *out, const char *text, size_t len)
{
	size_t i;

	buf_addc(out, '"');
	for (i = 0; i < len; i++) {
		unsigned char b = (unsigned char)text[i];

		if (b == '"' || b == '\\')
			buf_addf(out, "\\%c", b);
		else if (b < ' ' || b == 0x7f)
			buf_addf(out, "\\u%04x", b);
		else
			buf_addc(out, (char)b);
	}
	buf_addc(out, '"');
}

static int put(struct cast *c, struct err *err)
{
	size_t at = 0;
	ssize_t n;

	while (c->fd >= 0 && at < c->line.len) {
		n = write(c->fd, c->line.data + at, c->line.len - at);
		if (n < 0 && errno != EINTR) {
			err_sys(err, errno, "write the cast '%s'; it ends here", c->path);
			close(c->fd);
			c->fd = -1;
			return -err->code;
		}
		at += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static int event(struct cast *c, char kind, const char *data, size_t len, uint64_t now_ns,
		 struct err *err)
{
	uint64_t us = now_ns > c->began_ns ? (now_ns - c->began_ns) / 1000 : 0;

	buf_reset(&c->line);
	buf_addf(&c->line, "[%" PRIu64 ".%06u, \"%c\", ", us / 1000000, (unsigned)(us % 1000000),
		 kind);
	add_string(&c->line, data, len);
	buf_adds(&c->line, "]\n");
	return put(c, err);
}

/* Before the first picture its size is not known. */
static int head(struct cast *c, const struct canvas *p, struct err *err)
{
	buf_reset(&c->line);
	buf_addf(&c->line,
		 "{\"version\": 2, \"width\": %d, \"height\": %d, \"timestamp\": %" PRId64
		 ", \"title\": ",
		 p->cols, p->rows, (int64_t)time(NULL));
	add_string(&c->line, c->title, strlen(c->title));
	buf_adds(&c->line, ", \"env\": {\"TERM\": \"xterm-256color\"}}\n");
	c->headed = true;
	return put(c, err);
}

/* ---- the picture ------------------------------------------------------------------------- */

/* first: 30 of the foreground, 40 of the background */
static void add_colour(struct buf *out, int colour, int first)
{
	if (colour < 0)
		return;
	if (colour < EIGHT)
		buf_addf(out, ";%d", first + colour);
	else if (colour < FOUR_BITS)
		buf_addf(out, ";%d", first + 60 + colour - EIGHT);
	else
		buf_addf(out, ";%d;5;%d", first + 8, colour);
}

/* As term.c has it: a marked row must be seen without colours, too. */
static void add_style(struct buf *out, const struct theme *theme, const struct cell *cell)
{
	const struct style *s = &theme->styles[cell->role];
	bool reverse = s->attrs & STYLE_REVERSE || (cell->reverse && s->bg < 0);

	buf_addf(out, "\033[0%s%s%s%s", s->attrs & STYLE_BOLD ? ";1" : "",
		 s->attrs & STYLE_DIM ? ";2" : "", s->attrs & STYLE_UNDERLINE ? ";4" : "",
		 reverse ? ";7" : "");
	add_colour(out, s->fg, 30);
	add_colour(out, s->bg, 40);
	buf_addc(out, 'm');
}

static bool same(const struct cell *a, const struct cell *b)
{
	return a->cp == b->cp && a->role == b->role && a->reverse == b->reverse;
}

/* What is not as it was; with `all` everything. */
static void add_cells(struct cast *c, const struct canvas *p, const struct theme *theme, bool all)
{
	const struct cell *style = NULL;
	int row, col, at_row = -1, at_col = -1;

	for (row = 0; row < p->rows; row++)
		for (col = 0; col < p->cols; col++) {
			const struct cell *cell = &p->cells[row * p->cols + col];

			if (!cell->cp || (!all && same(cell, &c->last.cells[row * p->cols + col])))
				continue;
			if (row != at_row || col != at_col)
				buf_addf(&c->out, "\033[%d;%dH", row + 1, col + 1);
			if (!style || style->role != cell->role || style->reverse != cell->reverse)
				add_style(&c->out, theme, cell);
			style = cell;
			buf_add_utf8(&c->out, cell->cp);
			at_row = row;
			at_col = col + (col + 1 < p->cols && !cell[1].cp ? 2 : 1);
		}
	if (style)
		buf_adds(&c->out, "\033[0m");
}

static void add_cursor(struct cast *c, const struct canvas *p, bool all)
{
	bool shown = p->cursor_row >= 0, was = !all && c->last.cursor_row >= 0;

	if (shown && (c->out.len || !was || p->cursor_row != c->last.cursor_row ||
		      p->cursor_col != c->last.cursor_col))
		buf_addf(&c->out, "\033[%d;%dH", p->cursor_row + 1, p->cursor_col + 1);
	if (shown != was || all)
		buf_addf(&c->out, "\033[?25%c", shown ? 'h' : 'l');
}

static void keep(struct cast *c, const struct canvas *p, const struct theme *theme)
{
	size_t n = (size_t)p->rows * (size_t)p->cols;

	if (c->last.rows != p->rows || c->last.cols != p->cols || !c->last.cells) {
		canvas_finish(&c->last);
		canvas_init(&c->last, p->rows, p->cols, p->ascii);
	}
	memcpy(c->last.cells, p->cells, n * sizeof(*p->cells));
	c->last.cursor_row = p->cursor_row;
	c->last.cursor_col = p->cursor_col;
	c->theme = *theme;
}

int cast_draw(struct cast *c, const struct canvas *p, const struct theme *theme, uint64_t now_ns,
	      struct err *err)
{
	bool resized = c->headed && (p->rows != c->last.rows || p->cols != c->last.cols);
	bool all = !c->headed || resized || memcmp(&c->theme, theme, sizeof(*theme));
	char size[32];
	int r = 0;

	if (c->fd < 0)
		return 0;
	if (!c->headed)
		r = head(c, p, err);
	if (r == 0 && resized) {
		snprintf(size, sizeof(size), "%dx%d", p->cols, p->rows);
		r = event(c, 'r', size, strlen(size), now_ns, err);
	}
	buf_reset(&c->out);
	if (all)
		buf_adds(&c->out, "\033[0m\033[2J");
	add_cells(c, p, theme, all);
	add_cursor(c, p, all);
	keep(c, p, theme);
	return r == 0 && c->out.len ? event(c, 'o', c->out.data, c->out.len, now_ns, err) : r;
}

int cast_mark(struct cast *c, const char *text, uint64_t now_ns, struct err *err)
{
	/* the head comes first, and it is the first picture's */
	return c->fd < 0 || !c->headed ? 0 : event(c, 'm', text, strlen(text), now_ns, err);
}
