/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timeline_detail - what is under the cursor in words, and how long tasks waited as histograms.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "tui/screen.h"
#include "tui/timeline.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MARKS_LOOKED 64
#define WAITS_LOOKED 200000 /* of one task: more than a picture can wait for is said */

int timeline_detail_rows(int rows)
{
	return rows >= 16 ? 5 : rows >= 10 ? 3 : rows >= 7 ? 1 : 0;
}

static const char *went(char state)
{
	switch (state) {
	case 0:
		return "runs still";
	case 'r':
	case 'R':
		return "then wanted to run on";
	case 'S':
		return "then slept";
	case 'D':
		return "then slept, uninterruptible";
	case 'T':
	case 't':
		return "then was stopped";
	case 'X':
	case 'Z':
		return "then ended";
	case 'I':
		return "then slept (idle kernel thread)";
	case '?':
		return "its end was lost";
	default:
		return "then went";
	}
}

/* Who woke it for this slice. */
static void waker(const struct model *m, const struct trace_slice *s, char *dst, size_t size)
{
	uint64_t from = s->begin_ns - s->wait_ns;
	struct trace_record r[MARKS_LOOKED];
	size_t n = trace_task_marks(m->trace, s->tid, from, s->begin_ns + 1, r, ARRAY_SIZE(r)), i;
	char name[160];

	*dst = '\0';
	for (i = 0; i < n; i++) {
		if (r[i].type != TRACE_WAKE)
			continue;
		timeline_name(m, r[i].other, r[i].t_ns, name, sizeof(name));
		snprintf(dst, size, " by %s on CPU %u", r[i].other ? name : "an interrupt",
			 r[i].cpu);
		return;
	}
}

static void tell_slice(const struct timeline *v, const struct model *m, const struct trace_slice *s,
		       struct canvas *c, struct rect r, int y)
{
	char name[160], cgroup[160], begin[48], length[32], wait[32], by[220];

	timeline_name(m, s->tid, s->begin_ns, name, sizeof(name));
	timeline_time(begin, sizeof(begin), s->begin_ns, 1);
	text_format_time(length, sizeof(length), s->end_ns - s->begin_ns);
	if (s->tid <= 0) {
		canvas_printf(c, r, y, 0, -1, ROLE_NORMAL, "%s for %s from %s%s", name, length,
			      begin, s->tid < 0 ? ": not recorded, or lost" : "");
		return;
	}
	timeline_cgroup(m, s->tid, s->begin_ns, cgroup, sizeof(cgroup));
	canvas_printf(c, r, y, 0, -1, ROLE_NORMAL, "%s tid %" PRId32 " in %s ran %s from %s, %s",
		      name, s->tid, cgroup, length, begin, went(s->state));
	if (s->wait_ns == SAMPLE_ABSENT) {
		canvas_text(c, r, y + 1, 0, -1, ROLE_DIM,
			    "wait before it: - (since when is not known)");
		return;
	}
	text_format_time(wait, sizeof(wait), s->wait_ns);
	waker(m, s, by, sizeof(by));
	if (s->woken)
		canvas_printf(c, r, y + 1, 0, -1, ROLE_WAITING, "waited %s before it, woken%s",
			      wait, by);
	else
		canvas_printf(c, r, y + 1, 0, -1, ROLE_WAITING,
			      "waited %s before it, since it was put off a CPU", wait);
}

static void tell_cell(const struct model *m, const struct trace_cell *cell, uint64_t at,
		      uint64_t step, struct canvas *c, struct rect r, int y)
{
	char name[160], cgroup[160], step_text[32];
	double busy = 100.0 * (double)cell->busy_ns / (double)step;
	double top = 100.0 * (double)cell->top_ns / (double)step;

	text_format_duration(step_text, sizeof(step_text), step);
	canvas_printf(c, r, y, 0, -1, ROLE_NORMAL, "%" PRIu64 " slices in %s, %.0f%% busy%s",
		      cell->slices, step_text, busy, cell->unknown ? ", a part is not known" : "");
	if (cell->tid <= 0)
		return;
	timeline_name(m, cell->tid, at, name, sizeof(name));
	timeline_cgroup(m, cell->tid, at, cgroup, sizeof(cgroup));
	canvas_printf(c, r, y + 1, 0, -1, ROLE_NORMAL,
		      "most of it: %s tid %" PRId32 " in %s, %s%.0f%%", name, cell->tid, cgroup,
		      cell->slices > TRACE_CELL_LOOKS ? "about " : "", top);
}

static void tell_marks(const struct timeline *v, const struct model *m, struct canvas *c,
		       struct rect r, int y)
{
	struct trace_record mark[MARKS_LOOKED];
	size_t n = trace_marks(m->trace, v->row, v->at_ns, v->at_ns + v->step_ns, mark,
			       ARRAY_SIZE(mark)),
	       i;
	char who[160], other[160];
	int used = 0;

	for (i = 0; i < n && used < r.cols; i++) {
		const struct trace_record *k = &mark[i];

		if (used)
			used += canvas_text(c, r, y, used, -1, ROLE_DIM, "; ");
		if (k->type == TRACE_LOST) {
			used += canvas_printf(c, r, y, used, -1, ROLE_FAIL,
					      "! %" PRIu64 " records lost", k->count);
			continue;
		}
		timeline_name(m, k->tid, k->t_ns, who, sizeof(who));
		timeline_name(m, k->other, k->t_ns, other, sizeof(other));
		if (k->type == TRACE_WAKE)
			used += canvas_printf(c, r, y, used, -1, ROLE_WAITING,
					      "^ %s wakes %s for CPU %u",
					      k->other ? other : "an interrupt", who, k->to);
		else
			used += canvas_printf(c, r, y, used, -1, ROLE_WAITING,
					      "> %s goes to CPU %u", who, k->to);
	}
}

