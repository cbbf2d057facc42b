/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sheet_session - the tables of what was asked and said: ops, steps, the log. Pure. Invariant: their order is that of the session.
 */
#include "ops/sheet.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define FIGURE(name)                                                                               \
	static void name(const struct sheet *s, const struct sheet_row *r,                         \
			 const struct sheet_column *c, struct sheet_value *v)

#define SESSION "the session"

/* ---- ops --------------------------------------------------------------------------------- */

static const struct model_op *op_of(const struct sheet *s, const struct sheet_row *r)
{
	return &s->model->ops[r->index];
}

FIGURE(op_seq)
{
	sheet_set(v, op_of(s, r)->seq);
}

FIGURE(op_step)
{
	sheet_set(v, op_of(s, r)->step);
}

FIGURE(op_text)
{
	sheet_set_text(v, op_of(s, r)->text);
}

FIGURE(op_state)
{
	static const char *const states[] = {[OPS_QUEUED] = "queued",
					     [OPS_RUNNING] = "running",
					     [OPS_DONE] = "done",
					     [OPS_FAILED] = "failed"};

	sheet_set_text(v, states[op_of(s, r)->state]);
	v->mark = op_of(s, r)->state == OPS_FAILED ? SHEET_FAIL : SHEET_PLAIN;
}

FIGURE(op_verdict)
{
	enum verdict verdict = op_of(s, r)->verdict;

	if (verdict == VERDICT_NONE)
		return;
	sheet_set_text(v, verdict_name(verdict));
	v->mark = verdict == VERDICT_PASS   ? SHEET_OK
		  : verdict == VERDICT_FAIL ? SHEET_FAIL
					    : SHEET_WARN;
}

FIGURE(op_why)
{
	sheet_set_text(v, op_of(s, r)->verdict_text ? op_of(s, r)->verdict_text : op_of(s, r)->note);
}

FIGURE(op_accepted)
{
	sheet_set_moment(v, op_of(s, r)->accepted_ns);
}

FIGURE(op_begin)
{
	sheet_set_moment(v, op_of(s, r)->begin_ns);
}

FIGURE(op_end)
{
	sheet_set_moment(v, op_of(s, r)->end_ns);
}

FIGURE(op_took)
{
	const struct model_op *op = op_of(s, r);

	if (op->begin_ns && op->end_ns >= op->begin_ns)
		sheet_set(v, op->end_ns - op->begin_ns);
}

static void build_ops(struct sheet *s)
{
	size_t i;

	for (i = 0; i < s->model->nops; i++)
		sheet_offer(s, (struct sheet_row){.index = (uint32_t)i, .id = s->model->ops[i].seq});
	sheet_sort(s, 0);
}

static const struct sheet_column op_columns[] = {
	{"op", "OP", SHEET_TEXT, 12, 60, 0, .left = true, .value = op_text,
	 .says = "what was asked, as a line", .from = SESSION},
	{"seq", "SEQ", SHEET_COUNT, 4, 0, 1, .value = op_seq,
	 .says = "its number: [ and ] on the screens, --at op:N", .from = SESSION},
	{"step", "STEP", SHEET_COUNT, 4, 0, 2, .value = op_step,
	 .says = "the step it belongs to; 0 = the backdrop", .from = SESSION},
	{"state", "STATE", SHEET_TEXT, 7, 0, 3, .left = true, .value = op_state,
	 .says = "queued, running, done, failed", .from = SESSION},
	{"verdict", "VERDICT", SHEET_TEXT, 12, 0, 4, .left = true, .value = op_verdict,
	 .says = "of an expectation", .from = SESSION},
	{"why", "SAID", SHEET_TEXT, 12, 60, 5, .left = true, .value = op_why,
	 .says = "what the guest or the verdict said of it", .from = SESSION},
	{"accepted_at", "ACCEPTED", SHEET_MOMENT, 10, 0, 6, .value = op_accepted,
	 .says = "when it was written down", .from = SESSION},
	{"begin_at", "BEGIN", SHEET_MOMENT, 10, 0, 7, .value = op_begin,
	 .says = "when the guest began it; blank = not yet", .from = SESSION},
	{"end_at", "END", SHEET_MOMENT, 10, 0, 8, .value = op_end,
	 .says = "when it ended; blank = not yet", .from = SESSION},
	{"took_ns", "TOOK", SHEET_NS, 8, 0, 9, .value = op_took,
	 .says = "from its begin to its end", .from = SESSION},
};

const struct sheet_def sheet_ops = {
	.name = "ops",
	.summary = "a row is an op that was accepted, with what came of it",
	.empty = "nothing was asked yet",
	.columns = op_columns,
	.ncolumns = ARRAY_SIZE(op_columns),
	.build = build_ops,
};

/* ---- steps ------------------------------------------------------------------------------- */

static const struct model_step *step_of(const struct sheet *s, const struct sheet_row *r)
{
	return &s->model->steps[r->index];
}

