/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * item - rows of lists in words. Pure. Invariant: an expectation it writes is true of what the
 * model holds, so that it passes when it is entered at once.
 */
#include "tui/item.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/describe.h"
#include "ops/expectation.h"
#include "ops/model_metric.h"
#include "tui/screen.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* In the order of groups and of what they said first. */
static void add_numbers(struct item_list *l, const char *filter)
{
	struct metric metric;
	size_t g, i;

	for (g = 0; g < l->model->ngroups; g++)
		for (i = 0; model_group_metric_at(&l->model->groups[g], i, &metric) &&
			    l->n < NUMBERS_MAX;
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
	const struct list *list = &st->lists[pane];

	*l = (struct item_list){.model = m, .pane = pane, .column = -1};
	if (pane_sheet(pane)) {
		pane_sheet_build(&l->sheet, m, st, pane);
		l->n = l->sheet.n;
		if (list->column < list->norder)
			l->column = list->order[list->column];
		return;
	}
	switch (pane) {
	case PANE_LOG:
	case PANE_LOG_FULL:
		l->lines = log_rows(m, st, pane, &l->n);
		break;
	case PANE_STEPS:
	case PANE_TEST:
		l->n = m->nops;
		break;
	case PANE_NUMBERS:
		add_numbers(l, list->filter);
		break;
	case PANE_SCHED:
	case PANE_POST:
		l->facts.filter = list->filter;
		(pane == PANE_POST ? facts_post : facts_sched)(m, &l->facts);
		l->n = l->facts.n;
		break;
	default:
		break;
	}
}

void item_list_finish(struct item_list *l)
{
	free(l->lines);
	sheet_finish(&l->sheet);
	free(l->numbers);
	facts_finish(&l->facts);
}

void item_text(const struct item_list *l, size_t i, struct buf *out)
{
	const struct model *m = l->model;

	if (i >= l->n)
		return;
	if (l->sheet.def) {
		sheet_row_text(&l->sheet, &l->sheet.rows[i], out);
	} else if (l->lines) {
		buf_adds(out, model_line(m, l->lines[i])->text);
	} else if (l->numbers) {
		buf_addf(out, "%s %s", m->groups[l->numbers[i].group].name,
			 l->numbers[i].metric.name);
	} else if (l->facts.n) {
		buf_adds(out, l->facts.rows[i].text);
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
		describe_metrics(&m->groups[i], out);
		describe_output(m, &m->groups[i], out);
	}
}

void item_describe(const struct item_list *l, size_t i, struct buf *out)
{
	const struct model_line *line;

	if (i >= l->n)
		return;
	if (l->sheet.def) {
		sheet_describe(&l->sheet, &l->sheet.rows[i], out);
	} else if (l->lines) {
		line = model_line(l->model, l->lines[i]);
		buf_addf(out, "%.6fs\n%s\n", (double)line->t_ns / 1e9, line->text);
	} else if (l->numbers) {
		describe_number(l->model, &l->numbers[i], out);
	} else if (l->facts.n) {
		facts_describe(l->model, &l->facts.rows[i], out);
	} else {
		describe_op(l->model, &l->model->ops[i], out);
	}
}

uint64_t item_id(const struct item_list *l, size_t i)
{
	return l->sheet.def && i < l->n ? l->sheet.rows[i].id : 0;
}

int item_under_cursor(const struct item_list *l, const struct list *list)
{
	size_t i;

	for (i = 0; l->sheet.def && list->id && i < l->n; i++)
		if (l->sheet.rows[i].id == list->id)
			return (int)i;
	return list->sel >= 0 && (size_t)list->sel < l->n ? list->sel : -1;
}

/* ---- expectations -------------------------------------------------------------------------- */

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

bool item_expectation(const struct item_list *l, size_t i, struct buf *out)
{
	const struct sheet_def *def = l->sheet.def;

	if (i >= l->n)
		return false;
	if (def)
		return def->expect && def->expect(&l->sheet, &l->sheet.rows[i],
						  &def->columns[l->column < 0 ? 0 : l->column], out);
	if (l->facts.n)
		return facts_expectation(l->model, &l->facts.rows[i], out);
	if (l->numbers)
		return expectation_number(l->model->groups[l->numbers[i].group].name,
					  &l->numbers[i].metric, out);
	if (l->lines)
		return expect_output(l->model, model_line(l->model, l->lines[i]), out);
	return expectation_of_op(l->model, &l->model->ops[i], out);
}
