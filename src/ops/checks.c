/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checks - see checks.h: one row a check, and the judging that is the same for all of them.
 */
#include "ops/checks.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "ops/check_private.h"
#include "ops/model_ledger.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define SAMPLES 5 /* a moment is no finding */

static const struct check_def table[] = {
	{.name = "starvation",
	 .summary = "each worker of a group gets something done",
	 .measure = "work units of each",
	 .limit = 1,
	 .at_least = true,
	 .of_group = true,
	 .figure = "work-units",
	 .take = check_take_figure},
	{.name = "gap",
	 .summary = "no worker waits longer between two units of work",
	 .measure = "longest gap",
	 .unit = UNIT_NS,
	 .limit = 2e9,
	 .timed = true,
	 .of_group = true,
	 .figure = "gap",
	 .take = check_take_figure},
	{.name = "spread",
	 .summary = "workers of a group are off the CPU alike",
	 .measure = "spread of off-cpu",
	 .unit = UNIT_PERCENT,
	 .limit = 15,
	 .timed = true,
	 .opt_in = true,
	 .of_group = true,
	 .take = check_take_spread},
	{.name = "escape",
	 .summary = "no thread of a group ran outside its cpuset",
	 .measure = "runs outside the cpuset",
	 .limit = 0,
	 .of_group = true,
	 .take = check_take_escapes},
	{.name = "parity",
	 .summary = "workers get as much done for their CPU time (deviation by mean)",
	 .measure = "deviation of throughput",
	 .unit = UNIT_PERCENT,
	 .limit = CHECK_NO_LIMIT,
	 .timed = true,
	 .opt_in = true,
	 .of_group = true,
	 .take = check_take_parity},
	{.name = "wake-p50",
	 .summary = "half of each worker's wake-ups are not later",
	 .measure = "p50 of wake-up latency",
	 .unit = UNIT_NS,
	 .limit = CHECK_NO_LIMIT,
	 .timed = true,
	 .opt_in = true,
	 .of_group = true,
	 .figure = "wake-p50",
	 .take = check_take_figure},
	{.name = "wake-p99",
	 .summary = "99 of 100 of each worker's wake-ups are not later",
	 .measure = "p99 of wake-up latency",
	 .unit = UNIT_NS,
	 .limit = CHECK_NO_LIMIT,
	 .timed = true,
	 .opt_in = true,
	 .of_group = true,
	 .figure = "wake-p99",
	 .take = check_take_figure},
	{.name = "wake-max",
	 .summary = "none of each worker's wake-ups is later",
	 .measure = "longest wake-up latency",
	 .unit = UNIT_NS,
	 .limit = CHECK_NO_LIMIT,
	 .timed = true,
	 .opt_in = true,
	 .of_group = true,
	 .figure = "wake-max",
	 .take = check_take_figure},
	{.name = "rate",
	 .summary = "each worker does as many iterations a second",
	 .measure = "iterations of each",
	 .unit = UNIT_PER_S,
	 .limit = CHECK_NO_LIMIT,
	 .at_least = true,
	 .timed = true,
	 .opt_in = true,
	 .of_group = true,
	 .take = check_take_rate},
	{.name = "migrations",
	 .summary = "a unit of work seldom begins on another CPU than the last",
	 .measure = "migrations by units",
	 .limit = CHECK_NO_LIMIT,
	 .opt_in = true,
	 .of_group = true,
	 .take = check_take_migrations},
	{.name = "numa",
	 .summary = "each worker's memory is on nodes it runs on",
	 .measure = "local pages of each",
	 .unit = UNIT_PERCENT,
	 .limit = CHECK_NO_LIMIT,
	 .at_least = true,
	 .opt_in = true,
	 .of_group = true,
	 .take = check_take_numa},
	{.name = "imbalance",
	 .summary = "no runqueue is so many times as long as the shortest",
	 .measure = "longest runqueue by shortest",
	 .limit = 4,
	 .opt_in = true,
	 .samples = SAMPLES,
	 .monitor = MONITOR_IMBALANCE,
	 .take = check_take_monitor},
	{.name = "dsq-depth",
	 .summary = "no local DSQ holds more tasks",
	 .measure = "longest local DSQ",
	 .limit = 50,
	 .opt_in = true,
	 .sched_only = true,
	 .samples = SAMPLES,
	 .monitor = MONITOR_DEPTH,
	 .take = check_take_monitor},
	{.name = "stuck-clock",
	 .summary = "the clock of a CPU with work goes on",
	 .measure = "longest standstill of a CPU's clock",
	 .unit = UNIT_NS,
	 .limit = 0,
	 .timed = true,
	 .samples = SAMPLES,
	 .monitor = MONITOR_STUCK,
	 .take = check_take_monitor},
	{.name = "fallback",
	 .summary = "the kernel seldom has to choose another CPU than select_cpu()",
	 .measure = "select_cpu fallbacks",
	 .unit = UNIT_PER_S,
	 .limit = 200,
	 .timed = true,
	 .opt_in = true,
	 .sched_only = true,
	 .samples = SAMPLES,
	 .monitor = MONITOR_FALLBACK,
	 .counter = "SCX_EV_SELECT_CPU_FALLBACK",
	 .take = check_take_monitor},
	{.name = "keep-last",
	 .summary = "seldom does a task run on because nothing was dispatched",
	 .measure = "dispatches that kept the last task",
	 .unit = UNIT_PER_S,
	 .limit = 100,
	 .timed = true,
	 .opt_in = true,
	 .sched_only = true,
	 .samples = SAMPLES,
	 .monitor = MONITOR_KEEP_LAST,
	 .counter = "SCX_EV_DISPATCH_KEEP_LAST",
	 .take = check_take_monitor},
};

