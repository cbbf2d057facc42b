/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check - verdicts over the model, each with a sentence that says what was expected and seen.
 * Invariant: a pass needs a positive finding; what was not seen is never a pass.
 */
#include "ops/check.h"
#include "ops/check_ledger.h"
#include "ops/check_private.h"
#include "ops/checks.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/model_kernel.h"
#include "ops/model_watch.h"
#include "ops/model_tasks.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define SHOWN_MAX 400 /* bytes of foreign text in a sentence */

const char *verdict_name(enum verdict v)
{
	static const char *const names[] = {"pass", "fail", "inconclusive", "skip", "none"};

	return names[v];
}

int verdict_exit_code(enum verdict v)
{
	return v == VERDICT_FAIL ? 1 : v == VERDICT_INCONCLUSIVE ? 2 : 0;
}

static void add_shown(struct buf *why, const char *data, size_t len)
{
	char safe[SHOWN_MAX];
	size_t n = text_sanitise(safe, sizeof(safe), data, len);

	buf_addf(why, "'%s'%s", safe, n + 1 >= sizeof(safe) ? "..." : "");
}

static void full_path(const struct model *m, const char *cgroup, struct buf *out)
{
	if (!strcmp(cgroup, "/"))
		buf_adds(out, "/");
	else
		buf_addf(out, "%s/%s", m->root ? m->root : "", cgroup);
}

const struct model_group *check_group_of(const struct model *m, const char *name, struct buf *why)
{
	const struct model_group *g = model_group(m, name);

	if (!g)
		buf_addf(why, "no group '%s' was ever started", name);
	else if (!g->ntasks)
		buf_addf(why, "'%s' has no task: it was not started", name);
	return g && g->ntasks ? g : NULL;
}

/* One task: the line read while it was held, and the probe's word at exec. */
static bool task_placed(const struct model_group *g, const struct model_task *t, const char *path,
			struct buf *why)
{
	cleanup_free char *want = xasprintf("0::%s", path);

	if (!t->line || strcmp(t->line, want)) {
		buf_addf(why, "expected '%s', read ", want);
		add_shown(why, t->line ? t->line : "", t->line ? strlen(t->line) : 0);
		buf_addf(why,
			 " (%s.%" PRIu64 "[%" PRId64 "] at %.3fs, before its first instruction)",
			 g->name, t->index, t->pid, check_seconds(t->placed_ns));
		return false;
	}
	if (!t->held) {
		buf_addf(why,
			 "%s.%" PRIu64 "[%" PRId64 "] was in '%s' only after it had been let go",
			 g->name, t->index, t->pid, path);
		return false;
	}
	if (t->exec_cgroup && strcmp(t->exec_cgroup, path)) {
		buf_addf(why, "expected '%s' at exec, the probe saw ", path);
		add_shown(why, t->exec_cgroup, strlen(t->exec_cgroup));
		buf_addf(why, " (%s.%" PRIu64 "[%" PRId64 "])", g->name, t->index, t->pid);
		return false;
	}
	return true;
}

/* Were all tasks started that were asked for, and did they begin to execute? */
bool check_all_started(const struct model *m, const struct model_group *g, struct buf *why)
{
	const struct model_op *made = model_op(m, g->seq);
	const struct op_val *count = made && made->op ? op_arg(made->op, WARG_COUNT) : NULL;
	uint64_t want = count ? (uint64_t)count->num : 1;

	if (made && made->state == OPS_FAILED) {
		buf_addf(why, "'%s' never executed its first instruction: %s", g->name,
			 made->note ? made->note : "it could not be started");
		return false;
	}
	if (g->ntasks < want) {
		buf_addf(why, "expected %" PRIu64 " tasks of '%s', seen %zu", want, g->name,
			 g->ntasks);
		return false;
	}
	return true;
}

enum verdict check_placed(const struct model *m, const char *name, const char *cgroup,
			  struct buf *why)
{
	const struct model_group *g = check_group_of(m, name, why);
	cleanup_buf struct buf path = BUF_INIT;
	size_t i, proven = 0;

	if (!g)
		return VERDICT_FAIL;
	full_path(m, cgroup, &path);
	for (i = 0; i < g->ntasks; i++) {
		if (!task_placed(g, &g->tasks[i], buf_text(&path), why))
			return VERDICT_FAIL;
		proven += g->tasks[i].exec_cgroup != NULL;
	}
	if (!check_all_started(m, g, why))
		return VERDICT_FAIL;
	buf_addf(why, "%zu task%s of '%s' read in '0::%s' before the first instruction", g->ntasks,
		 g->ntasks == 1 ? "" : "s", name, buf_text(&path));
	if (proven)
		buf_adds(why, ", and seen there by the probe at exec");
	return VERDICT_PASS;
}

