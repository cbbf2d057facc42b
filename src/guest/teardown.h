/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * teardown - kills groups and what is in cgroups, waits for the exits, removes the cgroups.
 *
 * The caller prepares, marks (doomed cgroups, chosen groups), then begins; its function is called
 * when all is done, with the counts in teardown_now(). Invariant: one at a time, run by the op of
 * the main line that asked for it.
 */
#ifndef GUEST_TEARDOWN_H
#define GUEST_TEARDOWN_H

#include "base/err.h"
#include "guest/group.h"

#include <stdbool.h>

struct teardown {
	unsigned tasks;   /* of groups, killed */
	unsigned others;  /* processes that no op made, killed */
	unsigned removed; /* cgroups */
	char title[160];
	struct err err; /* the first failure; code 0 = none */
};

/* Clears counts, failure and choice, and names the whole for errors. */
void teardown_prepare(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void teardown_choose(unsigned group); /* index in the table of groups */
/* Works on the chosen groups and on the cgroups marked as doomed; keep = kill only. */
void teardown_begin(bool keep, void (*finish)(void));
/* The tasks of one group only, after teardown_prepare(). */
void teardown_kill_group(struct group *g, void (*finish)(void));
const struct teardown *teardown_now(void);
/* Remember a failure; the first one counts. */
void teardown_fail(int code, const char *text);

void teardown_poke(void);
void teardown_timeout(void);
void teardown_cancel(int code, const char *why);

#endif
