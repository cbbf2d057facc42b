/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export_checks - builds and judges the list of assertions, see export_checks.h.
 */
#include "ops/export_checks.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/check_ledger.h"
#include "ops/model_ledger.h"
#include "ops/model_metric.h"

#include <inttypes.h>
#include <string.h>

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool same(const struct export_check *a, const struct export_check *b)
{
	return a->kind == b->kind && same_text(a->name, b->name) &&
	       same_text(a->cgroup, b->cgroup) && same_text(a->path, b->path) &&
	       same_text(a->text, b->text) && same_text(a->figure, b->figure) &&
	       same_text(a->compare, b->compare) && same_text(a->value, b->value) &&
	       a->code == b->code && a->nth == b->nth && a->tolerance == b->tolerance;
}

static void add(struct export_checks *c, struct export_check check)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (same(&c->v[i], &check))
			return;
	c->v = xreallocarray(c->v, c->n + 1, sizeof(*c->v));
	c->v[c->n++] = check;
}

static const char *str(const struct op *op, enum wire_arg tag)
{
	const struct op_val *v = op_arg(op, tag);

	return v ? v->str : NULL;
}

/* An op that makes the agent read a file: it has a path. Counts those before op `until`, or all. */
static size_t reads_of(const struct scenario *s, const char *path, const struct op *until)
{
	const struct op *op;
	size_t i, n = 0;

	for (i = 0; (op = scenario_at(s, i)) && op != until; i++)
		n += str(op, WARG_PATH) && !strcmp(str(op, WARG_PATH), path);
	return n;
}

static const char *looked_at(const struct op *op)
{
	if (!(op->def->flags & OPF_LOOKS))
		return NULL;
	return str(op, WARG_PAIR) ? str(op, WARG_PAIR) : str(op, WARG_NAME);
}

static size_t looks_before(const struct scenario *s, const struct op *until)
{
	const struct op *op;
	size_t i, n = 0;

	for (i = 0; (op = scenario_at(s, i)) && op != until; i++)
		n += looked_at(op) && !strcmp(looked_at(op), looked_at(until));
	return n;
}

/* Ops that leave a note of this group's numbers. */
static size_t notes_before(const struct scenario *s, const struct op *until)
{
	const struct op *op;
	size_t i, n = 0;

	for (i = 0; (op = scenario_at(s, i)) && op != until; i++)
		n += (op->def->flags & OPF_NOTES) &&
		     same_text(str(op, WARG_NAME), str(until, WARG_NAME));
	return n;
}

static int64_t num(const struct op *op, enum wire_arg tag, int64_t absent)
{
	const struct op_val *v = op_arg(op, tag);

	return v ? v->num : absent;
}

static void add_look(struct export_check *check, const struct scenario *s, const struct op *op)
{
	static const struct {
		enum wire_op_id id;
		enum export_check_kind kind;
	} kinds[] = {
		{OP_EXPECT_STAYED, CHECK_STAYED}, {OP_EXPECT_RAN, CHECK_RAN},
		{OP_EXPECT_SHARE, CHECK_SHARE},	  {OP_EXPECT_CPUS, CHECK_CPUS},
		{OP_EXPECT_CONFINED, CHECK_CONFINED},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].id == op->def->id)
			check->kind = kinds[i].kind;
	check->name = looked_at(op);
	check->nth = looks_before(s, op);
	check->cgroup = str(op, WARG_CGROUP);
	check->text = str(op, WARG_LIST);
	check->code = num(op, WARG_WITHIN, num(op, WARG_RATIO, 0));
	check->tolerance = num(op, WARG_TOLERANCE, SHARE_TOLERANCE);
}

static void add_pinned(struct export_checks *c, const struct scenario *s, const struct op *op)
{
	struct export_check check = {.pinned = true,
				     .op = op,
				     .name = str(op, WARG_NAME),
				     .path = str(op, WARG_PATH),
				     .text = str(op, WARG_TEXT)};

	switch (op->def->id) {
	case OP_EXPECT_PLACED:
		check.kind = CHECK_PLACED;
		check.cgroup = str(op, WARG_CGROUP);
		break;
	case OP_EXPECT_EXIT:
		check.kind = CHECK_EXIT;
		check.code = op_arg(op, WARG_CODE)->num;
		break;
	case OP_EXPECT_OUTPUT:
		check.kind = CHECK_OUTPUT;
		break;
	case OP_EXPECT_FILE:
		check.kind = CHECK_FILE;
		check.nth = reads_of(s, check.path, op);
		check.only = reads_of(s, check.path, NULL) == 1;
		break;
	case OP_EXPECT_REPORT:
		check.kind = CHECK_REPORT;
		check.figure = str(op, WARG_FIGURE);
		check.compare = str(op, WARG_COMPARE);
		check.value = str(op, WARG_VALUE);
		check.nth = notes_before(s, op);
		break;
	case OP_EXPECT_METRIC:
		check.kind = CHECK_METRIC;
		check.figure = str(op, WARG_METRIC);
		check.compare = str(op, WARG_COMPARE);
		check.value = str(op, WARG_MEASURE);
		check.tolerance = num(op, WARG_TOLERANCE, 0);
		check.nth = notes_before(s, op);
		break;
	default:
		/* what has a type in C is judged in its place */
		if (op->def->api || !(op->def->flags & OPF_LOOKS))
			return;
		add_look(&check, s, op);
		break;
	}
	add(c, check);
}

