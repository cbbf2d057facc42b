/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * expectation - see expectation.h: the lines that more than one kind of row has.
 */
#include "ops/expectation.h"

#include "base/cleanup.h"
#include "ops/check.h"
#include "ops/checks.h"
#include "ops/describe.h"
#include "ops/model_kernel.h"
#include "ops/model_metric.h"
#include "ops/model_tasks.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Two digits that a person can read, not less than the value. */
static double round_up(double v)
{
	double unit = v > 0 ? pow(10, floor(log10(v)) - 1) : 1;

	return ceil(v / unit - 1e-9) * unit;
}

static double round_down(double v)
{
	double unit = v > 0 ? pow(10, floor(log10(v)) - 1) : 1;

	return floor(v / unit + 1e-9) * unit;
}

/* A quarter beyond what was seen, or the check's own where that is wider already. */
static bool limit_of(const struct check_def *def, double seen, double *limit)
{
	if (def->at_least) {
		*limit = round_down(seen * 3 / 4);
		return def->limit == CHECK_NO_LIMIT || *limit < def->limit;
	}
	*limit = round_up(seen * 5 / 4);
	return def->limit == CHECK_NO_LIMIT || *limit > def->limit;
}

bool expectation_check(const struct model *m, const char *check, const struct model_group *g,
		       struct buf *out)
{
	const struct check_def *def = check_def_find(check);
	cleanup_buf struct buf why = BUF_INIT;
	struct check_seen seen;
	char text[48];
	double limit;
	bool known;

	if (!def || def->of_group != !!g || (def->sched_only && !model_sched_now(m)) ||
	    (g && g->payload))
		return false;
	known = check_measure(m, CHECK_AT_END, def, g ? g->name : NULL, 0, &seen, &why) == VERDICT_PASS;
	if (!known && def->limit == CHECK_NO_LIMIT)
		return false;
	buf_addf(out, "expect check %s", def->name);
	if (g) {
		buf_addc(out, ' ');
		words_quote(out, g->name);
	}
	if (known && limit_of(def, seen.value, &limit)) {
		metric_write(def->unit, limit, text, sizeof(text));
		buf_addf(out, " limit=%s", text);
	}
	return true;
}

bool expectation_counter(const struct model *m, const char *counter, struct buf *out)
{
	const struct check_def *def;
	size_t i;

	for (i = 0; (def = check_def_at(i)); i++)
		if (def->counter && !strcmp(def->counter, counter))
			return expectation_check(m, def->name, NULL, out);
	return false;
}

bool expectation_grown(const struct model *m, const struct model_group *g, const char *figure,
		       struct buf *out)
{
	struct metric metric;
	char text[48];

	if (g->payload || !model_metric(m, g->name, figure, &metric))
		return false;
	metric_write(metric.unit, metric.value, text, sizeof(text));
	buf_adds(out, "expect metric ");
	words_quote(out, g->name);
	buf_addf(out, " %s >= %s tol=10%%", figure, text);
	return true;
}

bool expectation_number(const char *group, const struct metric *number, struct buf *out)
{
	static const char *const compare[] = {"==", "<=", ">="};
	char value[48];

	metric_write(number->unit, number->value, value, sizeof(value));
	buf_adds(out, "expect metric ");
	words_quote(out, group);
	buf_addf(out, " %s %s %s tol=10%%", number->name, compare[number->better], value);
	return true;
}

/* What all of its tasks in the sample have run; false when one is not told. */
static bool run_of(const struct model *m, const struct model_group *g, uint64_t *ns)
{
	const struct model_group *in;
	bool any = false;
	size_t i;

	*ns = 0;
	for (i = 0; i < m->ntasks; i++) {
		if (!model_task_of(m, m->tasks[i].pid, &in) || in != g)
			continue;
		if (m->tasks[i].run_ns == SAMPLE_ABSENT)
			return false;
		*ns += m->tasks[i].run_ns;
		any = true;
	}
	return any && *ns;
}

bool expectation_share(const struct model *m, const struct model_group *g, struct buf *out)
{
	const struct model_group *other = NULL;
	cleanup_buf struct buf pair = BUF_INIT;
	uint64_t mine, most = 0, run;
	size_t i;

	for (i = 0; i < m->ngroups; i++)
		if (&m->groups[i] != g && strcmp(m->groups[i].name, g->name) &&
		    run_of(m, &m->groups[i], &run) && run > most) {
			most = run;
			other = &m->groups[i];
		}
	if (!other || !run_of(m, g, &mine) || (double)mine / (double)most < 0.001)
		return false;
	buf_addf(&pair, "%s/%s", g->name, other->name);
	buf_adds(out, "expect share ");
	words_quote(out, buf_text(&pair));
	buf_addf(out, " == %.3g tol=10%%", (double)mine / (double)most);
	return true;
}

