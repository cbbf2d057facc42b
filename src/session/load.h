/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load - a file of either kind, session or scenario, as something that can be run again.
 */
#ifndef SESSION_LOAD_H
#define SESSION_LOAD_H

#include "ops/journal.h"
#include "vmm/options.h"

struct loaded {
	char *found; /* a canned scenario's path; owned */
	bool is_session;
	const char *path;         /* borrowed */
	struct session_info info; /* sessions only */
	struct scenario *scenario;
	struct model *model; /* sessions only: what was seen when recorded */
	struct buf warning;  /* what was recovered or left out; "" when nothing */
};

/*
 * "-" reads op lines from standard input. Guest options that are still unset are taken from a
 * session; defaults fill the rest. `asap` drops the tempo of a session.
 */
int load_file(struct loaded *l, const char *path, bool asap, struct guest_options *options,
	      struct err *err);
void load_finish(struct loaded *l);

#endif
