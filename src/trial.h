/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trial - a scenario carried out once, in a guest of its own: does an expectation fail by it? What
 * `bisect` and `explore` ask again and again.
 */
#ifndef TRIAL_H
#define TRIAL_H

#include "ops/model.h"
#include "ops/scenario.h"
#include "session/headless.h"

/* Begins as {0} with cmd and guest set; end it with trial_finish(). */
struct trial {
	const char *who;                  /* borrowed: whose command it is, for what is said */
	const struct guest_config *guest; /* borrowed, looked at at each run */
	/* What fails: set by the first run in which something does, asked about from then on. */
	char *text;     /* the expectation, NULL = not known yet; owned */
	struct buf why; /* by which reason: its words, without their numbers */
	unsigned runs;
	/* Of the last run, if it was exact; owned, NULL = not known. */
	char *hash, *machine, *no_hash;
};

/*
 * 1 = it failed: the first expectation that does, or, once one is known, that one by the same
 * reason; 0 = it did not; -errno: could not be run. journal: the session file to make, or NULL.
 */
int trial_run(struct trial *t, const struct scenario *s, const char *journal, struct err *err);
void trial_finish(struct trial *t);

#endif
