/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console - bounded memory of what the guest printed; the oldest half goes when it is full.
 */
#include "vmm/console.h"
#include "base/text.h"

#include <string.h>

void console_add(struct console *c, const void *data, size_t len)
{
	c->total += len;
	if (len > CONSOLE_MAX / 2) {
		data = (const char *)data + (len - CONSOLE_MAX / 2);
		len = CONSOLE_MAX / 2;
	}
	if (c->text.len + len > CONSOLE_MAX)
		buf_drop(&c->text, c->text.len - CONSOLE_MAX / 2);
	buf_add(&c->text, data, len);
}

void console_reset(struct console *c)
{
	buf_reset(&c->text);
	c->total = 0;
}

void console_finish(struct console *c)
{
	buf_finish(&c->text);
}

void console_tail(const struct console *c, unsigned lines, struct buf *out)
{
	const char *text = buf_text(&c->text), *end = text + c->text.len, *p = end;
	char line[512];

	while (p > text && (p[-1] == '\n' || p[-1] == '\r'))
		p--;
	while (p > text && lines) {
		if (p[-1] == '\n' && --lines == 0)
			break;
		p--;
	}
	while (p < end) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((stop ? stop : end) - p);
		size_t keep = n && p[n - 1] == '\r' ? n - 1 : n;

		text_sanitise(line, sizeof(line), p, keep);
		if (*line)
			buf_addf(out, "  %s\n", line);
		p += n + 1;
	}
}
