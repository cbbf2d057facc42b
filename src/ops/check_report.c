/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_report - verdicts over the figures of workers' reports.
 *
 * Invariant: each worker is judged; a figure that was not measured, or a time under emulation, is
 * inconclusive, never a pass.
 */
#include "base/text.h"
#include "ops/check.h"
#include "ops/check_private.h"
#include "ops/figures.h"
#include "ops/model_metric.h"

#include <inttypes.h>
#include <string.h>

/* Worst so far; a later one of the same kind says nothing new. */
static enum verdict judge_worker(const struct model *m, uint64_t seq, const struct model_group *g,
				 const struct model_task *t, const struct figure *f, const char *op,
				 uint64_t want, struct buf *why)
{
	uint64_t when_ns = t->report_ns;
	const struct work_report *report =
		seq == CHECK_AT_END ? t->report
				    : model_noted_report(m, seq, g->name, t->index, &when_ns);
	uint64_t seen = report ? f->of(report) : REPORT_ABSENT;
	char shown[32], wanted[32];

	figure_format(f, want, wanted, sizeof(wanted));
	figure_format(f, seen, shown, sizeof(shown));
	if (f->is_time && seen != REPORT_ABSENT)
		text_format_time(shown, sizeof(shown), seen);
	if (seen == REPORT_ABSENT) {
		buf_addf(why, "expected %s %s %s, %s.%" PRIu64 "[%" PRId64 "] %s", f->name, op,
			 wanted, g->name, t->index, t->pid,
			 report ? "has not measured it" : "has sent no report");
		return VERDICT_INCONCLUSIVE;
	}
	if (figure_compare(seen, op, want))
		return VERDICT_PASS;
	buf_addf(why, "expected %s %s %s, %s.%" PRIu64 "[%" PRId64 "] reported %s at %.3fs",
		 f->name, op, wanted, g->name, t->index, t->pid, shown,
		 check_seconds(when_ns));
	return f->is_time ? check_time_missed(m, why) : VERDICT_FAIL;
}

enum verdict check_report(const struct model *m, uint64_t seq, const char *name,
			  const char *figure, const char *op, const char *value, struct buf *why)
{
	const struct model_group *g = check_group_of(m, name, why);
	const struct figure *f = figure_find(figure);
	enum verdict worst = VERDICT_PASS;
	struct err err = ERR_INIT;
	uint64_t want;
	size_t i;

	if (!g)
		return VERDICT_FAIL;
	if (!f || figure_value(f, value, &want, &err) < 0) {
		buf_addf(why, "'%s' is no figure of a report%s%s", figure, f ? ": " : "", err.msg);
		return VERDICT_FAIL;
	}
	if (!check_all_started(m, g, why))
		return VERDICT_FAIL;
	if (seq != CHECK_AT_END && !model_has_note(m, seq, name)) {
		buf_addf(why, "nothing was noted of '%s' at that moment", name);
		return VERDICT_INCONCLUSIVE;
	}
	for (i = 0; i < g->ntasks; i++) {
		cleanup_buf struct buf one = BUF_INIT;
		enum verdict v = judge_worker(m, seq, g, &g->tasks[i], f, op, want, &one);

		if (v == VERDICT_PASS || (v == VERDICT_INCONCLUSIVE && worst == v))
			continue;
		buf_reset(why);
		buf_adds(why, buf_text(&one));
		worst = v;
		if (v == VERDICT_FAIL)
			break;
	}
	if (worst == VERDICT_PASS)
		buf_addf(why, "%s %s %s holds for each of %zu worker%s of '%s'", f->name, op, value,
			 g->ntasks, g->ntasks == 1 ? "" : "s", name);
	return worst;
}
