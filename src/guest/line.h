/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * line - lines of ops: the main line and, beside it, the bodies of `every` and `hold loop`.
 *
 * On a line ops run one after another in the guest's own time; lines run at the same time as each
 * other. Every op of the main line gets EV_BEGIN and, after all events it caused, EV_DONE or
 * EV_FAILED; an op of a body gets them in its first round, later rounds are only counted, and
 * told when one fails. An op that has to wait (for a hand, an exit, a timer) leaves the loop
 * running and ends later through line_done() or line_failed().
 * Invariant: at most one op of a line is running; the strings of that op stay valid.
 */
#ifndef GUEST_LINE_H
#define GUEST_LINE_H

#include "base/err.h"
#include "base/loop.h"
#include "guest/wire_op.h"

#include <stdbool.h>

enum {
	LINE_SIDES_MAX = 16,       /* bodies at the same time */
	LINE_BODY_OPS_MAX = 256,   /* ops of one body */
	LINE_BODY_MAX = 256 << 10, /* bytes of one body */
	LINE_STATE_MAX = 8192,     /* bytes a handler may keep while its op runs */
	LINE_NAME_MAX = 80,
};

struct line;

struct line_handler {
	void (*begin)(struct line *l, const struct wire_op *op);
	/* Something changed (an exit, output drained): look whether the op can end. */
	void (*poke)(struct line *l);
	/* line_timer() went off. */
	void (*timeout)(struct line *l);
	/* Cut short: ECANCELED (a person), ETIME (the scenario's time is over). May be NULL. */
	void (*cancel)(struct line *l, int code, const char *why);
	bool even_late; /* runs also when the scenario's time is over */
	bool changes;   /* makes or removes cgroups */
	bool main_only; /* has no place in a body */
	bool repeats;   /* `hold loop` does it again */
	bool blocks;    /* lets time pass: a body that is stopped does not wait for it */
};

/* From the table in ops.c; NULL for an unknown id. */
const struct line_handler *line_handler(unsigned id);
/* WIRE_END: its handler (without begin) and what it does, ending in line_done(). Both in ops.c. */
const struct line_handler *line_finish_handler(void);
void line_finish(struct line *l);

int line_init(struct loop *loop, struct err *err);
/* Queue an op (payload of WIRE_OP) on the main line, or the end when payload is NULL. */
void line_add(uint64_t seq, const void *payload, size_t len);
void line_start(void);               /* opens the gate */
void line_set_duration(uint64_t ns); /* from the opening of the gate; 0 = no limit */
uint64_t line_duration(void);
void line_cancel(uint64_t seq); /* 0 = whatever is running on the main line */

/* For handlers. */
uint64_t line_seq(const struct line *l); /* 0 when no op is running there, or l is NULL */
/* The op that is running: what its strings point into stays until it has ended. */
const struct wire_op *line_op(const struct line *l);
void *line_state(struct line *l);        /* LINE_STATE_MAX bytes, zeroed when the op began */
void line_timer(struct line *l, uint64_t ns); /* once; 0 disarms */
void line_done(struct line *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void line_failed(struct line *l, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void line_failed_err(struct line *l, const struct err *err);
void line_poke(void); /* for whoever changed something */
uint64_t line_elapsed_ns(const struct line *l); /* since the op began */

/*
 * Bodies. line_collect(): what comes on the main line from now on is the body of a new side line,
 * until line_run_body(). line_repeat(): a body of those ops of the step so far that say so.
 */
struct line *line_collect(const char *name, uint64_t period_ns, uint64_t for_ns, unsigned step,
			  struct err *err);
struct line *line_collecting(void); /* NULL when no body is open */
void line_run_body(struct line *side);
struct line *line_repeat(const char *name, uint64_t period_ns, uint64_t for_ns, unsigned step,
			 struct err *err);
void line_new_step(void); /* line_repeat() forgets what was before */
struct line *line_side(const char *name); /* NULL when there is none */
const char *line_name(const struct line *l);
unsigned line_body_ops(const struct line *l);
uint64_t line_rounds(const struct line *l); /* of a body that runs */
/* What became of a body: rounds done, ops that failed in them. For one that has ended, by name. */
bool line_ended(const char *name, uint64_t *rounds, uint64_t *failures);
/* Ask a body to stop: its running op is cancelled, line_poke() comes when it has ended. */
void line_stop(struct line *side);
/* The same for all bodies of a step; returns how many are still running. */
unsigned line_stop_step(unsigned step);

/* Changes with every op that makes or removes cgroups; odd while one is running. */
uint64_t line_changes(void);

#endif
