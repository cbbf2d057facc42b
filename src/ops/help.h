/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * help - the op table as text, for `scxplore help` and the man page.
 */
#ifndef OPS_HELP_H
#define OPS_HELP_H

#include "base/buf.h"
#include "ops/op.h"

/* "run NAME[@CGROUP] -- ARGV..." */
void help_synopsis(const struct op_def *d, struct buf *out);
void help_ops(struct buf *out);                        /* one line an op */
void help_op(const struct op_def *d, struct buf *out); /* one op whole */
/* The ops whose first word is `word`; false when there is none. */
bool help_word(const char *word, struct buf *out);
/* Text made safe for roff, which takes '\\' and '-' as its own. */
void help_roff(struct buf *out, const char *text);
void help_man(struct buf *out); /* roff: a section OPS */

#endif
