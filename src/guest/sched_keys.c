/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_keys - see sched_keys.h. Invariant: an eject ends when the scheduler's end was told, not
 * when the key was pressed.
 */
#include "guest/sched_keys.h"

#include "guest/sched_dump.h"
#include "guest/sched_ops.h"
#include "guest/sched_watch.h"
#include "guest/sysrq.h"

#include <errno.h>

#define EJECT_DEADLINE_NS 30000000000ull

struct eject { /* the state of the op */
	uint64_t exits_then;
	bool pressed; /* before that the hand has still to answer: the op cannot end */
};

static void press(struct line *l, char key, pool_fn fn)
{
	struct err err = ERR_INIT;

	if (sched_watch_disabled())
		line_failed(l, ENOENT, "no sched_ext scheduler is in force");
	else if (sysrq_press(key, fn, l, &err))
		line_failed_err(l, &err);
}

static void on_dumped(void *arg, struct job_reply *r)
{
	struct line *l = arg;
	uint64_t n;

	if (r->code) {
		line_failed(l, r->code, "%s", r->text);
		return;
	}
	n = sched_dump_send(line_seq(l));
	if (n)
		line_done(l, "%llu lines", (unsigned long long)n);
	else
		line_failed(
			l, ENODATA,
			"the kernel wrote no dump that could be read: it is recorded once 'sched "
			"load' was used, and the kernel has the tracepoint sched_ext_dump");
}

void sched_op_dump(struct line *l, const struct wire_op *op)
{
	press(l, 'D', on_dumped);
}

static void on_ejecting(void *arg, struct job_reply *r)
{
	struct line *l = arg;
	struct eject *e = line_state(l);

	if (r->code) {
		line_failed(l, r->code, "%s", r->text);
		return;
	}
	sched_watch_look();
	e->pressed = true;
	line_timer(l, EJECT_DEADLINE_NS);
	sched_eject_poke(l);
}

void sched_op_eject(struct line *l, const struct wire_op *op)
{
	struct eject *e = line_state(l);

	e->exits_then = sched_watch_now()->exits;
	press(l, 'S', on_ejecting);
}

void sched_eject_poke(struct line *l)
{
	const struct sched_now *now = sched_watch_now();
	const struct eject *e = line_state(l);

	if (e->pressed && now->exits > e->exits_then)
		line_done(l, "scheduler '%s' was ended: %s", now->name, now->why);
}

void sched_eject_timeout(struct line *l)
{
	line_failed(l, ETIMEDOUT, "scheduler '%s' is still there 30s after SysRq-S",
		    sched_watch_now()->name);
}

/* ---- the expectation's barrier ---- */

void sched_expect_poke(struct line *l)
{
	if (sched_watch_now()->exits > sched_ops_exits_before())
		line_done(l, "reached");
}

void sched_op_expect_exit(struct line *l, const struct wire_op *op)
{
	uint64_t within = wire_op_u64(op, WARG_WITHIN, 0);

	sched_watch_look();
	if (sched_watch_now()->exits > sched_ops_exits_before() || !within)
		line_done(l, "reached");
	else
		line_timer(l, within);
}

void sched_expect_timeout(struct line *l)
{
	sched_watch_look();
	line_done(l, "reached");
}

void sched_expect_cancel(struct line *l, int code, const char *why)
{
	line_done(l, "%s", why);
}
