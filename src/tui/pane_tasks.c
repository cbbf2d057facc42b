/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pane_tasks - the placement truth: the cgroup tree with the tasks in it, where each runs, how long
 * it ran and waited, and whether it was placed before its first instruction.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/model_metric.h"
#include "tui/rows.h"
#include "tui/screen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NUMBER_COLUMNS 40

struct columns {
	int comm, rest; /* start columns; comm < 0: not shown */
	int number;	/* where a payload's number stands; 0: nowhere */
	bool cpu, run, wait, shares;
};

static bool has_numbers(const struct model *m)
{
	size_t i;

	for (i = 0; i < m->ngroups; i++)
		if (metrics_count(m->groups[i].metrics))
			return true;
	return false;
}

/* What goes first as it gets narrower: command, shares, run time, wait time, CPU; name, state and
 * mark stay. */
static struct columns layout(const struct model *m, int cols)
{
	struct columns k = {.comm = -1,
			    .cpu = cols >= 30,
			    .run = cols >= 52,
			    .wait = cols >= 38,
			    .shares = cols >= 64};
	int need = 8 + (k.cpu ? 4 : 0) + (k.run ? 9 : 0) + (k.wait ? 9 : 0) + (k.shares ? 12 : 0) +
		   (cols >= 52 ? 8 : 0);

	k.rest = cols - need;
	if (cols >= 150 && has_numbers(m)) {
		k.rest -= NUMBER_COLUMNS;
		k.number = cols - NUMBER_COLUMNS;
	}
	if (cols >= 100)
		k.comm = k.rest - 17;
	if (k.rest < 8)
		k.rest = 8;
	return k;
}

static const char *state_word(char state, enum role *role)
{
	*role = ROLE_NORMAL;
	switch (state) {
	case 'R':
		*role = ROLE_RUNNING;
		return "R";
	case 'r':
		*role = ROLE_WAITING;
		return "r";
	case 'D':
		*role = ROLE_WARN;
		return "D";
	case 'T':
	case 't':
		return "T";
	case 'S':
		*role = ROLE_DIM;
		return "S";
	case 'Z':
	case 'X':
		*role = ROLE_DIM;
		return "Z";
	}
	*role = ROLE_DIM;
	return "I";
}

static void head(struct canvas *c, struct rect r, const struct columns *k)
{
	canvas_text(c, r, 1, 0, k->rest, ROLE_DIM, "CGROUP / TASK");
	if (k->comm > 0)
		canvas_text(c, r, 1, k->comm, 16, ROLE_DIM, "COMMAND");
	if (k->number)
		canvas_text(c, r, 1, k->number, -1, ROLE_DIM, "NUMBER");
	canvas_printf(c, r, 1, k->rest, -1, ROLE_DIM, " S%s%s%s%s  PLACED", k->cpu ? " CPU" : "",
		      k->run ? "      RUN" : "", k->wait ? "     WAIT" : "",
		      k->shares ? "  RUN% WAIT%" : "");
}

static void cgroup_row(const struct model *m, const struct row *row, struct canvas *c,
		       struct rect r, int y, const struct columns *k)
{
	const struct model_cgroup *g = row->index == ROW_NONE ? NULL : &m->cgroups[row->index];
	char text[300], use[32] = "-";
	double share;
	int at;

	if (g)
		snprintf(text, sizeof(text), "%*s%s", row->depth * 2, "",
			 row->depth && strrchr(g->path, '/') ? strrchr(g->path, '/') : g->path);
	else
		snprintf(text, sizeof(text), "cgroup #%" PRIu64 " (name not known)",
			 row->cgroup_id);
	at = canvas_text(c, r, y, 0, k->rest - 1, ROLE_CGROUP, text);
	canvas_printf(c, r, y, at + 1, k->rest - at - 1, ROLE_DIM, "%u task%s", row->tasks,
		      row->tasks == 1 ? "" : "s");
	if (g && model_cgroup_use(m, row->index, &share))
		snprintf(use, sizeof(use), "%.0f%%", share);
	canvas_printf(c, r, y, k->rest, -1, ROLE_DIM, k->run ? "       use %s" : " %s", use);
	if (g && g->now.throttled != SAMPLE_ABSENT && g->now.throttled)
		canvas_printf(c, r, y, k->rest + 20, -1, ROLE_WARN, "throttled %" PRIu64 "x",
			      g->now.throttled);
}

static void placed_mark(const struct model *m, const struct sample_task *t, struct canvas *c,
			struct rect r, int y, int x)
{
	const struct model_group *g;
	const struct model_task *task = rows_group_task(m, t->pid, &g);

	if (t->pid == m->shell_pid)
		canvas_text(c, r, y, x, -1, ROLE_WARN, "shell");
	else if (!task || !task->wanted)
		canvas_text(c, r, y, x, -1, ROLE_DIM, "-");
	else if (task->placed && (!task->exec_cgroup || !strcmp(task->exec_cgroup, task->wanted)))
		canvas_text(c, r, y, x, -1, ROLE_OK, task->exec_cgroup ? "+ok exec" : "+ok");
	else
		canvas_text(c, r, y, x, -1, ROLE_FAIL, "X MISPLACED");
}

