/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_waits - how long tasks waited before their slices, counted by ranges in each block, so that
 * a histogram of any stretch of time costs little.
 *
 * Invariant: each slice is counted once in its block, where slice.wait says.
 */
#include "ops/trace_private.h"

uint64_t trace_range_ns(unsigned range)
{
	return range ? UINT64_C(1000) << (range - 1) : 0;
}

static unsigned range_of(uint64_t ns)
{
	uint64_t us = ns / 1000;
	unsigned r = us ? 64 - (unsigned)__builtin_clzll(us) : 0;

	return r < TRACE_RANGES ? r : TRACE_RANGES - 1;
}

static struct slice *slice_at(const struct cpu *c, uint64_t n)
{
	return lane_at(&c->slices, n);
}

void waits_count_nobody(struct cpu *c, uint64_t n)
{
	struct block_waits *b = lane_behind(&c->slices, n);

	slice_at(c, n)->wait = WAIT_NOBODY;
	b->n[WAIT_NOBODY]++;
}

void waits_count(struct trace *t, const struct task *k, size_t i)
{
	const struct ref *r = task_ref(k, i);
	struct cpu *c = &t->cpus[r->cpu];
	struct block_waits *b;
	struct slice *s;
	uint64_t since;
	bool woken;

	if (!ref_holds(t, r))
		return;
	s = slice_at(c, r->n);
	b = lane_behind(&c->slices, r->n);
	since = trace_waits_since(t, k, i, &woken);
	b->n[s->wait]--;
	if (since > s->t_ns)
		s->wait = WAIT_UNKNOWN;
	else
		s->wait = (uint8_t)((woken ? 0 : WAIT_PUT_OFF) + range_of(s->t_ns - since));
	b->n[s->wait]++;
}

static void add(struct trace_waits *out, unsigned place, uint64_t n)
{
	if (place < WAIT_PUT_OFF)
		out->woken[place] += n;
	else if (place < WAIT_UNKNOWN)
		out->put_off[place - WAIT_PUT_OFF] += n;
	else if (place == WAIT_UNKNOWN)
		out->unknown += n;
}

void trace_waits(const struct trace *t, unsigned cpu, uint64_t from_ns, uint64_t to_ns,
		 struct trace_waits *out)
{
	const struct cpu *c = &t->cpus[cpu < t->ncpus ? cpu : 0];
	uint64_t n, end;
	unsigned i;

	if (cpu >= t->ncpus || to_ns <= from_ns)
		return;
	end = lane_find(&c->slices, to_ns);
	for (n = lane_find(&c->slices, from_ns); n < end;) {
		if ((n - c->slices.first) % LANE_BLOCK || end - n < LANE_BLOCK) {
			add(out, slice_at(c, n++)->wait, 1);
			continue;
		}
		for (i = 0; i <= WAIT_NOBODY; i++)
			add(out, i, ((struct block_waits *)lane_behind(&c->slices, n))->n[i]);
		n += LANE_BLOCK;
	}
}

bool trace_task_waits(const struct trace *t, int32_t tid, uint64_t from_ns, uint64_t to_ns,
		      size_t max, struct trace_waits *out)
{
	const struct task *k = task_get(t, tid);
	size_t i;

	for (i = k ? task_find(k, from_ns) : 0; k && i < k->n; i++) {
		const struct ref *r = task_ref(k, i);

		if (r->t_ns >= to_ns)
			break;
		if (!max--)
			return false;
		if (!r->mark && ref_holds(t, r))
			add(out, slice_at(&t->cpus[r->cpu], r->n)->wait, 1);
	}
	return true;
}
