/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * versus - see versus.h: things of two models joined by name, and their figures held against each
 * other.
 */
#include "ops/versus.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/sheet_tasks.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- names that are the same in another session -------------------------------------------- */

static bool starts_below(const char *path, const char *root)
{
	size_t n = strlen(root);

	return !strncmp(path, root, n) && (path[n] == '/' || !path[n]);
}

/* A task of a group, or what it has started in the workload's cgroups; the machine's own is none.
 */
static bool task_name(const struct sheet *s, const struct sheet_row *r, struct buf *out)
{
	const struct sample_task *t = sheet_task(s, r);
	const struct model *m = s->model;
	const struct model_group *group;
	const struct model_cgroup *in;
	char name[96];

	if (!t)
		return false;
	in = model_cgroup_by_id(m, t->cgroup_id);
	if (!model_task_of(m, t->pid, &group) &&
	    (!in || !m->root || !starts_below(in->path, m->root)))
		return false;
	model_task_name(m, t->pid, t->comm, name, sizeof(name));
	buf_adds(out, name);
	if (t->tid != t->pid)
		buf_adds(out, " thread");
	return true;
}

static bool cgroup_name(const struct sheet *s, const struct sheet_row *r, struct buf *out)
{
	const struct model_cgroup *g = sheet_cgroup(s, r);

	if (!g || !s->model->root || !starts_below(g->path, s->model->root))
		return false;
	buf_adds(out, model_below_root(s->model, g->path));
	return true;
}

/* Its first column says who it is. */
static bool first_column(const struct sheet *s, const struct sheet_row *r, struct buf *out)
{
	struct sheet_value v;

	sheet_value(s, r, 0, &v);
	buf_adds(out, v.more ? v.more : v.text);
	return v.is == SHEET_KNOWN;
}

static bool cpu_name(const struct sheet *s, const struct sheet_row *r, struct buf *out)
{
	buf_addf(out, "CPU %u", s->model->cpus[r->index].now.cpu);
	return true;
}

static bool number_name(const struct sheet *s, const struct sheet_row *r, struct buf *out)
{
	buf_addf(out, "%s ", s->model->groups[r->index].name);
	return first_column(s, r, out);
}

/* What is compared, in the order in which it is shown. */
static const struct {
	const struct sheet_def *def;
	bool (*name)(const struct sheet *s, const struct sheet_row *r, struct buf *out);
	enum sheet_outline outline;
	const char *const *columns; /* keys */
	const char *shown;          /* key of what is shown instead of a number; NULL = itself */
} tables[] = {
	{&sheet_tasks, task_name, OUTLINE_FLAT,
	 (const char *const[]){"cgroup", "cpus", "class", "held", "run_percent", "wait_percent",
			       "wake_p99_ns", "switches_s", "migrations", "check", NULL}},
	{&sheet_cgroups, cgroup_name, OUTLINE_GROUPS,
	 (const char *const[]){"tasks", "weight", "cpus", "run_percent", "promised_percent",
			       "throttled", "pressure_percent", "check", NULL}},
	{&sheet_cpus, cpu_name, OUTLINE_FLAT,
	 (const char *const[]){"nr", "switches_s", "migrations_in_s", "delay_ns", "busy_percent",
			       "check", NULL}},
	{&sheet_numbers, number_name, OUTLINE_FLAT, (const char *const[]){"value", NULL}, "last"},
	{&sheet_counters, first_column, OUTLINE_FLAT,
	 (const char *const[]){"value", "per_s", NULL}},
	{&sheet_scheds, first_column, OUTLINE_FLAT, (const char *const[]){"state", "kind", NULL}},
	{&sheet_ops, first_column, OUTLINE_FLAT,
	 (const char *const[]){"state", "verdict", "took_ns", NULL}},
};

/* ---- figures ------------------------------------------------------------------------------- */

/* So much is nobody's difference: a figure of a moment is never quite the same twice. */
static bool near(enum sheet_unit unit, double a, double b)
{
	double most = fabs(a) > fabs(b) ? fabs(a) : fabs(b), apart = fabs(a - b);

	switch (unit) {
	case SHEET_PERCENT:
		return apart < 5;
	case SHEET_NS:
	case SHEET_SIGNED_NS:
		return apart <= most / 4 || apart < 20000;
	case SHEET_COUNT:
		return most < 20 ? apart < 0.5 : apart <= most / 10;
	default:
		return apart <= most / 10 || (unit == SHEET_PER_S && apart < 5);
	}
}

