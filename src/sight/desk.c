/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * desk - where in this guest's kernel the emulator is to look for tracepoints and what they tell.
 * Invariant: a desk that was not filled whole is not used.
 */
#include "sight/sight_private.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

static int lacks(struct err *err, const char *what)
{
	return err_set(err, ENOTSUP, "see the kernel's tracepoints from outside: it has no %s",
		       what);
}

/* Where something is in the guest's memory, from its begin; UINT64_MAX = it is nowhere. */
static uint64_t place_of(struct sight *s, uint64_t va, unsigned bytes)
{
	const uint8_t *at = va ? space_at_aligned(&s->space, va, bytes, bytes) : NULL;

	return at ? (uint64_t)(at - s->memory->base) : UINT64_MAX;
}

static void add_range(struct witness_desk *d, uint64_t begin, uint64_t bytes, uint64_t place)
{
	if (bytes)
		d->ranges[d->nranges++] = (struct witness_range){begin, bytes, place};
}

/* Where tasks are: the first one is in the image. */
static void tell_ranges(struct sight *s, struct witness_desk *d)
{
	const struct space *p = &s->space;
	uint64_t low =
		s->memory->below_4g < s->memory->size ? s->memory->below_4g : s->memory->size;

	d->nranges = 0;
	add_range(d, p->text, p->text_end - p->text, place_of(s, p->text, 8));
	add_range(d, p->direct, low, 0);
	add_range(d, p->direct + (UINT64_C(1) << 32), s->memory->size - low, low);
}

static int tell_cpus(struct sight *s, struct witness_desk *d, struct err *err)
{
	unsigned cpu;

	for (cpu = 0; cpu < s->ncpus; cpu++) {
		d->gs_base[cpu] = s->percpu[cpu];
		d->current_task[cpu] =
			place_of(s, sight_percpu(s, s->symbols.current_task, cpu), 8);
		d->preempt_count[cpu] =
			place_of(s, sight_percpu(s, s->symbols.__preempt_count, cpu), 4);
		if (d->current_task[cpu] == UINT64_MAX || d->preempt_count[cpu] == UINT64_MAX)
			return err_set(err, EAGAIN,
				       "see the kernel's tracepoints from outside: CPU %u has no "
				       "variables yet",
				       cpu);
	}
	return 0;
}

static int tell_clock(struct sight *s, struct witness_desk *d, struct err *err)
{
	const struct layout *l = &s->layout;
	uint64_t source;

	d->clock = place_of(s, sight_symbol(s, s->symbols.tk_fast_mono), 8);
	if (!s->symbols.tk_fast_mono || d->clock == UINT64_MAX || !l->tkf_seq.size ||
	    !l->tkf_base.size || !l->tkr_size || !l->tkr_mask.size || !l->tkr_cycle_last.size ||
	    l->tkr_mult.size != 4 || l->tkr_shift.size != 4 || !l->tkr_xtime_nsec.size ||
	    !l->tkr_base.size)
		return lacks(err, "clock that can always be read (tk_fast_mono)");
	d->tsc = sight_symbol(s, s->symbols.clocksource_tsc);
	if (!s->symbols.clocksource_tsc || l->tkr_clock.size != 8 ||
	    !space_u64(&s->space,
		       sight_symbol(s, s->symbols.tk_fast_mono) + l->tkf_base.offset +
			       l->tkr_clock.offset,
		       &source) ||
	    source != d->tsc)
		return lacks(err, "time stamp counter as its clock");
	d->clock_source = l->tkr_clock.offset;
	d->clock_seq = l->tkf_seq.offset;
	d->clock_base = l->tkf_base.offset;
	d->clock_base_size = l->tkr_size;
	d->mask = l->tkr_mask.offset;
	d->cycle_last = l->tkr_cycle_last.offset;
	d->mult = l->tkr_mult.offset;
	d->shift = l->tkr_shift.offset;
	d->xtime_nsec = l->tkr_xtime_nsec.offset;
	d->base_ns = l->tkr_base.offset;
	return 0;
}

/* Once: going through all symbols takes longer than a picture may. */
static int read_sites(struct sight *s, const char *image, struct err *err)
{
	size_t len;
	void *map;
	int r;

	if (s->sites.n)
		return 0;
	map = sight_map(image, &len, err);
	if (!map)
		return -err->code;
	r = sites_find(map, len, &s->sites, err);
	munmap(map, len);
	return r;
}

static int tell_sites(struct sight *s, const char *image, struct witness_desk *d, struct err *err)
{
	uint32_t i;
	int r = read_sites(s, image, err);

	if (r < 0)
		return r;
	memcpy(d->sites, s->sites.list, sizeof(d->sites));
	d->nsites = s->sites.n;
	for (i = 0; i < d->nsites; i++)
		d->sites[i].address += s->space.slide;
	return 0;
}

int sight_desk(struct sight *s, const char *image, struct witness_desk *d, struct err *err)
{
	const struct layout *l = &s->layout;
	int r = sight_begin(s, err);

	if (r < 0)
		return r;
	if (!s->symbols.current_task || !s->symbols.__preempt_count)
		return lacks(err, "variable current_task or __preempt_count (before 6.15)");
	if (l->task_pid.size != 4 || l->task_state.size != 4 || l->task_cpu.size != 4)
		return lacks(err, "pid, __state or thread_info.cpu of four bytes in task_struct");
	d->pid = l->task_pid.offset;
	d->state = l->task_state.offset;
	d->cpu = l->task_cpu.offset;
	tell_ranges(s, d);
	r = tell_cpus(s, d, err);
	if (r == 0)
		r = tell_clock(s, d, err);
	return r < 0 ? r : tell_sites(s, image, d, err);
}
