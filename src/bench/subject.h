/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subject - the guest that is measured: one op at a time, what a payload printed, pings.
 * Everything waits for an event with a deadline; what does not come is an error with words.
 */
#ifndef BENCH_SUBJECT_H
#define BENCH_SUBJECT_H

#include "bench/bench.h"
#include "session/session.h"

struct subject {
	struct loop loop;
	struct session *session;
	uint64_t pong;           /* token of the last answer to a ping of subject_ping() */
	uint64_t ended_seq;      /* of the op that ended last */
	unsigned probes, traces; /* how often they were told */
	uint64_t samples;
	bool by_guest; /* the last stream was */
	bool gone;
	char why[256]; /* it is gone, or the last op failed */
	bool failed;   /* the op that ended last */
};

/*
 * Boots and waits for the agent and its probes. include is NULL-terminated or NULL. counted: the
 * guest's clock counts its instructions.
 */
int subject_boot(struct subject *s, const struct bench_options *o, const char *const *include,
		 bool counted, struct err *err);
void subject_end(struct subject *s); /* after a failed boot, too */

/* Done, or the error is what the guest said. */
int subject_do(struct subject *s, struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/*
 * Runs the line as payload NAME (a new name each time) and waits for its end; what it has written
 * to both streams is appended to out. An exit code but 0 is an error.
 */
int subject_run(struct subject *s, const char *name, const char *line, struct buf *out,
		struct err *err);
#define SUBJECT_PINGS                                                                              \
	(UINT64_C(1) << 63) /* in tokens of subject_ping(); the session's own are times */

/* An answer came, to whomever's ping. */
void subject_pong(struct subject *s, uint64_t token);
/* Milliseconds until the agent's answer; an error after limit_ms. */
int subject_ping(struct subject *s, double limit_ms, double *ms, struct err *err);
struct subject_eyes {
	bool probes;         /* those that are there all the time */
	bool watch;          /* session_watch() */
	bool trace;          /* session_trace() */
	bool by_guest;       /* session_trace_by_guest() */
	unsigned per_second; /* samples of the agent */
};

/* Returns when the guest is looked at in that way. */
int subject_look(struct subject *s, const struct subject_eyes *eyes, struct err *err);
/* Lets that much time of the host go by while the loop turns. */
int subject_wait(struct subject *s, double ms, struct err *err);

#endif
