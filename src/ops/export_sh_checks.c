/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export_sh_checks - shell forms of `expect check`: what a shell can measure is judged, all else is
 * skipped with the reason why it cannot.
 *
 * Invariant: a check is never passed by a rule that is weaker than the guest's; each check of the
 * table (checks.c) has either its form or its reason here (test_export_sh.c).
 */
#include "ops/export_sh.h"
#include "ops/export_sh_private.h"

#include "base/cleanup.h"
#include "ops/checks.h"

#include <inttypes.h>
#include <string.h>

static const char no_report[] = "workers of a shell do not measure it";
static const char no_runqueue[] = "a shell cannot read runqueues";

/* NULL = it has a form. */
static const struct {
	const char *check, *why;
} reasons[] = {
	{"starvation", NULL},       {"gap", no_report},
	{"spread", no_report},      {"escape", "a shell does not see every switch"},
	{"parity", no_report},      {"wake-p50", no_report},
	{"wake-p99", no_report},    {"wake-max", no_report},
	{"rate", no_report},        {"migrations", no_report},
	{"numa", no_report},        {"imbalance", no_runqueue},
	{"dsq-depth", no_runqueue}, {"stuck-clock", no_runqueue},
	{"fallback", NULL},         {"keep-last", NULL},
};

/* The limit in words, or the check's own; false = it is off. */
static bool limit_of(const struct op *op, const struct check_def *def, double *limit)
{
	const char *text = export_sh_str(op, WARG_LIMIT);
	enum metric_unit unit;

	*limit = def->limit;
	return !text || (strcmp(text, CHECK_OFF) && metric_value(text, limit, &unit));
}

/* What a worker tells is that its first unit of work is done. */
static const char *why_not_starvation(struct export_sh *w, const struct op *op, double limit)
{
	const char *name = export_sh_str(op, WARG_NAME);
	const struct op *o;
	size_t i;

	for (i = 0; i < w->at; i++) {
		o = scenario_at(w->in->scenario, i);
		if (export_sh_str(o, WARG_WORK) && !strcmp(export_sh_str(o, WARG_NAME), name))
			return limit <= 1 ? NULL : "workers of a shell count one unit of work only";
	}
	return "only workers tell what they have done";
}

static const char *why_not(struct export_sh *w, const struct op *op, const struct check_def *def,
			   double *limit)
{
	size_t i;

	if (!limit_of(op, def, limit))
		return "it is not to be judged here";
	for (i = 0; i < ARRAY_SIZE(reasons); i++)
		if (!strcmp(reasons[i].check, def->name))
			return reasons[i].why || def->counter ? reasons[i].why
							      : why_not_starvation(w, op, *limit);
	return "it has no form in a shell";
}

void export_sh_expect_check(struct export_sh *w, const struct op *op)
{
	const struct check_def *def = check_def_find(export_sh_str(op, WARG_CHECK));
	const struct op_val *samples = op_arg(op, WARG_SAMPLES);
	double limit = 0;
	const char *why = def ? why_not(w, op, def, &limit) : "there is no such check";

	buf_adds(w->out, why ? "skip" : def->counter ? "expect_events" : "expect_worked");
	export_sh_sentence(w, op);
	if (why) {
		export_sh_add(w, why);
	} else if (def->counter) {
		export_sh_add(w, def->counter);
		buf_addf(w->out, " %.0f %" PRId64, limit,
			 samples ? samples->num : (int64_t)def->samples);
	} else {
		export_sh_add(w, export_sh_str(op, WARG_NAME));
	}
	buf_addc(w->out, '\n');
}

bool export_sh_starvation_judged(const struct export_sh *w, const char *name)
{
	const struct op *op;
	size_t i;

	for (i = w->at; (op = scenario_at(w->in->scenario, i)); i++)
		if (export_sh_str(op, WARG_CHECK) && export_sh_str(op, WARG_NAME) &&
		    !strcmp(export_sh_str(op, WARG_CHECK), "starvation") &&
		    !strcmp(export_sh_str(op, WARG_NAME), name))
			return true;
	return false;
}
