/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timeline_keys - the keys of the Timeline as a table: the help screen reads the same.
 *
 * Invariant: steps are 1, 2 or 5 times a power of ten, and the cursor's moment stays where it is
 * when the zoom changes.
 */
#include "base/cleanup.h"
#include "tui/keys.h"
#include "tui/timeline.h"

#define STEP_LEAST UINT64_C(100)
#define STEP_MOST  UINT64_C(1000000000000)

/* The next of 1 2 5 10 20 50 ... in that direction. */
static uint64_t step_by(uint64_t step, int by)
{
	static const unsigned in[] = {1, 2, 5};
	uint64_t unit, before = STEP_LEAST, at;
	size_t i;

	for (unit = STEP_LEAST; unit <= STEP_MOST; unit *= 10) {
		for (i = 0; i < ARRAY_SIZE(in); i++) {
			at = unit * in[i];
			if (by < 0 ? at >= step : at > step)
				return by < 0 ? before : at <= STEP_MOST ? at : STEP_MOST;
			before = at;
		}
	}
	return STEP_MOST;
}

static void set_step(struct timeline *v, const struct model *m, uint64_t step)
{
	uint64_t place = v->step_ns ? (v->at_ns - v->from_ns) / v->step_ns : 0;

	v->step_ns = step;
	if (v->held) {
		v->at_ns = v->at_ns / step * step;
		v->from_ns = v->at_ns > place * step ? v->at_ns - place * step : 0;
	}
	timeline_fit(v, m, v->cols);
}

static const char *zoom_in(struct timeline *v, const struct model *m)
{
	set_step(v, m, step_by(v->step_ns, -1));
	return NULL;
}

static const char *zoom_out(struct timeline *v, const struct model *m)
{
	set_step(v, m, step_by(v->step_ns, 1));
	return NULL;
}

static const char *whole(struct timeline *v, const struct model *m)
{
	uint64_t first = v->begin_ns, last = timeline_end(m), step = STEP_LEAST;

	if (!first)
		return "nothing has been recorded yet";
	while (step < STEP_MOST &&
	       (last - first / step * step) / step >= (uint64_t)(v->cols > 1 ? v->cols : 1))
		step = step_by(step, 1);
	v->step_ns = step;
	v->held = true;
	v->from_ns = first / step * step;
	if (v->at_ns < v->from_ns || v->at_ns > last)
		v->at_ns = last;
	timeline_fit(v, m, v->cols);
	return NULL;
}

static const char *move(struct timeline *v, const struct model *m, int64_t cells)
{
	uint64_t by = (uint64_t)(cells < 0 ? -cells : cells) * v->step_ns, last = timeline_end(m);

	v->held = true;
	if (cells < 0)
		v->at_ns = v->at_ns > by ? v->at_ns - by : 0;
	else if (v->at_ns + by > last)
		v->held = false; /* beyond the end is now */
	else
		v->at_ns += by;
	timeline_fit(v, m, v->cols);
	return NULL;
}

static const char *left(struct timeline *v, const struct model *m)
{
	return move(v, m, -1);
}

static const char *right(struct timeline *v, const struct model *m)
{
	return move(v, m, 1);
}

static const char *page_left(struct timeline *v, const struct model *m)
{
	return move(v, m, -(v->cols > 2 ? v->cols * 3 / 4 : 1));
}

static const char *page_right(struct timeline *v, const struct model *m)
{
	return move(v, m, v->cols > 2 ? v->cols * 3 / 4 : 1);
}

static const char *up(struct timeline *v, const struct model *m)
{
	v->row -= v->row > 0;
	return NULL;
}

static const char *down(struct timeline *v, const struct model *m)
{
	v->row += v->row + 1 < timeline_cpus(m);
	return NULL;
}

static const char *first(struct timeline *v, const struct model *m)
{
	uint64_t from = v->begin_ns;

	if (!from)
		return "nothing has been recorded yet";
	v->held = true;
	v->at_ns = v->from_ns = from;
	timeline_fit(v, m, v->cols);
	return NULL;
}

static const char *now(struct timeline *v, const struct model *m)
{
	v->held = false;
	timeline_fit(v, m, v->cols);
	return NULL;
}

