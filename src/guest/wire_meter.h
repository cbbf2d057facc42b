/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_meter - who works counts and measures here, and it stands in the worker's report at once.
 *
 * In the agent for its own work types, in libscxplore for functions of a person's program.
 * Invariant: a report is written by its worker alone, through here.
 */
#ifndef GUEST_WIRE_METER_H
#define GUEST_WIRE_METER_H

#include "guest/wire_report.h"

struct meter {
	struct work_report *report;             /* shared with the agent */
	uint64_t cpu_seen_ns, slow_ns, numa_ns; /* when it last looked at these figures */
	int schedstat, numa_maps;               /* open files, -1 = not there */
	int cpu;                                /* of the unit before; -1 at first */
};

void meter_begin(struct meter *m); /* it was let go, and its descriptors are its own */
void meter_unit(struct meter *m);  /* a unit of work is done: counts, looks where and when it is */
void meter_round(struct meter *m); /* the same, and a round is full */
/* It runs again after it was woken, or should have been, at this time; 0 = not known. */
void meter_woke(struct meter *m, uint64_t since_ns);
uint64_t meter_now_ns(void); /* CLOCK_MONOTONIC, the clock of all reports */

#endif
