/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * item - rows of lists in words. Pure. Invariant: an expectation it writes is true of what the
 * model holds, so that it passes when it is entered at once.
 */
#include "tui/item.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/figures.h"
#include "ops/model_metric.h"
#include "tui/screen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { OUTPUT_LINES = 8 }; /* in the opened line: it has to fit beside the rest on a low screen */

/* In the order of groups and of what they said first. */
static void add_numbers(struct item_list *l, const char *filter)
{
	struct metric metric;
	size_t g, i;

	for (g = 0; g < l->model->ngroups; g++)
		for (i = 0; model_group_metric_at(&l->model->groups[g], i, &metric) &&
			    l->n < ROWS_MAX;
		     i++) {
			if (*filter && !strstr(metric.name, filter) &&
			    !strstr(l->model->groups[g].name, filter))
				continue;
			l->numbers = xreallocarray(l->numbers, l->n + 1, sizeof(*l->numbers));
			l->numbers[l->n++] = (struct number_row){.group = g, .metric = metric};
		}
}

void item_list_init(struct item_list *l, const struct model *m, const struct tui_state *st,
		    enum pane pane)
{
	*l = (struct item_list){.model = m, .pane = pane};
	switch (pane) {
	case PANE_LOG:
	case PANE_LOG_FULL:
		l->lines = log_rows(m, st, pane, &l->n);
		break;
	case PANE_STEPS:
	case PANE_TEST:
		l->n = m->nops;
		break;
	case PANE_TASKS:
		l->rows = xcalloc(ROWS_MAX, sizeof(*l->rows));
		l->n = rows_build(m, st->filter, l->rows);
		break;
	case PANE_NUMBERS:
		add_numbers(l, st->filter);
		break;
	case PANE_SCHED:
	case PANE_POST:
		l->facts.filter = st->filter;
		(pane == PANE_POST ? facts_post : facts_sched)(m, &l->facts);
		l->n = l->facts.n;
		break;
	case PANE_CPUS:
		l->n = m->ncpus;
		break;
	default:
		break;
	}
}

void item_list_finish(struct item_list *l)
{
	free(l->lines);
	free(l->rows);
	free(l->numbers);
	facts_finish(&l->facts);
}

static void add_task_name(const struct model *m, const struct sample_task *t, struct buf *out)
{
	char name[96];

	model_task_name(m, t->pid, t->comm, name, sizeof(name));
	buf_addf(out, "%s[%d] %s", name, (int)t->pid, t->comm);
}

static void add_cgroup_name(const struct model *m, const struct row *row, struct buf *out)
{
	if (row->index != ROW_NONE)
		buf_adds(out, m->cgroups[row->index].path);
	else
		buf_addf(out, "cgroup #%" PRIu64, row->cgroup_id);
}

void item_text(const struct item_list *l, size_t i, struct buf *out)
{
	const struct model *m = l->model;
	const struct model_cgroup *g;

	if (i >= l->n)
		return;
	if (l->lines) {
		buf_adds(out, model_line(m, l->lines[i])->text);
	} else if (l->rows) {
		if (l->rows[i].is_cgroup)
			add_cgroup_name(m, &l->rows[i], out);
		else
			add_task_name(m, &m->tasks[l->rows[i].index], out);
	} else if (l->numbers) {
		buf_addf(out, "%s %s", m->groups[l->numbers[i].group].name,
			 l->numbers[i].metric.name);
	} else if (l->facts.n) {
		buf_adds(out, l->facts.rows[i].text);
	} else if (l->pane == PANE_CPUS) {
		g = model_cgroup_by_id(m, m->cpus[i].now.cgroup_id);
		buf_addf(out, "CPU %u %s %s", m->cpus[i].now.cpu, m->cpus[i].now.comm,
			 g ? g->path : "");
	} else {
		buf_adds(out, m->ops[i].text);
	}
}

/* ---- the opened line ---------------------------------------------------------------------- */

static void add_at(struct buf *out, const char *what, uint64_t ns)
{
	if (ns)
		buf_addf(out, "%s at %.3fs\n", what, (double)ns / 1e9);
}

static void add_metrics(const struct model_group *g, struct buf *out)
{
	struct metric metric;
	size_t i;

	if (g->payload && model_group_metric_at(g, 0, &metric))
		buf_adds(out, "printed:\n");
	for (i = 0; g->payload && model_group_metric_at(g, i, &metric); i++) {
		buf_addf(out, "%-24s ", metric.name);
		metric_describe(&metric, out);
		buf_addc(out, '\n');
	}
}

