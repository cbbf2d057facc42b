/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recorded - a session file as commands look at it without a guest: all of it, or as it was known
 * at a moment, and its trace also where it is no longer held in memory.
 */
#ifndef RECORDED_H
#define RECORDED_H

#include "ops/journal.h"
#include "ops/past.h"

struct recorded_session {
	const char *path; /* borrowed */
	struct session_info info;
	struct scenario *scenario;
	struct model *all; /* to its end */
	struct past *past;
	struct buf warning;
	struct model at; /* what recorded_at() gave, with what it needs of the trace */
};

/* 0 or -errno; recorded_close() in either case. */
int recorded_open(struct recorded_session *s, const char *path, struct err *err);
void recorded_close(struct recorded_session *s);

/*
 * "12.5s", "12.5" (seconds), "op:N" (when it had ended), "step:N" (when it had ended, or what is
 * last known of it) as a moment of guest time.
 */
int recorded_moment(const struct recorded_session *s, const char *word, uint64_t *t_ns,
		    struct err *err);

/*
 * What was known then (0 = at the end), with the trace between two moments (to_ns 0: to the end).
 * Valid until the next call. NULL with err set: that much of the trace cannot be had at once.
 */
const struct model *recorded_at(struct recorded_session *s, uint64_t t_ns, struct err *err);
const struct model *recorded_stretch(struct recorded_session *s, uint64_t t_ns, uint64_t from_ns,
				     uint64_t to_ns, struct err *err);

#endif
