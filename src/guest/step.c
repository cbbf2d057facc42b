/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * step - ownership and the tear-down engine, see step.h.
 *
 * The engine works on what is marked: doomed cgroups and chosen groups. Phases: list (who is in
 * the cgroups?), kill (cgroup.kill and left-over sessions), wait (all exits seen), remove.
 * Invariant: a task is marked as killed by the session before its exit can be reaped.
 */
#include "guest/step.h"

#include "base/text.h"
#include "guest/group.h"
#include "guest/line.h"
#include "guest/pool.h"
#include "guest/port.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define EXIT_DEADLINE_NS 5000000000ull

enum phase { PHASE_NONE, PHASE_LIST, PHASE_KILL, PHASE_WAIT, PHASE_REMOVE };

static unsigned current, last; /* step in force; highest number given so far */

static struct {
	enum phase phase;
	void (*finish)(void);
	bool keep_cgroups; /* kill only */
	uint8_t chosen[GROUPS_MAX];
	unsigned tasks, others, removed;
	char title[160];
	struct err err; /* first failure */
} td;

unsigned step_current(void)
{
	return current;
}

static void fail(int code, const char *text)
{
	if (!td.err.code)
		err_set(&td.err, code, "%s", text);
}

static void finish(void)
{
	unsigned i;

	td.phase = PHASE_NONE;
	for (i = 0; i < CGROUP_ROWS_MAX; i++)
		if (cgroup_at(i))
			cgroup_at(i)->doomed = false;
	td.finish();
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
	fail(err.code, err.msg);
	finish();
}

