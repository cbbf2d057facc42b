/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_metric - see model_metric.h. Part of the model's only writer.
 */
#include "ops/model_metric.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "ops/figures.h"
#include "ops/model.h"

#include <stdlib.h>
#include <string.h>

#define NOTES_MAX       20000
#define NOTES_BYTES_MAX (64u << 20)

struct noted_report {
	uint64_t index, when_ns;
	struct work_report report;
};

struct model_note {
	uint64_t seq;
	char *group;
	struct metric *metrics;
	size_t nmetrics;
	struct noted_report *reports;
	size_t nreports;
};

/* ---- writing ---- */

void model_metric_output(struct model *m, struct model_group *g, const struct event *ev)
{
	const struct model_op *made = model_op(m, g->seq);
	const struct op_val *argv = made && made->op ? op_arg(made->op, WARG_ARGV) : NULL;
	unsigned stream = (unsigned)ev->stream - 1;

	if (!g->metrics)
		g->metrics = metrics_create(argv ? argv->list : NULL);
	metrics_feed(g->metrics, stream, ev->data, ev->data_len, ev->t_ns);
	/* the agent counts what it could not send behind what it sent */
	if (ev->count > g->output_missing[stream])
		metrics_gap(g->metrics, stream);
	g->output_missing[stream] = ev->count;
}

void model_metric_ended(struct model_group *g, uint64_t t_ns)
{
	if (g->metrics)
		metrics_flush(g->metrics, t_ns);
}

static struct model_note *find(const struct model *m, uint64_t seq, const char *group)
{
	size_t i = m->nnotes;

	while (seq && i--)
		if (m->notes[i].seq == seq && !strcmp(m->notes[i].group, group))
			return &m->notes[i];
	return NULL;
}

static void drop(struct model *m, struct model_note *n)
{
	m->notes_bytes -= n->nmetrics * sizeof(*n->metrics) + n->nreports * sizeof(*n->reports);
	free(n->metrics);
	free(n->reports);
	free(n->group);
	*n = (struct model_note){.seq = 0};
}

static struct model_note *make(struct model *m, uint64_t seq, const char *group)
{
	struct model_note *n = find(m, seq, group);

	if (n)
		drop(m, n);
	else if (m->nnotes >= NOTES_MAX)
		return NULL;
	else {
		m->notes = xreallocarray(m->notes, m->nnotes + 1, sizeof(*m->notes));
		n = &m->notes[m->nnotes++];
	}
	*n = (struct model_note){.seq = seq, .group = xstrdup(group)};
	return n;
}

static void note_reports(struct model_note *n, const struct model_group *g)
{
	size_t i;

	n->reports = xcalloc(g->ntasks, sizeof(*n->reports));
	for (i = 0; i < g->ntasks; i++)
		if (g->tasks[i].report)
			n->reports[n->nreports++] =
				(struct noted_report){.index = g->tasks[i].index,
						      .when_ns = g->tasks[i].report_ns,
						      .report = *g->tasks[i].report};
}

void model_metric_note(struct model *m, const struct model_op *op)
{
	const struct op_val *name = op->op ? op_arg(op->op, WARG_NAME) : NULL;
	const struct model_group *g = name ? model_group(m, name->str) : NULL;
	size_t bytes;
	struct model_note *n;

	if (!g || !(op->op->def->flags & OPF_NOTES))
		return;
	bytes = metrics_count(g->metrics) * sizeof(struct metric) +
		(g->payload ? 0 : g->ntasks * sizeof(struct noted_report));
	if (bytes > NOTES_BYTES_MAX - m->notes_bytes || !(n = make(m, op->seq, g->name)))
		return;
	if (!g->payload && g->ntasks)
		note_reports(n, g);
	n->nmetrics = metrics_count(g->metrics);
	if (n->nmetrics) {
		n->metrics = xcalloc(n->nmetrics, sizeof(*n->metrics));
		memcpy(n->metrics, metrics_at(g->metrics, 0), n->nmetrics * sizeof(*n->metrics));
	}
	m->notes_bytes += n->nmetrics * sizeof(*n->metrics) + n->nreports * sizeof(*n->reports);
}

void model_metric_finish(struct model *m)
{
	size_t i;

	for (i = 0; i < m->nnotes; i++)
		drop(m, &m->notes[i]);
	free(m->notes);
}

/* ---- reading ---- */

/* The reports of a group's workers; frees with free(). */
static const struct work_report **reports_of(const struct model_group *g, size_t *n,
					     uint64_t *when_ns)
{
	const struct work_report **v = xcalloc(g->ntasks + 1, sizeof(*v));
	size_t i;

	*n = 0;
	*when_ns = 0;
	for (i = 0; i < g->ntasks; i++) {
		if (!g->tasks[i].report)
			continue;
		v[(*n)++] = g->tasks[i].report;
		if (g->tasks[i].report_ns > *when_ns)
			*when_ns = g->tasks[i].report_ns;
	}
	return v;
}

