/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clock - which time it is in the guest, and how its runqueues' clocks stand to CLOCK_MONOTONIC.
 *
 * Both are made of the TSC with factors that are in memory: what the time stamp of the timekeeper's
 * last turn is in either clock gives the distance. Where the scheduler's clock is another (under
 * some hypervisors), the distance is estimated, which is right to a tick.
 * Sources: kernel/time/timekeeping.c, arch/x86/kernel/tsc.c, Linux 6.16 and 7.3.
 */
#include "sight/sight_private.h"

#define DOUBT_NS                                                                                   \
	UINT64_C(50000000) /* an exact distance this far from the estimate is not believed */
#define JIFFIES_SHIFT 8

struct keeper {
	uint64_t clock, cycle_last, mult, shift, nsec, base;
};

static bool read_keeper(struct sight *s, struct keeper *k)
{
	const struct layout *l = &s->layout;
	uint64_t va = s->symbols.timekeeper_data ? s->symbols.timekeeper_data : s->symbols.tk_core;
	const uint8_t *data = NULL, *keeper;
	int i;

	if (va && l->tkd_size && l->tkd_keeper.size &&
	    l->tk_size <= l->tkd_size - l->tkd_keeper.offset)
		data = space_at(&s->space, sight_symbol(s, va), l->tkd_size);
	if (!data)
		return false;
	keeper = data + l->tkd_keeper.offset;
	for (i = 0; i < 4 * SIGHT_TRIES; i++) {
		uint64_t seq = field_get(data, &l->tkd_seq);

		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		*k = (struct keeper){
			field_get(keeper, &l->tk_clock),      field_get(keeper, &l->tk_cycle_last),
			field_get(keeper, &l->tk_mult),       field_get(keeper, &l->tk_shift),
			field_get(keeper, &l->tk_xtime_nsec), field_get(keeper, &l->tk_base)};
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (!(seq & 1) && seq == field_get(data, &l->tkd_seq))
			return k->shift < 64 && k->base != SAMPLE_ABSENT;
	}
	return false;
}

/* The scheduler's clock at a time stamp of the TSC. */
static bool tsc_to_sched(struct sight *s, uint64_t tsc, uint64_t *ns)
{
	const struct layout *l = &s->layout;
	uint64_t va = s->symbols.cyc2ns ? sight_percpu(s, s->symbols.cyc2ns, 0) : 0, mul, shift,
		 add;
	uint64_t offset = 0, seq = 0;
	const uint8_t *data = va ? space_at(&s->space, va, 2 * 16 + 8) : NULL;

	if (!data || l->c2n_data.offset || l->c2n_seq.offset > 36 || !l->c2n_mul.size ||
	    l->c2n_mul.offset > 12 || l->c2n_shift.offset > 12 || l->c2n_offset.offset > 8)
		return false;
	seq = field_get(data, &l->c2n_seq);
	data += seq != SAMPLE_ABSENT && seq & 1 ? 16 : 0;
	mul = field_get(data, &l->c2n_mul);
	shift = field_get(data, &l->c2n_shift);
	add = field_get(data, &l->c2n_offset);
	if (shift >= 64 || !mul)
		return false;
	if (s->symbols.__sched_clock_offset)
		space_u64(&s->space, sight_symbol(s, s->symbols.__sched_clock_offset), &offset);
	*ns = (uint64_t)(((unsigned __int128)tsc * mul) >> shift) + add + offset;
	return true;
}

static uint64_t apart(uint64_t a, uint64_t b)
{
	return a - b < b - a ? a - b : b - a;
}

static bool exact(struct sight *s, const struct keeper *k, uint64_t mono, uint64_t *offset)
{
	uint64_t ns, start = 0;

	if (s->symbols.clocksource_tsc && k->clock == sight_symbol(s, s->symbols.clocksource_tsc)) {
		if (!tsc_to_sched(s, k->cycle_last, &ns))
			return false;
	} else if (s->symbols.kvm_sched_clock_offset &&
		   space_u64(&s->space, sight_symbol(s, s->symbols.kvm_sched_clock_offset),
			     &start) &&
		   start) {
		ns = k->cycle_last - start;
	} else {
		return false;
	}
	*offset = mono - ns;
	return true;
}

static void read_tick(struct sight *s)
{
	const struct layout *l = &s->layout;
	const uint8_t *at;
	uint64_t mult;

	s->tick_ns = 0;
	if (!s->symbols.clocksource_jiffies || !l->cs_mult.size)
		return;
	at = space_at(&s->space, sight_symbol(s, s->symbols.clocksource_jiffies),
		      l->cs_mult.offset + 8);
	mult = at ? field_get(at, &l->cs_mult) : 0;
	if (mult >> JIFFIES_SHIFT >= 100000 && mult >> JIFFIES_SHIFT <= 100000000)
		s->tick_ns = mult >> JIFFIES_SHIFT;
}

void sight_clock(struct sight *s)
{
	uint64_t newest = 0, near, offset;
	struct keeper k;
	unsigned cpu;

	read_tick(s);
	for (cpu = 0; cpu < s->ncpus; cpu++)
		if (s->clocks[cpu] > newest)
			newest = s->clocks[cpu];
	s->newest = newest;
	s->clock_offset = s->keeper_ns = 0;
	if (!read_keeper(s, &k))
		return;
	s->keeper_ns = k.base + (k.nsec >> k.shift);
	near = s->keeper_ns - newest;
	if (exact(s, &k, s->keeper_ns, &offset) && apart(offset, near) < DOUBT_NS)
		s->clock_offset = offset;
	else
		s->clock_offset = near;
}

void sight_now(struct sight *s, uint64_t host_ns)
{
	uint64_t now = s->keeper_ns, clock;
	unsigned cpu;

	for (cpu = 0; cpu < s->ncpus; cpu++) {
		uint64_t rq =
			sight_percpu(s, s->symbols.runqueues, cpu) + s->layout.rq_clock.offset;

		if (s->clocks[cpu] && space_u64(&s->space, rq, &clock) &&
		    clock + s->clock_offset > now)
			now = clock + s->clock_offset;
	}
	if (!host_ns)
		s->seen_host_ns = 0;
	if (now > s->seen_ns || !s->seen_host_ns) {
		s->seen_ns = now;
		s->seen_host_ns = host_ns;
	} else if (host_ns > s->seen_host_ns) {
		/* idle: since it was last seen to move, as much has passed there as here */
		now = s->seen_ns + (host_ns - s->seen_host_ns);
	}
	s->out->t_ns = s->told_ns = now > s->told_ns ? now : s->told_ns;
}