const struct check_def *check_def_at(size_t i)
{
	return i < ARRAY_SIZE(table) ? &table[i] : NULL;
}

const struct check_def *check_def_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (!strcmp(table[i].name, name))
			return &table[i];
	return NULL;
}

void check_def_limit(const struct check_def *def, char *dst, size_t size)
{
	dst[0] = '\0';
	if (def->limit >= 0)
		metric_write(def->unit, def->limit, dst, size);
}

/* ---- the words of an op ---- */

static int unknown(const char *name, struct err *err)
{
	const char *names[ARRAY_SIZE(table)], *near;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		names[i] = table[i].name;
	near = text_nearest(name, names, i);
	return err_set(err, EINVAL, "'%.40s' is no check; %s '%s'", name,
		       near ? "did you mean" : "the first is", near ? near : names[0]);
}

static const char *example_of(enum metric_unit unit)
{
	static const char *const examples[] = {
		[UNIT_PLAIN] = "4",     [UNIT_NS] = "250ms",    [UNIT_BYTES] = "4KiB",
		[UNIT_PERCENT] = "15%", [UNIT_PER_S] = "200/s", [UNIT_BYTES_PER_S] = "10MB/s",
	};

	return examples[unit];
}

static int check_limit(const struct check_def *def, const char *text, struct err *err)
{
	enum metric_unit unit;
	double value;

	if (!metric_value(text, &value, &unit) || value < 0 ||
	    (unit != def->unit && !(value == 0 && unit == UNIT_PLAIN)))
		return err_set(err, EINVAL, "limit '%.40s' does not fit '%s'; write such as %s",
			       text, def->name, example_of(def->unit));
	return 0;
}

int checks_op_check(const struct op *op, struct err *err)
{
	const struct op_val *check = op_arg(op, WARG_CHECK), *name = op_arg(op, WARG_NAME),
			    *limit = op_arg(op, WARG_LIMIT);
	const struct check_def *def = check ? check_def_find(check->str) : NULL;

	if (!check)
		return 0;
	if (!def)
		return unknown(check->str, err);
	if (def->of_group && !name)
		return err_set(err, EINVAL,
			       "'%s' judges workers: of which group? such as: expect check %s hogs",
			       def->name, def->name);
	if (!def->of_group && name)
		return err_set(err, EINVAL, "'%s' judges the whole machine: it takes no group",
			       def->name);
	if (!def->samples && op_arg(op, WARG_SAMPLES))
		return err_set(err, EINVAL,
			       "'%s' is not judged by samples: samples= means nothing here",
			       def->name);
	if (!limit && def->limit < 0)
		return err_set(err, EINVAL,
			       "'%s' has no limit of its own: say one, such as limit=%s", def->name,
			       example_of(def->unit));
	return limit && strcmp(limit->str, CHECK_OFF) ? check_limit(def, limit->str, err) : 0;
}

/* ---- judging ---- */

enum verdict check_measure(const struct model *m, uint64_t seq, const struct check_def *def,
			   const char *group, unsigned samples, struct check_seen *seen,
			   struct buf *why)
{
	*seen = (struct check_seen){.value = 0};
	return def->take(m, seq, def, group, samples ? samples : def->samples, seen, why);
}