static const char *hold(struct timeline *v, const struct model *m)
{
	v->held = !v->held;
	timeline_fit(v, m, v->cols);
	return NULL;
}

/* The slice that begins before the cursor's cell, or after it: of the followed task, else of the
 * CPU. */
static const char *slice(struct timeline *v, const struct model *m, int by)
{
	struct trace_slice s;
	bool found;

	if (by > 0) {
		uint64_t end = v->at_ns + v->step_ns - 1;

		found = v->tid ? trace_task_slice_at(m->trace, v->tid, end, 1, &s)
			       : trace_slice_at(m->trace, v->row, end, 1, &s);
	} else {
		found = v->at_ns &&
			(v->tid ? trace_task_slice_at(m->trace, v->tid, v->at_ns - 1, 0, &s)
				: trace_slice_at(m->trace, v->row, v->at_ns - 1, 0, &s));
	}
	if (!found)
		return by > 0 ? "no later slice is known" : "no earlier slice is known";
	v->held = true;
	v->at_ns = s.begin_ns;
	v->row = s.cpu;
	timeline_fit(v, m, v->cols);
	return NULL;
}

static const char *slice_before(struct timeline *v, const struct model *m)
{
	return slice(v, m, -1);
}

static const char *slice_after(struct timeline *v, const struct model *m)
{
	return slice(v, m, 1);
}

static const char *colours(struct timeline *v, const struct model *m)
{
	size_t i;

	v->by_task = !v->by_task;
	for (i = 0; i < TIMELINE_SYMBOLS; i++)
		v->symbols[i].key = v->symbols[i].drawn = 0;
	return NULL;
}

static const char *follow_task(struct timeline *v, const struct model *m)
{
	struct trace_cell cell;

	trace_cells(m->trace, v->row, v->at_ns, v->step_ns, 1, &cell);
	if (cell.slices && cell.tid > 0 && cell.tid != v->tid) {
		v->tid = cell.tid;
		return NULL;
	}
	if (!v->tid)
		return "no task ran under the cursor";
	v->tid = 0;
	return NULL;
}

static const char *figures(struct timeline *v, const struct model *m)
{
	v->figures = !v->figures;
	return NULL;
}

static const struct timeline_key table[] = {
	{KEY_GO_LEFT, 0, "left right",
	 "the cursor, in time; beyond the end the picture goes along again", left},
	{KEY_GO_RIGHT, 0, NULL, NULL, right},
	{KEY_GO_UP, 'k', "up down", "the cursor, from CPU to CPU", up},
	{KEY_GO_DOWN, 'j', NULL, NULL, down},
	{KEY_PAGE_UP, 0, "PgUp PgDn", "back and on by most of the picture", page_left},
	{KEY_PAGE_DOWN, 0, NULL, NULL, page_right},
	{'+', '=', "+ -", "a cell is less, more time: from microseconds to the whole session",
	 zoom_in},
	{'-', '_', NULL, NULL, zoom_out},
	{'W', 0, "W", "the whole session in the picture", whole},
	{KEY_GO_HOME, 'g', "Home End", "to the first that is known; to now", first},
	{KEY_GO_END, 'G', NULL, NULL, now},
	{'F', 0, "F", "stay where it is, or go along with the guest", hold},
	{'<', 0, "< >", "the slice before, after: of the followed task, else of the CPU",
	 slice_before},
	{'>', 0, NULL, NULL, slice_after},
	{'C', 0, "C", "letters are cgroups, or tasks", colours},
	{'T', 0, "T", "follow the task under the cursor across CPUs, or no longer", follow_task},
	{'L', 0, "L", "histograms of wake-up latency and run delay in the lower half", figures},
};

const struct timeline_key *timeline_key_at(size_t i)
{
	return i < ARRAY_SIZE(table) ? &table[i] : NULL;
}

bool timeline_key(struct timeline *v, const struct model *m, int code, const char **said)
{
	size_t i;

	*said = NULL;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		if (table[i].key != code && (!table[i].twin || table[i].twin != code))
			continue;
		if (!v->step_ns)
			timeline_fit(v, m, v->cols);
		*said = table[i].act(v, m);
		return true;
	}
	return false;
}
