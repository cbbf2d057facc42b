/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * past - a session as it was known at an earlier moment, from its file, also while that is still
 * written.
 *
 * Each line has the time of the latest so far, so what was known at a moment is a beginning of the
 * file. Going on applies what lies between; going back begins anew: with all events, and samples
 * from a whole one some two minutes before on. The file is untrusted. Who ran where (trace.h) is
 * not read again: it is looked up by time, so all moments share one store.
 */
#ifndef OPS_PAST_H
#define OPS_PAST_H

#include "base/err.h"
#include "ops/model.h"

struct past;

/* trace: of the whole session; borrowed, must live longer. NULL with err set: no such file. */
struct past *past_open(const char *path, struct trace *trace, struct err *err);
void past_close(struct past *p); /* NULL is taken */

/* What was known then; valid until the next call. */
const struct model *past_at(struct past *p, uint64_t t_ns);

/*
 * Who ran where between two moments that the session's own store no longer holds, read from the
 * file again; it may hold more on either side. Valid until the next call. NULL: it is too much to
 * be looked at at once (PAST_TRACE_BYTES), or nothing was recorded then.
 */
#define PAST_TRACE_BYTES (96u << 20)
const struct trace *past_trace(struct past *p, uint64_t from_ns, uint64_t to_ns);

/*
 * The moment before (by < 0) or after it: the end of an op, or with `step` the begin of a step.
 * all: the model of the whole session. 0 = there is none. seq gets the op's.
 */
uint64_t past_moment(const struct model *all, uint64_t t_ns, int by, bool step, uint64_t *seq);

/* Every sample of a file, in order; 0 or -errno. */
int past_samples(const char *path, void (*fn)(void *arg, const struct sample *s), void *arg,
		 struct err *err);

#endif
