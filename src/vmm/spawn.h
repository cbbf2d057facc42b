/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spawn - runs a helper program (apt-get, zstd, ...) to its end, without a shell.
 */
#ifndef VMM_SPAWN_H
#define VMM_SPAWN_H

#include "base/buf.h"
#include "base/err.h"

/*
 * Runs argv. in_data (may be NULL) is its standard input; standard output goes to out_fd (-1: to
 * `out` when given, else /dev/null); lines on its descriptor 3 go to status() when given. Fails
 * with the tail of its stderr when it cannot be run or exits other than 0 (ok_exit: one more
 * accepted code).
 */
struct spawn {
	const char *const *argv;
	const char *dir; /* working folder or NULL */
	const void *in_data;
	size_t in_len;
	int out_fd;
	struct buf *out;
	int ok_exit;
	void (*status)(void *arg, const char *line);
	void *arg;
};
int spawn_run(const struct spawn *s, struct err *err);

#endif