static void on_removed(void *arg, struct job_reply *r)
{
	const char *rel;
	struct cgroup *c;

	if (r->last) {
		if (r->code)
			fail(r->code, r->text);
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

	td.phase = PHASE_REMOVE;
	line_timer(0);
	if (td.keep_cgroups || !put_cgroups(w))
		finish();
	else
		send(w, on_removed);
}

void step_poke(void)
{
	if (td.phase == PHASE_WAIT && !group_dying())
		remove_cgroups();
}

void step_timeout(void)
{
	char text[96];

	if (td.phase != PHASE_WAIT)
		return;
	snprintf(text, sizeof(text), "%u killed task%s did not end within 5s", group_dying(),
		 group_dying() == 1 ? "" : "s");
	fail(ETIMEDOUT, text);
	remove_cgroups();
}

static void report_other(const struct job_reply *r)
{
	char text[256];

	td.others++;
	snprintf(text, sizeof(text), "also kills pid %llu (%.40s)%s%.120s", (unsigned long long)r->num,
		 r->text, *r->path ? ", left in " : ", left behind by a payload", r->path);
	port_event(&(struct event){.type = EV_TEARDOWN, .seq = line_seq(), .text = text});
}

static void on_killed(void *arg, struct job_reply *r)
{
	if (!r->last) {
		report_other(r);
		return;
	}
	if (r->code)
		fail(r->code, r->text);
	td.phase = PHASE_WAIT;
	line_timer(EXIT_DEADLINE_NS);
	step_poke();
}

/* Session of a payload that may have left processes behind; 0 = none, or its number lives on in another. */
static uint32_t session_of(unsigned i)
{
	struct group *g = group_at(i), *other;
	unsigned k;

	if (!td.chosen[i] || !g || !g->payload)
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

	td.phase = PHASE_KILL;
	put_cgroups(w);
	for (i = 0; i < GROUPS_MAX; i++)
		sessions += session_of(i) != 0;
	wire_put_u32(w, sessions);
	for (i = 0; i < GROUPS_MAX; i++)
		if (session_of(i))
			wire_put_u32(w, session_of(i));
	for (i = 0; i < GROUPS_MAX; i++)
		for (t = NULL; td.chosen[i] && group_at(i) &&
			       (t = group_task_next(group_at(i), t));) {
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
			fail(r->code, r->text);
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

/* Everything is marked; finish() of the caller ends the op. */
static void tear_down(void)
{
	struct wire_writer *w = pool_job(JOB_CGROUP_LIST);

	td.tasks = td.others = td.removed = 0;
	td.err = ERR_INIT;
	td.phase = PHASE_LIST;
	if (put_cgroups(w))
		send(w, on_listed);
	else
		kill_all();
}

/* ---- what is to go, in words ---- */

static void append(char *dst, size_t size, const char *sep, const char *text)
{
	size_t len = strlen(dst);

	if (len + strlen(text) + 8 < size)
		snprintf(dst + len, size - len, "%s%s", sep, text);
	else if (len + 4 < size && strcmp(dst + len - 3, "..."))
		snprintf(dst + len, size - len, "...");
}

/* Choose all that belongs to the step; false when that is nothing. */
static bool choose(unsigned step, char *text, size_t size)
{
	char item[CGROUP_REL_MAX + 32];
	unsigned i, n = 0;

	for (i = 0; i < GROUPS_MAX; i++) {
		struct group *g = group_at(i);

		td.chosen[i] = g && g->step == step && !g->swept;
		if (!td.chosen[i])
			continue;
		g->swept = true;
		if (!g->live)
			continue;
		snprintf(item, sizeof(item), g->payload ? "%s" : "%s (%u tasks)", g->name, g->live);
		append(text, size, n++ ? ", " : "kills ", item);
	}
	n = 0;
	for (i = 0; i < CGROUP_ROWS_MAX; i++) {
		struct cgroup *c = cgroup_at(i);

		if (!c || !c->ours || c->step != step)
			continue;
		c->doomed = true;
		append(text, size, n++ ? ", " : *text ? "; removes cgroup " : "removes cgroup ",
		       c->path);
	}
	return *text;
}

static void announce(const char *text)
{
	char all[800];

	snprintf(all, sizeof(all), "%s: %s", td.title, text);
	port_event(&(struct event){.type = EV_TEARDOWN, .seq = line_seq(), .text = all});
}

/* ---- the ops ---- */

static void end_with_counts(const char *what)
{
	if (td.err.code)
		line_failed(td.err.code, "%s: %s", what, td.err.msg);
	else if (td.others)
		line_done("%s: %u tasks and %u other processes killed, %u cgroups removed", what,
			  td.tasks, td.others, td.removed);
	else
		line_done("%s: %u task%s killed, %u cgroup%s removed", what, td.tasks,
			  td.tasks == 1 ? "" : "s", td.removed, td.removed == 1 ? "" : "s");
}

static void step_ended(void)
{
	end_with_counts(td.title);
}

static void end_step(unsigned next)
{
	char text[640] = "";
	unsigned old = current;

	current = next;
	td.finish = step_ended;
	td.keep_cgroups = false;
	snprintf(td.title, sizeof(td.title), "step %u ends", old);
	if (!old) {
		line_done("step %u begins", next);
		return;
	}
	if (choose(old, text, sizeof(text)))
		announce(text);
	/* also with nothing known to live: a payload may have left processes behind */
	tear_down();
}

void step_op_step(const struct wire_op *op)
{
	end_step(++last);
}

static bool promote_cgroup(const char *path)
{
	char part[CGROUP_REL_MAX];
	struct cgroup *c = cgroup_find(path);
	char *slash;

	if (!c)
		return false;
	text_copy(part, sizeof(part), path);
	for (;;) {
		c = cgroup_find(part);
		if (c)
			c->step = 0;
		slash = strrchr(part, '/');
		if (!slash)
			return true;
		*slash = '\0';
	}
}

void step_op_backdrop(const struct wire_op *op)
{
	const char *target = wire_op_str(op, WARG_TARGET), *rel;
	struct group *g;

	if (!target) {
		if (current)
			end_step(0);
		else
			line_done("the backdrop goes on");
		return;
	}
	if (*target == '@') {
		if (promote_cgroup(target + 1))
			line_done("cgroup %s lives to the end", target + 1);
		else
			line_failed(ENOENT, "there is no cgroup '%s'", target + 1);
		return;
	}
	g = group_find(target);
	if (!g) {
		line_failed(ENOENT, "there is no payload or group '%s'", target);
		return;
	}
	g->step = 0;
	rel = cgroup_rel(g->cgroup);
	if (rel)
		promote_cgroup(rel);
	line_done("%s lives to the end%s%s", target, rel ? ", and so does cgroup " : "",
		  rel ? rel : "");
}

static void cgroup_removed(void)
{
	end_with_counts(td.title);
}

void step_remove_cgroup(struct cgroup *c)
{
	memset(td.chosen, 0, sizeof(td.chosen));
	c->doomed = true;
	td.keep_cgroups = false;
	td.finish = cgroup_removed;
	snprintf(td.title, sizeof(td.title), "remove %.120s", c->path);
	tear_down();
}

static void killed(void)
{
	if (td.err.code)
		line_failed(td.err.code, "%s: %s", td.title, td.err.msg);
	else if (td.others)
		line_done("%u tasks and %u other processes killed", td.tasks, td.others);
	else
		line_done("%u task%s killed", td.tasks, td.tasks == 1 ? "" : "s");
}

void step_op_kill(const struct wire_op *op)
{
	const char *target = wire_op_str(op, WARG_TARGET);
	struct cgroup *c;
	struct group *g;

	memset(td.chosen, 0, sizeof(td.chosen));
	snprintf(td.title, sizeof(td.title), "kill %.120s", target ? target : "");
	td.keep_cgroups = true;
	td.finish = killed;
	if (target && *target == '@') {
		c = cgroup_find(target + 1);
		if (!c) {
			line_failed(ENOENT, "there is no cgroup '%s'", target + 1);
			return;
		}
		c->doomed = true;
		tear_down();
		return;
	}
	g = target ? group_find(target) : NULL;
	if (!g) {
		line_failed(ENOENT, "there is no payload or group '%s'", target ? target : "");
		return;
	}
	td.tasks = td.others = 0;
	td.err = ERR_INIT;
	td.tasks = group_kill(g);
	td.phase = PHASE_WAIT;
	line_timer(EXIT_DEADLINE_NS);
	step_poke();
}

static void backdrop_ended(void)
{
	if (td.err.code)
		line_failed(td.err.code, "the end: %s", td.err.msg);
	else
		line_done("all is torn down");
}

static void end_backdrop(void)
{
	char text[640] = "";
	struct err first = td.err;

	snprintf(td.title, sizeof(td.title), "the end");
	td.finish = backdrop_ended;
	if (choose(0, text, sizeof(text)))
		announce(text);
	tear_down();
	if (first.code)
		fail(first.code, first.msg);
}

void step_end_all(void)
{
	char text[640] = "";
	unsigned old = current;

	td.keep_cgroups = false;
	td.err = ERR_INIT;
	current = 0;
	if (!old) {
		end_backdrop();
		return;
	}
	snprintf(td.title, sizeof(td.title), "step %u ends", old);
	td.finish = end_backdrop;
	if (choose(old, text, sizeof(text)))
		announce(text);
	tear_down();
}
