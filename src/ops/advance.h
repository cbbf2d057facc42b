/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * advance - how fast a guest's time goes on, as a person asks for it and as it is told.
 *
 * What is typed (`pause`, `resume`, `slow 10`, `advance switch`) is about the guest that is looked
 * at, no part of a scenario: in the session file stands an EV_PACE of each, which a replay passes
 * over.
 */
#ifndef OPS_ADVANCE_H
#define OPS_ADVANCE_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum advance_to {
	ADVANCE_SWITCH, /* until a CPU goes from one task to another */
	ADVANCE_TICK,   /* until the kernel's tick has been counted */
	ADVANCE_SPAN,   /* about so long */
};

struct advance {
	enum advance_to to;
	int cpu;          /* that is to switch; -1 = any */
	uint64_t span_ns; /* of ADVANCE_SPAN */
};

#define ADVANCE_SPAN_MIN_NS 1000u
#define ADVANCE_SPAN_MAX_NS UINT64_C(10000000000)
#define ADVANCE_SLOWEST     1000

/* "advance switch [CPU] | tick | us N | 250us"; n words, the first is not looked at. 0, or -EINVAL
 * with words that say what to write. */
int advance_parse(char *const *words, size_t n, struct advance *out, struct err *err);
/* "slow N|1/N", 1 = full speed. */
int advance_parse_slow(char *const *words, size_t n, unsigned *part, struct err *err);

/* Names of an EV_PACE: which of them it is. */
#define PACE_PAUSED "paused"
#define PACE_RUNS   "runs"
#define PACE_SLOW   "slow" /* count = the nth part of full speed */
#define PACE_STEP   "step" /* it has ended, and the guest stands again; id = ns that passed */

#endif