/* What a program has written last, errors among it, as the log has it. */
static void add_output(const struct model *m, const struct model_group *g, struct buf *out)
{
	size_t at[OUTPUT_LINES], n = 0, head = strlen(g->name), i;

	for (i = m->nlog; i && n < OUTPUT_LINES; i--) {
		const struct model_line *line = model_line(m, i - 1);

		if (line->kind == LOG_OUTPUT && line->seq == g->seq &&
		    !strncmp(line->text, g->name, head) && strchr(":!", line->text[head]))
			at[n++] = i - 1;
	}
	if (n)
		buf_adds(out, n < OUTPUT_LINES ? "wrote:\n" : "wrote last (5 shows all of it):\n");
	while (n--)
		buf_addf(out, "%s\n", model_line(m, at[n])->text + head);
}

static void describe_number(const struct model *m, const struct number_row *n, struct buf *out)
{
	const struct model_group *g = &m->groups[n->group];
	char exact[48];

	metric_write(n->metric.unit, n->metric.value, exact, sizeof(exact));
	buf_addf(out, "%s of '%s': %s\n", n->metric.name, g->name, exact);
	metric_describe(&n->metric, out);
	buf_addf(out, "\n%s at %.3fs\n",
		 g->payload ? "printed" : "reported by its workers, all together,",
		 (double)n->metric.when_ns / 1e9);
	if (metrics_lost(g->metrics))
		buf_addf(out, "%" PRIu64 " other numbers found no room\n", metrics_lost(g->metrics));
}

static void describe_op(const struct model *m, const struct model_op *op, struct buf *out)
{
	static const char *const states[] = {[OPS_QUEUED] = "queued",
					     [OPS_RUNNING] = "running",
					     [OPS_DONE] = "done",
					     [OPS_FAILED] = "failed"};
	size_t i;

	buf_addf(out, "%s\n%s%s%s\n", op->text, states[op->state], op->note ? ": " : "",
		 op->note ? op->note : "");
	if (op->verdict != VERDICT_NONE)
		buf_addf(out, "%s%s%s\n", verdict_name(op->verdict), op->verdict_text ? ": " : "",
			 op->verdict_text ? op->verdict_text : "");
	add_at(out, "accepted", op->accepted_ns);
	add_at(out, "begun", op->begin_ns);
	add_at(out, "ended", op->end_ns);
	for (i = 0; i < m->ngroups; i++) {
		if (m->groups[i].seq != op->seq)
			continue;
		add_metrics(&m->groups[i], out);
		add_output(m, &m->groups[i], out);
	}
}

/* Anything else that an op starts is executed. */
static bool of_workers(const struct model *m, const struct model_group *g)
{
	size_t i;

	for (i = 0; i < m->nops; i++)
		if (m->ops[i].seq == g->seq)
			return m->ops[i].op && op_arg(m->ops[i].op, WARG_WORK);
	return false;
}

static void describe_task(const struct model *m, const struct sample_task *t, struct buf *out)
{
	const struct model_cgroup *in = model_cgroup_by_id(m, t->cgroup_id);
	const struct model_group *g;
	const struct model_task *task = rows_group_task(m, t->pid, &g);

	add_task_name(m, t, out);
	buf_addf(out, ", thread %d, CPU %d, now in %s\n", (int)t->tid, (int)t->cpu,
		 in ? in->path : "a cgroup without a name");
	if (!task) {
		buf_adds(out, "started by no op\n");
		return;
	}
	if (task->wanted)
		buf_addf(out, "asked for: %s\n", task->wanted);
	if (task->line)
		buf_addf(out, "read from /proc/PID/cgroup %s its first instruction: '%s'\n",
			 task->held ? "before" : "AFTER", task->line);
	add_at(out, "placed", task->placed_ns);
	buf_addf(out, "seen by the probe at exec in: %s\n",
		 task->exec_cgroup ? task->exec_cgroup
		 : of_workers(m, g) ? "- (workers do not exec)"
				    : "- (nothing was seen)");
	add_metrics(g, out);
	add_output(m, g, out);
	if (!task->report)
		return;
	buf_addf(out, "reported at %.3fs:\n", (double)task->report_ns / 1e9);
	figures_describe(task->report, out);
}

static void describe_cgroup(const struct model *m, const struct row *row, struct buf *out)
{
	const struct model_cgroup *g = row->index == ROW_NONE ? NULL : &m->cgroups[row->index];
	double use;

	add_cgroup_name(m, row, out);
	buf_addf(out, ", id %" PRIu64 ", %u tasks directly in it, %s\n", row->cgroup_id, row->tasks,
		 !g        ? "removed or never told of"
		 : g->ours ? "made by an op"
			   : "not made by an op");
	if (g && model_cgroup_use(m, row->index, &use))
		buf_addf(out, "uses %.0f%% of one CPU\n", use);
	if (g && g->now_ns && g->now.throttled != SAMPLE_ABSENT)
		buf_addf(out, "throttled %" PRIu64 " times\n", g->now.throttled);
}

