/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * describe - see describe.h. Invariant: a line says what was seen, or that nothing was.
 */
#include "ops/describe.h"

#include "base/text.h"
#include "ops/figures.h"
#include "ops/model_metric.h"
#include "ops/model_wait.h"

#include <inttypes.h>
#include <string.h>

enum { OUTPUT_LINES = 8 }; /* in the opened line: it has to fit beside the rest on a low screen */

static void add_at(struct buf *out, const char *what, uint64_t ns)
{
	if (ns)
		buf_addf(out, "%s at %.3fs\n", what, (double)ns / 1e9);
}

void describe_metrics(const struct model_group *g, struct buf *out)
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
void describe_output(const struct model *m, const struct model_group *g, struct buf *out)
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

/* Anything else that an op starts is executed. */
static bool of_workers(const struct model *m, const struct model_group *g)
{
	size_t i;

	for (i = 0; i < m->nops; i++)
		if (m->ops[i].seq == g->seq)
			return m->ops[i].op && op_arg(m->ops[i].op, WARG_WORK);
	return false;
}

/* Where it waits, and what preceded. */
static void add_wait(const struct model *m, uint32_t task, struct buf *out)
{
	const struct model_op *before;
	struct model_wait w;
	char waited[32];

	if (!model_wait_of(m, task, &w))
		return;
	text_format_time(waited, sizeof(waited), w.wait_ns);
	buf_addf(out, "waits for %s%s, held ", w.exact ? "" : "at least ", waited);
	model_wait_where(m, &w, out);
	buf_adds(out, w.kind == WAIT_LOST ? ": LOST, on no queue\n" : "\n");
	before = model_op_before(m, w.since_ns);
	if (before)
		buf_addf(out, "the op before it began to wait: %s\n", before->text);
}

static void add_verdicts(const struct model *m, const struct sample_task *t, struct buf *out)
{
	uint64_t want;

	if (model_task_outside(m, t))
		buf_addf(out, "! runs on CPU %d, which it may not use\n", (int)t->cpu);
	if (model_class_differs(m, t, &want))
		buf_addf(out, "! class %s runs it, its policy asks for %s\n",
			 model_class_name(t->sclass), model_class_name(want));
}

void describe_task(const struct model *m, uint32_t index, struct buf *out)
{
	const struct sample_task *t = &m->tasks[index];
	const struct model_cgroup *in = model_cgroup_by_id(m, t->cgroup_id);
	const struct model_group *g;
	const struct model_task *task = model_task_of(m, t->pid, &g);
	char name[96];

	model_task_name(m, t->pid, t->comm, name, sizeof(name));
	buf_addf(out, "%s[%d] %s, thread %d, CPU %d, now in %s\n", name, (int)t->pid, t->comm,
		 (int)t->tid, (int)t->cpu, in ? in->path : "a cgroup without a name");
	add_wait(m, index, out);
	add_verdicts(m, t, out);
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
		 task->exec_cgroup  ? task->exec_cgroup
		 : of_workers(m, g) ? "- (workers do not exec)"
				    : "- (nothing was seen)");
	describe_metrics(g, out);
	describe_output(m, g, out);
	if (!task->report)
		return;
	buf_addf(out, "reported at %.3fs:\n", (double)task->report_ns / 1e9);
	figures_describe(task->report, out);
}

void describe_cgroup(const struct model *m, uint32_t cgroup, struct buf *out)
{
	const struct model_cgroup *g = &m->cgroups[cgroup];
	const struct model_promise *p = &g->promise;
	double use;

	buf_addf(out, "%s, id %" PRIu64 ", %u tasks directly in it, %s\n", g->path, g->id, p->tasks,
		 g->ours ? "made by an op" : "not made by an op");
	if (model_cgroup_use(m, cgroup, &use))
		buf_addf(out, "uses %.0f%% of one CPU\n", use);
	if (g->now_ns && g->now.throttled != SAMPLE_ABSENT)
		buf_addf(out, "throttled %" PRIu64 " times\n", g->now.throttled);
	if (p->weight_why)
		buf_addf(out, "cpu.weight %s: %s\n", promise_word(p->weight), p->weight_why);
	if (p->max_why)
		buf_addf(out, "cpu.max %s: %s\n", promise_word(p->max), p->max_why);
	if (p->weight_why && p->promised >= 0)
		buf_addf(out, "promised %.0f%%, got %.0f%% of one CPU in the last window\n",
			 p->promised, p->got);
}

bool describe_placed(const struct model *m, const struct model_group *g, const struct model_task *t,
		     struct buf *out)
{
	const char *in;

	if (!g || !t || !t->wanted)
		return false;
	in = model_below_root(m, t->wanted);
	buf_adds(out, "expect placed ");
	words_quote(out, g->name);
	buf_adds(out, " in=");
	words_quote(out, !strcmp(in, "/") ? in : in + (*in == '/'));
	return true;
}
