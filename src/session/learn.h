/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * learn - limits and tolerances of a session's expectations, from the spread of several replays.
 *
 * A limit becomes the worst value seen, loosened by the whole spread; the ops say from how many
 * replays that came (replays=N), and so does what is exported of them.
 * Invariant: a fault stays one: checks whose limit is none of degree keep their own.
 */
#ifndef SESSION_LEARN_H
#define SESSION_LEARN_H

#include "ops/export.h"
#include "vmm/guest.h"

#define LEARN_MIN 2 /* one replay has no spread */
#define LEARN_MAX 100

/*
 * Replays `n` times, one guest after the other, and writes what was learnt into the ops of
 * `scenario`, which is in->scenario. `said` gets a line for each expectation: what it was, what
 * it is now, or why nothing could be learnt. 0, or -errno when a replay could not be run.
 */
int learn_limits(const struct export_input *in, struct scenario *scenario,
		 const struct guest_config *guest, unsigned n, struct buf *said, struct err *err);

/* What is asked of the values seen: pure. */
double learn_limit(double least, double most, bool at_least);
int64_t learn_tolerance(double least, double most, double limit, const char *compare);

#endif