static void add_end(struct buf *why, const struct model_group *g, const struct model_task *t)
{
	buf_addf(why, "%s.%" PRIu64 "[%" PRId64 "] ", g->name, t->index, t->pid);
	if (t->signal)
		buf_addf(why, "was ended by signal %" PRIu64 "%s", t->signal,
			 t->killed_by_session ? " (the session killed it)" : "");
	else
		buf_addf(why, "exited with %" PRId64, t->code);
	buf_addf(why, " at %.3fs", check_seconds(t->exit_ns));
}

enum verdict check_exit(const struct model *m, const char *name, int64_t code, struct buf *why)
{
	const struct model_group *g = check_group_of(m, name, why);
	size_t i;

	if (!g)
		return VERDICT_FAIL;
	for (i = 0; i < g->ntasks; i++) {
		const struct model_task *t = &g->tasks[i];
		int64_t seen = t->signal ? 128 + (int64_t)t->signal : t->code;

		if (!t->exited) {
			buf_addf(why,
				 "expected exit %" PRId64 ", %s.%" PRIu64 "[%" PRId64
				 "] is still running after %.3fs; "
				 "put 'wait %s' before",
				 code, name, t->index, t->pid,
				 check_seconds(m->now_ns > t->placed_ns ? m->now_ns - t->placed_ns
									: 0),
				 name);
			return VERDICT_FAIL;
		}
		if (seen != code) {
			buf_addf(why, "expected exit %" PRId64 ", ", code);
			add_end(why, g, t);
			return VERDICT_FAIL;
		}
	}
	add_end(why, g, &g->tasks[0]);
	return VERDICT_PASS;
}

enum verdict check_output(const struct model *m, const char *name, const char *text,
			  struct buf *why)
{
	const struct model_group *g = check_group_of(m, name, why);
	int i;

	if (!g)
		return VERDICT_FAIL;
	for (i = 0; i < 2; i++) {
		if (!memmem(buf_text(&g->output[i]), g->output[i].len, text, strlen(text)))
			continue;
		add_shown(why, text, strlen(text));
		buf_addf(why, " is in %s of '%s'", i ? "stderr" : "stdout", name);
		return VERDICT_PASS;
	}
	buf_adds(why, "expected ");
	add_shown(why, text, strlen(text));
	buf_addf(why, " in the output of '%s', read ", name);
	add_shown(why, buf_text(&g->output[0]), g->output[0].len);
	if (g->output[1].len) {
		buf_adds(why, " and on stderr ");
		add_shown(why, buf_text(&g->output[1]), g->output[1].len);
	}
	if (!g->output_lost[0] && !g->output_lost[1])
		return VERDICT_FAIL;
	buf_addf(why, "; %" PRIu64 " bytes of output were not kept",
		 g->output_lost[0] + g->output_lost[1]);
	return VERDICT_INCONCLUSIVE;
}

static void trim(const char **p, size_t *len)
{
	while (*len && strchr(" \t\r\n\v\f", **p) && **p)
		(*p)++, (*len)--;
	while (*len && (*p)[*len - 1] && strchr(" \t\r\n\v\f", (*p)[*len - 1]))
		(*len)--;
}

static enum verdict judge_file(const struct model_file *f, const char *text, struct buf *why)
{
	const char *seen = buf_text(&f->data), *want = text;
	size_t seen_len = f->data.len, want_len = strlen(text);

	if (f->error) {
		buf_addf(why, "'%s' cannot be read in the guest: %s", f->path,
			 strerror((int)f->error));
		return VERDICT_FAIL;
	}
	trim(&seen, &seen_len);
	trim(&want, &want_len);
	if (seen_len == want_len && !memcmp(seen, want, want_len)) {
		buf_addf(why, "'%s' holds ", f->path);
		add_shown(why, seen, seen_len);
		return VERDICT_PASS;
	}
	buf_adds(why, "expected ");
	add_shown(why, want, want_len);
	buf_adds(why, ", read ");
	add_shown(why, seen, seen_len);
	buf_addf(why, " in '%s'%s", f->path, f->cut ? " (only the first 64 KiB were read)" : "");
	return VERDICT_FAIL;
}

enum verdict check_file(const struct model *m, const char *path, size_t nth, const char *text,
			struct buf *why)
{
	const struct model_file *f = model_file(m, path, nth);

	if (!f) {
		buf_addf(why, "'%s' was not read", path);
		return VERDICT_INCONCLUSIVE;
	}
	return judge_file(f, text, why);
}

static enum verdict check_file_op(const struct model *m, const struct op *op, uint64_t seq,
				  struct buf *why)
{
	size_t i;

	for (i = 0; i < m->nfiles; i++)
		if (m->files[i].seq == seq)
			return judge_file(&m->files[i], op_arg(op, WARG_TEXT)->str, why);
	buf_addf(why, "'%s' was not read", op_arg(op, WARG_PATH)->str);
	return VERDICT_INCONCLUSIVE;
}

