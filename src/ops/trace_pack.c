/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_pack - see trace_pack.h. One record:
 *
 *   1 byte     bits 0-1 type - 1, 2: another CPU than before, 3-4 how (below), 5-7 which of the
 *              CPU's recent tids, 7 = none of them
 *   varint     ns since the record before (the first: since boot)
 *   [varint]   CPU
 *   [varint]   tid
 *   SWITCH     who goes is who was current. how 0: in 'S', 1: in 'r', 2: + 1 byte state, 3: + 1
 * byte state, varint who WAKE       how 0: by who is current, to where it ran last; 1: by an
 * interrupt, the same; 2: + varint by whom; 3: + varint by whom, varint to MIGRATE    + varint to;
 * how 1: + varint other LOST       + varint count; no tid Invariant: state_after() is all that
 * changes the state, on both sides.
 */
#include "ops/trace_pack.h"

#include "base/die.h"

#include <stdlib.h>
#include <string.h>

enum { TYPE_MASK = 3, OTHER_CPU = 4, HOW_SHIFT = 3, RECENT_SHIFT = 5 };

struct trace_pack *trace_pack_create(void)
{
	struct trace_pack *p = xcalloc(1, sizeof(*p));

	return p;
}

void trace_pack_destroy(struct trace_pack *p)
{
	if (!p)
		return;
	buf_finish(&p->bytes);
	free(p);
}

void trace_pack_reset(struct trace_pack *p)
{
	buf_reset(&p->bytes);
	p->n = 0;
	memset(&p->state, 0, sizeof(p->state));
}

static unsigned recent(const struct trace_pack_cpu *c, int32_t tid)
{
	unsigned i;

	for (i = 0; i < TRACE_PACK_RECENT && c->recent[i] != tid; i++)
		;
	return i;
}

static uint16_t last_cpu(const struct trace_pack_state *s, int32_t tid, uint16_t otherwise)
{
	size_t i = (size_t)tid % TRACE_PACK_TIDS;

	return s->last[i].tid == tid ? s->last[i].cpu : otherwise;
}

static void ran_on(struct trace_pack_state *s, int32_t tid, uint16_t cpu)
{
	size_t i = (size_t)tid % TRACE_PACK_TIDS;

	s->last[i].tid = tid;
	s->last[i].cpu = cpu;
}

static void state_after(struct trace_pack_state *s, const struct trace_record *r)
{
	struct trace_pack_cpu *c = &s->cpus[r->cpu];
	unsigned i;

	s->t_ns = r->t_ns;
	s->cpu = r->cpu;
	if (r->type == TRACE_LOST)
		return;
	i = recent(c, r->tid);
	if (i == TRACE_PACK_RECENT)
		i--;
	memmove(c->recent + 1, c->recent, i * sizeof(*c->recent));
	c->recent[0] = r->tid;
	if (r->type == TRACE_SWITCH)
		c->current = r->tid;
	ran_on(s, r->tid, r->type == TRACE_SWITCH ? r->cpu : r->to);
}

/* ---- writing ---- */

static void put(struct buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_addc(b, (char)(v | 0x80));
	buf_addc(b, (char)v);
}

static unsigned how_switch(const struct trace_pack_cpu *c, const struct trace_record *r)
{
	if (r->other != c->current)
		return 3;
	return r->state == 'S' ? 0 : r->state == 'r' ? 1 : 2;
}

static unsigned how_wake(const struct trace_pack_state *s, const struct trace_record *r)
{
	if (r->to != last_cpu(s, r->tid, r->cpu))
		return 3;
	return r->other == s->cpus[r->cpu].current ? 0 : !r->other ? 1 : 2;
}

static bool may(const struct trace_record *r)
{
	return r->cpu < SAMPLE_CPUS_MAX && r->type >= TRACE_SWITCH && r->type <= TRACE_LOST &&
	       (r->type == TRACE_LOST || (r->tid >= 0 && r->other >= 0));
}

