/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_watch - who has written to what `watch` watches, in words, and the judging of how often.
 *
 * A count is kept as its op was told it, so that a verdict can be given again later. Invariant: all
 * text is safe for a terminal.
 */
#ifndef OPS_MODEL_WATCH_H
#define OPS_MODEL_WATCH_H

#include "guest/wire_event.h"
#include "ops/check.h"

#include <stddef.h>
#include <stdint.h>

struct model_watch_hit {
	char *what;  /* as it was typed */
	char *words; /* "1, was 0; scx_enable() on CPU 1, w.1[77]" */
};

struct model_watch_count {
	uint64_t seq; /* of the op */
	uint64_t count;
	bool whole; /* the watch was there all the time */
	bool never; /* it was not set at all */
};

/* A place that is watched, or was. */
struct model_watch_place {
	char *what;
	uint64_t writes; /* since it was last set */
	bool whole;      /* it was not lost meanwhile */
};

void model_watch_apply(struct model *m, const struct event *ev);
void model_watch_finish(struct model *m);
/* The nth write to this place, from 0; NULL when there is none. */
const struct model_watch_hit *model_watch_hit(const struct model *m, const char *what, size_t nth);
/* NULL = it never was. */
const struct model_watch_place *model_watch_place(const struct model *m, const char *what);
/* An EV_WATCH_HIT in words, into dst; of the moment that is in the model. */
void model_watch_words(const struct model *m, const struct event *ev, char *dst, size_t size);

/* `expect watch`. */
enum verdict check_watch(const struct model *m, uint64_t seq, const char *what, const char *compare,
			 int64_t writes, struct buf *why);

#endif
