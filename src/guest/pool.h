/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool - the agent's side of its hands: gives out jobs, watches deadlines, replaces the lost.
 *
 * A job goes to an idle hand, or waits for one. A hand that misses its deadline is reported
 * (EV_STUCK), killed and left behind; its job ends with ETIMEDOUT at once. Idle hands fork the
 * next ones. Invariant: each job's function is called with one last answer, whatever happens.
 */
#ifndef GUEST_POOL_H
#define GUEST_POOL_H

#include "base/err.h"
#include "base/loop.h"
#include "guest/job.h"

#include <stdbool.h>

#define POOL_DEADLINE_NS 5000000000ull /* for a job, and again after each of its answers */

typedef void (*pool_fn)(void *arg, struct job_reply *r);

/* Forks the first hands; call before anything else is opened or started. */
int pool_init(struct loop *loop, struct err *err);

/* All deadlines times this: emulated CPUs share what the host has. 1 at first. */
void pool_set_patience(unsigned factor);

/* Begin a job's message in the pool's buffer, put arguments to the writer, then send it. */
struct wire_writer *pool_job(enum job_type type);
/*
 * Takes ownership of fds, also on failure. `about` (borrowed for the call) says on what the job
 * works, for EV_STUCK. Returns 0, or -errno with fn never called.
 */
int pool_send(struct wire_writer *w, const int *fds, int nfds, uint64_t deadline_ns,
	      const char *about, pool_fn fn, void *arg, struct err *err);

/* A child was reaped: true when it was a hand. */
bool pool_reaped(int pid, int status);
bool pool_is_hand(int pid);
uint64_t pool_cpu_ns(void); /* CPU time all hands have used, those lost included */

#endif