/* ---- ops --------------------------------------------------------------------------------- */

static bool of_file(const struct model *m, uint64_t seq, const char *path, struct buf *out)
{
	enum { TEXT_MAX = 200 }; /* what is longer is no line to read */
	size_t i, k, len;

	for (i = m->nfiles; i--;) {
		const struct model_file *f = &m->files[i];
		cleanup_free char *text = NULL;

		if (f->seq != seq || f->error || f->cut || f->data.len > TEXT_MAX)
			continue;
		len = f->data.len;
		while (len && strchr(" \t\n", f->data.data[len - 1]))
			len--;
		for (k = 0; k < len; k++)
			if ((unsigned char)f->data.data[k] < ' ' || f->data.data[k] == 0x7f)
				return false;
		text = len ? strndup(f->data.data, len) : NULL;
		buf_adds(out, "expect file ");
		words_quote(out, path);
		buf_adds(out, " == ");
		words_quote(out, text ? text : "");
		return true;
	}
	return false;
}

static bool of_kernel(const struct model *m, uint64_t seq, const char *what, struct buf *out)
{
	const struct model_kernel *k = model_kernel_of(m, seq);

	if (!k || !*k->text)
		return false;
	buf_adds(out, "expect kernel ");
	words_quote(out, what);
	buf_adds(out, " == ");
	words_quote(out, k->text);
	return true;
}

static bool of_tasks(const struct model *m, uint64_t seq, const char *target, struct buf *out)
{
	const struct model_tasks *t = model_tasks_of(m, seq);

	if (!t)
		return false;
	buf_adds(out, "expect tasks ");
	words_quote(out, target);
	buf_addf(out, " == %" PRIu64, t->threads);
	return true;
}

/* So many as the sample has in it now. */
static bool of_cgroup(const struct model *m, const char *name, struct buf *out)
{
	cleanup_buf struct buf target = BUF_INIT;
	const char *path;
	size_t i;

	for (i = 0; i < m->ncgroups; i++) {
		path = model_below_root(m, m->cgroups[i].path);
		if (m->cgroups[i].gone || path == m->cgroups[i].path || strcmp(path + 1, name))
			continue;
		buf_addf(&target, "@%s", name);
		buf_adds(out, "expect tasks ");
		words_quote(out, buf_text(&target));
		buf_addf(out, " == %u", m->cgroups[i].promise.tasks);
		return true;
	}
	return false;
}

static bool of_sched(const struct model *m, struct buf *out)
{
	const struct model_sched *s = model_sched_now(m);

	buf_adds(out, "expect sched == ");
	words_quote(out, s ? s->name : "none");
	return true;
}

/* After `report`: that each of them has done something, if that is so. */
static bool of_report(const struct model_group *g, struct buf *out)
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

static const char *arg(const struct model_op *op, uint8_t wire)
{
	const struct op_val *v = op_arg(op->op, wire);

	return v && v->str ? v->str : "";
}

bool expectation_of_op(const struct model *m, const struct model_op *op, struct buf *out)
{
	const struct model_group *g;
	const struct model_task *t;

	if (!op->op || op->state == OPS_FAILED)
		return false;
	switch (op->op->def->id) {
	case OP_READ_FILE:
		return of_file(m, op->seq, arg(op, WARG_PATH), out);
	case OP_KERNEL_READ:
		return of_kernel(m, op->seq, arg(op, WARG_PLACE), out);
	case OP_TASKS:
		return of_tasks(m, op->seq, arg(op, WARG_TARGET), out);
	case OP_CGROUP_ADD:
		return of_cgroup(m, arg(op, WARG_CGROUP), out);
	case OP_SCHED_LOAD:
	case OP_SCHED_REPLACE:
	case OP_SCHED_UNLOAD:
		return of_sched(m, out);
	default:
		break;
	}
	g = *arg(op, WARG_NAME) ? model_group(m, arg(op, WARG_NAME)) : NULL;
	t = g && g->ntasks ? &g->tasks[0] : NULL;
	if (!t)
		return false;
	if (op->op->def->id == OP_REPORT)
		return of_report(g, out);
	if (!g->payload || !t->exited)
		return describe_placed(m, g, t, out);
	buf_adds(out, "expect exit ");
	words_quote(out, g->name);
	buf_addf(out, " == %" PRId64, t->signal ? 128 + (int64_t)t->signal : t->code);
	return true;
}
