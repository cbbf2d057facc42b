/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export_md - a bug report in Markdown: environment, ops, what was seen, how to replay.
 * Invariant: foreign text stands in code spans and fences it cannot close.
 */
#include "ops/check.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "ops/export_md_private.h"
#include "ops/export_text.h"
#include "ops/metric_report.h"

#include <inttypes.h>
#include <string.h>

#define OUTPUT_SHOWN 4096

static const char *or_unknown(const char *s)
{
	return s && *s ? s : "unknown";
}

/* `text` as a code span: as many backquotes around as it takes. */
void export_md_code(struct buf *out, const char *text)
{
	char safe[2048];
	size_t run = 0, longest = 0, i;

	text_sanitise(safe, sizeof(safe), text, strlen(text));
	for (i = 0; safe[i]; i++) {
		run = safe[i] == '`' ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	for (i = 0; i <= longest; i++)
		buf_addc(out, '`');
	buf_addf(out, longest || !*safe ? " %s " : "%s", safe);
	for (i = 0; i <= longest; i++)
		buf_addc(out, '`');
}

/* Lines of a fence, indented instead of fenced: nothing in them can end it. */
void export_md_block(struct buf *out, const char *data, size_t len)
{
	size_t at = 0;

	buf_addc(out, '\n');
	while (at < len) {
		const char *nl = memchr(data + at, '\n', len - at);
		size_t n = nl ? (size_t)(nl - data) - at : len - at;
		char line[1024];

		text_sanitise(line, sizeof(line), data + at, n);
		buf_addf(out, "    %s\n", line);
		at += n + 1;
	}
	buf_addc(out, '\n');
}

static void row(struct buf *out, const char *what, const char *value)
{
	buf_addf(out, "- %s: ", what);
	export_md_code(out, or_unknown(value));
	buf_addc(out, '\n');
}

static void environment(struct buf *out, const struct export_input *in)
{
	const struct session_info *info = in->info;
	char memory[32], number[12];

	snprintf(number, sizeof(number), "%u", in->model->shells);
	buf_adds(out, "## Environment\n\n");
	row(out, "kernel", info->kernel);
	row(out, "topology", info->topology);
	snprintf(memory, sizeof(memory), "%u MiB", info->memory_mib);
	row(out, "memory", memory);
	row(out, "accelerator", info->accel);
	row(out, "workload root", info->workload_root);
	if (info->append && *info->append)
		row(out, "more kernel arguments", info->append);
	if (in->model->fault)
		row(out, "fault switch in force", in->model->fault);
	if (in->model->shells)
		row(out, "shells that a person had in it (not replayed)", number);
	row(out, "recorded with scxplore", info->version);
	row(out, "recorded at", info->created);
}

static void ops(struct buf *out, const struct model *m)
{
	static const char *const states[] = {"never begun", "never finished", "done", "FAILED"};
	size_t i;

	buf_adds(out, "\n## What was done\n\n");
	for (i = 0; i < m->nops; i++) {
		const struct model_op *op = &m->ops[i];

		buf_addf(out, "%zu. ", i + 1);
		export_md_code(out, op->text);
		buf_addf(out, " at %.3fs", (double)op->begin_ns / 1e9);
		if (op->state != OPS_DONE || (op->note && *op->note && op->state == OPS_FAILED)) {
			buf_addf(out, ": %s", states[op->state]);
			if (op->note && *op->note) {
				buf_addc(out, ' ');
				export_md_code(out, op->note);
			}
		}
		buf_addc(out, '\n');
	}
}

static void verdicts(struct buf *out, const struct model *m)
{
	size_t i, n = 0;

	for (i = 0; i < m->nops; i++) {
		const struct model_op *op = &m->ops[i];

		if (!op->op || !(op->op->def->flags & OPF_EXPECT))
			continue;
		buf_addf(out, "%s- %s: ", n++ ? "" : "\n### Expectations\n\n",
			 verdict_name(op->verdict));
		export_md_code(out, op->text);
		if (op->verdict_text) {
			buf_adds(out, ": ");
			export_md_code(out, op->verdict_text);
		}
		buf_addc(out, '\n');
	}
}

static void task(struct buf *out, const struct model_group *g, const struct model_task *t)
{
	buf_addf(out, "- %s.%" PRIu64 " (pid %" PRId64 ") %s ", g->name, t->index, t->pid,
		 t->placed ? "was in"
			   : "was NOT where it belongs before its first instruction; read");
	export_md_code(out, or_unknown(t->placed ? t->wanted : t->line));
	if (t->placed)
		buf_adds(out, " before its first instruction");
	if (t->exited && t->signal)
		buf_addf(out, ", ended by signal %" PRIu64 "%s", t->signal,
			 t->killed_by_session ? " (the session)" : "");
	else if (t->exited)
		buf_addf(out, ", exited with %" PRId64, t->code);
	buf_adds(out, t->exited ? "" : ", still running at the end");
	buf_addc(out, '\n');
}

static void output(struct buf *out, const struct model_group *g)
{
	static const char *const streams[] = {"stdout", "stderr"};
	int i;

	for (i = 0; i < 2; i++) {
		size_t len = g->output[i].len, shown = len < OUTPUT_SHOWN ? len : OUTPUT_SHOWN;

		if (!len)
			continue;
		buf_addf(out, "\n%s of %s, %zu bytes%s:\n", streams[i], g->name, len,
			 shown < len ? ", the first 4096" : "");
		export_md_block(out, g->output[i].data, shown);
	}
}

static void groups(struct buf *out, const struct model *m)
{
	size_t i, j;

	if (m->ngroups)
		buf_adds(out, "\n### Tasks\n\n");
	for (i = 0; i < m->ngroups; i++)
		for (j = 0; j < m->groups[i].ntasks; j++)
			task(out, &m->groups[i], &m->groups[i].tasks[j]);
	for (i = 0; i < m->ngroups; i++)
		output(out, &m->groups[i]);
}

static void files(struct buf *out, const struct model *m)
{
	size_t i;

	for (i = 0; i < m->nfiles; i++) {
		const struct model_file *f = &m->files[i];
		size_t len = f->data.len < OUTPUT_SHOWN ? f->data.len : OUTPUT_SHOWN;

		buf_addf(out, "%s- ", i ? "" : "\n### Files\n\n");
		export_md_code(out, f->path);
		buf_adds(out, f->error ? " could not be read\n" : ":\n");
		if (!f->error)
			export_md_block(out, buf_text(&f->data), len);
	}
}

/* What a person must not overlook: marks of the log. */
static void alarms(struct buf *out, const struct model *m)
{
	size_t i, n = 0;

	for (i = 0; i < m->nlog; i++) {
		const struct model_line *l = model_line(m, i);

		if ((l->mark != MARK_WARN && l->mark != MARK_FAIL) || l->kind == LOG_OP ||
		    l->kind == LOG_OUTPUT)
			continue;
		buf_addf(out, "%s- %.3fs ", n++ ? "" : "\n### Out of the ordinary\n\n",
			 (double)l->t_ns / 1e9);
		export_md_code(out, l->text);
		buf_addc(out, '\n');
	}
}

static void option(struct buf *out, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	buf_addf(out, " --%s ", name);
	export_sh_word(out, value);
}

static void guest_options(struct buf *out, const struct session_info *info)
{
	char text[32];
	size_t i;

	option(out, "topology", info->topology);
	if (info->memory_mib)
		buf_addf(out, " --memory %u", info->memory_mib);
	option(out, "workload-root", info->workload_root);
	for (i = 0; info->include && info->include[i]; i++)
		option(out, "include", info->include[i]);
	text_format_duration(text, sizeof(text), info->watchdog_ns);
	option(out, "watchdog", info->watchdog_ns ? text : "");
	text_format_duration(text, sizeof(text), info->duration_ns);
	option(out, "duration", info->duration_ns ? text : "");
	option(out, "append", info->append);
	if (info->exact)
		buf_adds(out, " --exact");
	if (info->seed)
		buf_addf(out, " --seed %" PRIu64, info->seed);
}

static void replay(struct buf *out, const struct export_input *in)
{
	cleanup_buf struct buf lines = BUF_INIT;
	const struct op *op;
	size_t i;

	buf_adds(out, "\n## How to replay\n\nWith the session file: ");
	buf_adds(out, "`scxplore run SESSION`, here SESSION is ");
	export_md_code(out, or_unknown(in->session_name));
	buf_adds(out, ". Without it, the lines below are input for\n");
	buf_adds(&lines, "scxplore do");
	guest_options(&lines, in->info);
	export_md_block(out, buf_text(&lines), lines.len);
	buf_reset(&lines);
	for (i = 0; (op = scenario_at(in->scenario, i)); i++) {
		cleanup_free char *line = op_format(op);

		buf_addf(&lines, "%s\n", line);
	}
	export_md_block(out, buf_text(&lines), lines.len);
}

int export_md_write(const struct export_input *in, struct buf *out, struct err *err)
{
	cleanup_buf struct buf why = BUF_INIT;
	enum verdict v = check_session(in->model, &why);

	buf_adds(out, "# Scheduler session ");
	export_md_code(out, or_unknown(in->session_name));
	buf_addf(out, "\n\nVerdict: **%s**\n\n", verdict_name(v));
	if (why.len) {
		export_md_block(out, buf_text(&why), why.len);
		buf_addc(out, '\n');
	}
	environment(out, in);
	ops(out, in->model);
	buf_adds(out, "\n## What was seen\n");
	verdicts(out, in->model);
	metric_report_md(in->model, out);
	groups(out, in->model);
	files(out, in->model);
	alarms(out, in->model);
	export_md_post(in->model, out);
	replay(out, in);
	return 0;
}
