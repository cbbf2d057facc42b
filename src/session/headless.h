/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * headless - a scenario from boot to power-off without a screen: `do`, `run`, export's replay, the
 * library.
 */
#ifndef SESSION_HEADLESS_H
#define SESSION_HEADLESS_H

#include "session/session.h"

#define HEADLESS_SAMPLE_NS UINT64_C(500000000) /* of a run that nobody watches */

struct headless {
	struct loop loop;
	struct session *session; /* stays for reading its model until headless_finish() */
	bool finished, clean;
	int signal;     /* the signal that ended it, 0 = none */
	char text[512]; /* why the guest went */
	void (*event)(void *arg, const struct event *ev);
	void *arg;
};

/*
 * Boots, submits all ops, lets them run, ends, and returns when the guest is off. 0 = it ran to
 * its end (failed ops and verdicts are in the model); else -errno: could not be run. `signals`:
 * SIGINT, SIGTERM, SIGHUP end the guest and the run (not for a library inside somebody's program).
 * event may be NULL. Call headless_finish() in every case.
 */
int headless_run(struct headless *h, const struct session_config *config,
		 const struct scenario *scenario, bool signals,
		 void (*event)(void *arg, const struct event *ev), void *arg, struct err *err);
void headless_finish(struct headless *h);

#endif
