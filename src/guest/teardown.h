/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * teardown - kills groups and what is in cgroups, waits for the exits, removes the cgroups.
 *
 * The caller prepares, marks (doomed cgroups, chosen groups), then begins; its function is called
 * when all is done, with the counts in teardown_of(). Invariant: a tear-down is the state of the op
 * that asked for it; one a line.
 */
#ifndef GUEST_TEARDOWN_H
#define GUEST_TEARDOWN_H

#include "base/err.h"
#include "guest/group.h"
#include "guest/line.h"

#include <stdbool.h>

struct teardown {
	unsigned tasks;   /* of groups, killed */
	unsigned others;  /* processes that no op made, killed */
	unsigned removed; /* cgroups */
	unsigned step;    /* for teardown_stop_bodies() */
	char title[160];
	struct err err; /* the first failure; code 0 = none */
};

/* Clears counts, failure and choice, and names the whole for errors. */
void teardown_prepare(struct line *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Stops the bodies of a step, or one; then() when they have ended. After teardown_prepare(). */
void teardown_stop_bodies(struct line *l, unsigned step, void (*then)(struct line *l));
void teardown_stop_body(struct line *l, struct line *body, void (*then)(struct line *l));
void teardown_choose(struct line *l, unsigned group); /* index in the table of groups */
/* Works on the chosen groups and on the cgroups this line has doomed; keep = kill only. */
void teardown_begin(struct line *l, bool keep, void (*finish)(struct line *l));
/* The tasks of one group only, after teardown_prepare(). */
void teardown_kill_group(struct line *l, struct group *g, void (*finish)(struct line *l));
const struct teardown *teardown_of(struct line *l);
/* Remember a failure; the first one counts. */
void teardown_fail(struct line *l, int code, const char *text);

void teardown_poke(struct line *l);
void teardown_timeout(struct line *l);
void teardown_cancel(struct line *l, int code, const char *why);

#endif
