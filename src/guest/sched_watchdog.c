/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_watchdog - see sched_watchdog.h. Invariant: PID 1 never closes the probe: a hand does.
 */
#include "guest/sched_watchdog.h"

#include "base/text.h"
#include "guest/pool.h"
#include "guest/sched_watch.h"

#include <stdio.h>

#define DEADLINE_NS 30000000000ull

static int held = -1; /* the probe that is attached */
static void (*first_then)(const char *why);

static int ask(uint64_t ns, pool_fn fn, void *arg, struct err *err)
{
	struct wire_writer *w = pool_job(JOB_SCHED_WATCHDOG);
	int fds[1] = {held}, nfds = held >= 0;

	wire_put_u32(w, (uint32_t)((ns + 999999) / 1000000));
	held = -1;
	return pool_send(w, fds, nfds, DEADLINE_NS, "the watchdog", fn, arg, err);
}

static void take(struct job_reply *r)
{
	if (r->code || !r->nfds)
		return;
	held = r->fds[0];
	r->nfds = 0;
}

static void on_first(void *arg, struct job_reply *r)
{
	take(r);
	first_then(r->code ? r->text : NULL);
}

void sched_watchdog_first(uint64_t ns, void (*then)(const char *why))
{
	struct err err = ERR_INIT;

	first_then = then;
	if (!ns)
		then(NULL);
	else if (ask(ns, on_first, NULL, &err))
		then(err.msg);
}

static void on_set(void *arg, struct job_reply *r)
{
	struct line *l = arg;
	uint64_t ns = wire_op_u64(line_op(l), WARG_DURATION, 0);
	bool disabled = sched_watch_disabled();
	char text[32], keeps[160] = "";

	take(r);
	if (r->code) {
		line_failed(l, r->code, "%s", r->text);
		return;
	}
	text_format_duration(text, sizeof(text), ns);
	if (!disabled)
		snprintf(keeps, sizeof(keeps),
			 "; '%.60s' is in force and keeps its own, the kernel takes no other: "
			 "'sched "
			 "restart' gives it the new one",
			 sched_watch_now()->name);
	line_done(l, "schedulers loaded from now on get %s%s", ns ? text : "what they ask for",
		  keeps);
}

void sched_op_watchdog(struct line *l, const struct wire_op *op)
{
	struct err err = ERR_INIT;

	if (ask(wire_op_u64(op, WARG_DURATION, 0), on_set, l, &err))
		line_failed_err(l, &err);
}
