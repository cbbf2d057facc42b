/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * teardown - the engine that kills and removes what was marked, see teardown.h.
 *
 * Phases: list (who is in the cgroups?), kill (cgroup.kill and left-over sessions), wait (all
 * exits seen), remove. Invariant: a task is marked as killed by the session before its exit can
 * be reaped.
 */
#include "guest/teardown.h"

#include "base/text.h"
#include "guest/cgroup.h"
#include "guest/group.h"
#include "guest/line.h"
#include "guest/pool.h"
#include "guest/port.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A killed task has to run once more to die. Under a scheduler that starves it that takes until the
 * sched_ext watchdog (30 s at most) ends that scheduler. */
#define EXIT_WARN_NS     3000000000ull
#define EXIT_DEADLINE_NS 37000000000ull

enum phase { PHASE_NONE, PHASE_BODIES, PHASE_LIST, PHASE_KILL, PHASE_WAIT, PHASE_REMOVE };

struct work {
	struct teardown td;
	enum phase phase;
	void (*on_finish)(struct line *l);
	void (*then)(struct line *l); /* when the bodies have ended */
	struct line *body;	      /* the one waited for; NULL = all of the step */
	bool keep_cgroups, warned;
	bool chosen[GROUPS_MAX];
};

_Static_assert(sizeof(struct work) <= LINE_STATE_MAX, "a tear-down is the state of its op");

static struct work *work_of(struct line *l)
{
	return line_state(l);
}

const struct teardown *teardown_of(struct line *l)
{
	return &work_of(l)->td;
}

void teardown_fail(struct line *l, int code, const char *text)
{
	struct work *wk = work_of(l);

	if (!wk->td.err.code)
		err_set(&wk->td.err, code, "%s", text);
}

static void finish(struct line *l)
{
	struct work *wk = work_of(l);
	unsigned i;

	wk->phase = PHASE_NONE;
	for (i = 0; i < CGROUP_ROWS_MAX; i++)
		if (cgroup_at(i) && cgroup_at(i)->doomed == l)
			cgroup_at(i)->doomed = NULL;
	wk->on_finish(l);
}

/* Puts the top-most or all doomed cgroups; a list's count comes first. */
static uint32_t put_cgroups(struct line *l, struct wire_writer *w)
{
	char full[CGROUP_FULL_MAX];
	uint32_t n = 0, i;

	for (i = 0; i < CGROUP_ROWS_MAX; i++)
		n += cgroup_at(i) && cgroup_at(i)->doomed == l;
	wire_put_u32(w, n);
	for (i = 0; i < CGROUP_ROWS_MAX; i++) {
		if (!cgroup_at(i) || cgroup_at(i)->doomed != l)
			continue;
		cgroup_full(cgroup_at(i)->path, full);
		wire_put_str(w, full);
	}
	return n;
}

static void send(struct line *l, struct wire_writer *w, pool_fn fn)
{
	struct err err = ERR_INIT;

	if (!pool_send(w, NULL, 0, POOL_DEADLINE_NS, work_of(l)->td.title, fn, l, &err))
		return;
	teardown_fail(l, err.code, err.msg);
	finish(l);
}

static void on_removed(void *arg, struct job_reply *r)
{
	struct line *l = arg;
	const char *rel;
	struct cgroup *c;

	if (r->last) {
		if (r->code)
			teardown_fail(l, r->code, r->text);
		finish(l);
		return;
	}
	rel = cgroup_rel(r->path);
	c = rel ? cgroup_find(rel) : NULL;
	if (c)
		cgroup_gone(c, line_seq(l), true);
	work_of(l)->td.removed++;
}

static void remove_cgroups(struct line *l)
{
	struct work *wk = work_of(l);
	struct wire_writer *w = pool_job(JOB_CGROUP_RMDIR);

	wk->phase = PHASE_REMOVE;
	line_timer(l, 0);
	if (wk->keep_cgroups || !put_cgroups(l, w))
		finish(l);
	else
		send(l, w, on_removed);
}

static void wait_for_exits(struct line *l)
{
	struct work *wk = work_of(l);

	wk->phase = PHASE_WAIT;
	wk->warned = false;
	line_timer(l, EXIT_WARN_NS);
	teardown_poke(l);
}

/* An op of a body that hangs is cancelled like any other; what it waits for is bounded. */
static void look_at_bodies(struct line *l)
{
	struct work *wk = work_of(l);
	unsigned n = wk->body ? line_side(line_name(wk->body)) == wk->body
			      : line_stop_step(wk->td.step);

	if (n || wk->phase != PHASE_BODIES)
		return;
	wk->phase = PHASE_NONE;
	wk->then(l);
}

void teardown_stop_bodies(struct line *l, unsigned step, void (*then)(struct line *l))
{
	struct work *wk = work_of(l);

	wk->td.step = step;
	wk->then = then;
	wk->phase = PHASE_BODIES;
	look_at_bodies(l);
}

void teardown_stop_body(struct line *l, struct line *body, void (*then)(struct line *l))
{
	struct work *wk = work_of(l);

	wk->body = body;
	wk->then = then;
	wk->phase = PHASE_BODIES;
	line_stop(body);
	look_at_bodies(l);
}

