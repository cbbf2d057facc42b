/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line - the main line: ops one after another, in the order they came, in the guest's own time.
 *
 * Every op gets EV_BEGIN and, after all events it caused, EV_DONE or EV_FAILED. An op that has to
 * wait (for a hand, an exit, a timer) leaves the loop running and ends later through line_done()
 * or line_failed(). Invariant: at most one op is running; the strings of that op stay valid.
 */
#ifndef GUEST_LINE_H
#define GUEST_LINE_H

#include "base/err.h"
#include "base/loop.h"
#include "guest/wire_op.h"

#include <stdbool.h>

struct line_handler {
	void (*begin)(const struct wire_op *op);
	/* Something changed (an exit, output drained): look whether the op can end. */
	void (*poke)(void);
	/* line_timer() went off. */
	void (*timeout)(void);
	/* Cut short: ECANCELED (a person), ETIME (the scenario's time is over). May be NULL. */
	void (*cancel)(int code, const char *why);
	bool even_late; /* runs also when the scenario's time is over */
	bool changes;   /* makes or removes cgroups */
};

/* From the table in ops.c; NULL for an unknown id. */
const struct line_handler *line_handler(unsigned id);
/* WIRE_END: its handler (without begin) and what it does, ending in line_done(). Both in ops.c. */
const struct line_handler *line_finish_handler(void);
void line_finish(void);

int line_init(struct loop *loop, struct err *err);
/* Queue an op (payload of WIRE_OP), or the end when payload is NULL. */
void line_add(uint64_t seq, const void *payload, size_t len);
void line_start(void);               /* opens the gate */
void line_set_duration(uint64_t ns); /* from the opening of the gate; 0 = no limit */
void line_cancel(uint64_t seq);      /* 0 = whatever is running */

/* For handlers. */
uint64_t line_seq(void);      /* 0 when no op is running */
void line_timer(uint64_t ns); /* once; 0 disarms */
void line_done(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void line_failed(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void line_failed_err(const struct err *err);
void line_poke(void);           /* for whoever changed something */
uint64_t line_elapsed_ns(void); /* since the op began */

/* Counts up with every op that makes or removes cgroups; odd while one is running. */
uint64_t line_changes(void);

#endif