static void say(struct versus_row *r, double a, double b)
{
	double ratio = a != 0 ? b / a : 0;

	r->weight = a > 0 && b > 0 ? fabs(log2(ratio)) : 64;
	if (a <= 0 || b <= 0)
		snprintf(r->said, sizeof(r->said), a == b ? "same" : b > a ? "more" : "less");
	else if (ratio >= 2)
		snprintf(r->said, sizeof(r->said), ratio < 10 ? "x%.1f" : "x%.0f", ratio);
	else if (ratio <= 0.5)
		snprintf(r->said, sizeof(r->said), ratio > 0.1 ? "x%.2f" : "x%.2g", ratio);
	else
		snprintf(r->said, sizeof(r->said), "%+.0f%%", (ratio - 1) * 100);
}

static void judge(struct versus_row *r, const struct sheet_value *a, const struct sheet_value *b)
{
	enum sheet_unit unit = r->column->unit;

	if (a->is == SHEET_ABSENT || b->is == SHEET_ABSENT) {
		r->mark = a->is == b->is ? VERSUS_SAME : VERSUS_UNKNOWN;
		snprintf(r->said, sizeof(r->said), a->is == b->is ? "not known" : "not known in %c",
			 a->is == SHEET_ABSENT ? 'A' : 'B');
	} else if (a->is == SHEET_BLANK && b->is == SHEET_BLANK) {
		r->mark = VERSUS_SAME;
	} else if (unit == SHEET_TEXT || a->is != b->is) {
		r->mark = !strcmp(r->a, r->b) ? VERSUS_SAME : VERSUS_DIFFERS;
		r->weight = r->mark == VERSUS_SAME ? 0 : 32;
		snprintf(r->said, sizeof(r->said), r->mark == VERSUS_SAME ? "same" : "differs");
	} else if (near(unit, a->number, b->number)) {
		r->mark = VERSUS_SAME;
		snprintf(r->said, sizeof(r->said), "same");
	} else {
		r->mark = b->number < a->number ? VERSUS_LESS : VERSUS_MORE;
		say(r, a->number, b->number);
	}
}

/* ---- the join ------------------------------------------------------------------------------ */

struct named {
	char *name; /* with which of that name it is: "sh", "sh #2" */
	size_t row, order;
};

struct side {
	struct sheet sheet;
	struct named *things, **sorted; /* in the table's order; by name */
	size_t n;
};

static char *words(const struct side *s, const struct named *x, size_t table, int column)
{
	const struct sheet_def *def = s->sheet.def;
	struct sheet_value v;
	char text[200];

	if (tables[table].shown)
		column = sheet_column_by_name(def, tables[table].shown);
	sheet_value(&s->sheet, &s->sheet.rows[x->row], (size_t)column, &v);
	sheet_format(&def->columns[column], &v, text, sizeof(text));
	return xstrdup(text);
}

static int by_name(const void *x, const void *y)
{
	const struct named *a = *(struct named *const *)x, *b = *(struct named *const *)y;
	int d = strcmp(a->name, b->name);

	return d ? d : (a->order > b->order) - (a->order < b->order);
}

static void sort(struct side *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		s->sorted[i] = &s->things[i];
	qsort(s->sorted, s->n, sizeof(struct named *), by_name);
}

/* Those of one name are told apart by their order. */
static void number(struct side *s)
{
	size_t i, first = 0;
	char *name;

	sort(s);
	for (i = 1; i < s->n; i++) {
		if (strcmp(s->sorted[i]->name, s->sorted[first]->name)) {
			first = i;
			continue;
		}
		name = xasprintf("%s #%zu", s->sorted[i]->name, i - first + 1);
		/* the first keeps the bare name until all of them are numbered */
		free(s->sorted[i]->name);
		s->sorted[i]->name = name;
	}
	sort(s);
}

static void side_init(struct side *s, size_t table, const struct model *m)
{
	cleanup_buf struct buf name = BUF_INIT;
	size_t i;

	sheet_build(&s->sheet, tables[table].def, m,
		    &(struct sheet_ask){.outline = tables[table].outline});
	s->things = xcalloc(s->sheet.n + 1, sizeof(*s->things));
	s->sorted = xcalloc(s->sheet.n + 1, sizeof(*s->sorted));
	s->n = 0;
	for (i = 0; i < s->sheet.n; i++) {
		buf_reset(&name);
		if (!tables[table].name(&s->sheet, &s->sheet.rows[i], &name))
			continue;
		s->things[s->n] =
			(struct named){.name = xstrdup(buf_text(&name)), .row = i, .order = s->n};
		s->n++;
	}
	number(s);
}

static void side_finish(struct side *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		free(s->things[i].name);
	free(s->things);
	free(s->sorted);
	sheet_finish(&s->sheet);
}