/* The i-th figure that any of them has measured. */
static const struct figure *figure_metric_at(const struct work_report *const *reports, size_t n,
					     size_t i, struct metric *out)
{
	const struct figure *f;
	size_t at;

	for (at = 0; (f = figure_at(at)); at++)
		if (figure_metric(f, reports, n, out) && !i--)
			return f;
	return NULL;
}

bool model_group_metric_at(const struct model_group *g, size_t i, struct metric *out)
{
	const struct metric *printed = metrics_at(g->metrics, i);
	cleanup_free const struct work_report **reports = NULL;
	uint64_t when;
	size_t n;
	bool found;

	if (printed) {
		*out = *printed;
		return printed->samples > 0;
	}
	if (g->payload)
		return false;
	reports = reports_of(g, &n, &when);
	found = figure_metric_at(reports, n, i - metrics_count(g->metrics), out);
	out->when_ns = when;
	return found;
}

double *model_group_samples_at(const struct model_group *g, size_t i, size_t *n)
{
	cleanup_free const struct work_report **reports = NULL;
	const struct figure *f = NULL;
	struct metric unused;
	const double *raw;
	size_t nreports, k;
	uint64_t when;
	double *out;

	if (i < metrics_count(g->metrics)) {
		raw = metrics_raw(g->metrics, i, n);
		out = xcalloc(*n + 1, sizeof(*out));
		if (*n)
			memcpy(out, raw, *n * sizeof(*out));
		return out;
	}
	*n = 0;
	reports = reports_of(g, &nreports, &when);
	out = xcalloc(nreports + 1, sizeof(*out));
	if (!g->payload)
		f = figure_metric_at(reports, nreports, i - metrics_count(g->metrics), &unused);
	for (k = 0; f && k < nreports; k++)
		if (f->of(reports[k]) != REPORT_ABSENT)
			out[(*n)++] = (double)f->of(reports[k]);
	return out;
}

bool model_metric_at(const struct model *m, const char *group, size_t i, struct metric *out)
{
	const struct model_group *g = model_group(m, group);

	return g && model_group_metric_at(g, i, out);
}

bool model_metric(const struct model *m, const char *group, const char *name, struct metric *out)
{
	const struct model_group *g = model_group(m, group);
	const struct metric *printed = g ? metrics_find(g->metrics, name) : NULL;
	const struct figure *f = g && !g->payload ? figure_find(name) : NULL;
	cleanup_free const struct work_report **reports = NULL;
	uint64_t when;
	size_t n;

	if (printed) {
		*out = *printed;
		return true;
	}
	if (!f)
		return false;
	reports = reports_of(g, &n, &when);
	if (!figure_metric(f, reports, n, out))
		return false;
	out->when_ns = when;
	return true;
}

bool model_has_note(const struct model *m, uint64_t seq, const char *group)
{
	return find(m, seq, group) != NULL;
}

bool model_noted_metric(const struct model *m, uint64_t seq, const char *group, const char *name,
			struct metric *out)
{
	const struct model_note *n = find(m, seq, group);
	const struct figure *f = figure_find(name);
	cleanup_free const struct work_report **reports = NULL;
	uint64_t when = 0;
	size_t i;

	for (i = 0; n && i < n->nmetrics; i++) {
		if (strcmp(n->metrics[i].name, name))
			continue;
		*out = n->metrics[i];
		return true;
	}
	if (!n || !f)
		return false;
	reports = xcalloc(n->nreports + 1, sizeof(*reports));
	for (i = 0; i < n->nreports; i++) {
		reports[i] = &n->reports[i].report;
		if (n->reports[i].when_ns > when)
			when = n->reports[i].when_ns;
	}
	if (!figure_metric(f, reports, n->nreports, out))
		return false;
	out->when_ns = when;
	return true;
}

const struct work_report *model_noted_report(const struct model *m, uint64_t seq, const char *group,
					     uint64_t index, uint64_t *when_ns)
{
	const struct model_note *n = find(m, seq, group);
	size_t i;

	for (i = 0; n && i < n->nreports; i++) {
		if (n->reports[i].index != index)
			continue;
		*when_ns = n->reports[i].when_ns;
		return &n->reports[i].report;
	}
	return NULL;
}

uint64_t model_note_seq(const struct model *m, const char *group, size_t nth)
{
	size_t i;

	for (i = 0; i < m->nops; i++) {
		const struct op *op = m->ops[i].op;
		const struct op_val *v =
			op && (op->def->flags & OPF_NOTES) ? op_arg(op, WARG_NAME) : NULL;

		if (v && !strcmp(v->str, group) && !nth--)
			return m->ops[i].seq;
	}
	return 0;
}
