/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tsc - the rate of the host's time stamp counter, which an emulated guest sees as its own.
 *
 * A guest measures that rate while it boots, and measures nonsense when the host takes its CPUs
 * away meanwhile: its clock then runs many times too fast or too slow (seen: 1 of 15 boots on a
 * host with five times more work than CPUs). So it is told instead (kernel parameter
 * tsc_early_khz).
 */
#ifndef VMM_TSC_H
#define VMM_TSC_H

#include <stdint.h>

struct tsc_mark {
	uint64_t ticks, ns;
};

void tsc_take(struct tsc_mark *m);
/* kHz between a mark and now, at least TSC_WINDOW_NS apart (it looks at the clock until then); 0 =
 * cannot be told. */
unsigned tsc_khz_since(const struct tsc_mark *start);

#define TSC_WINDOW_NS UINT64_C(20000000)

#endif
