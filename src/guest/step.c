/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * step - ownership, and the ops that end it: step, backdrop, cgroup remove, kill. See step.h.
 * Invariant: what a tear-down will do is said before it begins.
 */
#include "guest/step.h"

#include "base/text.h"
#include "guest/group.h"
#include "guest/line.h"
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
static void choose(unsigned step, char *text, size_t size)
{
	char item[CGROUP_REL_MAX + 32];
	unsigned i, n = 0;

	for (i = 0; i < GROUPS_MAX; i++) {
		struct group *g = group_at(i);

		/* the dead ones, too: they may have left processes behind */
		if (!g || g->step != step || g->swept)
			continue;
		teardown_choose(i);
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
		append(text, size,
		       n++     ? ", "
		       : *text ? "; removes cgroup "
			       : "removes cgroup ",
		       c->path);
	}
}

static void announce(unsigned step)
{
	char text[640] = "", all[800];

	choose(step, text, sizeof(text));
	if (!*text)
		return;
	snprintf(all, sizeof(all), "%s: %s", teardown_now()->title, text);
	port_event(&(struct event){.type = EV_TEARDOWN, .seq = line_seq(), .text = all});
}

/* ---- the ops ---- */

static void end_with_counts(void)
{
	const struct teardown *td = teardown_now();

	if (td->err.code)
		line_failed(td->err.code, "%s: %s", td->title, td->err.msg);
	else if (td->others)
		line_done("%s: %u tasks and %u other processes killed, %u cgroups removed",
			  td->title, td->tasks, td->others, td->removed);
	else
		line_done("%s: %u task%s killed, %u cgroup%s removed", td->title, td->tasks,
			  td->tasks == 1 ? "" : "s", td->removed, td->removed == 1 ? "" : "s");
}

static void end_step(unsigned next)
{
	unsigned old = current;

	current = next;
	if (!old) {
		line_done("step %u begins", next);
		return;
	}
	teardown_prepare("step %u ends", old);
	announce(old);
	/* also with nothing known to live: a payload may have left processes behind */
	teardown_begin(false, end_with_counts);
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

void step_remove_cgroup(struct cgroup *c)
{
	teardown_prepare("remove %.120s", c->path);
	c->doomed = true;
	teardown_begin(false, end_with_counts);
}

static void killed(void)
{
	const struct teardown *td = teardown_now();

	if (td->err.code)
		line_failed(td->err.code, "%s: %s", td->title, td->err.msg);
	else if (td->others)
		line_done("%u tasks and %u other processes killed", td->tasks, td->others);
	else
		line_done("%u task%s killed", td->tasks, td->tasks == 1 ? "" : "s");
}

void step_op_kill(const struct wire_op *op)
{
	const char *target = wire_op_str(op, WARG_TARGET);
	struct cgroup *c;
	struct group *g;

	teardown_prepare("kill %.120s", target ? target : "");
	if (target && *target == '@') {
		c = cgroup_find(target + 1);
		if (!c) {
			line_failed(ENOENT, "there is no cgroup '%s'", target + 1);
			return;
		}
		c->doomed = true;
		teardown_begin(true, killed);
		return;
	}
	g = target ? group_find(target) : NULL;
	if (g)
		teardown_kill_group(g, killed);
	else
		line_failed(ENOENT, "there is no payload or group '%s'", target ? target : "");
}

static void all_ended(void)
{
	const struct teardown *td = teardown_now();

	if (td->err.code)
		line_failed(td->err.code, "%s: %s", td->title, td->err.msg);
	else
		line_done("all is torn down");
}

static void end_backdrop(void)
{
	struct err first = teardown_now()->err;

	teardown_prepare("the end");
	if (first.code)
		teardown_fail(first.code, first.msg);
	announce(0);
	teardown_begin(false, all_ended);
}

void step_end_all(void)
{
	unsigned old = current;

	current = 0;
	teardown_prepare("step %u ends", old);
	if (!old) {
		end_backdrop();
		return;
	}
	announce(old);
	teardown_begin(false, end_backdrop);
}