static enum verdict check_standard_op(const struct model *m, const struct op *op, uint64_t seq,
				      struct buf *why)
{
	const struct op_val *name = op_arg(op, WARG_NAME), *limit = op_arg(op, WARG_LIMIT),
			    *samples = op_arg(op, WARG_SAMPLES),
			    *replays = op_arg(op, WARG_REPLAYS);

	return check_standard(m, seq, check_def_find(op_arg(op, WARG_CHECK)->str),
			      name ? name->str : NULL, limit ? limit->str : NULL,
			      samples ? (unsigned)samples->num : 0,
			      replays ? (unsigned)replays->num : 0, why);
}

enum verdict check_op(const struct model *m, const struct op *op, uint64_t seq, struct buf *why)
{
	const struct op_val *name = op_arg(op, WARG_NAME);

	switch (op->def->id) {
	case OP_EXPECT_PLACED:
		return check_placed(m, name->str, op_arg(op, WARG_CGROUP)->str, why);
	case OP_EXPECT_EXIT:
		return check_exit(m, name->str, op_arg(op, WARG_CODE)->num, why);
	case OP_EXPECT_OUTPUT:
		return check_output(m, name->str, op_arg(op, WARG_TEXT)->str, why);
	case OP_EXPECT_REPORT:
		return check_report(m, seq, name->str, op_arg(op, WARG_FIGURE)->str,
				    op_arg(op, WARG_COMPARE)->str, op_arg(op, WARG_VALUE)->str,
				    why);
	case OP_EXPECT_METRIC:
		return check_metric(m, seq, name->str, op_arg(op, WARG_METRIC)->str,
				    op_arg(op, WARG_COMPARE)->str, op_arg(op, WARG_MEASURE)->str,
				    op_arg(op, WARG_TOLERANCE)
					    ? op_arg(op, WARG_TOLERANCE)->num
					    : 0,
				    why);
	case OP_EXPECT_FILE:
		return check_file_op(m, op, seq, why);
	case OP_EXPECT_CHECK:
		return check_standard_op(m, op, seq, why);
	case OP_EXPECT_TASKS:
		return check_tasks(m, seq, op_arg(op, WARG_TARGET)->str,
				   op_arg(op, WARG_COMPARE)->str, op_arg(op, WARG_COUNT)->num, why);
	case OP_EXPECT_KERNEL:
		return check_kernel(m, seq, op_arg(op, WARG_PLACE)->str, op_arg(op, WARG_COMPARE)->str,
				    op_arg(op, WARG_PUT)->str, why);
	case OP_EXPECT_WATCH:
		return check_watch(m, seq, op_arg(op, WARG_PLACE)->str, op_arg(op, WARG_COMPARE)->str,
				   op_arg(op, WARG_COUNT)->num, why);
	case OP_EXPECT_TRACE:
		return check_trace(m, op_arg(op, WARG_HASH)->str,
				   op_arg(op, WARG_MACHINE) ? op_arg(op, WARG_MACHINE)->str : NULL,
				   why);
	case OP_EXPECT_SCHED:
		return check_sched(m, op_arg(op, WARG_SCHED)->str, why);
	case OP_EXPECT_SCHED_EXIT:
		return check_sched_exit(m, op_arg(op, WARG_KIND)->str, why);
	default:
		return check_ledger_op(m, op, seq, why);
	}
}

enum verdict check_session(const struct model *m, struct buf *why)
{
	enum verdict worst = VERDICT_PASS;
	size_t i;

	for (i = 0; i < m->nops; i++) {
		const struct model_op *op = &m->ops[i];
		bool expects = op->op && (op->op->def->flags & OPF_EXPECT);
		enum verdict v = VERDICT_PASS;

		if (expects)
			v = op->verdict == VERDICT_NONE ? VERDICT_INCONCLUSIVE : op->verdict;
		else if (op->state != OPS_DONE)
			v = VERDICT_INCONCLUSIVE; /* what could not be done leaves the rest unjudged
						   */
		if (v == VERDICT_PASS || v == VERDICT_SKIP)
			continue;
		buf_addf(why, "%s'%s': %s", why->len ? "\n" : "", op->text,
			 expects ? (op->verdict_text ? op->verdict_text : "was never judged")
			 : op->note && *op->note ? op->note
						 : "was never finished");
		if (v == VERDICT_FAIL)
			worst = VERDICT_FAIL;
		else if (worst != VERDICT_FAIL)
			worst = v;
	}
	if (m->stood_still) {
		buf_addf(why, "%sthe guest's counters of switches stood still between samples",
			 why->len ? "\n" : "");
		worst = worst == VERDICT_PASS ? VERDICT_INCONCLUSIVE : worst;
	}
	if (check_unasked(m, why) == VERDICT_FAIL)
		worst = VERDICT_FAIL;
	return check_sched_session(m, why) == VERDICT_FAIL ? VERDICT_FAIL : worst;
}
