/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pacing - a person's pauses, steps and slow motion of the guest's time: asked of the guest, and
 * told.
 *
 * The guest itself is stopped and let go by vmm/guest_pace.c; here is where a step leads to in its
 * kernel, the moment that every screen shows while it stands (one sample into model and session
 * file), and what is said of it (EV_PACE). Invariants: nothing of this is an op, and a replay needs
 * none of it; while the guest stands nobody waits for its agent; whatever is refused leaves the
 * guest as it is.
 */
#ifndef SESSION_PACING_H
#define SESSION_PACING_H

#include "ops/advance.h"
#include "vmm/guest.h"

struct session;

struct pacing {
	uint64_t stood_ns; /* host clock: it stands since; 0 = it goes on */
	bool stepping;
	struct advance to;
	unsigned tries;
	uint64_t *switches; /* of each CPU before the step; n of them */
	size_t n;
};

/* guest_ops.stood() */
void pacing_stood(struct session *s, const struct guest_stood *st, const struct err *why);
/* At full speed again, if it is not: the session is to end, or to go back. */
void pacing_release(struct session *s);
/* Another guest, or none: it is told, where the last word was another one. */
void pacing_anew(struct session *s);
/* How long of its own time a guest has been silent at most that has been so for ns of this
 * machine's. */
uint64_t pacing_silence(const struct session *s, uint64_t ns);
void pacing_finish(struct session *s);

#endif
