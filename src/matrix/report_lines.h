/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_lines - lines of a text report: wrapped, cut, aligned. Widths are in characters, not
 * bytes. Invariant: no line is wider than MX_REPORT_COLUMNS, but one that is a single long word.
 */
#ifndef MATRIX_REPORT_LINES_H
#define MATRIX_REPORT_LINES_H

#include "base/buf.h"

#include <stdbool.h>

size_t mx_line_columns(const char *s, size_t len);
/* Text from the present column on, with its newline; further lines are indented. */
void mx_line_wrapped(struct buf *out, size_t at, size_t indent, const char *s);
void mx_line_sentence(struct buf *out, size_t indent, const char *s); /* a line of its own */
/* Left-aligned in `width` columns (> 1), with a '~' where it was cut. */
void mx_line_cut(struct buf *out, const char *s, size_t width);
/* "LOW to HIGH" or "-", left-aligned. */
void mx_line_range(struct buf *out, const char *low, const char *high, bool known, size_t width);
void mx_line_end(struct buf *out); /* a newline, and no blanks before it */

/* The second half of a text report (report_change.c). */
struct mx_report;
void mx_report_changes(const struct mx_report *r, struct buf *out);

#endif
