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

enum phase { PHASE_NONE, PHASE_LIST, PHASE_KILL, PHASE_WAIT, PHASE_REMOVE };

static enum phase phase;
static void (*on_finish)(void);
static bool keep_cgroups, warned;
static bool chosen[GROUPS_MAX];
static struct teardown td;

const struct teardown *teardown_now(void)
{
	return &td;
}

void teardown_fail(int code, const char *text)
{
	if (!td.err.code)
		err_set(&td.err, code, "%s", text);
}

static void finish(void)
{
	unsigned i;

	phase = PHASE_NONE;
	for (i = 0; i < CGROUP_ROWS_MAX; i++)
		if (cgroup_at(i))
			cgroup_at(i)->doomed = false;
	on_finish();
}

/* Puts the top-most or all doomed cgroups; a list's count comes first. */
static uint32_t put_cgroups(struct wire_writer *w)
{
	char full[CGROUP_FULL_MAX];
	uint32_t n = 0, i;

	for (i = 0; i < CGROUP_ROWS_MAX; i++)
		n += cgroup_at(i) && cgroup_at(i)->doomed;
	wire_put_u32(w, n);
	for (i = 0; i < CGROUP_ROWS_MAX; i++) {
		if (!cgroup_at(i) || !cgroup_at(i)->doomed)
			continue;
		cgroup_full(cgroup_at(i)->path, full);
		wire_put_str(w, full);
	}
	return n;
}

static void send(struct wire_writer *w, pool_fn fn)
{
	struct err err = ERR_INIT;

	if (!pool_send(w, NULL, 0, POOL_DEADLINE_NS, td.title, fn, NULL, &err))
		return;
	teardown_fail(err.code, err.msg);
	finish();
}

static void on_removed(void *arg, struct job_reply *r)
{
	const char *rel;
	struct cgroup *c;

	if (r->last) {
		if (r->code)
			teardown_fail(r->code, r->text);
		finish();
		return;
	}
	rel = cgroup_rel(r->path);
	c = rel ? cgroup_find(rel) : NULL;
	if (c)
		cgroup_gone(c, line_seq(), true);
	td.removed++;
}

static void remove_cgroups(void)
{
	struct wire_writer *w = pool_job(JOB_CGROUP_RMDIR);

	phase = PHASE_REMOVE;
	line_timer(0);
	if (keep_cgroups || !put_cgroups(w))
		finish();
	else
		send(w, on_removed);
}

static void wait_for_exits(void)
{
	phase = PHASE_WAIT;
	warned = false;
	line_timer(EXIT_WARN_NS);
	teardown_poke();
}

void teardown_poke(void)
{
	if (phase == PHASE_WAIT && !group_dying())
		remove_cgroups();
}

static void give_up(int code, const char *why)
{
	char text[160];
	unsigned n = group_dying();

	snprintf(text, sizeof(text), "%s: %u killed task%s not ended", why, n,
		 n == 1 ? " has" : "s have");
	teardown_fail(code, text);
	remove_cgroups();
}

void teardown_timeout(void)
{
	unsigned n = group_dying();

	if (phase != PHASE_WAIT)
		return;
	if (warned) {
		give_up(ETIMEDOUT, "timed out");
		return;
	}
	warned = true;
	line_timer(EXIT_DEADLINE_NS);
	port_log(4,
		 "%u killed task%s not ended yet: a task has to run once more to die; is it "
		 "starved?",
		 n, n == 1 ? " has" : "s have");
}

void teardown_cancel(int code, const char *why)
{
	/* the scenario's time being over is no reason to leave things behind, a person's word is */
	if (phase == PHASE_WAIT && code == ECANCELED)
		give_up(code, why);
}

static void report_other(const struct job_reply *r)
{
	char text[256];

	td.others++;
	snprintf(text, sizeof(text), "also kills pid %llu (%.40s)%s%.120s",
		 (unsigned long long)r->num, r->text,
		 *r->path ? ", left in " : ", left behind by a payload", r->path);
	port_event(&(struct event){.type = EV_TEARDOWN, .seq = line_seq(), .text = text});
}

static void on_killed(void *arg, struct job_reply *r)
{
	if (!r->last) {
		report_other(r);
		return;
	}
	/* what has not ended yet is our own: it is waited for below */
	if (r->code && !(r->code == ETIMEDOUT && group_dying()))
		teardown_fail(r->code, r->text);
	wait_for_exits();
}

/* Session of a payload that may have left processes behind; 0 = none, or its number lives on in
 * another. */
static uint32_t session_of(unsigned i)
{
	struct group *g = group_at(i), *other;
	unsigned k;

	if (!chosen[i] || !g || !g->payload)
		return 0;
	for (k = 0; k < GROUPS_MAX; k++) {
		other = group_at(k);
		if (other && other != g && other->leader == g->leader && other->seq > g->seq)
			return 0;
	}
	return (uint32_t)g->leader;
}

static void kill_all(void)
{
	struct wire_writer *w = pool_job(JOB_CGROUP_KILL);
	uint32_t sessions = 0, i;
	struct task *t;

	phase = PHASE_KILL;
	put_cgroups(w);
	for (i = 0; i < GROUPS_MAX; i++)
		sessions += session_of(i) != 0;
	wire_put_u32(w, sessions);
	for (i = 0; i < GROUPS_MAX; i++)
		if (session_of(i))
			wire_put_u32(w, session_of(i));
	for (i = 0; i < GROUPS_MAX; i++)
		for (t = NULL; chosen[i] && group_at(i) && (t = group_task_next(group_at(i), t));) {
			td.tasks += !t->killed;
			group_kill_task(t);
		}
	send(w, on_killed);
}

static void on_listed(void *arg, struct job_reply *r)
{
	struct task *t;

	if (r->last) {
		if (r->code)
			teardown_fail(r->code, r->text);
		kill_all();
		return;
	}
	t = group_task_by_pid((int)r->num);
	if (!t) {
		report_other(r);
	} else {
		td.tasks += !t->killed;
		t->killed = true;
	}
}

static void reset(void)
{
	td.tasks = td.others = td.removed = 0;
	td.err = ERR_INIT;
}

void teardown_prepare(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(td.title, sizeof(td.title), fmt, ap);
	va_end(ap);
	memset(chosen, 0, sizeof(chosen));
	reset();
}

void teardown_choose(unsigned group)
{
	chosen[group] = true;
}

void teardown_begin(bool keep, void (*finish_fn)(void))
{
	struct wire_writer *w = pool_job(JOB_CGROUP_LIST);

	keep_cgroups = keep;
	on_finish = finish_fn;
	phase = PHASE_LIST;
	if (put_cgroups(w))
		send(w, on_listed);
	else
		kill_all();
}

void teardown_kill_group(struct group *g, void (*finish_fn)(void))
{
	keep_cgroups = true;
	on_finish = finish_fn;
	td.tasks = group_kill(g);
	wait_for_exits();
}
