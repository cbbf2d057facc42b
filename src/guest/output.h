/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * output - what payloads write: from their pipes to EV_OUTPUT.
 *
 * OUTPUT_KEPT_MAX bytes of each stream are sent; the rest is read, counted and thrown away, so
 * that a payload never blocks on its output. Invariant: every byte is either sent or counted.
 */
#ifndef GUEST_OUTPUT_H
#define GUEST_OUTPUT_H

#include "base/err.h"
#include "guest/group.h"

#define OUTPUT_KEPT_MAX (16u << 20)

void output_init(struct loop *loop);
/* Takes ownership of both read ends, also on failure. */
int output_open(struct group *g, int out, int err_fd, struct err *err);
/* Read what is there now. After a task's exit this is all that it wrote itself. */
void output_drain(struct group *g);
bool output_closed(const struct group *g);
void output_close(struct group *g);

#endif
