/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_pack - records of the trace as few bytes, for the session file: some four for each.
 *
 * A pack stands for itself: what it leaves out follows from what came before in the same pack. Only
 * records in order of time fit into one. Invariant: what is read from a pack is what was put there.
 */
#ifndef OPS_TRACE_PACK_H
#define OPS_TRACE_PACK_H

#include "base/buf.h"
#include "ops/trace.h"

#define TRACE_PACK_RECENT 7    /* tids of a CPU that cost nothing */
#define TRACE_PACK_TIDS   4096 /* tids of which is known where they ran last */

struct trace_pack_cpu {
	int32_t current, recent[TRACE_PACK_RECENT];
};

/* Both sides have one, and it is the same after each record. */
struct trace_pack_state {
	uint64_t t_ns;
	uint16_t cpu;
	struct trace_pack_cpu cpus[SAMPLE_CPUS_MAX];
	struct {
		int32_t tid;
		uint16_t cpu;
	} last[TRACE_PACK_TIDS];
};

struct trace_pack {
	struct buf bytes;
	uint64_t n; /* records */
	struct trace_pack_state state;
};

struct trace_pack *trace_pack_create(void);
void trace_pack_destroy(struct trace_pack *p); /* NULL is fine */
void trace_pack_reset(struct trace_pack *p);   /* empty, for the next one */
/* False: not of the kinds there are, or older than the one before, which begins another pack. */
bool trace_pack_add(struct trace_pack *p, const struct trace_record *r);

/*
 * Every record of a pack to fn. False: the bytes are none, and what came before has been handed on
 * (no more than len records ever). Hostile bytes are fine.
 */
bool trace_pack_read(const void *bytes, size_t len,
		     void (*fn)(void *arg, const struct trace_record *r), void *arg);

#endif
