/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_trace - the stream of switches: how it is asked for, and where in the guest's memory it is.
 *
 * The records themselves never cross the wire: the programs in the kernel write them to rings
 * (bpf/trace.h), the agent says which page frames those are, and the host reads them there. That
 * costs the guest nothing, delays no event, and works while the guest is stalled or dead.
 */
#ifndef GUEST_WIRE_TRACE_H
#define GUEST_WIRE_TRACE_H

#include "bpf/trace.h"
#include "guest/wire.h"

#define WIRE_TRACE_PAGE  4096u
#define WIRE_TRACE_CPUS  1024u
#define WIRE_TRACE_PAGES 32768u /* of all rings together */

/* What is believed of a slot: more would be no time and no tid. */
#define WIRE_TRACE_TIME_BITS 40
#define WIRE_TRACE_TID_MASK  0x3fffff

#define WIRE_TRACE_WAKING 'W'

/* What WIRE_TRACE asks for: an u8 of these, then how many slots for each CPU (u32, 0 = enough). */
enum wire_trace_want {
	WIRE_TRACE_OFF,
	WIRE_TRACE_ALL,
	WIRE_TRACE_NAMES, /* who the tids are; somebody else sees the switches */
};

/* Page frame numbers, 8 bytes each, little-endian, in order; borrowed from the frame. */
struct wire_trace_pages {
	const uint8_t *frames;
	uint32_t n;
};

struct wire_trace_rings {
	uint32_t ncpus;
	uint32_t slots;                                /* of each CPU */
	struct wire_trace_pages heads, records, names; /* heads: that of the names */
};

/*
 * How many slots each CPU's ring has: a power of two, no more than were asked for; 0 asked = about 16 MiB
 * for all CPUs, at least 32 KiB and at most 2 MiB for each. ncpus > 0.
 */
uint32_t wire_trace_slots(uint32_t ncpus, uint32_t asked);

void wire_trace_put(struct wire_writer *w, const struct wire_trace_rings *t);
/* 0 or -EPROTO: sizes that do not belong together are refused. */
int wire_trace_read(struct wire_reader *r, struct wire_trace_rings *t);
/* Guest physical address of the page. i < p->n. */
uint64_t wire_trace_page(const struct wire_trace_pages *p, uint32_t i);

/* One record of the stream, taken apart; what a hostile guest may have written. */
struct wire_trace_record {
	uint64_t t_low; /* the lowest WIRE_TRACE_TIME_BITS of the time */
	enum trace_ring_type type;
	/* SWITCH: of who goes, WAKE: of who is woken, as it was; as in struct sample_task, '?' = of
	 * no known kind. WIRE_TRACE_WAKING = it slept, and its wake-up tells how. */
	char state;
	uint16_t to;
	int32_t tid, other;
	bool by_address; /* SWITCH: `task` instead of tid is who comes, and its time came last */
	uint64_t task;
};

enum wire_trace_slot { WIRE_TRACE_SLOT_EMPTY, WIRE_TRACE_SLOT_FULL, WIRE_TRACE_SLOT_BAD };

/* What is in (a copy of) the slot of position `at`; EMPTY = that position is not written. */
enum wire_trace_slot wire_trace_slot(const struct trace_slot *s, uint64_t at,
				     struct wire_trace_record *out);

#endif
