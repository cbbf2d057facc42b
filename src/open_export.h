/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * open_export - an export as a process of its own, beside the live session: it replays the session
 * in a guest of its own first. Invariant: one at a time, and none is left behind.
 */
#ifndef OPEN_EXPORT_H
#define OPEN_EXPORT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/loop.h"

#include <stdbool.h>
#include <sys/types.h>

struct open_export_ask {
	const char *session, *format, *file;
	const char *branch; /* NULL = the one that goes on */
	bool force;	    /* over a file that is there */
};

struct open_export {
	struct loop *loop;
	pid_t pid; /* 0 = none runs */
	int fd;
	loop_id source;
	struct buf said;
	char *file;
	void (*ended)(void *arg, bool well, const char *text);
	void *arg;
};

/* 0, and ended() comes by the loop; or -errno: -EBUSY while one runs. */
int open_export_start(struct open_export *e, struct loop *loop, const struct open_export_ask *ask,
		      void (*ended)(void *arg, bool well, const char *text), void *arg,
		      struct err *err);
void open_export_finish(struct open_export *e); /* ends one that runs */

#endif
