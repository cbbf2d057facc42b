/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cast - the screen as a film: an asciinema cast, version 2, with a marker for each step and op.
 *
 * It is made from the pictures (canvas) and not from what curses sends, so that it plays in any
 * terminal that knows ECMA-48. Each picture is written as what has changed since the one before.
 * Nothing is held back: what was drawn is in the file.
 */
#ifndef TUI_CAST_H
#define TUI_CAST_H

#include "base/err.h"
#include "tui/canvas.h"
#include "tui/theme.h"

#include <stdint.h>

struct cast;

/* A new file: one that exists is not replaced. now_ns: of any clock that the calls below share. */
struct cast *cast_create(const char *path, const char *title, uint64_t now_ns, struct err *err);
/* 0 or -errno when the file could not be written; it is then closed, and later calls do nothing. */
int cast_draw(struct cast *c, const struct canvas *picture, const struct theme *theme,
	      uint64_t now_ns, struct err *err);
int cast_mark(struct cast *c, const char *text, uint64_t now_ns, struct err *err);
void cast_destroy(struct cast *c); /* NULL is taken */

#endif