void item_describe(const struct item_list *l, size_t i, struct buf *out)
{
	const struct model_line *line;

	if (i >= l->n)
		return;
	if (l->lines) {
		line = model_line(l->model, l->lines[i]);
		buf_addf(out, "%.6fs\n%s\n", (double)line->t_ns / 1e9, line->text);
	} else if (l->rows) {
		if (l->rows[i].is_cgroup)
			describe_cgroup(l->model, &l->rows[i], out);
		else
			describe_task(l->model, &l->model->tasks[l->rows[i].index], out);
	} else if (l->numbers) {
		describe_number(l->model, &l->numbers[i], out);
	} else if (l->facts.n) {
		facts_describe(l->model, &l->facts.rows[i], out);
	} else if (l->pane == PANE_CPUS) {
		item_text(l, i, out);
	} else {
		describe_op(l->model, &l->model->ops[i], out);
	}
}

int64_t item_tid(const struct item_list *l, size_t i)
{
	if (!l->rows || i >= l->n || l->rows[i].is_cgroup)
		return 0;
	return l->model->tasks[l->rows[i].index].tid;
}

/* ---- expectations -------------------------------------------------------------------------- */

static bool expect_placed(const struct model *m, const struct model_group *g,
			  const struct model_task *t, struct buf *out)
{
	const char *in;

	if (!g || !t || !t->wanted)
		return false;
	in = below_root(m, t->wanted);
	buf_adds(out, "expect placed ");
	words_quote(out, g->name);
	buf_adds(out, " in=");
	words_quote(out, !strcmp(in, "/") ? in : in + (*in == '/'));
	return true;
}

/* After `report`: that each of them has done something, if that is so. */
static bool expect_report(const struct model_group *g, struct buf *out)
{
	size_t i;

	for (i = 0; i < g->ntasks; i++)
		if (!g->tasks[i].report || !g->tasks[i].report->units ||
		    g->tasks[i].report->units == REPORT_ABSENT)
			return false;
	buf_adds(out, "expect report ");
	words_quote(out, g->name);
	buf_adds(out, " work-units > 0");
	return true;
}

static bool expect_op(const struct model *m, const struct model_op *op, struct buf *out)
{
	const struct op_val *name = op->op ? op_arg(op->op, WARG_NAME) : NULL;
	const struct model_group *g = name ? model_group(m, name->str) : NULL;
	const struct model_task *t = g && g->ntasks ? &g->tasks[0] : NULL;

	if (!t)
		return false;
	if (op->op->def->id == OP_REPORT)
		return expect_report(g, out);
	if (!g->payload || !t->exited)
		return expect_placed(m, g, t, out);
	buf_adds(out, "expect exit ");
	words_quote(out, g->name);
	buf_addf(out, " == %" PRId64, t->signal ? 128 + (int64_t)t->signal : t->code);
	return true;
}

/* "probe: text" as the log writes it; only text that the raw output holds byte for byte can be
 * expected. */
static bool expect_output(const struct model *m, const struct model_line *line, struct buf *out)
{
	const struct model_group *g;
	size_t i, head;

	for (i = m->ngroups; line->kind == LOG_OUTPUT && i--;) {
		g = &m->groups[i];
		head = strlen(g->name);
		if (g->seq != line->seq || strncmp(line->text, g->name, head) ||
		    strlen(line->text) <= head + 2)
			continue;
		head += 2;
		if (!memmem(buf_text(&g->output[0]), g->output[0].len, line->text + head,
			    strlen(line->text + head)) &&
		    !memmem(buf_text(&g->output[1]), g->output[1].len, line->text + head,
			    strlen(line->text + head)))
			return false;
		buf_adds(out, "expect output ");
		words_quote(out, g->name);
		buf_adds(out, " contains ");
		words_quote(out, line->text + head);
		return true;
	}
	return false;
}

/* No worse than now, by a tenth; where nobody knows what is worse, about as now. */
static bool expect_metric(const struct model *m, const struct number_row *n, struct buf *out)
{
	static const char *const compare[] = {"==", "<=", ">="};
	char value[48];

	metric_write(n->metric.unit, n->metric.value, value, sizeof(value));
	buf_adds(out, "expect metric ");
	words_quote(out, m->groups[n->group].name);
	buf_addf(out, " %s %s %s tol=10%%", n->metric.name, compare[n->metric.better], value);
	return true;
}

bool item_expectation(const struct item_list *l, size_t i, struct buf *out)
{
	const struct model_group *g;
	const struct model_task *t;

	if (i >= l->n || l->pane == PANE_CPUS)
		return false;
	if (l->facts.n)
		return facts_expectation(l->model, &l->facts.rows[i], out);
	if (l->numbers)
		return expect_metric(l->model, &l->numbers[i], out);
	if (l->lines)
		return expect_output(l->model, model_line(l->model, l->lines[i]), out);
	if (!l->rows)
		return expect_op(l->model, &l->model->ops[i], out);
	if (l->rows[i].is_cgroup)
		return false;
	t = rows_group_task(l->model, l->model->tasks[l->rows[i].index].pid, &g);
	return expect_placed(l->model, g, t, out);
}
