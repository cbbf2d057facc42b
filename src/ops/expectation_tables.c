/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * expectation_tables - which expectation fits which column of the tables of tasks and CPUs: one row a
 * column. A column without a row has none: nothing that can be expected is about it.
 */
#include "ops/expectation.h"

#include "base/cleanup.h"
#include "ops/describe.h"
#include "ops/model_wait.h"
#include "ops/sheet_tasks.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct under { /* what the cursor is on */
	const struct model *m;
	const struct sample_task *t;
	const struct model_group *g;
	const struct model_task *task;
	const char *of; /* of the fit: a check, a figure, a field */
};

/* ---- tasks ------------------------------------------------------------------------------- */

static bool placed(const struct under *u, struct buf *out)
{
	return describe_placed(u->m, u->g, u->task, out);
}

/* Where it may run and where it ran: what every switch told, not what one sample shows. */
static bool confined(const struct under *u, struct buf *out)
{
	if (model_task_outside(u->m, u->t))
		return false;
	buf_adds(out, "expect confined ");
	words_quote(out, u->g->name);
	return true;
}

static bool check(const struct under *u, struct buf *out)
{
	return expectation_check(u->m, u->of, u->g, out);
}

static bool machine(const struct under *u, struct buf *out)
{
	return expectation_check(u->m, u->of, NULL, out);
}

static bool grown(const struct under *u, struct buf *out)
{
	return expectation_grown(u->m, u->g, u->of, out);
}

static bool share(const struct under *u, struct buf *out)
{
	return expectation_share(u->m, u->g, out);
}

/* A field of its task_struct, read from outside; a thread has no name of its own there. */
static bool field(const struct under *u, int64_t value, struct buf *out)
{
	char name[96];

	if (u->t->tid != u->t->pid)
		return false;
	/* names of groups need no quotes */
	model_task_name(u->m, u->t->pid, u->t->comm, name, sizeof(name));
	buf_addf(out, "expect kernel task(%s).%s == %" PRId64, name, u->of, value);
	return true;
}

static bool policy(const struct under *u, struct buf *out)
{
	return field(u, u->t->policy, out);
}

static bool niceness(const struct under *u, struct buf *out)
{
	enum { DEFAULT_PRIO = 120 }; /* include/linux/sched/prio.h */

	return field(u, DEFAULT_PRIO + u->t->nice, out);
}

static bool priority(const struct under *u, struct buf *out)
{
	return u->t->prio != SAMPLE_ABSENT && field(u, (int64_t)u->t->prio - 1, out);
}

/* Which scheduler runs it. */
static bool class(const struct under *u, struct buf *out)
{
	const struct model_sched *s = model_sched_now(u->m);

	if (u->t->sclass == SAMPLE_ABSENT || (u->t->sclass == SAMPLE_CLASS_EXT) != !!s)
		return policy(u, out);
	buf_adds(out, "expect sched == ");
	words_quote(out, s ? s->name : "none");
	return true;
}

static const struct {
	const char *column;
	bool (*line)(const struct under *u, struct buf *out);
	const char *of;
} fits[] = {
	{"name", placed, NULL},
	{"cgroup", placed, NULL},
	{"check", placed, NULL},
	{"state", check, "starvation"},
	{"waiting", check, "gap"},
	{"state_for_ns", check, "gap"},
	{"held", check, "gap"},
	{"cpus", confined, NULL},
	{"last", confined, NULL},
	{"cpu", confined, NULL},
	{"run_percent", share, NULL},
	{"promised_percent", share, NULL},
	{"weight", share, NULL},
	{"wait_percent", check, "spread"},
	{"wait_ns", check, "spread"},
	{"sleep_ns", check, "spread"},
	{"run_ns", grown, "cpu"},
	{"wake_p50_ns", check, "wake-p50"},
	{"wake_p99_ns", check, "wake-p99"},
	{"wake_max_ns", check, "wake-max"},
	{"wakes", grown, "wakes"},
	{"switches_s", grown, "run-count"},
	{"voluntary", grown, "run-count"},
	{"involuntary", grown, "run-count"},
	{"migrations", check, "migrations"},
	{"mig_llc", check, "migrations"},
	{"mig_cross", check, "migrations"},
	{"mig_node", check, "numa"},
	{"class", class, "policy"},
	{"policy", policy, "policy"},
	{"nice", niceness, "static_prio"},
	{"prio", priority, "prio"},
	{"dsq", machine, "dsq-depth"},
	{"dsq_place", machine, "dsq-depth"},
};

bool expectation_of_tasks(const struct sheet *s, const struct sheet_row *r,
			  const struct sheet_column *c, struct buf *out)
{
	const struct model_cgroup *in = sheet_cgroup(s, r);
	struct under u = {.m = s->model, .t = sheet_task(s, r)};
	size_t i;

	if (in)
		return expectation_of_cgroup(s->model, in, c->key, out);
	u.task = u.t ? model_task_of(s->model, u.t->pid, &u.g) : NULL;
	for (i = 0; u.task && i < ARRAY_SIZE(fits); i++) {
		u.of = fits[i].of;
		if (!strcmp(fits[i].column, c->key))
			return fits[i].line(&u, out);
	}
	return false;
}

/* ---- CPUs -------------------------------------------------------------------------------- */

bool expectation_of_cpus(const struct sheet *s, const struct sheet_row *r,
			 const struct sheet_column *c, struct buf *out)
{
	static const struct {
		const char *column, *check;
	} checks[] = {
		{"cpu", "stuck-clock"}, {"nr", "imbalance"},         {"busy_percent", "imbalance"},
		{"dsq", "dsq-depth"},   {"scx_nr", "dsq-depth"},     {"balance_s", "imbalance"},
		{"balanced_s", "imbalance"},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(checks); i++)
		if (!strcmp(checks[i].column, c->key))
			return expectation_check(s->model, checks[i].check, NULL, out);
	return false;
}
