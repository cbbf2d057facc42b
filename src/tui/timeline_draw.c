/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timeline_draw - the CPUs' rows: who ran in each cell, wake-ups and migrations below, steps and
 * ops above.
 *
 * Invariant: what a cell means is in its character; colour only underlines it.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "ops/op.h"
#include "tui/timeline.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TICK         16
#define MARKS_LOOKED 8

static enum role lane_role(int symbol)
{
	static const enum role roles[] = {ROLE_LANE1, ROLE_LANE2, ROLE_LANE3,
					  ROLE_LANE4, ROLE_LANE5, ROLE_LANE6};

	return symbol < 0 ? ROLE_NORMAL : roles[symbol % (int)ARRAY_SIZE(roles)];
}

/* ---- above: times, steps and ops ------------------------------------------------------------ */

static void draw_times(const struct timeline *v, struct canvas *c, struct rect r, int y)
{
	char text[48];
	int x;

	for (x = 0; x < v->cols; x += TICK) {
		timeline_time(text, sizeof(text), v->from_ns + (uint64_t)x * v->step_ns,
			      v->step_ns);
		canvas_printf(c, r, y, TIMELINE_LABEL + x, TICK, ROLE_DIM, "|%s", text);
	}
}

static bool cell_of(const struct timeline *v, uint64_t t_ns, int *x)
{
	if (!t_ns || t_ns < v->from_ns || (t_ns - v->from_ns) / v->step_ns >= (uint64_t)v->cols)
		return false;
	*x = (int)((t_ns - v->from_ns) / v->step_ns);
	return true;
}

/* A step's label and an op's words as far as nothing else begins there. */
static void draw_ops(const struct timeline *v, const struct model *m, struct canvas *c,
		     struct rect r, int y)
{
	int x, free_from = 0;
	size_t i;

	for (i = 0; i < m->nops; i++) {
		const struct model_op *op = &m->ops[i];
		bool step = op->op && (op->op->def->flags & OPF_STEP);
		enum role role = op->state == OPS_FAILED ? ROLE_FAIL
				 : step                  ? ROLE_FOCUS
							 : ROLE_TITLE;
		struct rect line = r;

		if (!cell_of(v, op->begin_ns, &x))
			continue;
		/* what began before ends here */
		line.col += TIMELINE_LABEL + x;
		line.cols -= TIMELINE_LABEL + x;
		line.row += y;
		line.rows = 1;
		if (x < free_from) {
			canvas_text(c, line, 0, 0, 1, role, step ? "S" : "o");
			continue;
		}
		canvas_fill(c, line, ROLE_NORMAL, ' ');
		canvas_printf(c, line, 0, 0, -1, role, "%c%s", step ? 'S' : 'o', op->text);
		free_from = x + 2;
	}
}

/* ---- a CPU's row ---------------------------------------------------------------------------- */

struct row {
	struct timeline *v;
	const struct model *m;
	struct canvas *c;
	struct rect r;
	unsigned cpu;
	struct trace_cell *cells;
	bool *mine;
};

static uint64_t cell_begin(const struct timeline *v, int x)
{
	return v->from_ns + (uint64_t)x * v->step_ns;
}

static uint64_t key_of(const struct row *w, int x)
{
	int32_t tid = w->cells[x].tid;

	return w->v->by_task ? (uint64_t)tid : timeline_cgroup_id(w->m, tid, cell_begin(w->v, x));
}

static void put(struct row *w, int y, int x, enum role role, uint32_t cp, bool reverse)
{
	canvas_put(w->c, w->r, y, TIMELINE_LABEL + x,
		   (struct cell){.cp = cp, .role = (uint8_t)role, .reverse = reverse});
}

static void draw_cell(struct row *w, int y, int x)
{
	const struct trace_cell *cell = &w->cells[x];
	uint64_t half = w->v->step_ns / 2;
	int symbol;

	if (!cell->slices)
		return;
	if (w->mine[x]) {
		put(w, y, x, ROLE_RUNNING, cell->tid == w->v->tid ? '#' : '+', true);
		return;
	}
	if (cell->tid == TRACE_UNKNOWN) {
		put(w, y, x, ROLE_WARN, '?', false);
		return;
	}
	if (cell->tid == TRACE_IDLE) {
		put(w, y, x, ROLE_DIM, '.', false);
		return;
	}
	symbol = timeline_symbol(w->v, key_of(w, x));
	put(w, y, x, w->v->tid ? ROLE_DIM : lane_role(symbol),
	    symbol < 0 ? (cell->busy_ns > half ? '*' : ',')
		       : (uint32_t)((cell->busy_ns > half ? 'A' : 'a') + symbol),
	    false);
}

/* A slice of many cells has its task's name in it. */
static void draw_name(struct row *w, int y, int x, int n)
{
	char name[160];
	enum role role = w->v->tid && !w->mine[x] ? ROLE_DIM
			 : w->mine[x]             ? ROLE_RUNNING
						  : lane_role(timeline_symbol(w->v, key_of(w, x)));
	int i;

	timeline_name(w->m, w->cells[x].tid, cell_begin(w->v, x), name, sizeof(name));
	for (i = 1; i < n; i++)
		put(w, y, x + i, role, '-', false);
	canvas_text(w->c, w->r, y, TIMELINE_LABEL + x + 1, n - 2, role, name);
}

