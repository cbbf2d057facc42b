/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export_parts - cuts a scenario into backdrop and steps, see export_parts.h.
 */
#include "ops/export_parts.h"
#include "base/cleanup.h"
#include "base/die.h"

#include <string.h>

struct cutter {
	struct export_parts *parts;
	uint64_t pending_ns; /* time of ops that were left out */
};

static struct export_part *current(struct cutter *c)
{
	return &c->parts->v[c->parts->n - 1];
}

static void begin_part(struct cutter *c, const char *label, bool resumed)
{
	struct export_parts *p = c->parts;

	/* time before the end of a step is that step's: its things live through it */
	if (p->n > 1) {
		current(c)->hold_ns = c->pending_ns;
		c->pending_ns = 0;
	}
	p->v = xreallocarray(p->v, p->n + 1, sizeof(*p->v));
	p->v[p->n++] = (struct export_part){.label = label, .resumed = resumed};
}

static void add(struct cutter *c, struct export_item item)
{
	struct export_part *p = current(c);

	p->items = xreallocarray(p->items, p->n + 1, sizeof(*p->items));
	p->items[p->n++] = item;
}

static void add_op(struct cutter *c, const struct op *op)
{
	add(c, (struct export_item){.op = op, .after_ns = c->pending_ns});
	c->pending_ns = 0;
	if (current(c)->resumed && op->def->flags & OPF_MAKES)
		add(c, (struct export_item){.op = op, .promote = true});
}

static void cut(struct cutter *c, const struct op *op)
{
	const struct op_val *label = op_arg(op, WARG_LABEL);

	c->pending_ns += op->after_ns;
	if (op->def->flags & OPF_STEP)
		begin_part(c, label ? label->str : "", false);
	else if (op->def->id != OP_BACKDROP || op_arg(op, WARG_TARGET)) {
		if (op->def->api || op_arg(op, WARG_PATH) || op->def->flags & (OPF_LOOKS | OPF_NOTES))
			add_op(c, op);
	} else if (c->parts->n > 1 && !current(c)->resumed)
		begin_part(c, "the backdrop goes on", true);
}

/* A hold that ends a step is the step's own. */
static void take_hold(struct export_part *p)
{
	const struct export_item *last = p->n ? &p->items[p->n - 1] : NULL;

	if (!last || last->op->def->id != OP_HOLD || last->after_ns || p->hold_ns)
		return;
	/* a part of the whole time stays an op */
	if (op_arg(last->op, WARG_DURATION)->num < 0)
		return;
	p->hold_ns = (uint64_t)op_arg(last->op, WARG_DURATION)->num;
	p->n--;
}

void export_parts_build(struct export_parts *p, const struct scenario *s)
{
	struct cutter c = {.parts = p};
	const struct op *op;
	size_t i;

	*p = (struct export_parts){.v = NULL};
	begin_part(&c, "", false);
	for (i = 0; (op = scenario_at(s, i)); i++)
		cut(&c, op);
	current(&c)->hold_ns = c.pending_ns;
	for (i = 1; i < p->n; i++)
		take_hold(&p->v[i]);
}

void export_parts_finish(struct export_parts *p)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		free(p->v[i].items);
	free(p->v);
	*p = (struct export_parts){.v = NULL};
}

static int append(struct scenario *s, struct op *op, struct err *err)
{
	int r = scenario_add(s, op, err);

	if (r < 0)
		op_destroy(op);
	return r;
}

static int append_simple(struct scenario *s, enum wire_op_id id, enum wire_arg tag, const char *str,
			 uint64_t num, struct err *err)
{
	struct op *op = op_create(op_def_by_id(id));

	if (str)
		op_set_str(op, tag, str);
	else
		op_set_num(op, tag, (int64_t)num);
	return append(s, op, err);
}

static int append_item(struct scenario *s, const struct export_item *it, struct err *err)
{
	const struct op_val *name = op_arg(it->op, WARG_NAME), *path = op_arg(it->op, WARG_PATH);
	cleanup_free char *target = NULL;
	struct op *op;

	if (it->promote) {
		target = name ? xstrdup(name->str)
			      : xasprintf("@%s", op_arg(it->op, WARG_CGROUP)->str);
		return append_simple(s, OP_BACKDROP, WARG_TARGET, target, 0, err);
	}
	if (it->op->def->api) {
		op = op_clone(it->op);
	} else if (it->op->def->flags & OPF_LOOKS) {
		op = op_create(op_def_by_id(OP_LOOK));
		op_set_str(op, WARG_PAIR, name ? name->str : op_arg(it->op, WARG_PAIR)->str);
	} else if (it->op->def->flags & OPF_NOTES) {
		op = op_create(op_def_by_id(OP_REPORT));
		op_set_str(op, WARG_NAME, name->str);
	} else {
		op = op_create(op_def_by_id(OP_READ_FILE));
		op_set_str(op, WARG_PATH, path->str);
	}
	op->seq = 0;
	op->after_ns = it->after_ns;
	return append(s, op, err);
}

int export_parts_replay(const struct export_parts *p, struct scenario *s, struct err *err)
{
	size_t i, j;
	int r = 0;

	for (i = 0; i < p->n && r == 0; i++) {
		if (i)
			r = append_simple(s, OP_STEP, WARG_LABEL, p->v[i].label, 0, err);
		for (j = 0; j < p->v[i].n && r == 0; j++)
			r = append_item(s, &p->v[i].items[j], err);
		if (r == 0 && p->v[i].hold_ns)
			r = append_simple(s, OP_HOLD, WARG_DURATION, NULL, p->v[i].hold_ns, err);
	}
	return r;
}
