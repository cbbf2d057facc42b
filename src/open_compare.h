/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * open_compare - the session that is held beside the one on the screen (tui_host.other): opened
 * from a file, whole and at a moment.
 */
#ifndef OPEN_COMPARE_H
#define OPEN_COMPARE_H

#include "recorded.h"

struct open_compare {
	struct recorded_session session; /* all == NULL: none is open */
	char *path;
};

/* Takes the place of one that was open; after an error that one is still there. */
int open_compare_start(struct open_compare *o, const char *path, struct err *err);
const struct model *open_compare_model(const struct open_compare *o, const char **name);
void open_compare_finish(struct open_compare *o);

#endif
