/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_parts - see sched_parts.h. Invariant: one look at a time; the descriptor that keeps the
 * statistics on is closed with the last.
 */
#include "guest/sched_parts.h"

#include "guest/pool.h"
#include "guest/port.h"
#include "guest/sched_watch.h"

#include <errno.h>
#include <unistd.h>

#define PERIOD_MIN_NS 200000000ull

static struct loop *loop;
static loop_id timer;
static bool asked, looking;
static int statistics = -1; /* keeps them on while it is open */

static void on_look(void *arg, struct job_reply *r)
{
	looking = false;
	if (r->nfds == 1 && asked && statistics < 0) {
		statistics = r->fds[0];
		r->nfds = 0;
	}
	while (r->nfds > 0)
		close(r->fds[--r->nfds]);
	/* a scheduler that went meanwhile is no news here */
	if (r->code || !asked || !port_takes_bulk(r->data_len + 4096))
		return;
	port_event(&(struct event){.type = EV_SCHED_PARTS,
				   .name = sched_watch_now()->name,
				   .data = r->data,
				   .data_len = r->data_len,
				   .flag = r->flag,
				   .count = statistics >= 0});
}

static void on_timer(void *arg)
{
	struct wire_writer *w;

	if (looking || !sched_watch_enabled())
		return;
	w = pool_job(JOB_SCHED_LOOK);
	wire_put_str(w, sched_watch_now()->name);
	wire_put_u8(w, statistics < 0);
	looking = !pool_send(w, NULL, 0, POOL_DEADLINE_NS, sched_watch_now()->name, on_look, NULL,
			     NULL);
}

void sched_parts_look(uint64_t ns)
{
	asked = ns;
	if (ns && ns < PERIOD_MIN_NS)
		ns = PERIOD_MIN_NS;
	loop_arm(loop, timer, ns ? 1 : 0, ns);
	if (!asked && statistics >= 0) {
		close(statistics);
		statistics = -1;
	}
}

int sched_parts_init(struct loop *l, struct err *err)
{
	loop = l;
	timer = loop_add_timer(loop, on_timer, NULL);
	return timer < 0 ? err_set(err, ENOSPC, "no timer for looks into the scheduler") : 0;
}

/* ---- the ops ---- */

static void on_done(void *arg, struct job_reply *r)
{
	struct line *l = arg;

	if (r->code)
		line_failed(l, r->code, "%s", r->text);
	else
		line_done(l, "%s", r->text);
}

static bool in_force(struct line *l)
{
	if (!sched_watch_enabled())
		line_failed(l, ENOENT,
			    "no sched_ext scheduler is in force: 'sched load' puts one there");
	return sched_watch_enabled();
}

void sched_op_set(struct line *l, const struct wire_op *op)
{
	enum { WORDS_MAX = 64 };
	const char *words[WORDS_MAX + 1];
	uint32_t n = wire_op_list(op, WARG_SCHED_SET, words, WORDS_MAX + 1), i;
	struct err err = ERR_INIT;
	struct wire_writer *w;

	if (!in_force(l))
		return;
	if (n > WORDS_MAX) {
		line_failed(l, E2BIG, "more than %d values at once", WORDS_MAX / 2);
		return;
	}
	w = pool_job(JOB_SCHED_SET);
	wire_put_str(w, sched_watch_now()->name);
	wire_put_u32(w, n / 2);
	for (i = 0; i + 1 < n; i += 2) {
		wire_put_str(w, words[i]);
		wire_put_str(w, words[i + 1]);
	}
	if (pool_send(w, NULL, 0, POOL_DEADLINE_NS, sched_watch_now()->name, on_done, l, &err))
		line_failed_err(l, &err);
}

void sched_op_pin(struct line *l, const struct wire_op *op)
{
	const char *map = wire_op_str(op, WARG_MAP), *name = wire_op_str(op, WARG_PIN);
	struct err err = ERR_INIT;
	struct wire_writer *w;

	if (!in_force(l))
		return;
	w = pool_job(JOB_SCHED_PIN);
	wire_put_str(w, sched_watch_now()->name);
	wire_put_str(w, map ? map : "");
	wire_put_str(w, name ? name : "");
	if (pool_send(w, NULL, 0, POOL_DEADLINE_NS, sched_watch_now()->name, on_done, l, &err))
		line_failed_err(l, &err);
}