static const struct named *find(const struct side *s, const char *name)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int d = strcmp(s->sorted[mid]->name, name);

		if (!d)
			return s->sorted[mid];
		if (d < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static struct versus_row *add(struct versus *v, const char *table, const char *thing)
{
	if (!(v->n & (v->n - 1)))
		v->rows = xreallocarray(v->rows, v->n ? v->n * 2 : 1, sizeof(*v->rows));
	v->rows[v->n] = (struct versus_row){.table = table, .thing = xstrdup(thing)};
	return &v->rows[v->n++];
}

static void drop_last(struct versus *v)
{
	struct versus_row *r = &v->rows[v->n - 1];

	free(r->thing);
	free(r->a);
	free(r->b);
	/* the room stays: add() looks at n alone, and asks for it again at most once a power of two
	 */
	v->n--;
}

static void both(struct versus *v, size_t table, const struct side *a, const struct named *x,
		 const struct side *b, const struct named *y, bool all)
{
	const struct sheet_def *def = tables[table].def;
	struct sheet_value va, vb;
	struct versus_row *r;
	size_t i;
	int at;

	for (i = 0; tables[table].columns[i]; i++) {
		at = sheet_column_by_name(def, tables[table].columns[i]);
		sheet_value(&a->sheet, &a->sheet.rows[x->row], (size_t)at, &va);
		sheet_value(&b->sheet, &b->sheet.rows[y->row], (size_t)at, &vb);
		r = add(v, def->name, x->name);
		r->column = &def->columns[at];
		r->a = words(a, x, table, at);
		r->b = words(b, y, table, at);
		judge(r, &va, &vb);
		if ((!all && r->mark == VERSUS_SAME) ||
		    (va.is == SHEET_BLANK && vb.is == SHEET_BLANK))
			drop_last(v);
	}
}

static void alone(struct versus *v, const char *table, const char *name, enum versus_mark mark)
{
	struct versus_row *r = add(v, table, name);

	r->mark = mark;
	r->a = xstrdup(mark == VERSUS_ONLY_A ? "is there" : "");
	r->b = xstrdup(mark == VERSUS_ONLY_B ? "is there" : "");
	r->weight = 48;
	snprintf(r->said, sizeof(r->said), "only in %c", mark == VERSUS_ONLY_A ? 'A' : 'B');
}

static void compare(struct versus *v, size_t table, const struct model *ma, const struct model *mb,
		    bool all)
{
	const struct named *other;
	struct side a, b;
	size_t i;

	side_init(&a, table, ma);
	side_init(&b, table, mb);
	for (i = 0; i < a.n; i++) {
		other = find(&b, a.things[i].name);
		if (other)
			both(v, table, &a, &a.things[i], &b, other, all);
		else
			alone(v, tables[table].def->name, a.things[i].name, VERSUS_ONLY_A);
	}
	for (i = 0; i < b.n; i++)
		if (!find(&a, b.things[i].name))
			alone(v, tables[table].def->name, b.things[i].name, VERSUS_ONLY_B);
	side_finish(&a);
	side_finish(&b);
}

/* What the two ran on: differences of it come before all others. */
static void condition(struct versus *v, const char *what, const char *a, const char *b, bool all)
{
	struct versus_row *r;

	a = a ? a : "-";
	b = b ? b : "-";
	if (!all && !strcmp(a, b))
		return;
	r = add(v, "guest", what);
	r->a = xstrdup(a);
	r->b = xstrdup(b);
	r->mark = strcmp(a, b) ? VERSUS_DIFFERS : VERSUS_SAME;
	r->weight = r->mark == VERSUS_SAME ? 0 : 128;
	snprintf(r->said, sizeof(r->said), strcmp(a, b) ? "differs" : "same");
}

void versus_build(struct versus *v, const struct model *a, const char *a_name,
		  const struct model *b, const char *b_name, bool all)
{
	const struct model_sched *sa = model_sched_now(a), *sb = model_sched_now(b);
	size_t i;

	*v = (struct versus){.a = xstrdup(a_name), .b = xstrdup(b_name)};
	condition(v, "kernel", a->kernel, b->kernel, all);
	condition(v, "accelerator", a->accel, b->accel, all);
	condition(v, "topology", a->topology, b->topology, all);
	condition(v, "scheduler", sa ? sa->name : "the kernel's", sb ? sb->name : "the kernel's",
		  all);
	for (i = 0; i < ARRAY_SIZE(tables); i++)
		compare(v, i, a, b, all);
	for (i = 0; i < v->n; i++)
		v->differ += v->rows[i].mark != VERSUS_SAME && v->rows[i].mark != VERSUS_UNKNOWN;
}

void versus_finish(struct versus *v)
{
	size_t i;

	for (i = 0; i < v->n; i++) {
		free(v->rows[i].thing);
		free(v->rows[i].a);
		free(v->rows[i].b);
	}
	free(v->rows);
	free(v->a);
	free(v->b);
	*v = (struct versus){0};
}

char versus_sign(enum versus_mark mark)
{
	return "=<>!AB?"[mark];
}