/* Makes a group, and is the first to do so: a body starts the same one again. */
static bool makes_group(const struct scenario *s, size_t at)
{
	const struct op *op = scenario_at(s, at), *before;
	size_t i;

	if (!(op->def->flags & OPF_MAKES) || !str(op, WARG_NAME))
		return false;
	for (i = 0; i < at && (before = scenario_at(s, i)); i++)
		if (before->def->flags & OPF_MAKES && str(before, WARG_NAME) &&
		    !strcmp(str(before, WARG_NAME), str(op, WARG_NAME)))
			return false;
	return true;
}

static void add_placement(struct export_checks *c, const struct op *op)
{
	const char *cgroup = str(op, WARG_CGROUP);

	add(c, (struct export_check){.kind = CHECK_PLACED,
				     .op = op,
				     .name = str(op, WARG_NAME),
				     .cgroup = cgroup ? cgroup : "/"});
}

/* The exit of a payload, when it came by itself. */
static void add_exit(struct export_checks *c, const struct op *op, const struct model *seen)
{
	const struct model_group *g = model_group(seen, str(op, WARG_NAME));
	const struct model_task *t = g && g->ntasks == 1 ? &g->tasks[0] : NULL;

	if (!t || !g->payload || !t->exited || t->killed_by_session)
		return;
	add(c, (struct export_check){.kind = CHECK_EXIT,
				     .op = op,
				     .name = str(op, WARG_NAME),
				     .code = t->signal ? 128 + (int64_t)t->signal : t->code});
}

void export_checks_build(struct export_checks *c, const struct scenario *s,
			 const struct model *seen)
{
	const struct op *op;
	size_t i;

	*c = (struct export_checks){.v = NULL};
	for (i = 0; (op = scenario_at(s, i)); i++)
		if (op->def->flags & OPF_EXPECT)
			add_pinned(c, s, op);
	for (i = 0; (op = scenario_at(s, i)); i++)
		if (makes_group(s, i))
			add_placement(c, op);
	for (i = 0; (op = scenario_at(s, i)); i++)
		if (makes_group(s, i))
			add_exit(c, op, seen);
}

void export_checks_finish(struct export_checks *c)
{
	free(c->v);
	*c = (struct export_checks){.v = NULL};
}

enum verdict export_check_judge(const struct export_check *c, const struct model *m,
				struct buf *why)
{
	switch (c->kind) {
	case CHECK_PLACED:
		return check_placed(m, c->name, c->cgroup, why);
	case CHECK_EXIT:
		return check_exit(m, c->name, c->code, why);
	case CHECK_OUTPUT:
		return check_output(m, c->name, c->text, why);
	case CHECK_FILE:
		return check_file(m, c->path, c->nth, c->text, why);
	case CHECK_REPORT:
		return check_report(m, model_note_seq(m, c->name, c->nth), c->name, c->figure,
				    c->compare, c->value, why);
	case CHECK_METRIC:
		return check_metric(m, model_note_seq(m, c->name, c->nth), c->name, c->figure,
				    c->compare, c->value, c->tolerance, why);
	case CHECK_STAYED:
		return check_stayed(m, model_look_seq(m, c->name, c->nth), c->name, c->cgroup, why);
	case CHECK_RAN:
		return check_ran(m, model_look_seq(m, c->name, c->nth), c->name, (uint64_t)c->code,
				 why);
	case CHECK_SHARE:
		return check_share(m, model_look_seq(m, c->name, c->nth), c->name, c->code,
				   c->tolerance, why);
	case CHECK_CPUS:
		return check_cpus(m, model_look_seq(m, c->name, c->nth), c->name, c->text, why);
	case CHECK_CONFINED:
		return check_confined(m, model_look_seq(m, c->name, c->nth), c->name, why);
	}
	return VERDICT_INCONCLUSIVE;
}

/* A sentence becomes a name, where signs get lost. */
static const char *compare_words(const char *compare)
{
	static const char *const words[][2] = {{"==", "just"},     {"!=", "not"},
					       {"<", "below"},     {"<=", "at most"},
					       {">", "more than"}, {">=", "at least"}};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(words[i][0], compare))
			return words[i][1];
	return compare;
}

void export_check_sentence(const struct export_check *c, struct buf *out)
{
	char text[32];

	switch (c->kind) {
	case CHECK_STAYED:
		buf_addf(out, "%s stayed in %s", c->name,
			 strcmp(c->cgroup, "/") ? c->cgroup : "the root cgroup");
		break;
	case CHECK_RAN:
		text_format_duration(text, sizeof(text), (uint64_t)c->code);
		buf_addf(out, "%s ran within %s", c->name, text);
		break;
	case CHECK_SHARE:
		buf_addf(out, "share of %s is %.6g", c->name, (double)c->code / 1e6);
		break;
	case CHECK_CPUS:
		buf_addf(out, "%s ran on CPUs %s only", c->name, c->text);
		break;
	case CHECK_CONFINED:
		buf_addf(out, "%s never ran outside its cpuset", c->name);
		break;
	case CHECK_PLACED:
		buf_addf(out, "%s is in %s before its first instruction", c->name,
			 strcmp(c->cgroup, "/") ? c->cgroup : "the root cgroup");
		break;
	case CHECK_EXIT:
		buf_addf(out, "%s exits with %" PRId64, c->name, c->code);
		break;
	case CHECK_OUTPUT:
		buf_addf(out, "output of %s contains %.40s", c->name, c->text);
		break;
	case CHECK_FILE:
		buf_addf(out, "file %s holds %.40s", c->path, c->text);
		break;
	case CHECK_REPORT:
	case CHECK_METRIC:
		buf_addf(out, "%s of %s is %s %s", c->figure, c->name, compare_words(c->compare),
			 c->value);
		break;
	}
}
