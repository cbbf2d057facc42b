/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cell - see cell.h. Pure but for the look whether a scheduler's file is there.
 */
#include "matrix/cell.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "matrix/plan.h"
#include "vmm/topologies.h"
#include "ops/schedulers.h"
#include "session/supply.h"

#include <errno.h>
#include <string.h>

/* What an op is to a scenario whose scheduler is to be another one. */
enum part { PART_OTHER, PART_LOADS, PART_UNLOADS, PART_EXPECTS, PART_OWN };

static enum part part_of(const struct op *op)
{
	switch (op->def->id) {
	case OP_SCHED_LOAD:
		return PART_LOADS;
	case OP_SCHED_UNLOAD:
		return PART_UNLOADS;
	case OP_EXPECT_SCHED:
		return PART_EXPECTS;
	case OP_SCHED_REPLACE:
	case OP_SCHED_RESTART:
	case OP_SCHED_DUMP:
	case OP_SCHED_SET:
	case OP_SCHED_PIN:
	case OP_SCHED_EJECT:
	case OP_EXPECT_SCHED_EXIT:
		return PART_OWN;
	default:
		return PART_OTHER;
	}
}

int mx_scenario_takes(const struct scenario *base, struct err *err)
{
	const struct op *op, *loads = NULL;
	size_t i;
	int body = 0;

	for (i = 0; (op = scenario_at(base, i)); i++) {
		enum part part = part_of(op);
		bool second = part == PART_LOADS && loads;

		body += (op->def->flags & OPF_BODY) ? 1 : 0;
		body -= (op->def->flags & OPF_BODY_END) ? 1 : 0;
		if (part == PART_OWN || second || (part != PART_OTHER && body)) {
			cleanup_free char *text = op_format(op);

			return err_set(
				err, EINVAL,
				"the scenario is about schedulers of its own (line %d: '%.100s'): "
				"leave --sched out",
				op->line, text);
		}
		if (part == PART_LOADS)
			loads = op;
	}
	return 0;
}

int mx_sched_op(const char *word, struct op **out, struct err *err)
{
	cleanup_free char *line = xasprintf("sched load %s", word);
	int r = op_parse(line, out, err);

	if (r == 0 && !*out)
		r = err_set(err, EINVAL, "'%.100s' names no scheduler", word);
	if (r == 0)
		r = supply_check(*out, err);
	/* a path may be one of the guest's alone to an op; an axis names what is here */
	if (r == 0) {
		const struct op_val *v = op_arg(*out, WARG_SCHED);

		if (*v->str == '/' && access(v->str, R_OK) < 0)
			r = err_sys(err, errno, "scheduler '%.200s'", v->str);
	}
	if (r < 0) {
		op_destroy(*out);
		*out = NULL;
	}
	return r;
}

/* ---- does the topology have what the scenario names? ---- */

static int has_cpus(const char *text, const struct cpu_layout *layout, struct err *err)
{
	struct cpu_words words;
	struct cpu_mask mask;
	uint64_t seed = 1;

	if (cpu_words_parse(text, &words, NULL) < 0 || words.kind == CPU_WORD_CROSS)
		return 0;
	return cpu_words_resolve(&words, layout, NULL, &seed, &mask, err);
}

static int has_nodes(const char *text, const struct cpu_layout *layout, struct err *err)
{
	struct cpu_mask mask;
	unsigned i;

	if (cpu_mask_parse(text, &mask, NULL) < 0)
		return 0;
	for (i = layout->nodes; i < CPU_MASK_BITS; i++)
		if (cpu_mask_has(&mask, i))
			return err_set(err, ERANGE, "node %u: there are %u", i, layout->nodes);
	return 0;
}

static int has_settings(const struct op_val *v, const struct cpu_layout *layout, struct err *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i + 1 < v->n && r == 0; i += 2) {
		if (!strcmp(v->list[i], "cpuset.cpus"))
			r = has_cpus(v->list[i + 1], layout, err);
		else if (!strcmp(v->list[i], "cpuset.mems"))
			r = has_nodes(v->list[i + 1], layout, err);
	}
	return r;
}

