/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * child - a helper program that runs beside everything else: its lines and its end are told by the
 * loop. Programs that are quick, and waited for, are spawn's.
 */
#ifndef VMM_CHILD_H
#define VMM_CHILD_H

#include "base/loop.h"

#define CHILD_LINE_MAX 65536 /* bytes of a line; what is longer comes in pieces */

struct child_spec {
	const char *const *argv; /* no shell */
	const char *dir;         /* working folder or NULL */
	const void *in_data;     /* its standard input */
	size_t in_len;
	int stop_signal; /* what ends it; it gets it too when this program is killed */
	/* Without the newline, not sanitised, terminated; a last line needs none. */
	void (*line)(void *arg, bool is_error, const char *text, size_t len);
	/* Its last callback; status as waitpid() has it. The child may be destroyed in it. */
	void (*ended)(void *arg, int status);
	void *arg;
};

struct child;
/* NULL with err. A program that is not there ends with 127 and its reason as a line. */
struct child *child_start(struct loop *loop, const struct child_spec *spec, struct err *err);
/* To it and whatever it has started in its process group; 0 = its stop signal. */
void child_signal(struct child *c, int signal);
/* Kills what still runs, without a callback. NULL is allowed. */
void child_destroy(struct child *c);

#endif