/* The number of a payload that came last; one that is known to be good or bad before others. */
static void number(const struct model *m, const struct sample_task *t, struct canvas *c,
		   struct rect r, int y, int x)
{
	const struct model_group *g;
	const struct model_task *task = rows_group_task(m, t->pid, &g);
	const struct metric *best = NULL, *v;
	char text[48];
	size_t i;

	for (i = 0; task && t->tid == t->pid && (v = metrics_at(g->metrics, i)); i++)
		if (!best || (v->better != BETTER_UNKNOWN) > (best->better != BETTER_UNKNOWN) ||
		    (!v->better == !best->better && v->when_ns > best->when_ns))
			best = v;
	if (!best)
		return;
	metric_format(best->unit, best->value, text, sizeof(text));
	canvas_printf(c, r, y, x, -1, ROLE_NORMAL, "%s %s", best->name, text);
}

static void task_row(const struct model *m, const struct row *row, struct canvas *c, struct rect r,
		     int y, const struct columns *k)
{
	const struct sample_task *t = &m->tasks[row->index];
	char name[96], run[24], wait[24], share[24] = "     -     -", text[140];
	double run_share, wait_share;
	enum role role;
	const char *state = state_word(t->state, &role);
	int x;

	model_task_name(m, t->pid, t->comm, name, sizeof(name));
	if (t->tid == t->pid)
		snprintf(text, sizeof(text), "%*s%s[%d]", row->depth * 2, "", name, t->pid);
	else
		snprintf(text, sizeof(text), "%*s%s[%d/%d]", row->depth * 2, "", name, t->pid,
			 t->tid);
	text_format_time(run, sizeof(run), t->run_ns);
	text_format_time(wait, sizeof(wait), t->wait_ns);
	if (model_task_share(m, row->index, &run_share, &wait_share)) {
		if (wait_share >= 0)
			snprintf(share, sizeof(share), " %5.0f %5.0f", run_share, wait_share);
		else
			snprintf(share, sizeof(share), " %5.0f     -", run_share);
	}
	canvas_text(c, r, y, 0, (k->comm > 0 ? k->comm : k->rest) - 1, ROLE_NORMAL, text);
	if (k->comm > 0)
		canvas_text(c, r, y, k->comm, 16, ROLE_DIM, t->comm);
	canvas_text(c, r, y, k->rest + 1, 1, role, state);
	x = k->rest + 2;
	if (k->cpu)
		x += canvas_printf(c, r, y, x, -1, ROLE_NORMAL, " %3d", t->cpu);
	if (k->run)
		x += canvas_printf(c, r, y, x, -1, ROLE_NORMAL, " %8s",
				   t->run_ns == SAMPLE_ABSENT ? "-" : run);
	if (k->wait)
		x += canvas_printf(c, r, y, x, -1, ROLE_NORMAL, " %8s",
				   t->wait_ns == SAMPLE_ABSENT ? "-" : wait);
	if (k->shares)
		x += canvas_text(c, r, y, x, -1, ROLE_NORMAL, share);
	placed_mark(m, t, c, r, y, x + 2);
	if (k->number)
		number(m, t, c, r, y, k->number);
}

void pane_tasks(const struct model *m, struct tui_state *st, struct canvas *c, struct rect r)
{
	cleanup_free struct row *rows = xcalloc(ROWS_MAX, sizeof(*rows));
	struct list *l = &st->lists[PANE_TASKS];
	bool focused = st->focus == PANE_TASKS;
	struct columns k = layout(m, r.cols);
	size_t n = rows_build(m, st->filter, rows);
	/* where every row counts there are no titles */
	int top = r.rows > 3 ? 2 : 0, i;
	char title[200];

	snprintf(title, sizeof(title), "TASKS %zu%s%s%s", m->ntasks,
		 *st->filter ? "  filter: " : "", st->filter, st->frozen ? "  FROZEN" : "");
	if (top) {
		canvas_rule(c, r, 0, title, focused);
		head(c, r, &k);
	}
	list_fit(l, (int)n, r.rows - top);
	for (i = 0; i < r.rows - top && l->top + i < l->count; i++) {
		const struct row *row = &rows[l->top + i];

		if (row->is_cgroup)
			cgroup_row(m, row, c, r, i + top, &k);
		else
			task_row(m, row, c, r, i + top, &k);
		if (focused && l->top + i == l->sel)
			canvas_mark_row(c, r, i + top, ROLE_CURSOR);
	}
	if (!n && r.rows > 2)
		canvas_text(
			c, r, 2, 0, -1, ROLE_DIM,
			"no cgroup and no task yet: press a to add a cgroup, r to run something");
}
