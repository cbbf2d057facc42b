/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exact - a run that nobody outside has a hand in: the agent takes its frames from the initramfs
 * (WIRE_SCRIPT_PATH), keeps what it has to say until all is torn down, and hashes every context
 * switch, wake-up and migration in between (bpf/exact.bpf.c).
 *
 * Invariant: between exact_begin()'s then() and exact_end() nothing is written to the port.
 */
#ifndef GUEST_EXACT_H
#define GUEST_EXACT_H

#include "base/err.h"
#include "guest/port.h"

#include <stdbool.h>

/* Looks for the script. 0, also when there is none; -errno when it cannot be read. */
int exact_init(struct err *err);
bool exact_is(void); /* there is one */

/* Every frame of the script, in order; strings in them stay valid for good. */
void exact_feed(port_frame_fn frame);

/* Of the kernel's random numbers: a run's seed is all the chance there is. */
void exact_seed(uint64_t seed);

/*
 * Attaches the probes, then begins to trace and to keep still, and calls then(): once, whatever
 * happens. Without probes the run goes on, and exact_end() says why there is no hash.
 */
void exact_begin(void (*then)(void));

/* All is torn down: the trace ends and is told (EV_EXACT). Nothing when there is no script. */
void exact_end(void);
/* What was kept is said from now on. */
void exact_speak(void);

#endif