/* The letters in sight, the latest first. */
static void tell_letters(const struct timeline *v, const struct model *m, struct canvas *c,
			 struct rect r, int y)
{
	char name[160], followed[160];
	int i, used;

	used = canvas_text(c, r, y, 0, -1, ROLE_DIM, v->by_task ? "TASKS " : "CGROUPS ");
	if (v->tid) {
		timeline_name(m, v->tid, v->at_ns, followed, sizeof(followed));
		used += canvas_printf(c, r, y, used, -1, ROLE_RUNNING,
				      "#=%s followed, + with others  ", followed);
	}
	for (i = 0; i < TIMELINE_SYMBOLS && used < r.cols; i++) {
		uint64_t key = v->symbols[i].key;

		if (!key || v->symbols[i].drawn < v->draws)
			continue;
		if (v->by_task) {
			timeline_name(m, (int32_t)(key - 1), v->at_ns, name, sizeof(name));
		} else {
			const struct model_cgroup *g =
				key > 1 ? model_cgroup_by_id(m, key - 1) : NULL;

			snprintf(name, sizeof(name), "%s",
				 g          ? model_below_root(m, g->path)
				 : key == 2 ? "/"
					    : "not known");
		}
		used += canvas_printf(c, r, y, used, -1, ROLE_NORMAL, "%c=%s ", 'A' + i, name);
	}
	canvas_text(c, r, y, used, -1, ROLE_DIM, ".=idle ?=not known");
}

void timeline_draw_detail(struct timeline *v, const struct model *m, struct canvas *c,
			  struct rect r)
{
	struct trace_slice s;
	struct trace_cell cell;
	char at[48], title[200];
	int y = 0;

	trace_cells(m->trace, v->row, v->at_ns, v->step_ns, 1, &cell);
	timeline_time(at, sizeof(at), v->at_ns, v->step_ns);
	snprintf(title, sizeof(title), "CPU %u at %s", v->row, at);
	if (r.rows > 1)
		canvas_rule(c, r, y++, title, false);
	if (!cell.slices)
		canvas_text(c, r, y, 0, -1, ROLE_DIM, "nothing is known of this moment");
	else if (cell.slices == 1 &&
		 trace_slices(m->trace, v->row, v->at_ns, v->at_ns + v->step_ns, &s, 1))
		tell_slice(v, m, &s, c, r, y);
	else
		tell_cell(m, &cell, v->at_ns, v->step_ns, c, r, y);
	if (r.rows > 3)
		tell_marks(v, m, c, r, 3);
	if (r.rows > 4)
		tell_letters(v, m, c, r, 4);
}

/* ---- histograms ----------------------------------------------------------------------------- */

static void range_name(unsigned i, char *dst, size_t size)
{
	char text[32];

	text_format_time(text, sizeof(text), trace_range_ns(i ? i : 1));
	snprintf(dst, size, "%s%s", i ? ">=" : "<", text);
}

static void draw_one(const char *title, const uint64_t *n, struct canvas *c, struct rect r)
{
	uint64_t most = 0, sum = 0;
	unsigned i, first = TRACE_RANGES, last = 0;
	char name[48];
	int y = 1;

	for (i = 0; i < TRACE_RANGES; i++) {
		sum += n[i];
		most = n[i] > most ? n[i] : most;
		if (n[i] && first == TRACE_RANGES)
			first = i;
		if (n[i])
			last = i;
	}
	canvas_printf(c, r, 0, 0, -1, ROLE_TITLE, "%s: %" PRIu64, title, sum);
	if (!sum)
		return;
	/* the longest are what one looks for: where there is no room the shortest are added up */
	if ((int)(last - first) + 2 > r.rows && r.rows > 2)
		first = last - (unsigned)(r.rows - 2);
	for (i = first; i <= last && y < r.rows; i++, y++) {
		int room = r.cols - 20, bar, x;

		range_name(i, name, sizeof(name));
		bar = room > 0 ? (int)((double)n[i] / (double)most * room + 0.5) : 0;
		canvas_printf(c, r, y, 0, -1, ROLE_NORMAL, "%10s %7" PRIu64 " ", name, n[i]);
		for (x = 0; x < (n[i] && !bar ? 1 : bar); x++)
			canvas_text(c, r, y, 19 + x, 1, ROLE_WAITING, "#");
	}
}

void timeline_draw_figures(struct timeline *v, const struct model *m, struct canvas *c,
			   struct rect r)
{
	uint64_t to = v->from_ns + (uint64_t)v->cols * v->step_ns, all[TRACE_RANGES];
	struct trace_waits w = {0};
	struct rect half = r;
	char name[160] = "all tasks", title[320];
	bool whole = true;
	unsigned i;

	if (v->tid) {
		whole = trace_task_waits(m->trace, v->tid, v->from_ns, to, WAITS_LOOKED, &w);
		timeline_name(m, v->tid, v->at_ns, name, sizeof(name));
	} else {
		for (i = 0; i < trace_cpus(m->trace); i++)
			trace_waits(m->trace, i, v->from_ns, to, &w);
	}
	snprintf(title, sizeof(title), "WAITS of %s in this picture%s, not known of %" PRIu64, name,
		 whole ? "" : " (its beginning only)", w.unknown);
	canvas_rule(c, r, 0, title, false);
	half.row++;
	half.rows--;
	half.cols = r.cols / 2 - 1;
	draw_one("WAKE-UP LATENCY", w.woken, c, half);
	half.col = r.col + r.cols / 2;
	half.cols = r.cols - r.cols / 2;
	for (i = 0; i < TRACE_RANGES; i++)
		all[i] = w.woken[i] + w.put_off[i];
	draw_one("RUN DELAY (all waits)", all, c, half);
}
