/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export_text - foreign bytes as parts of a C or shell source: literals, comments, identifiers.
 *
 * What a session says ends up in files that are compiled and executed: every byte passes through
 * here. Invariant: the value survives exactly, and no byte can leave the place it was given.
 */
#ifndef OPS_EXPORT_TEXT_H
#define OPS_EXPORT_TEXT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

#define EXPORT_COLUMNS 100
#define EXPORT_TAB     8

/*
 * A C string literal (with quotes) for any bytes: no trigraphs, no splices; printable UTF-8 stays,
 * the rest is octal. `column` is where it begins, `indent` the tabs of further lines, on which it
 * is continued as adjacent literals when it would pass column 98. `group`: put parentheses around a
 * broken one (inside a list, where adjacent literals look like a forgotten comma). Returns whether
 * it was broken.
 */
bool export_c_string(struct buf *out, const char *data, size_t len, unsigned column,
		     unsigned indent, bool group);

/* Text made safe for the inside of a C block comment, one line. */
void export_c_comment(struct buf *out, const char *text);

/* A lower-case C identifier from any text, at most 60 bytes, never empty, never a keyword. */
void export_c_ident(struct buf *out, const char *text);

/* A duration as SXP_S(2), SXP_MS(250), ... */
void export_c_duration(struct buf *out, uint64_t ns);

/* One word of a POSIX shell script for any bytes but NUL. */
void export_sh_word(struct buf *out, const char *word);

/* Column (from 0, tabs of 8) at which the next byte of out would stand. */
unsigned export_column(const struct buf *out);

#endif
