/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand - the life of a helper process: wait for a job, do it, answer, and again.
 *
 * Runs in processes forked from the agent before anything was started (or by another hand), at
 * real-time priority with reset-on-fork, so that what it starts is an ordinary task. A hand may
 * hang in the kernel: nobody joins it. Invariant: it keeps no descriptor of a job beyond the job.
 */
#ifndef GUEST_HAND_H
#define GUEST_HAND_H

#include "guest/job.h"
#include "guest/shared.h"

#define HAND_PRIORITY 98 /* SCHED_FIFO; below the agent's */

struct hand {
	int sock;
	struct wire_reader in; /* the job's arguments */
	int fds[JOB_FDS_MAX];  /* the job's descriptors; closed after it unless set to -1 */
	int nfds;
	const char *text; /* why the job failed; "" = nothing to say */
};

/* Never returns: _exit() when the agent closes the socket. */
void hand_main(int sock) __attribute__((noreturn));

/* An answer that is not the last one. */
void hand_tell(struct hand *h, struct job_reply *r);
/* The words of a failure, for `return hand_fail(...)`: formats h->text, returns code. */
int hand_fail(struct hand *h, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* As hand_fail() with ": strerror(code)". */
int hand_fail_sys(struct hand *h, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * A job's function: reads h->in, may hand_tell(), and fills the last answer. Returns 0 or a
 * positive errno (goes into r->code).
 */
typedef int (*hand_fn)(struct hand *h, struct job_reply *r);
#define X(e, words, fn) int fn(struct hand *h, struct job_reply *r);
JOB_LIST(X)
#undef X

/* Reads a small file below dir whole, NUL-terminated and trimmed at its end; length or -errno. */
ssize_t hand_read_at(int dir, const char *path, char *dst, size_t size);
/* Writes text in one write(); 0 or -errno. */
int hand_write_at(int dir, const char *path, const char *text);

#endif
