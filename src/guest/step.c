/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * step - ownership, and the ops that end it: step, backdrop, cgroup remove, kill. See step.h.
 * Invariant: what a tear-down will do is said before it begins.
 */
#include "guest/step.h"
#include "guest/fault_switch.h"

#include "base/text.h"
#include "guest/group.h"
#include "guest/port.h"
#include "guest/teardown.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static unsigned current, last; /* step in force; highest number given so far */

unsigned step_current(void)
{
	return current;
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

/* Choose all that belongs to the step and put it into words; "" when that is nothing. */
static void choose(struct line *l, unsigned step, char *text, size_t size)
{
	char item[CGROUP_REL_MAX + 32];
	unsigned i, n = 0;

	for (i = 0; i < GROUPS_MAX; i++) {
		struct group *g = group_at(i);

		/* the dead ones, too: they may have left processes behind */
		if (!g || g->step != step || g->swept || fault_is(FAULT_STEP_LEAVES_TASKS))
			continue;
		teardown_choose(l, i);
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
		c->doomed = l;
		append(text, size,
		       n++     ? ", "
		       : *text ? "; removes cgroup "
			       : "removes cgroup ",
		       c->path);
	}
}

static void announce(struct line *l, unsigned step)
{
	char text[640] = "", all[800];

	choose(l, step, text, sizeof(text));
	if (!*text)
		return;
	snprintf(all, sizeof(all), "%s: %s", teardown_of(l)->title, text);
	port_event(&(struct event){.type = EV_TEARDOWN, .seq = line_seq(l), .text = all});
}

/* ---- the ops ---- */

static void end_with_counts(struct line *l)
{
	const struct teardown *td = teardown_of(l);

	if (td->err.code)
		line_failed(l, td->err.code, "%s: %s", td->title, td->err.msg);
	else if (td->others)
		line_done(l, "%s: %u tasks and %u other processes killed, %u cgroups removed",
			  td->title, td->tasks, td->others, td->removed);
	else
		line_done(l, "%s: %u task%s killed, %u cgroup%s removed", td->title, td->tasks,
			  td->tasks == 1 ? "" : "s", td->removed, td->removed == 1 ? "" : "s");
}

static void end_things(struct line *l)
{
	announce(l, teardown_of(l)->step);
	/* also with nothing known to live: a payload may have left processes behind */
	teardown_begin(l, false, end_with_counts);
}

static void end_step(struct line *l, unsigned next)
{
	unsigned old = current;

	current = next;
	line_new_step();
	if (!old) {
		line_done(l, "step %u begins", next);
		return;
	}
	teardown_prepare(l, "step %u ends", old);
	teardown_stop_bodies(l, old, end_things);
}

void step_op_step(struct line *l, const struct wire_op *op)
{
	end_step(l, ++last);
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
			c->step = fault_is(FAULT_BACKDROP_IGNORED) ? c->step : 0;
		slash = strrchr(part, '/');
		if (!slash)
			return true;
		*slash = '\0';
	}
}

void step_op_backdrop(struct line *l, const struct wire_op *op)
{
	const char *target = wire_op_str(op, WARG_TARGET), *rel;
	struct group *g;

	if (!target) {
		if (current)
			end_step(l, 0);
		else
			line_done(l, "the backdrop goes on");
		return;
	}
	if (*target == '@') {
		if (promote_cgroup(target + 1))
			line_done(l, "cgroup %s lives to the end", target + 1);
		else
			line_failed(l, ENOENT, "there is no cgroup '%s'", target + 1);
		return;
	}
	g = group_find(target);
	if (!g) {
		line_failed(l, ENOENT, "there is no payload or group '%s'", target);
		return;
	}
	if (!fault_is(FAULT_BACKDROP_IGNORED))
		g->step = 0;
	rel = cgroup_rel(g->cgroup);
	if (rel)
		promote_cgroup(rel);
	line_done(l, "%s lives to the end%s%s", target, rel ? ", and so does cgroup " : "",
		  rel ? rel : "");
}

/* Two lines at once on the same cgroup: the second is told. */
static bool doom(struct line *l, struct cgroup *c)
{
	if (!c->doomed) {
		c->doomed = l;
		return true;
	}
	line_failed(l, EBUSY, "another op kills or removes cgroup '%s' already", c->path);
	return false;
}

void step_remove_cgroup(struct line *l, struct cgroup *c)
{
	teardown_prepare(l, "remove %.120s", c->path);
	if (doom(l, c))
		teardown_begin(l, false, end_with_counts);
}

static void killed(struct line *l)
{
	const struct teardown *td = teardown_of(l);

	if (td->err.code)
		line_failed(l, td->err.code, "%s: %s", td->title, td->err.msg);
	else if (td->others)
		line_done(l, "%u tasks and %u other processes killed", td->tasks, td->others);
	else
		line_done(l, "%u task%s killed", td->tasks, td->tasks == 1 ? "" : "s");
}

static void stopped(struct line *l)
{
	line_done(l, "stopped");
}

void step_op_kill(struct line *l, const struct wire_op *op)
{
	const char *target = wire_op_str(op, WARG_TARGET);
	uint64_t rounds, failures;
	struct cgroup *c;
	struct line *body;
	struct group *g;

	teardown_prepare(l, "kill %.120s", target ? target : "");
	if (target && *target == '@') {
		c = cgroup_find(target + 1);
		if (!c) {
			line_failed(l, ENOENT, "there is no cgroup '%s'", target + 1);
			return;
		}
		if (!doom(l, c))
			return;
		teardown_begin(l, true, killed);
		return;
	}
	g = target ? group_find(target) : NULL;
	body = target && !g ? line_side(target) : NULL;
	if (g)
		teardown_kill_group(l, g, killed);
	else if (body == l)
		line_failed(l, EINVAL, "'%s' cannot stop itself: give it for=DUR", target);
	else if (body)
		teardown_stop_body(l, body, stopped);
	else if (target && line_ended(target, &rounds, &failures))
		line_done(l, "%s had ended after %llu rounds", target, (unsigned long long)rounds);
	else
		line_failed(l, ENOENT, "there is no payload, group or body '%s'",
			    target ? target : "");
}

static void all_ended(struct line *l)
{
	const struct teardown *td = teardown_of(l);

	if (td->err.code)
		line_failed(l, td->err.code, "%s: %s", td->title, td->err.msg);
	else
		line_done(l, "all is torn down");
}

static void end_backdrop_things(struct line *l)
{
	announce(l, 0);
	teardown_begin(l, false, all_ended);
}

static void end_backdrop(struct line *l)
{
	struct err first = teardown_of(l)->err;

	teardown_prepare(l, "the end");
	if (first.code)
		teardown_fail(l, first.code, first.msg);
	teardown_stop_bodies(l, 0, end_backdrop_things);
}

static void end_last_step(struct line *l)
{
	announce(l, teardown_of(l)->step);
	teardown_begin(l, false, end_backdrop);
}

void step_end_all(struct line *l)
{
	unsigned old = current;

	current = 0;
	/* a body that was never closed has nothing to do any more */
	if (line_collecting())
		line_stop(line_collecting());
	teardown_prepare(l, "step %u ends", old);
	if (old)
		teardown_stop_bodies(l, old, end_last_step);
	else
		end_backdrop(l);
}
