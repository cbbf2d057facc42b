/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host_turn - ops that the host does itself, in the guest's memory, when it is their turn.
 *
 * The agent only says so, waits, and ends the op with the host's words. One at a time, on the main
 * line. Invariant: an answer that comes late meets nobody.
 */
#ifndef GUEST_HOST_TURN_H
#define GUEST_HOST_TURN_H

#include "guest/line.h"

void host_turn_begin(struct line *l, const struct wire_op *op);
void host_turn_timeout(struct line *l);
void host_turn_cancel(struct line *l, int code, const char *why);
/* WIRE_HOST_DONE. */
void host_turn_frame(const struct wire_header *h, struct wire_reader *payload);

#endif
