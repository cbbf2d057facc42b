/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tracer - the agent's end of the stream of switches (bpf/trace.bpf.c): has hands attach it while
 * the host asks for it, maps its rings and tells the host where they are.
 *
 * The agent never touches a record. Invariant: nothing is attached when nobody asks; the rings stay
 * where they are until the next stream, so that the host can read what was last.
 */
#ifndef GUEST_TRACER_H
#define GUEST_TRACER_H

#include "guest/wire.h"

#include <stdint.h>

void tracer_init(unsigned ncpus);
/* Whoever had asked is gone: nothing is streamed until somebody asks anew. */
void tracer_forget(void);
/* WIRE_TRACE; answered by EV_TRACE, and WIRE_TRACE_RINGS before one that says on. */
void tracer_frame(const struct wire_header *h, struct wire_reader *p);

#endif