FIGURE(step_label)
{
	v->is = SHEET_KNOWN;
	if (!r->index)
		sheet_set_text(v, "backdrop");
	else
		sheet_set_text(v, step_of(s, r)->label);
}

FIGURE(step_number)
{
	sheet_set(v, r->index);
}

FIGURE(step_begin)
{
	sheet_set_moment(v, step_of(s, r)->begin_ns);
}

FIGURE(step_end)
{
	sheet_set_moment(v, step_of(s, r)->end_ns);
}

/* at: 0 = all of its ops, else those that failed or were judged so. */
FIGURE(step_ops)
{
	const struct model *m = s->model;
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < m->nops; i++)
		n += m->ops[i].step == r->index &&
		     (!c->at || m->ops[i].state == OPS_FAILED || m->ops[i].verdict == VERDICT_FAIL);
	sheet_set(v, n);
	v->mark = c->at && n ? SHEET_FAIL : SHEET_PLAIN;
}

static void build_steps(struct sheet *s)
{
	sheet_offer_rows(s, s->model->nsteps);
}

static const struct sheet_column step_columns[] = {
	{"label", "STEP", SHEET_TEXT, 12, 60, 0, .left = true, .value = step_label,
	 .says = "what the step is called", .from = SESSION},
	{"step", "N", SHEET_COUNT, 3, 0, 1, .value = step_number,
	 .says = "its number: --at step:N; 0 = the backdrop", .from = SESSION},
	{"begin_at", "BEGIN", SHEET_MOMENT, 10, 0, 2, .value = step_begin, .says = "when it began",
	 .from = SESSION},
	{"end_at", "END", SHEET_MOMENT, 10, 0, 3, .value = step_end,
	 .says = "when it ended; blank = it has not", .from = SESSION},
	{"ops", "OPS", SHEET_COUNT, 4, 0, 4, .value = step_ops, .says = "how many ops it has",
	 .from = SESSION},
	{"failed", "FAILED", SHEET_COUNT, 6, 0, 5, .value = step_ops, .at = 1,
	 .says = "how many of them failed, or were judged so", .from = SESSION},
};

const struct sheet_def sheet_steps = {
	.name = "steps",
	.summary = "a row is a step, the first is the backdrop",
	.empty = "no step",
	.columns = step_columns,
	.ncolumns = ARRAY_SIZE(step_columns),
	.build = build_steps,
};

/* ---- log --------------------------------------------------------------------------------- */

static const struct model_line *line_of(const struct sheet *s, const struct sheet_row *r)
{
	return model_line(s->model, r->index);
}

FIGURE(log_text)
{
	v->is = SHEET_KNOWN;
	sheet_set_text(v, line_of(s, r)->text);
}

FIGURE(log_kind)
{
	sheet_set_text(v, log_kind_name(line_of(s, r)->kind));
}

FIGURE(log_mark)
{
	static const char *const marks[] = {
		[MARK_OK] = "ok", [MARK_WARN] = "warn", [MARK_FAIL] = "fail"};

	if (line_of(s, r)->mark != MARK_NONE)
		sheet_set_text(v, marks[line_of(s, r)->mark]);
}

FIGURE(log_at)
{
	sheet_set(v, line_of(s, r)->t_ns);
}

FIGURE(log_seq)
{
	if (line_of(s, r)->seq)
		sheet_set(v, line_of(s, r)->seq);
}

static void build_log(struct sheet *s)
{
	size_t i;

	for (i = 0; i < s->model->nlog; i++)
		sheet_offer(s,
		    (struct sheet_row){.index = (uint32_t)i, .id = model_line(s->model, i)->n + 1});
	sheet_sort(s, 0);
}

static const char *const log_wanted[] = {"at", "kind", "mark", "seq", "text", NULL};

static const struct sheet_column log_columns[] = {
	{"text", "LINE", SHEET_TEXT, 12, 120, 0, .left = true, .value = log_text,
	 .says = "what was said", .from = "its source"},
	{"at", "AT", SHEET_MOMENT, 10, 0, 1, .value = log_at,
	 .says = "when, on the guest's one clock", .from = "its source"},
	{"kind", "SOURCE", SHEET_TEXT, 6, 0, 2, .left = true, .value = log_kind,
	 .says = "op, event, output of a payload, kernel, agent, host, trace (bpf_printk)",
	 .from = SESSION},
	{"mark", "MARK", SHEET_TEXT, 4, 0, 3, .left = true, .value = log_mark,
	 .says = "ok, warn, fail; blank = none", .from = SESSION},
	{"seq", "OP", SHEET_COUNT, 4, 0, 4, .value = log_seq, .says = "the op it belongs to",
	 .from = SESSION},
};

const struct sheet_def sheet_log = {
	.name = "log",
	.summary = "a row is a line of the log, the newest 20000",
	.empty = "nothing was said",
	.columns = log_columns,
	.ncolumns = ARRAY_SIZE(log_columns),
	.wanted = log_wanted,
	.build = build_log,
};
