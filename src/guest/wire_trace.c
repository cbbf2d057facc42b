/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_trace - see wire_trace.h. Invariant: no number of a slot is used that was not masked.
 */
#include "guest/wire_trace.h"

#include <errno.h>

uint32_t wire_trace_slots(uint32_t ncpus, uint32_t asked)
{
	uint32_t n = TRACE_SLOTS_MIN;

	if (!asked)
		asked = 524288 / ncpus < 1024    ? 1024
			: 524288 / ncpus > 65536 ? 65536
						 : 524288 / ncpus;
	while (n * 2 <= asked && n * 2 <= TRACE_SLOTS_MAX)
		n *= 2;
	return n;
}

static void put_pages(struct wire_writer *w, const struct wire_trace_pages *p)
{
	wire_put_bytes(w, p->n ? (const void *)p->frames : "", (size_t)p->n * 8);
}

void wire_trace_put(struct wire_writer *w, const struct wire_trace_rings *t)
{
	wire_put_u32(w, t->ncpus);
	wire_put_u32(w, t->slots);
	put_pages(w, &t->heads);
	put_pages(w, &t->records);
	put_pages(w, &t->names);
}

/* They hold as much as they have to. */
static bool get_pages(struct wire_reader *r, struct wire_trace_pages *p, uint64_t bytes)
{
	size_t len;

	p->frames = wire_get_bytes(r, &len);
	p->n = (uint32_t)(len / 8);
	return !r->bad && len % 8 == 0 && len / 8 <= WIRE_TRACE_PAGES &&
	       p->n == (bytes + WIRE_TRACE_PAGE - 1) / WIRE_TRACE_PAGE;
}

int wire_trace_read(struct wire_reader *r, struct wire_trace_rings *t)
{
	t->ncpus = wire_get_u32(r);
	t->slots = wire_get_u32(r);
	if (r->bad || !t->ncpus || t->ncpus > WIRE_TRACE_CPUS || t->slots < TRACE_SLOTS_MIN ||
	    t->slots > TRACE_SLOTS_MAX || t->slots & (t->slots - 1))
		return -EPROTO;
	if (!get_pages(r, &t->heads, sizeof(struct trace_head)) ||
	    !get_pages(r, &t->records, t->ncpus * TRACE_RING((uint64_t)t->slots)) ||
	    !get_pages(r, &t->names, TRACE_NAMES * sizeof(struct trace_name_slot)))
		return -EPROTO;
	return 0;
}

uint64_t wire_trace_page(const struct wire_trace_pages *p, uint32_t i)
{
	const uint8_t *at = p->frames + (size_t)i * 8;
	uint64_t v = 0;
	unsigned k = 8;

	while (k--)
		v = v << 8 | at[k];
	/* more than 52 bits are no address; so small a number of bytes is never at the end */
	return v >> 40 ? UINT64_MAX - WIRE_TRACE_PAGE : v * WIRE_TRACE_PAGE;
}

/* Bits of include/linux/sched.h, Linux 6.16 and 7.3. */
static char state_of(uint32_t state)
{
	static const struct {
		uint32_t bits;
		char letter;
	} states[] = {
		{0x1, 'S'},
		{0x400, 'I'}, /* TASK_NOLOAD: an idle kernel thread */
		{0x2, 'D'},
		{0x4, 'T'},
		{0x8, 't'},
		{0x10 | 0x80, 'X'},
		{0x20, 'Z'},
		{0x40, 'P'},
		{0x200, WIRE_TRACE_WAKING},
	};
	size_t i;

	if (!state)
		return 'r';
	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (state & states[i].bits)
			return states[i].letter;
	return '?';
}

enum wire_trace_slot wire_trace_slot(const struct trace_slot *s, uint64_t at,
				     struct wire_trace_record *out)
{
	unsigned type = s->end % sizeof(*s);
	bool is_switch;

	if (s->end - type != (at + 1) * sizeof(*s))
		return WIRE_TRACE_SLOT_EMPTY;
	if (type < TRACE_RING_SWITCH || type > TRACE_RING_SEEN)
		return WIRE_TRACE_SLOT_BAD;
	is_switch = type == TRACE_RING_SWITCH || type == TRACE_RING_SEEN;
	*out = (struct wire_trace_record){
		.t_low = s->t_ns & ((UINT64_C(1) << WIRE_TRACE_TIME_BITS) - 1),
		.type = is_switch ? TRACE_RING_SWITCH : (enum trace_ring_type)type,
		.other = s->other & WIRE_TRACE_TID_MASK,
		.state = type == TRACE_RING_MIGRATE ? 'r' : state_of(s->state),
	};
	out->by_address = type == TRACE_RING_SWITCH;
	if (out->by_address)
		out->task = s->task;
	else
		out->tid = s->tid & WIRE_TRACE_TID_MASK;
	if (!is_switch)
		out->to = s->at;
	else if (!(s->at & 1))
		out->state = 'r';
	return WIRE_TRACE_SLOT_FULL;
}
