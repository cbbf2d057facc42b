/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * screen_timeline - who ran where and when; what is under the cursor; how long tasks waited.
 */
#include "base/text.h"
#include "tui/screen.h"
#include "tui/timeline.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FIGURE_ROWS 12 /* where there is that much room left they are shown unasked */

/* What holds of the whole picture: how wide, where in time, from when on all is there, losses. */
static void title(const struct timeline *v, const struct model *m, const struct tui_state *st,
		  char *dst, size_t size)
{
	struct trace_account a = trace_account(m->trace);
	uint64_t first = v->begin_ns, kept = trace_first_ns(m->trace);
	char step[32], from[48];
	int n;

	text_format_duration(step, sizeof(step), v->step_ns ? v->step_ns : 1);
	n = snprintf(dst, size, "TIMELINE %s a cell, %s", step,
		     st->frozen ? "FROZEN"
		     : v->held  ? "HELD, F goes along"
				: "goes along");
	if (!first) {
		snprintf(dst + n, size - (size_t)n, ", nothing recorded yet");
		return;
	}
	if (v->from_ns < kept && first < kept) {
		/* the file has it, but not all of it can be in one picture */
		timeline_time(from, sizeof(from), kept, 1000000);
		snprintf(dst + n, size - (size_t)n, ", too much at once before %s: zoom in", from);
		return;
	}
	timeline_time(from, sizeof(from), first, 1000000);
	n += snprintf(dst + n, size - (size_t)n, ", all from %s", from);
	if (a.dropped || a.refused)
		snprintf(dst + n, size - (size_t)n, ", LOST %" PRIu64 " of %" PRIu64,
			 a.dropped + a.refused, a.produced);
	else
		snprintf(dst + n, size - (size_t)n, ", none lost");
}

static void draw(const struct model *m, const struct scenario *s, struct tui_state *st,
		 struct canvas *c, struct rect r)
{
	struct timeline *v = &st->timeline;
	int detail = timeline_detail_rows(r.rows), cpus = (int)timeline_cpus(m), figures;
	struct rect part = r;
	char text[240];

	timeline_fit(v, m, r.cols - TIMELINE_LABEL);
	title(v, m, st, text, sizeof(text));
	canvas_rule(c, r, 0, text, true);
	figures = r.rows - 1 - detail - 3 - cpus;
	if (v->figures && figures < r.rows / 2 - detail)
		figures = r.rows / 2 - detail + 2;
	else if (figures < FIGURE_ROWS)
		figures = 0;
	else if (figures > 2 * FIGURE_ROWS)
		figures = 2 * FIGURE_ROWS;
	if (figures < 4)
		figures = 0;
	part.row++;
	part.rows = r.rows - 1 - detail - figures;
	if (part.rows > 2)
		timeline_draw_cpus(v, m, c, part);
	part.row += part.rows;
	part.rows = detail;
	if (detail)
		timeline_draw_detail(v, m, c, part);
	part.row += detail;
	part.rows = figures;
	if (figures)
		timeline_draw_figures(v, m, c, part);
}

static bool key(const struct model *m, struct tui_state *st, int code, const char **said)
{
	return timeline_key(&st->timeline, m, code, said);
}

static bool find(const struct model *m, struct tui_state *st)
{
	return timeline_find(&st->timeline, m, st->lists[st->focus].search);
}

static const enum pane panes[] = {PANE_TIMELINE};

const struct screen_def screen_timeline = {
	.digit = '4',
	.function = 4,
	.name = "Time",
	.summary = "who ran where and when; every switch is recorded while it is shown",
	.panes = panes,
	.npanes = 1,
	.draw = draw,
	.key = key,
	.find = find,
};
