/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printer - events of a running scenario on standard output, as text lines or as JSON lines.
 */
#ifndef PRINTER_H
#define PRINTER_H

#include "session/headless.h"

struct printer {
	bool json;
	bool failed; /* standard output is closed: stop writing */
	struct headless *run;
	uint64_t next_line; /* of the model's log */
};

/* A headless_run() event callback; arg is the printer. */
void printer_event(void *arg, const struct event *ev);

#endif