static int has_what_it_names(const struct op *op, const struct cpu_layout *layout, struct err *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < OP_ARGS_MAX && op->def->args[i].key && r == 0; i++) {
		if (!op->val[i].set)
			continue;
		if (op->def->args[i].type == ARG_CPUS)
			r = has_cpus(op->val[i].str, layout, err);
		else if (op->def->args[i].type == ARG_SETTINGS)
			r = has_settings(&op->val[i], layout, err);
	}
	return r;
}

static int out_of_range(const struct op *op, struct err *err)
{
	cleanup_free char *why = xstrdup(err->msg), *text = op_format(op);

	return err_set(err, ERANGE, "'%.100s' needs what it has not: %.300s", text, why);
}

/* ---- the scenario ---- */

struct cell {
	struct scenario *out;
	struct op *sched; /* to be loaded, NULL = none; or it is in already */
	const char *name; /* that `expect sched` may name; NULL = known to its object alone */
	bool own, loads;  /* the scenario loads one itself */
	bool bare;        /* nothing is read besides */
	struct err last;  /* why it could not go in before */
};

static int append(struct scenario *s, const struct op *op, struct err *err)
{
	struct op *copy = op_clone(op);
	int r;

	copy->seq = 0;
	r = scenario_add(s, copy, err);
	if (r < 0)
		op_destroy(copy);
	return r;
}

static bool has_cgroup(const struct scenario *s, const char *name)
{
	const struct scenario_thing *t;
	size_t i;

	for (i = 0; (t = scenario_thing_at(s, i)); i++)
		if (t->is_cgroup && !t->gone && !strcmp(t->name, name))
			return true;
	return !strcmp(name, "/");
}

/* "cgroup_id=@low": an op is not held against that before the guest carries it out. */
static int has_its_cgroups(const struct cell *c, struct err *err)
{
	const struct op_val *set = op_arg(c->sched, WARG_SCHED_SET);
	size_t i;

	for (i = 0; set && i < set->n; i++) {
		const char *at = strchr(set->list[i], '@');

		if (at && (at == set->list[i] || at[-1] == '=') && !has_cgroup(c->out, at + 1))
			return err_set(err, EINVAL, "the scenario makes no cgroup '%.100s'",
				       at + 1);
	}
	return 0;
}

/* As early as what its constants name is there. */
static void load_if_possible(struct cell *c)
{
	if (!c->sched || c->loads || scenario_body_open(c->out))
		return;
	c->last = ERR_INIT;
	if (has_its_cgroups(c, &c->last) < 0)
		return;
	if (append(c->out, c->sched, &c->last) == 0) {
		op_destroy(c->sched);
		c->sched = NULL;
	}
}

/* For the report; a bare scenario has no place for it. */
static int look_at(struct cell *c, const char *path, struct err *err)
{
	cleanup_free char *line = xasprintf("read %s", path);
	cleanup_op struct op *op = NULL;
	int r = c->bare ? 0 : op_parse(line, &op, err);

	return r < 0 || !op ? r : append(c->out, op, err);
}

const char *mx_vulnerability_at(size_t i)
{
#define VULNERABILITY(name) "/sys/devices/system/cpu/vulnerabilities/" name
	static const char *const paths[] = {VULNERABILITY("meltdown"), VULNERABILITY("spectre_v2"),
					    VULNERABILITY("mds"), VULNERABILITY("retbleed")};

	return i < ARRAY_SIZE(paths) ? paths[i] : NULL;
}

static int read_conditions(struct cell *c, struct err *err)
{
	const char *path;
	int r = look_at(c, MX_CLOCK_FILE, err);
	size_t i;

	for (i = 0; r == 0 && (path = mx_vulnerability_at(i)); i++)
		r = look_at(c, path, err);
	return r < 0 ? r : look_at(c, MX_STAT_FILE, err);
}

