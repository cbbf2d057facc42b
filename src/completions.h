/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * completions - shell completion scripts and the man page, written from the tables at build time.
 */
#ifndef COMPLETIONS_H
#define COMPLETIONS_H

#include "base/buf.h"

void completions_bash(struct buf *out);
void completions_zsh(struct buf *out);
void completions_fish(struct buf *out);
void completions_man(struct buf *out); /* the whole page, roff */

#endif