bool trace_pack_add(struct trace_pack *p, const struct trace_record *r)
{
	struct trace_pack_state *s = &p->state;
	struct buf *b = &p->bytes;
	unsigned how = 0, place = TRACE_PACK_RECENT;

	if (!may(r) || r->t_ns < s->t_ns)
		return false;
	if (r->type != TRACE_LOST)
		place = recent(&s->cpus[r->cpu], r->tid);
	if (r->type == TRACE_SWITCH)
		how = how_switch(&s->cpus[r->cpu], r);
	else if (r->type == TRACE_WAKE)
		how = how_wake(s, r);
	else if (r->type == TRACE_MIGRATE)
		how = r->other != 0;
	buf_addc(b, (char)((unsigned)(r->type - 1) | (r->cpu != s->cpu ? OTHER_CPU : 0) |
			   how << HOW_SHIFT | place << RECENT_SHIFT));
	put(b, r->t_ns - s->t_ns);
	if (r->cpu != s->cpu)
		put(b, r->cpu);
	if (r->type == TRACE_LOST)
		put(b, r->count);
	else if (place == TRACE_PACK_RECENT)
		put(b, (uint64_t)r->tid);
	if (r->type == TRACE_SWITCH && how >= 2)
		buf_addc(b, r->state);
	if ((r->type == TRACE_SWITCH && how == 3) || (r->type == TRACE_WAKE && how >= 2) ||
	    (r->type == TRACE_MIGRATE && how))
		put(b, (uint64_t)r->other);
	if ((r->type == TRACE_WAKE && how == 3) || r->type == TRACE_MIGRATE)
		put(b, r->to);
	state_after(s, r);
	p->n++;
	return true;
}

/* ---- reading ---- */

struct cursor {
	const unsigned char *at, *end;
	bool bad;
};

static unsigned byte(struct cursor *c)
{
	if (c->at == c->end) {
		c->bad = true;
		return 0;
	}
	return *c->at++;
}

static uint64_t get(struct cursor *c, uint64_t max)
{
	uint64_t v = 0;
	unsigned shift, b;

	for (shift = 0; shift < 64; shift += 7) {
		b = byte(c);
		v |= (uint64_t)(b & 0x7f) << shift;
		if (b & 0x80)
			continue;
		if (v > max)
			c->bad = true;
		return c->bad ? 0 : v;
	}
	c->bad = true;
	return 0;
}

static void get_rest(struct cursor *c, const struct trace_pack_state *s, unsigned how,
		     struct trace_record *r)
{
	const struct trace_pack_cpu *cpu = &s->cpus[r->cpu];

	if (r->type == TRACE_SWITCH) {
		r->state = how == 0 ? 'S' : how == 1 ? 'r' : (char)byte(c);
		r->other = how == 3 ? (int32_t)get(c, INT32_MAX) : cpu->current;
	} else if (r->type == TRACE_WAKE) {
		r->other = how == 0 ? cpu->current : how == 1 ? 0 : (int32_t)get(c, INT32_MAX);
		r->to = how == 3 ? (uint16_t)get(c, UINT16_MAX) : last_cpu(s, r->tid, r->cpu);
	} else {
		r->other = how ? (int32_t)get(c, INT32_MAX) : 0;
		r->to = (uint16_t)get(c, UINT16_MAX);
	}
}

static void get_record(struct cursor *c, const struct trace_pack_state *s, struct trace_record *r)
{
	unsigned head = byte(c), how = head >> HOW_SHIFT & 3, place = head >> RECENT_SHIFT;

	*r = (struct trace_record){.type = (enum trace_type)((head & TYPE_MASK) + 1)};
	r->t_ns = s->t_ns + get(c, UINT64_MAX - s->t_ns);
	r->cpu = head & OTHER_CPU ? (uint16_t)get(c, SAMPLE_CPUS_MAX - 1) : s->cpu;
	if (r->type == TRACE_LOST) {
		r->count = get(c, UINT64_MAX);
		return;
	}
	r->tid = place == TRACE_PACK_RECENT ? (int32_t)get(c, INT32_MAX)
					    : s->cpus[r->cpu].recent[place];
	get_rest(c, s, how, r);
}

bool trace_pack_read(const void *bytes, size_t len,
		     void (*fn)(void *arg, const struct trace_record *r), void *arg)
{
	struct cursor c = {.at = bytes, .end = (const unsigned char *)bytes + len};
	struct trace_pack_state *s = xcalloc(1, sizeof(*s));
	struct trace_record r;

	while (c.at < c.end) {
		get_record(&c, s, &r);
		if (c.bad)
			break;
		state_after(s, &r);
		fn(arg, &r);
	}
	free(s);
	return !c.bad;
}
