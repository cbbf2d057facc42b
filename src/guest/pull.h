/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pull - the op that brings a file of the guest to the host, and push, which is all files.h's.
 *
 * The file is read piece by piece in hands, as far as the host's window lets it; the op ends with
 * the host's word that it has its place there. One at a time. Invariant: what the host does not
 * take costs no memory here.
 */
#ifndef GUEST_PULL_H
#define GUEST_PULL_H

#include "base/loop.h"
#include "guest/line.h"

void pull_op_begin(struct line *l, const struct wire_op *op);
void pull_op_cancel(struct line *l, int code, const char *why);
void pull_op_timeout(struct line *l);
/* WIRE_PULL_TAKEN. */
void pull_frame(const struct wire_header *h, struct wire_reader *payload);

void push_op_begin(struct line *l, const struct wire_op *op);
void push_op_cancel(struct line *l, int code, const char *why);
void push_op_timeout(struct line *l);

#endif
