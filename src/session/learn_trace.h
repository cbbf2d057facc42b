/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * learn_trace - the hash that an exact session's `expect trace` gets in an export: an exported test
 * has its ops in another shape (expectations are its own asserts), and so goes its own way.
 */
#ifndef SESSION_LEARN_TRACE_H
#define SESSION_LEARN_TRACE_H

#include "ops/export.h"
#include "vmm/guest.h"

/* Does the scenario expect a trace, in a guest that is exact? Else there is nothing to learn. */
bool learn_trace_wanted(const struct export_input *in, const struct guest_config *guest);

/*
 * Replays once and writes hash and machine into the ops of `scenario`, which is in->scenario.
 * `said` gets a line about it. 0, or -errno when there was no replay or it had no hash.
 */
int learn_trace(const struct export_input *in, struct scenario *scenario,
		const struct guest_config *guest, struct buf *said, struct err *err);

#endif