void teardown_poke(struct line *l)
{
	struct work *wk = work_of(l);

	if (wk->phase == PHASE_BODIES)
		look_at_bodies(l);
	if (wk->phase == PHASE_WAIT && !group_dying())
		remove_cgroups(l);
}

static void give_up(struct line *l, int code, const char *why)
{
	char text[160];
	unsigned n = group_dying();

	snprintf(text, sizeof(text), "%s: %u killed task%s not ended", why, n,
		 n == 1 ? " has" : "s have");
	teardown_fail(l, code, text);
	remove_cgroups(l);
}

void teardown_timeout(struct line *l)
{
	struct work *wk = work_of(l);
	unsigned n = group_dying();

	if (wk->phase != PHASE_WAIT)
		return;
	if (wk->warned) {
		give_up(l, ETIMEDOUT, "timed out");
		return;
	}
	wk->warned = true;
	line_timer(l, EXIT_DEADLINE_NS);
	port_log(4,
		 "%u killed task%s not ended yet: a task has to run once more to die; is it "
		 "starved?",
		 n, n == 1 ? " has" : "s have");
}

void teardown_cancel(struct line *l, int code, const char *why)
{
	/* the scenario's time being over is no reason to leave things behind, a person's word is */
	if (work_of(l)->phase == PHASE_WAIT && code == ECANCELED)
		give_up(l, code, why);
}

static void report_other(struct line *l, const struct job_reply *r)
{
	char text[256];

	work_of(l)->td.others++;
	snprintf(text, sizeof(text), "also kills pid %llu (%.40s)%s%.120s",
		 (unsigned long long)r->num, r->text,
		 *r->path ? ", left in " : ", left behind by a payload", r->path);
	port_event(&(struct event){.type = EV_TEARDOWN, .seq = line_seq(l), .text = text});
}

static void on_killed(void *arg, struct job_reply *r)
{
	struct line *l = arg;
	if (!r->last) {
		report_other(l, r);
		return;
	}
	/* what has not ended yet is our own: it is waited for below */
	if (r->code && !(r->code == ETIMEDOUT && group_dying()))
		teardown_fail(l, r->code, r->text);
	wait_for_exits(l);
}

/* Session of a payload that may have left processes behind; 0 = none, or its number lives on in
 * another. */
static uint32_t session_of(const struct work *wk, unsigned i)
{
	struct group *g = group_at(i), *other;
	unsigned k;

	if (!wk->chosen[i] || !g || !g->payload)
		return 0;
	for (k = 0; k < GROUPS_MAX; k++) {
		other = group_at(k);
		if (other && other != g && other->leader == g->leader && other->seq > g->seq)
			return 0;
	}
	return (uint32_t)g->leader;
}

static void kill_all(struct line *l)
{
	struct wire_writer *w = pool_job(JOB_CGROUP_KILL);
	struct work *wk = work_of(l);
	uint32_t sessions = 0, i;
	struct task *t;

	wk->phase = PHASE_KILL;
	put_cgroups(l, w);
	for (i = 0; i < GROUPS_MAX; i++)
		sessions += session_of(wk, i) != 0;
	wire_put_u32(w, sessions);
	for (i = 0; i < GROUPS_MAX; i++)
		if (session_of(wk, i))
			wire_put_u32(w, session_of(wk, i));
	for (i = 0; i < GROUPS_MAX; i++)
		for (t = NULL; wk->chosen[i] && group_at(i) && (t = group_task_next(group_at(i), t));) {
			wk->td.tasks += !t->killed;
			group_kill_task(t);
		}
	send(l, w, on_killed);
}

static void on_listed(void *arg, struct job_reply *r)
{
	struct line *l = arg;
	struct task *t;

	if (r->last) {
		if (r->code)
			teardown_fail(l, r->code, r->text);
		kill_all(l);
		return;
	}
	t = group_task_by_pid((int)r->num);
	if (!t) {
		report_other(l, r);
	} else {
		work_of(l)->td.tasks += !t->killed;
		t->killed = true;
	}
}

static void reset(struct line *l)
{
	struct work *wk = work_of(l);

	wk->td.tasks = wk->td.others = wk->td.removed = 0;
	wk->td.err = ERR_INIT;
}

void teardown_prepare(struct line *l, const char *fmt, ...)
{
	struct work *wk = work_of(l);

	va_list ap;

	va_start(ap, fmt);
	vsnprintf(wk->td.title, sizeof(wk->td.title), fmt, ap);
	va_end(ap);
	memset(wk->chosen, 0, sizeof(wk->chosen));
	reset(l);
}

void teardown_choose(struct line *l, unsigned group)
{
	work_of(l)->chosen[group] = true;
}

void teardown_begin(struct line *l, bool keep, void (*finish_fn)(struct line *l))
{
	struct work *wk = work_of(l);
	struct wire_writer *w = pool_job(JOB_CGROUP_LIST);

	wk->keep_cgroups = keep;
	wk->on_finish = finish_fn;
	wk->phase = PHASE_LIST;
	if (put_cgroups(l, w))
		send(l, w, on_listed);
	else
		kill_all(l);
}

void teardown_kill_group(struct line *l, struct group *g, void (*finish_fn)(struct line *l))
{
	struct work *wk = work_of(l);

	wk->keep_cgroups = true;
	wk->on_finish = finish_fn;
	wk->td.tasks = group_kill(g);
	wait_for_exits(l);
}
