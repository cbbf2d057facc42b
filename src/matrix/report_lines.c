/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_lines - text in columns for report_text and report_change.
 */
#include "matrix/report_lines.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "matrix/report.h"

#include <string.h>

size_t mx_line_columns(const char *s, size_t len)
{
	size_t n = 0, i = 0;
	uint32_t cp;

	for (; i < len; n++)
		i += text_utf8(s + i, len - i, &cp);
	return n;
}

/* A word that no line has room for, in pieces. */
static size_t piece(const char *s, size_t len, size_t room)
{
	size_t i = 0, n = 0;
	uint32_t cp;

	for (; i < len && n < room; n++)
		i += text_utf8(s + i, len - i, &cp);
	return i;
}

/* Text from the present column on; further lines are indented. */
void mx_line_wrapped(struct buf *out, size_t at, size_t indent, const char *s)
{
	bool first = true;

	while (*(s += strspn(s, " \n"))) {
		size_t len = strcspn(s, " \n"), w = mx_line_columns(s, len), room;

		if (!first && at + 1 + w > MX_REPORT_COLUMNS) {
			buf_addf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (!first) {
			buf_addc(out, ' ');
			at++;
		}
		for (room = MX_REPORT_COLUMNS - at; w > room; room = MX_REPORT_COLUMNS - at) {
			size_t n = piece(s, len, room);

			buf_add(out, s, n);
			buf_addf(out, "\n%*s", (int)indent, "");
			s += n;
			len -= n;
			w -= room;
			at = indent;
		}
		buf_add(out, s, len);
		at += w;
		s += len;
		first = false;
	}
	buf_addc(out, '\n');
}

/* Left-aligned in `width` columns, with a '~' where it was cut. */
void mx_line_cut(struct buf *out, const char *s, size_t width)
{
	size_t len = strlen(s), i = 0, n = 0,
	       keep = mx_line_columns(s, len) > width ? width - 1 : width;
	uint32_t cp;

	while (i < len && n < keep) {
		i += text_utf8(s + i, len - i, &cp);
		n++;
	}
	buf_add(out, s, i);
	if (keep < width) {
		buf_addc(out, '~');
		n++;
	}
	buf_addf(out, "%*s", (int)(width - n), "");
}

static void trim(struct buf *out)
{
	while (out->len && out->data[out->len - 1] == ' ')
		out->data[--out->len] = '\0';
}

void mx_line_end(struct buf *out)
{
	trim(out);
	buf_addc(out, '\n');
}

void mx_line_sentence(struct buf *out, size_t indent, const char *s)
{
	buf_addf(out, "%*s", (int)indent, "");
	mx_line_wrapped(out, indent, indent, s);
}

void mx_line_range(struct buf *out, const char *low, const char *high, bool known, size_t width)
{
	cleanup_free char *text = known ? xasprintf("%s to %s", low, high) : xstrdup("-");

	mx_line_cut(out, text, width);
}
