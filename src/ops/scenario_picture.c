/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scenario_picture - what would exist after the ops of a scenario: its only writer.
 *
 * The picture is a list of things (groups and cgroups) in order of creation; things that are gone
 * stay in it, so that an error can say what became of them.
 */
#include "base/die.h"
#include "ops/scenario_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void scenario_drop_things(struct scenario *s)
{
	size_t i;

	for (i = 0; i < s->nthings; i++) {
		free(s->things[i].name);
		free(s->things[i].cgroup);
	}
	free(s->things);
	s->things = NULL;
	s->nthings = 0;
	s->step = s->steps = 0;
	s->body = 0;
}

struct thing *scenario_find(const struct scenario *s, bool cgroup, const char *name)
{
	size_t i = s->nthings;

	while (i--)
		if (s->things[i].pub.is_cgroup == cgroup && !strcmp(s->things[i].name, name))
			return &s->things[i];
	return NULL;
}

static void make(struct scenario *s, const struct op *op, size_t index, bool cgroup,
		 const char *name, const char *where, unsigned count)
{
	struct thing *t;

	s->things = xreallocarray(s->things, s->nthings + 1, sizeof(*s->things));
	t = &s->things[s->nthings++];
	*t = (struct thing){
		.name = xstrdup(name), .cgroup = xstrdup(where), .seq = op->seq, .made = index};
	t->pub = (struct scenario_thing){.name = t->name,
					 .cgroup = t->cgroup,
					 .is_cgroup = cgroup,
					 .backdrop = s->step == 0,
					 .step = s->step,
					 .count = count,
					 .made_by = op->def};
}

static void gone(struct thing *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void gone(struct thing *t, const char *fmt, ...)
{
	va_list ap;

	if (t->pub.gone)
		return;
	t->pub.gone = true;
	va_start(ap, fmt);
	vsnprintf(t->gone_why, sizeof(t->gone_why), fmt, ap);
	va_end(ap);
}

/* Is `path` the cgroup `top` or below it? */
static bool within(const char *path, const char *top)
{
	size_t n = strlen(top);

	return path && !strncmp(path, top, n) && (!path[n] || path[n] == '/');
}

static void kill_in(struct scenario *s, const char *cgroup, const char *why)
{
	size_t i;

	for (i = 0; i < s->nthings; i++)
		if (!s->things[i].pub.is_cgroup && within(s->things[i].cgroup, cgroup))
			gone(&s->things[i], "%s", why);
}

static bool made_in_step(const struct scenario *s, const struct thing *t)
{
	return s->step && !t->pub.gone && !t->pub.backdrop && t->pub.step == s->step;
}

/* Made in the step, or moved into a cgroup that was: what is in a cgroup goes with it. */
bool scenario_ends_with_step(const struct scenario *s, const struct thing *t)
{
	const struct thing *in =
		t->cgroup && !t->pub.gone ? scenario_find(s, true, t->cgroup) : NULL;

	return made_in_step(s, t) || (in && made_in_step(s, in));
}

static void end_step(struct scenario *s)
{
	size_t pass, i;

	/* groups first: they are judged by their cgroups */
	for (pass = 0; pass < 2; pass++)
		for (i = 0; i < s->nthings; i++)
			if (s->things[i].pub.is_cgroup == (pass == 1) &&
			    scenario_ends_with_step(s, &s->things[i]))
				gone(&s->things[i], "was torn down at the end of step %u", s->step);
}

static void promote_cgroup(struct scenario *s, const char *path)
{
	size_t i;

	for (i = 0; path && i < s->nthings; i++)
		if (s->things[i].pub.is_cgroup && !s->things[i].pub.gone &&
		    within(path, s->things[i].name))
			s->things[i].pub.backdrop = true;
}

static void promote(struct scenario *s, const char *target)
{
	struct thing *t = scenario_find(s, *target == '@', *target == '@' ? target + 1 : target);

	if (!t)
		return;
	t->pub.backdrop = true;
	promote_cgroup(s, t->pub.is_cgroup ? t->name : t->cgroup);
}

static void apply_kill(struct scenario *s, const char *target)
{
	struct thing *t;

	if (*target == '@')
		kill_in(s, target + 1, "was killed");
	else if ((t = scenario_find(s, false, target)))
		gone(t, "was killed");
}

static void apply_move(struct scenario *s, const char *target, const char *to)
{
	size_t i;

	for (i = 0; i < s->nthings; i++) {
		struct thing *t = &s->things[i];
		bool hit = !t->pub.is_cgroup && !t->pub.gone &&
			   (*target == '@' ? t->cgroup && !strcmp(t->cgroup, target + 1)
					   : !strcmp(t->name, target));

		if (!hit)
			continue;
		free(t->cgroup);
		t->cgroup = strcmp(to, "/") ? xstrdup(to) : NULL;
		t->pub.cgroup = t->cgroup;
	}
}

void scenario_apply(struct scenario *s, const struct op *op, size_t index)
{
	const struct op_val *count = op_arg(op, WARG_COUNT);
	const char *cgroup = scenario_str(op, WARG_CGROUP), *target = scenario_str(op, WARG_TARGET);
	size_t i;

	switch (op->def->id) {
	case OP_CGROUP_ADD:
		make(s, op, index, true, cgroup, NULL, 0);
		break;
	case OP_CGROUP_REMOVE:
		kill_in(s, cgroup, "was killed when its cgroup was removed");
		for (i = 0; i < s->nthings; i++)
			if (s->things[i].pub.is_cgroup && within(s->things[i].name, cgroup))
				gone(&s->things[i], "was removed");
		break;
	case OP_DEF:
		make(s, op, index, true, cgroup, NULL, 0);
		make(s, op, index, false, scenario_str(op, WARG_NAME), cgroup,
		     count ? (unsigned)count->num : 1);
		break;
	case OP_SPAWN:
	case OP_RUN:
		make(s, op, index, false, scenario_str(op, WARG_NAME),
		     cgroup && strcmp(cgroup, "/") ? cgroup : NULL,
		     count ? (unsigned)count->num : 1);
		break;
	case OP_EVERY:
		make(s, op, index, false, scenario_str(op, WARG_NAME), NULL, 0);
		s->body = index + 1;
		break;
	case OP_END:
		s->body = 0;
		break;
	case OP_WAIT:
		if (scenario_find(s, false, scenario_str(op, WARG_NAME)))
			scenario_find(s, false, scenario_str(op, WARG_NAME))->waited = true;
		break;
	case OP_KILL:
		apply_kill(s, target);
		break;
	case OP_MOVE:
		apply_move(s, target, scenario_str(op, WARG_TO));
		break;
	case OP_STEP:
		end_step(s);
		s->step = ++s->steps;
		break;
	case OP_BACKDROP:
		if (target) {
			promote(s, target);
		} else {
			end_step(s);
			s->step = 0;
		}
		break;
	default:
		break;
	}
}
