/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tsc - reads counter and clock as one: of several tries the one with the least time between two
 * looks at the clock counts, so that losing the CPU in between does no harm.
 */
#include "vmm/tsc.h"

#include <time.h>
#include <x86intrin.h>

#define TRIES   16
#define KHZ_MIN 100000u
#define KHZ_MAX 20000000u

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

void tsc_take(struct tsc_mark *m)
{
	uint64_t best = UINT64_MAX;
	int i;

	for (i = 0; i < TRIES; i++) {
		uint64_t before = now_ns(), ticks = __rdtsc(), after = now_ns();

		if (after - before >= best)
			continue;
		best = after - before;
		m->ticks = ticks;
		m->ns = before + best / 2;
	}
}

unsigned tsc_khz_since(const struct tsc_mark *start)
{
	struct tsc_mark end;
	uint64_t khz;

	do
		tsc_take(&end);
	while (end.ns - start->ns < TSC_WINDOW_NS);
	if (end.ticks <= start->ticks)
		return 0;
	khz = (uint64_t)((__uint128_t)(end.ticks - start->ticks) * 1000000u / (end.ns - start->ns));
	return khz >= KHZ_MIN && khz <= KHZ_MAX ? (unsigned)khz : 0;
}
