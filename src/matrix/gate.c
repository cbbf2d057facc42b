/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gate - reads gates and judges them. Everything is turned into "how much worse": a metric of
 * which more is better has its change the other way round.
 */
#include "matrix/gate.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "matrix/stats.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

static const char *const directions[] = {[BETTER_LOWER] = "lower", [BETTER_HIGHER] = "higher"};

/* ---- words ---- */

static int wrong(const char *word, struct err *err)
{
	return err_set(err, EINVAL,
		       "'%.100s' is no gate: METRIC:+10%%, METRIC:+5us or METRIC:+2pp, and "
		       "':lower' or ':higher' behind it when it is not known which is better",
		       word);
}

static int check_metric_words(struct mx_gate *g, struct err *err)
{
	const char *p;

	if (!*g->metric)
		return wrong(g->word, err);
	for (p = g->metric; *p; p++)
		if (*p != '*' && !metric_name_byte(*p))
			return err_set(err, EINVAL,
				       "'%.80s' is no name of a metric: letters, digits and "
				       "_ . - / %% + :, and * for anything",
				       g->metric);
	return 0;
}

static int read_amount(struct mx_gate *g, const char *text, struct err *err)
{
	size_t len = strlen(text), n;

	n = metric_number(text, len, &g->limit);
	if (!n)
		return wrong(g->word, err);
	if (!strcmp(text + n, "%")) {
		g->share = true;
		g->limit /= 100;
		return 0;
	}
	if (!strcmp(text + n, "pp")) {
		g->points = true;
		g->unit = UNIT_PERCENT;
		return 0;
	}
	if (!metric_value(text, &g->limit, &g->unit) || g->unit == UNIT_PERCENT)
		return wrong(g->word, err);
	return 0;
}

int mx_gate_parse(const char *word, struct mx_gate *g, struct err *err)
{
	char *amount, *direction;
	size_t i;

	*g = (struct mx_gate){.unit = UNIT_PLAIN};
	if (strlen(word) >= sizeof(g->word))
		return err_set(err, EINVAL, "'%.40s...' is longer than a gate may be (%zu bytes)",
			       word, sizeof(g->word) - 1);
	strcpy(g->word, word);
	strcpy(g->metric, word);
	amount = strrchr(g->metric, ':');
	for (i = BETTER_LOWER; amount && i <= BETTER_HIGHER; i++) {
		if (strcmp(amount + 1, directions[i]))
			continue;
		g->better = (enum metric_better)i;
		direction = amount;
		*direction = '\0';
		amount = strrchr(g->metric, ':');
		break;
	}
	if (!amount)
		return wrong(word, err);
	*amount = '\0'; /* a name may have a ':' in it, an amount has none */
	if (check_metric_words(g, err) < 0)
		return -EINVAL;
	return read_amount(g, amount + 1, err);
}

void mx_gate_write(const struct mx_gate *g, struct buf *out)
{
	char text[64];

	if (g->share || g->points) {
		double v = g->share ? g->limit * 100 : g->limit;
		int digits;

		/* the shortest that is read as the same share again */
		for (digits = 1; digits <= 17; digits++) {
			double again;

			snprintf(text, sizeof(text), "%.*g", digits, v);
			if (metric_number(text, strlen(text), &again) &&
			    (g->share ? again / 100 : again) == g->limit)
				break;
		}
		buf_addf(out, "%s:%s%s%s", g->metric, signbit(g->limit) ? "" : "+", text,
			 g->share ? "%" : "pp");
	} else {
		metric_write(g->unit, g->limit, text, sizeof(text));
		buf_addf(out, "%s:%s%s", g->metric, signbit(g->limit) ? "" : "+", text);
	}
	if (g->better)
		buf_addf(out, ":%s", directions[g->better]);
}

/* '*' is the only thing with a meaning of its own. In time that grows with the product of both. */
static bool matches(const char *pattern, const char *text)
{
	const char *star = NULL, *from = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = ++pattern;
			from = text;
		} else if (*pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star;
			text = ++from;
		} else {
			return false;
		}
	}
	return !pattern[strspn(pattern, "*")];
}

bool mx_gate_matches(const struct mx_gate *g, const char *metric)
{
	const char *colon = strchr(metric, ':');

	return matches(g->metric, metric) || (colon && matches(g->metric, colon + 1));
}

/* ---- judging ---- */

struct worse {
	double at, low, high; /* how much worse, in what the gate is in */
};

static struct worse turned(const struct interval *i, enum metric_better better)
{
	if (better == BETTER_HIGHER)
		return (struct worse){-i->at, -i->high, -i->low};
	return (struct worse){i->at, i->low, i->high};
}

