/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host_turn - see host_turn.h.
 */
#include "guest/host_turn.h"

#include "guest/port.h"

#include <errno.h>

#define HOST_DEADLINE_NS 30000000000ull

static struct line *waits; /* NULL = none */
static uint64_t seq;

void host_turn_begin(struct line *l, const struct wire_op *op)
{
	if (waits) {
		line_failed(l, EBUSY, "the host is at another op's turn");
		return;
	}
	if (!port_end(port_begin(), WIRE_HOST_TURN, line_seq(l))) {
		line_failed(l, ENOBUFS,
			    "the host is behind with everything else: it cannot be told");
		return;
	}
	waits = l;
	seq = line_seq(l);
	line_timer(l, HOST_DEADLINE_NS);
}

void host_turn_timeout(struct line *l)
{
	waits = NULL;
	line_failed(l, ETIMEDOUT, "the host has not done it within 30s");
}

void host_turn_cancel(struct line *l, int code, const char *why)
{
	if (waits != l)
		return;
	waits = NULL;
	line_failed(l, code, "%s before the host had done it", why);
}

void host_turn_frame(const struct wire_header *h, struct wire_reader *payload)
{
	uint32_t code = wire_get_u32(payload);
	const char *text = wire_get_str(payload);
	struct line *l = waits;

	if (!l || h->seq != seq || !wire_reader_done(payload))
		return;
	waits = NULL;
	line_timer(l, 0);
	if (code)
		line_failed(l, (int)code, "%s", text);
	else
		line_done(l, "%s", text);
}
