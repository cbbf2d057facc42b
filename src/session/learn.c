/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * learn - see learn.h. The values are the judges' own (check_measure and its like), so that what is
 * learnt is what will be compared.
 */
#include "session/learn.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/check_ledger.h"
#include "ops/checks.h"
#include "ops/export_checks.h"
#include "ops/model_ledger.h"
#include "ops/model_metric.h"
#include "session/headless.h"
#include "session/verify.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct learnt {
	struct op *op;
	double least, most;
	unsigned n;  /* replays that gave a value */
	char why[200]; /* of the first that gave none */
};

/* Three digits are enough, on the side that lets more through. */
static double rounded(double x, bool up)
{
	double unit = x > 0 ? pow(10, floor(log10(x)) - 2) : 1;
	char digits[32];

	if (x <= 0)
		return 0;
	x = (up ? ceil(x / unit - 1e-9) : floor(x / unit + 1e-9)) * unit;
	/* the decimals that were meant, not their nearest neighbour */
	snprintf(digits, sizeof(digits), "%.3g", x);
	return strtod(digits, NULL);
}

double learn_limit(double least, double most, bool at_least)
{
	double spread = most - least;

	return at_least ? rounded(fmax(least - spread, 0), false) : rounded(most + spread, true);
}

int64_t learn_tolerance(double least, double most, double limit, const char *compare)
{
	double spread = most - least, over, under, off;

	if (limit <= 0)
		return 0;
	/* the limits that would be learnt, against the one that is given */
	over = (most + spread - limit) / limit;
	under = (limit - fmax(least - spread, 0)) / limit;
	off = *compare == '<' ? over : *compare == '>' ? under : fmax(over, under);
	return (int64_t)ceil(fmax(off, 0) * 1e3 - 1e-6) * 1000;
}

static const char *str(const struct op *op, enum wire_arg tag)
{
	const struct op_val *v = op_arg(op, tag);

	return v ? v->str : NULL;
}

static const struct check_def *def_of(const struct op *op)
{
	const char *name = str(op, WARG_CHECK);

	return name ? check_def_find(name) : NULL;
}

/* Is there anything to learn for it? */
static bool learns(const struct op *op)
{
	const struct check_def *def = def_of(op);
	const char *limit = str(op, WARG_LIMIT), *compare = str(op, WARG_COMPARE);

	if (def)
		return (!limit || strcmp(limit, CHECK_OFF)) && (def->opt_in || def->limit > 1);
	if (op->def->id == OP_EXPECT_METRIC)
		return compare && strcmp(compare, "!=");
	return op->def->id == OP_EXPECT_SHARE;
}

static void take(struct learnt *l, double x)
{
	if (!l->n || x < l->least)
		l->least = x;
	if (!l->n || x > l->most)
		l->most = x;
	l->n++;
}

static void missed(struct learnt *l, const char *why)
{
	if (!*l->why)
		text_copy(l->why, sizeof(l->why), why);
}

static void look_at_check(struct learnt *l, const struct model *m, uint64_t seq)
{
	const struct op_val *samples = op_arg(l->op, WARG_SAMPLES);
	cleanup_buf struct buf why = BUF_INIT;
	struct check_seen seen;

	if (check_measure(m, seq, def_of(l->op), str(l->op, WARG_NAME),
			  samples ? (unsigned)samples->num : 0, &seen, &why) == VERDICT_PASS)
		take(l, seen.value);
	else
		missed(l, buf_text(&why));
}

static void look_at_assertion(struct learnt *l, const struct model *m,
			      const struct export_check *c)
{
	struct metric metric;
	double ratio;

	if (c->kind == CHECK_SHARE &&
	    check_share_ratio(m, model_look_seq(m, c->name, c->nth), c->name, &ratio))
		take(l, ratio);
	else if (c->kind == CHECK_METRIC &&
		 model_noted_metric(m, model_note_seq(m, c->name, c->nth), c->name, c->figure,
				    &metric))
		take(l, metric.value);
	else
		missed(l, "it was not measured");
}

static void look_at(struct learnt *all, size_t n, const struct export_input *in,
		    const struct model *m)
{
	struct export_checks checks;
	size_t i, k, at = 0;

	export_checks_build(&checks, in->scenario, in->model);
	for (i = 0; i < n; i++) {
		if (!def_of(all[i].op)) {
			for (k = 0; k < checks.n; k++)
				if (checks.v[k].op == all[i].op)
					look_at_assertion(&all[i], m, &checks.v[k]);
			continue;
		}
		/* the replay has the same ones in the same order */
		while (at < m->nops && !(m->ops[at].op && def_of(m->ops[at].op) &&
					 learns(m->ops[at].op)))
			at++;
		if (at < m->nops && m->ops[at].state == OPS_DONE)
			look_at_check(&all[i], m, m->ops[at].seq);
		else
			missed(&all[i], "its turn did not come");
		at++;
	}
	export_checks_finish(&checks);
}

static void conclude(struct learnt *l, unsigned n, struct buf *said)
{
	const struct check_def *def = def_of(l->op);
	cleanup_free char *before = op_format(l->op), *after = NULL;
	enum metric_unit unit;
	double limit = 0;
	char text[48], least[48], most[48];

	if (l->n < n) {
		buf_addf(said, "%s: nothing learnt, only %u of %u replays measured it: %s\n", before,
			 l->n, n, l->why);
		return;
	}
	if (def) {
		metric_write(def->unit, learn_limit(l->least, l->most, def->at_least), text,
			     sizeof(text));
		op_set_str(l->op, WARG_LIMIT, text);
	} else if (op_arg(l->op, WARG_RATIO)) {
		limit = (double)op_arg(l->op, WARG_RATIO)->num / 1e6;
	} else if (!metric_value(str(l->op, WARG_MEASURE), &limit, &unit)) {
		return;
	}
	if (!def) {
		int64_t tolerance =
			learn_tolerance(l->least, l->most, limit, str(l->op, WARG_COMPARE)
									  ? str(l->op, WARG_COMPARE)
									  : "==");

		op_set_num(l->op, WARG_TOLERANCE, tolerance > 0 ? tolerance : 1000);
	}
	op_set_num(l->op, WARG_REPLAYS, n);
	after = op_format(l->op);
	metric_format(def ? def->unit : UNIT_PLAIN, l->least, least, sizeof(least));
	metric_format(def ? def->unit : UNIT_PLAIN, l->most, most, sizeof(most));
	buf_addf(said, "%s: %s to %s in %u replays, so: %s\n", before, least, most, n, after);
}

int learn_limits(const struct export_input *in, struct scenario *scenario,
		 const struct guest_config *guest, unsigned n, struct buf *said, struct err *err)
{
	cleanup_free struct learnt *all = xcalloc(scenario_len(scenario) + 1, sizeof(*all));
	size_t count = 0, i;
	unsigned done;
	int r = 0;

	for (i = 0; i < scenario_len(scenario); i++)
		if (learns(scenario_at(scenario, i)))
			all[count++].op = scenario_edit_at(scenario, i);
	for (done = 0; count && done < n && r == 0; done++) {
		struct headless *run = xcalloc(1, sizeof(*run));

		r = verify_replay(in, guest, run, err);
		if (r == 0)
			look_at(all, count, in, session_model(run->session));
		headless_finish(run);
		free(run);
	}
	for (i = 0; r == 0 && i < count; i++)
		conclude(&all[i], n, said);
	if (!count)
		buf_adds(said, "there is no expectation whose limit could be learnt\n");
	return r;
}