/* The task that is followed: where it ran, also where others had more of the cell. */
static void find_mine(struct row *w)
{
	const struct timeline *v = w->v;
	struct trace_slice s;
	uint64_t to = cell_begin(v, v->cols), at = v->from_ns;
	int left = v->cols * 4, x;

	memset(w->mine, 0, (size_t)v->cols * sizeof(*w->mine));
	for (x = 0; v->tid && x < v->cols; x++)
		w->mine[x] = w->cells[x].slices && w->cells[x].tid == v->tid;
	while (v->tid && left-- && at < to &&
	       trace_task_slices(w->m->trace, v->tid, at, to, &s, 1) == 1) {
		uint64_t begin = s.begin_ns > at ? s.begin_ns : at,
			 end = s.end_ns < to ? s.end_ns : to;

		if (s.cpu == w->cpu)
			for (x = (int)((begin - v->from_ns) / v->step_ns);
			     x < v->cols && cell_begin(v, x) < end; x++)
				w->mine[x] = true;
		/* what is in the rest of the cell on this CPU is in sight already */
		at = s.end_ns > at ? s.end_ns : at + 1;
	}
}

static void draw_slices(struct row *w, int y)
{
	const struct timeline *v = w->v;
	int x, n;

	trace_cells(w->m->trace, w->cpu, v->from_ns, v->step_ns, (size_t)v->cols, w->cells);
	find_mine(w);
	for (x = 0; x < v->cols; x += n) {
		const struct trace_cell *cell = &w->cells[x];

		draw_cell(w, y, x);
		n = 1;
		if (!cell->slices || cell->tid <= 0)
			continue;
		/* the same slice on and on */
		while (x + n < v->cols && w->cells[x + n].slices == 1 &&
		       w->cells[x + n].tid == cell->tid)
			n++;
		if (n >= 5)
			draw_name(w, y, x, n);
		else
			n = 1;
	}
}

/* The signs of what was told on this CPU in a cell: a loss before a migration before a wake-up. */
static void draw_marks(struct row *w, int y)
{
	static const char *const signs = " ^>!";
	const struct timeline *v = w->v;
	uint64_t n = trace_mark_find(w->m->trace, w->cpu, v->from_ns), next;
	int x, i, worst;

	for (x = 0; x < v->cols; x++, n = next) {
		struct trace_record r;
		bool mine = false;

		next = trace_mark_find(w->m->trace, w->cpu, cell_begin(v, x + 1));
		for (worst = 0, i = 0; i < MARKS_LOOKED && n + (uint64_t)i < next; i++) {
			int kind;

			if (!trace_mark_at(w->m->trace, w->cpu, n + (uint64_t)i, &r))
				break;
			kind = r.type == TRACE_LOST ? 3 : r.type == TRACE_MIGRATE ? 2 : 1;
			worst = kind > worst ? kind : worst;
			mine = mine || (v->tid && r.tid == v->tid);
		}
		if (worst)
			put(w, y, x,
			    worst == 3 ? ROLE_FAIL
			    : mine     ? ROLE_RUNNING
			    : v->tid   ? ROLE_DIM
				       : ROLE_WAITING,
			    (uint32_t)signs[worst], mine);
	}
}

/* The node and LLC stand where they begin. */
static void draw_label(struct row *w, int y, bool first)
{
	struct timeline_place p = timeline_place(w->m, w->cpu);
	struct timeline_place b = timeline_place(w->m, w->cpu ? w->cpu - 1 : 0);
	bool cursor = w->cpu == w->v->row;

	if (p.known && (first || !w->cpu || p.llc != b.llc))
		canvas_printf(w->c, w->r, y, 0, 4, ROLE_DIM, "%u/%u", p.node, p.llc);
	canvas_printf(w->c, w->r, y, 4, 4, cursor ? ROLE_CURSOR : ROLE_NORMAL, "%3u", w->cpu);
}

static void mark_cursor(struct timeline *v, struct canvas *c, struct rect r, int y)
{
	int x;

	if (cell_of(v, v->at_ns ? v->at_ns : 1, &x) && TIMELINE_LABEL + x < r.cols)
		c->cells[(size_t)(r.row + y) * (size_t)c->cols +
			 (size_t)(r.col + TIMELINE_LABEL + x)]
			.reverse = true;
}

/* How many rows a CPU has: its marks stand below each where there is room, else below the
 * cursor's. */
static int rows_of(bool all, unsigned cpu, const struct timeline *v)
{
	return all || cpu == v->row ? 2 : 1;
}

void timeline_draw_cpus(struct timeline *v, const struct model *m, struct canvas *c, struct rect r)
{
	unsigned n = timeline_cpus(m), cpu;
	int fit = r.rows - 2, y = 2;
	bool all = (int)n * 2 <= fit;
	struct row w = {.v = v, .m = m, .c = c, .r = r};

	v->draws++;
	timeline_fit(v, m, r.cols - TIMELINE_LABEL);
	draw_times(v, c, r, 0);
	canvas_text(c, r, 1, 0, TIMELINE_LABEL, ROLE_DIM, "N/L CPU");
	draw_ops(v, m, c, r, 1);
	v->rows = fit > 1 ? fit - 1 : 1;
	if (v->row < v->top)
		v->top = v->row;
	if (v->row >= v->top + (unsigned)v->rows)
		v->top = v->row - (unsigned)v->rows + 1;
	if (v->top && v->top + (unsigned)v->rows > n)
		v->top = n > (unsigned)v->rows ? n - (unsigned)v->rows : 0;
	w.cells = xcalloc((size_t)v->cols, sizeof(*w.cells));
	w.mine = xcalloc((size_t)v->cols, sizeof(*w.mine));
	for (cpu = v->top; cpu < n && y + rows_of(all, cpu, v) <= r.rows; cpu++) {
		w.cpu = cpu;
		draw_label(&w, y, cpu == v->top);
		draw_slices(&w, y);
		if (cpu == v->row)
			mark_cursor(v, c, r, y);
		y++;
		if (rows_of(all, cpu, v) == 2)
			draw_marks(&w, y++);
	}
	free(w.cells);
	free(w.mine);
}
