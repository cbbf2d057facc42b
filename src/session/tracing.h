/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tracing - a session's stream of switches: asks the agent for it, has it read out of the guest's
 * memory, and hands it to the model's trace and to the session file.
 *
 * Invariant: nothing is attached in the guest and no timer runs here unless somebody asked.
 */
#ifndef SESSION_TRACING_H
#define SESSION_TRACING_H

#include "base/loop.h"
#include "ops/journal.h"
#include "session/trace_reader.h"
#include "vmm/witness.h"

struct tracing;

struct tracing_ops {
	int (*send)(void *arg, const void *frame, size_t len);
	uint64_t (*now)(void *arg); /* newest guest time */
	const struct guest_memory *(*memory)(void *arg);
	/* Who sees the guest's tracepoints from outside, until the guest is gone; NULL = nobody. */
	struct witness *(*witness)(void *arg);
	int (*desk)(void *arg, struct witness_desk *d, struct err *err); /* as sight_desk() */
	struct journal *(*journal)(void *arg); /* NULL = nothing is recorded */
	void (*log)(void *arg, int level, const char *text);
};

struct tracing *tracing_create(struct loop *loop, struct trace *trace,
			       const struct tracing_ops *ops, void *arg);
void tracing_destroy(struct tracing *t); /* NULL is fine */

/* slots: of each CPU's ring, a power of two; 0 = enough. Asks again when it is on already. */
void tracing_want(struct tracing *t, bool on, uint32_t slots);
/* Whoever else could tell: programs in the guest do, from the next time on. */
void tracing_by_guest(struct tracing *t, bool by_guest);
void tracing_ready(struct tracing *t); /* the agent can be asked */
/* WIRE_TRACE_RINGS. */
void tracing_rings(struct tracing *t, struct wire_reader *payload);
/* EV_TRACE, before it is journalled. missed: calls. */
void tracing_event(struct tracing *t, bool on, uint64_t missed);
/* The guest is: what is left is read. */
void tracing_gone(struct tracing *t);
bool tracing_is_on(const struct tracing *t);
/* Of all streams of this session. */
struct trace_account tracing_account(const struct tracing *t);

#endif
