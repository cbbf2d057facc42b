/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console - the newest CONSOLE_MAX bytes of a stream (guest console, QEMU's stderr), raw.
 */
#ifndef VMM_CONSOLE_H
#define VMM_CONSOLE_H

#include "base/buf.h"

#define CONSOLE_MAX (256u << 10)

struct console {
	struct buf text;
	size_t total; /* bytes ever seen */
};

void console_add(struct console *c, const void *data, size_t len);
void console_reset(struct console *c);
void console_finish(struct console *c);
/* The last `lines` lines, sanitised line by line, each indented by two spaces and ended by '\n'. */
void console_tail(const struct console *c, unsigned lines, struct buf *out);

#endif