enum verdict check_standard(const struct model *m, uint64_t seq, const struct check_def *def,
			    const char *group, const char *limit, unsigned samples,
			    unsigned replays, struct buf *why)
{
	char wanted[48], got[48];
	enum metric_unit unit;
	struct check_seen seen;
	double want = def->limit;
	enum verdict v;
	bool held;

	if (limit && !strcmp(limit, CHECK_OFF)) {
		buf_addf(why, "%s is not to be judged here", def->name);
		return VERDICT_SKIP;
	}
	if ((limit && !metric_value(limit, &want, &unit)) || want < 0) {
		buf_addf(why, "'%s' is no limit of %s", limit ? limit : "", def->name);
		return VERDICT_FAIL;
	}
	v = check_measure(m, seq, def, group, samples, &seen, why);
	if (v != VERDICT_PASS)
		return v;
	held = def->at_least ? seen.value >= want : seen.value <= want;
	metric_format(def->unit, want, wanted, sizeof(wanted));
	metric_format(def->unit, seen.value, got, sizeof(got));
	buf_addf(why, "%s%s%s%s: %s is %s, %s %s is %s", held ? "" : "expected ", def->name,
		 def->of_group ? " of " : "", def->of_group ? group : "", def->measure, got,
		 def->at_least ? "at least" : "at most", wanted,
		 def->at_least ? "asked" : "allowed");
	if (replays)
		buf_addf(why, " (learnt from %u replay%s)", replays, replays == 1 ? "" : "s");
	if (*seen.where)
		buf_addf(why, "; %s", seen.where);
	if (held)
		return VERDICT_PASS;
	return def->timed ? check_time_missed(m, why) : VERDICT_FAIL;
}

/* ---- what nobody asked for ---- */

/* An expectation of it, or of the figure it reads, is the person's own word. */
static bool asked(const struct model *m, const struct check_def *def, const char *group)
{
	size_t i;

	for (i = 0; i < m->nops; i++) {
		const struct op *op = m->ops[i].op;
		const struct op_val *name = op ? op_arg(op, WARG_NAME) : NULL,
				    *check = op ? op_arg(op, WARG_CHECK) : NULL,
				    *figure = op ? op_arg(op, WARG_FIGURE) : NULL;

		if (group && (!name || strcmp(name->str, group)))
			continue;
		if ((check && !strcmp(check->str, def->name)) ||
		    (figure && def->figure && !strcmp(figure->str, def->figure)))
			return true;
	}
	return false;
}

#define SCX_EXIT_ERROR 1024 /* and above: it did not end by anybody's will */

/*
 * A person who stops tasks, or gives them next to no time, makes gaps on purpose. What a scheduler
 * did that broke down is judged with its end (check_sched.c).
 */
static bool held_up(const struct model *m)
{
	size_t i;

	for (i = 0; i < m->nscheds; i++)
		if (m->scheds[i].ended && m->scheds[i].kind >= SCX_EXIT_ERROR)
			return true;

	for (i = 0; i < m->nops; i++) {
		const struct op *op = m->ops[i].op;
		const struct op_val *set = op ? op_arg(op, WARG_SETTINGS) : NULL;
		size_t k;

		if (op && (op->def->flags & OPF_STOPS))
			return true;
		for (k = 0; set && k < set->n; k += 2)
			if (!strcmp(set->list[k], "cpu.max") || !strcmp(set->list[k], "cpu.idle"))
				return true;
	}
	return false;
}

/* Long enough at work that having done nothing is a finding. */
static bool long_enough(const struct model_group *g)
{
	size_t i;

	for (i = 0; i < g->ntasks; i++)
		if (!g->tasks[i].report || g->tasks[i].report->wall_ns == REPORT_ABSENT ||
		    g->tasks[i].report->wall_ns < UINT64_C(2000000000))
			return false;
	return g->ntasks > 0;
}

static void judge_unasked(const struct model *m, const struct check_def *def,
			  const struct model_group *g, enum verdict *worst, struct buf *why)
{
	cleanup_buf struct buf words = BUF_INIT;
	uint64_t seq = def->take == check_take_escapes && g ? g->seq : CHECK_AT_END;

	if (asked(m, def, g ? g->name : NULL))
		return;
	if (check_standard(m, seq, def, g ? g->name : NULL, NULL, 0, 0, &words) != VERDICT_FAIL)
		return;
	buf_addf(why, "%s%s (judged by default; 'expect check %s%s%s limit=off' leaves it out)",
		 why->len ? "\n" : "", buf_text(&words), def->name, g ? " " : "", g ? g->name : "");
	*worst = VERDICT_FAIL;
}

enum verdict check_unasked(const struct model *m, struct buf *why)
{
	enum verdict worst = VERDICT_PASS;
	bool stopped = held_up(m);
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		const struct check_def *def = &table[i];

		if (def->opt_in)
			continue;
		if (!def->of_group)
			judge_unasked(m, def, NULL, &worst, why);
		for (k = 0; def->of_group && k < m->ngroups; k++) {
			const struct model_group *g = &m->groups[k];
			bool by_report = def->take == check_take_figure;

			/* a name used again is judged where it was used last */
			if (g != model_group(m, g->name) ||
			    (by_report && (g->payload || stopped || !long_enough(g))))
				continue;
			judge_unasked(m, def, g, &worst, why);
		}
	}
	return worst;
}
