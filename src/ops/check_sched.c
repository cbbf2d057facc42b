/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_sched - judges schedulers: which one is in force, how one ended, and whether a scenario
 * was about the one it names. Invariant: as in check.c, a pass needs a positive finding.
 */
#include "guest/wire_sched.h"
#include "ops/check.h"
#include "ops/schedulers.h"

#include <inttypes.h>
#include <string.h>

static double seconds(uint64_t ns)
{
	return (double)ns / 1e9;
}

static void add_exit(const struct model *m, const struct model_sched *s, struct buf *why)
{
	const struct model_op *before = model_op(m, s->before_seq);

	buf_addf(why, "'%s' ended at %.3fs: %s", s->name, seconds(s->ended_ns),
		 sched_exit_kind_name(s->kind));
	if (*s->reason)
		buf_addf(why, " (%s)", s->reason);
	if (*s->message)
		buf_addf(why, ": %s", s->message);
	if (before)
		buf_addf(why, "; the op before: %s", before->text);
}

enum verdict check_sched(const struct model *m, const char *name, struct buf *why)
{
	const struct model_sched *s = model_sched_now(m);

	if (!strcmp(name, "none")) {
		if (s)
			buf_addf(why, "expected no scheduler, '%s' is in force since %.3fs",
				 s->name, seconds(s->enabled_ns));
		else
			buf_adds(why, "no sched_ext scheduler is in force");
		return s ? VERDICT_FAIL : VERDICT_PASS;
	}
	if (s && scheduler_same_name(s->name, name)) {
		buf_addf(why, "'%s' is in force since %.3fs", s->name, seconds(s->enabled_ns));
		return VERDICT_PASS;
	}
	buf_addf(why, "expected '%s', ", name);
	if (s)
		buf_addf(why, "'%s' is in force", s->name);
	else if (m->nscheds)
		add_exit(m, &m->scheds[m->nscheds - 1], why);
	else
		buf_adds(why, "no sched_ext scheduler ever was in force");
	return VERDICT_FAIL;
}

enum verdict check_sched_exit(const struct model *m, const char *kind, struct buf *why)
{
	const struct model_sched *s = m->nscheds ? &m->scheds[m->nscheds - 1] : NULL;

	if (!s) {
		buf_addf(why, "expected '%s', no sched_ext scheduler ever was in force", kind);
		return VERDICT_FAIL;
	}
	if (!s->ended) {
		buf_addf(why,
			 "expected '%s', '%s' is still in force after %.3fs; give it more with "
			 "within=",
			 kind, s->name,
			 seconds(m->now_ns > s->enabled_ns ? m->now_ns - s->enabled_ns : 0));
		return VERDICT_FAIL;
	}
	if (!strcmp(sched_exit_kind_name(s->kind), kind)) {
		add_exit(m, s, why);
		return VERDICT_PASS;
	}
	buf_addf(why, "expected '%s', ", kind);
	add_exit(m, s, why);
	return s->kind ? VERDICT_FAIL : VERDICT_INCONCLUSIVE;
}

static bool has_id(const struct model_op *op, enum wire_op_id id)
{
	return op->op && op->op->def->id == id;
}

/* An eject ended it, or an expectation that came afterwards was about it and held. */
static bool was_expected(const struct model *m, size_t at)
{
	const struct model_sched *s = &m->scheds[at];
	uint64_t next_ns = at + 1 < m->nscheds ? m->scheds[at + 1].enabled_ns : UINT64_MAX;
	size_t i;

	if (s->kind == 64) /* SCX_EXIT_UNREG: taken back */
		return true;
	for (i = 0; i < m->nops; i++) {
		const struct model_op *op = &m->ops[i];

		if (has_id(op, OP_SCHED_EJECT) && op->state == OPS_DONE &&
		    op->begin_ns <= s->ended_ns && s->ended_ns <= op->end_ns)
			return true;
		if (has_id(op, OP_EXPECT_SCHED_EXIT) && op->verdict == VERDICT_PASS &&
		    op->end_ns >= s->ended_ns && op->begin_ns < next_ns)
			return true;
	}
	return false;
}

/* Did what this op names come into force? */
static bool came(const struct model *m, const struct model_op *op, struct buf *why)
{
	const struct op_val *asked = op_arg(op->op, WARG_SCHED);
	const struct model_sched *s = NULL;
	size_t i;

	for (i = 0; i < m->nscheds && !s; i++)
		if (m->scheds[i].seq == op->seq)
			s = &m->scheds[i];
	if (!s) {
		buf_addf(why, "%s'%s': no scheduler came into force%s%s", why->len ? "\n" : "",
			 op->text, op->note && *op->note ? ": " : "", op->note ? op->note : "");
		return false;
	}
	/* what a file's scheduler is called is only in the file */
	if (!asked || !scheduler_find(asked->str) || scheduler_same_name(s->name, asked->str))
		return true;
	buf_addf(why, "%s'%s': '%s' was in force instead", why->len ? "\n" : "", op->text, s->name);
	return false;
}

enum verdict check_sched_session(const struct model *m, struct buf *why)
{
	bool named = false, held = true;
	size_t i;

	for (i = 0; i < m->nops; i++) {
		const struct model_op *op = &m->ops[i];

		if (!has_id(op, OP_SCHED_LOAD) && !has_id(op, OP_SCHED_REPLACE) &&
		    !has_id(op, OP_SCHED_RESTART))
			continue;
		named = true;
		/* what never ran is inconclusive, which is said elsewhere */
		if (op->state == OPS_DONE || op->state == OPS_FAILED)
			held &= came(m, op, why);
	}
	for (i = 0; named && i < m->nscheds; i++) {
		if (!m->scheds[i].ended || !m->scheds[i].seq || was_expected(m, i))
			continue;
		buf_addf(why, "%sthe scheduler was not the one that ran to the end: ",
			 why->len ? "\n" : "");
		add_exit(m, &m->scheds[i], why);
		held = false;
	}
	if (!named)
		return VERDICT_SKIP;
	return held ? VERDICT_PASS : VERDICT_FAIL;
}
