/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * watches - which places of the guest's kernel are watched, and what is told of each write to them.
 *
 * Asked by kernel_ops, in the turns of `watch`, `unwatch` and `expect watch`, and at every stop of
 * the guest. Each write is told as a sample (one whole moment) and an EV_WATCH_HIT behind it. A
 * value that has changed though no stop told of it (two CPUs at once, a stop for something else) is
 * told, too. Invariants: never more watches than GUEST_WATCHES_MAX; one that was written to
 * WATCH_HITS_MAX times is taken off, so that no guest is brought to a stand by what it does all the
 * time.
 */
#ifndef SESSION_WATCHES_H
#define SESSION_WATCHES_H

#include "session/kernel_ops.h"
#include "sight/place.h"

enum { WATCH_HITS_MAX = 256 };

struct watches;

struct watches *watches_create(const struct model *model, const struct kernel_ops_host *host,
			       void *arg);
void watches_destroy(struct watches *w); /* NULL is fine */
/* Another guest, or other places of it: none is watched. Both are borrowed. */
void watches_boot(struct watches *w, struct guest *g, struct places *places);

/*
 * Carry out `watch` of a place, or `unwatch`, while the guest stands still. 0: watches_done() says
 * how it went, watches_busy() until then; or -errno with words that say what to do.
 */
int watches_begin(struct watches *w, const struct op *op, const struct place *at, struct err *err);
bool watches_busy(const struct watches *w);
/* guest_ops.watched(). seq: the op it was for, 0 = none; false = it failed, with err. */
bool watches_done(struct watches *w, const struct err *why, uint64_t *seq, char *words, size_t size,
		  struct err *err);
/* That op has ended without it: what it sets is taken off again. */
void watches_drop(struct watches *w, uint64_t seq);
/* guest_ops.unwatched() */
void watches_lost(struct watches *w, const char *why);

/* The guest stands still; hit may be NULL. */
void watches_stopped(struct watches *w, const struct guest_hit *hit);
/* Begins to take off one that is too much; false = there is none. */
bool watches_shed(struct watches *w);
/* This program has written to the guest's kernel: that is nobody's write. */
void watches_wrote(struct watches *w);
/* `expect watch`: tells EV_WATCH_COUNT; words for the op's end. */
void watches_count(struct watches *w, const struct op *op, char *words, size_t size);

#endif
