/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ops_every - the ops that make bodies: every ... end, and hold loop.
 */
#ifndef GUEST_OPS_EVERY_H
#define GUEST_OPS_EVERY_H

#include "guest/line.h"

void every_begin(struct line *l, const struct wire_op *op);
void every_end(struct line *l, const struct wire_op *op);
void every_loop_begin(struct line *l, const struct wire_op *op);
void every_loop_poke(struct line *l);
void every_loop_cancel(struct line *l, int code, const char *why);

#endif
