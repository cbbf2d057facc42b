/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shell - the host's end of a shell in the guest: bytes both ways within the windows of the wire.
 *
 * It stands on a session whose observer passes on what it hears: events to shell_event(), frames
 * to shell_frame(). Nothing of it is an op; the session file has its begin and its end only.
 * Invariant: no more than a window is ever on its way, whatever is typed or printed.
 */
#ifndef SESSION_SHELL_H
#define SESSION_SHELL_H

#include "session/session.h"

enum shell_state { SHELL_NONE, SHELL_ASKED, SHELL_RUNS, SHELL_ENDED };

struct shell_ops {
	/* It executes now. */
	void (*began)(void *arg);
	/* Bytes it wrote, stream 1 or 2 (a terminal has only 1); shell_shown() when dealt with. */
	void (*output)(void *arg, unsigned stream, const void *data, size_t len);
	/* shell_room() has grown. */
	void (*room)(void *arg);
	/* Its last word: exit code, or signal, or text: why it could not start. */
	void (*ended)(void *arg, const struct event *ev);
};

struct shell {
	struct session *session;
	const struct shell_ops *ops;
	void *arg;
	enum shell_state state;
	uint64_t number;
	uint64_t sent, taken, got, shown;
};

struct shell_spec {
	bool terminal;
	unsigned rows, cols;
	const char *term;        /* terminal type as in $TERM; NULL or "" = "dumb" */
	const char *cgroup;      /* as in an op; NULL = the system's root, outside the workload */
	const char *const *argv; /* NULL-terminated; NULL = sh */
};

/* ops and arg stay valid as long as sh is used. */
void shell_init(struct shell *sh, struct session *session, const struct shell_ops *ops, void *arg);
/* The guest must be ready. -EBUSY while one runs. */
int shell_open(struct shell *sh, const struct shell_spec *spec, struct err *err);
size_t shell_room(const struct shell *sh); /* bytes that shell_input() takes now */
/* len 0 = the end of standard input. -EAGAIN above the room, -EPIPE when there is no shell. */
int shell_input(struct shell *sh, const void *data, size_t len, struct err *err);
void shell_size(struct shell *sh, unsigned rows, unsigned cols);
void shell_shown(struct shell *sh); /* all that output() was given */

void shell_event(struct shell *sh, const struct event *ev);
void shell_frame(struct shell *sh, const struct wire_header *h, struct wire_reader *payload);

#endif