static int put(struct cell *c, const struct op *op, struct err *err)
{
	enum part part = c->own ? PART_OTHER : part_of(op);
	struct op *copy;
	int r;

	if (part == PART_LOADS && !c->sched)
		return 0;
	if (part == PART_UNLOADS && c->name && mx_sched_is_none(c->name))
		return 0;
	if (part == PART_EXPECTS && strcmp(op_arg(op, WARG_SCHED)->str, "none")) {
		if (!c->name)
			return 0;
		copy = op_clone(op);
		op_set_str(copy, WARG_SCHED, c->name);
		r = append(c->out, copy, err);
		op_destroy(copy);
		return r;
	}
	if (part == PART_LOADS) {
		c->sched->after_ns = op->after_ns;
		r = has_its_cgroups(c, err);
		if (r == 0)
			r = append(c->out, c->sched, err);
		op_destroy(c->sched);
		c->sched = NULL;
		return r;
	}
	return append(c->out, op, err);
}

static int put_all(struct cell *c, const struct scenario *base, const struct topology *topology,
		   struct err *err)
{
	cleanup_free struct cpu_layout *layout = xcalloc(1, sizeof(*layout));
	const struct op *op;
	size_t i;
	int r;

	topology_layout(topology, layout);
	r = read_conditions(c, err);
	load_if_possible(c);
	for (i = 0; r == 0 && (op = scenario_at(base, i)); i++) {
		bool loads = !c->own && part_of(op) == PART_LOADS;

		if (has_what_it_names(op, layout, err) < 0)
			return out_of_range(op, err);
		if (part_of(op) == PART_UNLOADS && !scenario_body_open(c->out))
			r = look_at(c, MX_SCHED_FILE, err);
		if (r == 0)
			r = put(c, op, err);
		if (r < 0 && !loads)
			return out_of_range(op, err);
		load_if_possible(c);
	}
	if (r == 0 && c->sched)
		r = err_set(err, EINVAL, "%s", c->last.msg);
	/* a body that is never closed is the scenario's own affair */
	if (r == 0 && !scenario_body_open(c->out))
		r = look_at(c, MX_SCHED_FILE, err);
	if (r == 0 && !scenario_body_open(c->out))
		r = look_at(c, MX_STAT_FILE, err);
	return r;
}

static int make(const struct scenario *base, const struct topology *topology, const char *sched,
		bool bare, struct scenario **out, struct err *err)
{
	struct cell c = {.own = !strcmp(sched, MX_OWN), .bare = bare};
	const struct op *op;
	size_t i;
	int r = 0;

	*out = NULL;
	if (!c.own && mx_sched_is_none(sched))
		c.name = "none";
	else if (!c.own)
		r = mx_sched_op(sched, &c.sched, err);
	if (r < 0)
		return r;
	if (c.sched) {
		const struct scheduler *known = scheduler_find(op_arg(c.sched, WARG_SCHED)->str);

		c.name = known ? known->name : NULL;
	}
	for (i = 0; !c.own && (op = scenario_at(base, i)); i++)
		c.loads |= part_of(op) == PART_LOADS;
	c.out = scenario_create(topology_cpus(topology));
	r = put_all(&c, base, topology, err);
	op_destroy(c.sched);
	if (r < 0)
		scenario_destroy(c.out);
	else
		*out = c.out;
	return r;
}

int mx_cell_scenario(const struct scenario *base, const struct topology *topology,
		     const char *sched, struct scenario **out, struct err *err)
{
	return make(base, topology, sched, false, out, err);
}

int mx_scenario_under(const struct scenario *base, const struct topology *topology,
		      const char *sched, struct scenario **out, struct err *err)
{
	int r = strcmp(sched, MX_OWN) ? mx_scenario_takes(base, err) : 0;

	*out = NULL;
	return r < 0 ? r : make(base, topology, sched, true, out, err);
}
