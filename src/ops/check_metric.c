/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_metric - verdicts over named numbers: what payloads have printed, what workers reported.
 *
 * Invariant: a number is only compared with one of its own kind, and what was never printed by
 * a program that has ended is a fail.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "ops/check.h"
#include "ops/check_private.h"
#include "ops/figures.h"
#include "ops/model_metric.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define NAMES_SHOWN 6

/* Will nothing more come of this group, and is all there that came? */
static bool is_complete(const struct model_group *g)
{
	size_t i;

	for (i = 0; i < g->ntasks; i++)
		if (!g->tasks[i].exited)
			return false;
	return g->payload && !g->output_lost[0] && !g->output_lost[1];
}

static void add_names(const struct model_group *g, const char *key, struct buf *why)
{
	const char *names[METRICS_MAX], *near;
	struct metric m;
	size_t i, n = metrics_count(g->metrics);

	for (i = 0; i < n; i++)
		names[i] = metrics_at(g->metrics, i)->name;
	near = text_nearest(key, names, n);
	if (near)
		buf_addf(why, "; did you mean '%s'?", near);
	for (i = 0; !near && i < NAMES_SHOWN && model_group_metric_at(g, i, &m); i++)
		buf_addf(why, "%s %s", i ? "," : "; there is", m.name);
	if (!near && model_group_metric_at(g, i, &m))
		buf_adds(why, ", ...");
}

static enum verdict missing(const struct model_group *g, const char *key, struct buf *why)
{
	buf_addf(why, "'%s' has %s no '%s'", g->name, g->payload ? "printed" : "reported", key);
	add_names(g, key, why);
	if (metrics_lost(g->metrics))
		buf_addf(why, "; %" PRIu64 " numbers found no room", metrics_lost(g->metrics));
	if (is_complete(g) && !metrics_lost(g->metrics))
		return VERDICT_FAIL;
	if (g->payload && g->ntasks && !g->tasks[0].exited)
		buf_addf(why, "; it still runs: put 'wait %s' before", g->name);
	return VERDICT_INCONCLUSIVE;
}

static void add_expected(const char *key, const char *op, const char *value, int64_t tolerance,
			 struct buf *why)
{
	buf_addf(why, "%s %s %s", key, op, value);
	if (tolerance)
		buf_addf(why, " within %.6g%%", (double)tolerance / 1e4);
}

static void add_seen(const struct metric *m, struct buf *why)
{
	char text[48], least[48], most[48], mean[48];

	metric_format(m->unit, m->value, text, sizeof(text));
	buf_addf(why, "%s at %.3fs", text, check_seconds(m->when_ns));
	if (m->samples < 2)
		return;
	metric_format(m->unit, m->min, least, sizeof(least));
	metric_format(m->unit, m->max, most, sizeof(most));
	metric_format(m->unit, m->mean, mean, sizeof(mean));
	buf_addf(why, " (%s to %s, mean %s of %" PRIu64 ")", least, most, mean, m->samples);
}

static enum verdict judge(const struct model *m, const struct model_group *g,
			  const struct metric *seen, const char *op, const char *value,
			  int64_t tolerance, struct buf *why)
{
	enum metric_unit unit;
	char exact[48];
	double want;
	bool held;

	if (!metric_value(value, &want, &unit) || !figure_is_compare(op)) {
		buf_addf(why, "'%s %s' is no comparison with a number", op, value);
		return VERDICT_FAIL;
	}
	if (unit != seen->unit) {
		metric_write(seen->unit, seen->value, exact, sizeof(exact));
		buf_addf(why, "'%s' of '%s' is %s, which '%s' cannot be compared with", seen->name,
			 g->name, exact, value);
		return VERDICT_INCONCLUSIVE;
	}
	held = figure_compare_real(seen->value, op, want, (double)tolerance / 1e6);
	buf_adds(why, held ? "" : "expected ");
	add_expected(seen->name, op, value, tolerance, why);
	buf_addf(why, "%s '%s' %s ", held ? " holds:" : ",", g->name,
		 g->payload ? "printed" : "reported");
	add_seen(seen, why);
	if (held)
		return VERDICT_PASS;
	return metric_is_timed(seen->unit) ? check_time_missed(m, why) : VERDICT_FAIL;
}

enum verdict check_metric(const struct model *m, uint64_t seq, const char *name, const char *key,
			  const char *op, const char *value, int64_t tolerance, struct buf *why)
{
	const struct model_group *g = check_group_of(m, name, why);
	cleanup_buf struct buf words = BUF_INIT;
	struct metric seen;
	enum verdict v;

	if (!g)
		return VERDICT_FAIL;
	if (seq != CHECK_AT_END && !model_has_note(m, seq, name)) {
		buf_addf(why, "nothing was noted of '%s' at that moment", name);
		return VERDICT_INCONCLUSIVE;
	}
	if (seq == CHECK_AT_END ? model_metric(m, name, key, &seen)
				: model_noted_metric(m, seq, name, key, &seen))
		v = judge(m, g, &seen, op, value, tolerance, &words);
	else
		v = missing(g, key, &words);
	buf_adds(why, buf_text(&words));
	return v;
}