static void amount(const struct mx_gate *g, double v, char *dst, size_t size)
{
	if (g->share)
		stats_write_share(v, dst, size);
	else
		stats_write_change(g->unit, v, dst, size);
}

/* "worse by 12.0% (95% interval 11.0% to 14.0%); the gate allows 10.0%" */
static void tell(const struct mx_gate *g, const struct mx_delta *d, const struct worse *w,
		 struct buf *why)
{
	char at[40], low[40], high[40], limit[40];

	amount(g, w->at, at, sizeof(at));
	amount(g, w->low, low, sizeof(low));
	amount(g, w->high, high, sizeof(high));
	amount(g, g->limit, limit, sizeof(limit));
	buf_addf(why, "worse by %s, 95%% interval %s to %s of %zu%s", at, low, high,
		 d->paired ? d->pairs : d->b->n, d->paired ? " pairs" : " runs");
	if (!d->paired)
		buf_addf(why, " against %zu", d->a->n);
	buf_addf(why, "; allowed %s", limit);
}

static enum verdict judge(const struct mx_gate *g, const struct mx_delta *d, struct buf *why)
{
	enum metric_better better = g->better ? g->better : d->b->better;
	const struct interval *i = g->share ? &d->share : &d->change;
	const char *reason = g->share ? d->why_share : d->why;
	struct worse w;

	if (!d->refused && !g->share && g->unit != d->b->unit) {
		buf_addf(why, "the gate is in '%s', the metric in '%s'",
			 g->points ? "pp" : metric_unit_name(g->unit),
			 metric_unit_name(d->b->unit));
		return VERDICT_INCONCLUSIVE;
	}
	if (d->refused || isnan(i->low)) {
		buf_addf(why, "%s", reason);
		return VERDICT_INCONCLUSIVE;
	}
	if (better == BETTER_UNKNOWN) {
		buf_addf(why,
			 "it is not known whether less or more of it is better: write '%s:lower' "
			 "or '%s:higher'",
			 g->word, g->word);
		return VERDICT_INCONCLUSIVE;
	}
	w = turned(i, better);
	tell(g, d, &w, why);
	if (w.low > g->limit)
		return VERDICT_FAIL;
	if (w.high <= g->limit)
		return VERDICT_PASS;
	buf_adds(why, "; the interval has the gate in it, more runs (--repeat) make it narrower");
	return VERDICT_INCONCLUSIVE;
}

static struct mx_gated *add(struct mx_gateds *out)
{
	out->v = xreallocarray(out->v, out->n + 1, sizeof(*out->v));
	out->v[out->n] = (struct mx_gated){.verdict = VERDICT_INCONCLUSIVE};
	return &out->v[out->n++];
}

static size_t judge_pair(const struct mx_gate *g, const struct mx_comparison *c,
			 const struct mx_pair *p, struct mx_gateds *out)
{
	size_t before = out->n, i;

	for (i = 0; i < p->n; i++) {
		struct buf why = BUF_INIT;
		struct mx_gated *v;

		if (!mx_gate_matches(g, p->delta[i].b->name))
			continue;
		v = add(out);
		*v = (struct mx_gated){g, c, p, &p->delta[i], judge(g, &p->delta[i], &why), NULL};
		if (*p->differs && !p->delta[i].refused)
			buf_addf(&why, "; compared though these differ: %s", p->differs);
		v->why = buf_steal(&why);
	}
	return out->n - before;
}

void mx_gates_judge(const struct mx_gate *gates, size_t n, const struct mx_comparison *comparisons,
		    size_t ncomparisons, struct mx_gateds *out)
{
	size_t i, k, p;

	*out = (struct mx_gateds){0};
	for (i = 0; i < n; i++) {
		for (k = 0; k < ncomparisons; k++) {
			size_t matched = 0;
			struct mx_gated *v;

			for (p = 0; p < comparisons[k].n; p++)
				matched += judge_pair(&gates[i], &comparisons[k],
						      &comparisons[k].pair[p], out);
			if (matched)
				continue;
			v = add(out);
			v->gate = &gates[i];
			v->comparison = &comparisons[k];
			v->why = xasprintf("no two cells that are compared %s have such a metric",
					   comparisons[k].title);
		}
		if (!ncomparisons) {
			struct mx_gated *v = add(out);

			v->gate = &gates[i];
			v->why = xstrdup("there is nothing to compare with");
		}
	}
}

void mx_gateds_finish(struct mx_gateds *g)
{
	size_t i;

	for (i = 0; i < g->n; i++)
		free(g->v[i].why);
	free(g->v);
	*g = (struct mx_gateds){0};
}
