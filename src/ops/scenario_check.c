/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scenario_check - would an op be valid now? Its arguments against the picture of what exists.
 *
 * Nothing is changed here. Every error names the argument and the nearest valid word.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "guest/wire_cpus.h"
#include "guest/wire_expr.h"
#include "guest/wire_place.h"
#include "ops/cgroup_settings.h"
#include "ops/scenario_private.h"
#include "ops/schedulers.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define THINGS_MAX 100000
#define COMM_MAX   15

static const char *nearest(const struct scenario *s, bool cgroup, const char *word)
{
	const char **names = xcalloc(s->nthings + 1, sizeof(*names)), *near;
	size_t i;

	for (i = 0; i < s->nthings; i++)
		if (s->things[i].pub.is_cgroup == cgroup && !s->things[i].pub.gone)
			names[i] = s->things[i].name;
	near = text_nearest(word, names, s->nthings);
	free(names);
	return near;
}

static int unknown(const struct scenario *s, const char *key, bool cgroup, const char *word,
		   struct err *err)
{
	const char *near = nearest(s, cgroup, word);

	if (near)
		return err_set(err, ENOENT, "%s '%s': no such %s; did you mean '%s'?", key, word,
			       cgroup ? "cgroup" : "group", near);
	return err_set(err, ENOENT, "%s '%s': no such %s; %s", key, word,
		       cgroup ? "cgroup" : "group",
		       cgroup ? "make it with 'cgroup add'" : "start it with 'run' or 'spawn'");
}

static int need_cgroup(const struct scenario *s, const char *key, const char *path, struct err *err)
{
	const struct thing *t;

	if (!strcmp(path, "/"))
		return 0;
	t = scenario_find(s, true, path);
	if (!t)
		return unknown(s, key, true, path, err);
	if (t->pub.gone)
		return err_set(err, ENOENT, "%s '%s': the cgroup %s", key, path, t->gone_why);
	return 0;
}

static int need_group(const struct scenario *s, const char *key, const char *name, bool live,
		      struct err *err)
{
	const struct thing *t = scenario_find(s, false, name);

	if (!t)
		return unknown(s, key, false, name, err);
	if (live && t->pub.gone)
		return err_set(err, ESRCH, "%s '%s': the group %s", key, name, t->gone_why);
	return 0;
}

static int check_new_cgroup(const struct scenario *s, const char *key, const char *path,
			    struct err *err)
{
	const struct thing *t = scenario_find(s, true, path);
	const char *slash = strrchr(path, '/');
	cleanup_free char *parent = slash ? xstrndup(path, (size_t)(slash - path)) : NULL;

	if (t && !t->pub.gone)
		return err_set(err, EEXIST, "%s '%s': the cgroup exists already", key, path);
	if (parent && need_cgroup(s, key, parent, err) < 0)
		return err_wrap(err, "parent of '%s'", path);
	return 0;
}

static int check_new_name(const struct scenario *s, const char *key, const char *name,
			  struct err *err)
{
	const struct thing *t = scenario_find(s, false, name);

	if (!t)
		return 0;
	/* a body does the same again: what it has killed or waited for may come back */
	if (s->body && (t->pub.gone || t->waited) && t->pub.made_by->id != OP_EVERY)
		return 0;
	if (s->body)
		return err_set(err, EEXIST,
			       "%s '%s': it lives still when the body comes to start it again; "
			       "kill it or wait for it in the body first",
			       key, name);
	return err_set(
		err, EEXIST,
		"%s '%s': the name was given by op %zu already; names stay unique in a session, "
		"so that every expectation means one group",
		key, name, t->made + 1);
}

/* "hogs.3": one task of a group that lives. */
static bool is_task(const struct scenario *s, const char *w)
{
	const char *dot = strrchr(w, '.');
	cleanup_free char *name = dot ? xstrndup(w, (size_t)(dot - w)) : NULL;
	const struct thing *t = name ? scenario_find(s, false, name) : NULL;
	uint64_t index;

	return t && !t->pub.gone && text_u64(dot + 1, 1, t->pub.count, &index);
}

static int check_target(const struct scenario *s, const struct op *op, const struct arg_def *a,
			const char *w, struct err *err)
{
	if (*w == '@')
		return need_cgroup(s, a->key, w + 1, err);
	if (*w >= '0' && *w <= '9' && strspn(w, "0123456789") == strlen(w))
		return 0; /* only the guest knows its processes */
	if (a->type == ARG_MOVER && !scenario_find(s, false, w) && is_task(s, w))
		return 0;
	if (need_group(s, a->key, w, !(op->def->flags & OPF_EXPECT), err) < 0)
		return err ? -err->code : -ENOENT;
	if (scenario_find(s, false, w)->pub.made_by->id == OP_EVERY && op->def->id != OP_KILL)
		return err_set(err, EINVAL, "%s '%s': that is a body, which can only be killed",
			       a->key, w);
	return 0;
}

static int check_cpus(const struct scenario *s, const struct arg_def *a, const char *w,
		      struct err *err)
{
	int highest = cpu_words_highest(w);
	struct cpu_words words;

	if (s->cpus && highest >= (int)s->cpus)
		return err_set(err, EINVAL,
			       "%s '%s': CPU %d is outside the guest's topology (0-%u)", a->key, w,
			       highest, s->cpus - 1);
	if (cpu_words_parse(w, &words, err) < 0 || words.kind != CPU_WORD_CROSS)
		return 0;
	return need_cgroup(s, a->key, words.name, err);
}

static int check_pair(const struct scenario *s, const struct arg_def *a, const char *w,
		      struct err *err)
{
	const char *slash = strchr(w, '/');
	cleanup_free char *first = xstrndup(w, slash ? (size_t)(slash - w) : strlen(w));
	int r = need_group(s, a->key, first, false, err);

	if (!slash)
		return r;
	return r < 0 ? r : need_group(s, a->key, slash + 1, false, err);
}

static int check_expr(const struct scenario *s, const struct arg_def *a, const char *w,
		      struct err *err)
{
	struct expr e;
	unsigned i;
	int r = expr_parse(w, &e, err);

	for (i = 0; r == 0 && i < e.n; i++) {
		if (e.v[i].about == EXPR_CGROUP ||
		    (e.v[i].about == EXPR_WHERE && !scenario_find(s, false, e.v[i].name)))
			r = need_cgroup(s, a->key, e.v[i].name, err);
		else if (e.v[i].about != EXPR_NOTHING)
			r = need_group(s, a->key, e.v[i].name, false, err);
		if (r == 0 && e.v[i].about == EXPR_BODY &&
		    scenario_find(s, false, e.v[i].name)->pub.made_by->id != OP_EVERY)
			r = err_set(err, EINVAL, "%s '%s': that is no body", a->key, e.v[i].name);
	}
	return r;
}

static int check_cpu_number(const struct scenario *s, const struct arg_def *a, int64_t n,
			    struct err *err)
{
	if (s->cpus && n >= (int64_t)s->cpus)
		return err_set(err, EINVAL, "%s '%" PRId64 "': the guest's CPUs are 0-%u", a->key,
			       n, s->cpus - 1);
	return 0;
}

static int check_settings(const struct scenario *s, const struct op_val *v, struct err *err)
{
	size_t i;

	for (i = 0; i + 1 < v->n; i += 2) {
		const struct cgroup_setting *c = cgroup_setting_find(v->list[i], err);

		if (!c)
			return -EINVAL;
		if (c->check(v->list[i + 1], s->cpus, err) < 0)
			return err_wrap(err, "%s", c->file);
	}
	return 0;
}

static bool is_source_or_object(const char *word)
{
	size_t n = strlen(word);

	return n > 6 && (!strcmp(word + n - 6, ".bpf.o") || !strcmp(word + n - 6, ".bpf.c"));
}

/* "sched", or "sched.2" for the second: what a user-space scheduler has printed is a group's. */
static bool is_scheduler(const struct scenario *s, const struct op *op, const char *name)
{
	uint64_t number;
	size_t i;

	if (!(op->def->flags & OPF_NOTES) && op->def->id != OP_EXPECT_OUTPUT)
		return false;
	if (strncmp(name, "sched", 5) || scenario_find(s, false, name) ||
	    (name[5] && (name[5] != '.' || !text_u64(name + 6, 2, UINT32_MAX, &number))))
		return false;
	for (i = 0; i < s->nops; i++) {
		const char *what = op_arg(s->ops[i], WARG_SCHED) ? scenario_str(s->ops[i], WARG_SCHED)
								  : NULL;

		if (what && (s->ops[i]->def->flags & OPF_TAKES) && !scheduler_find(what) &&
		    !is_source_or_object(what))
			return true;
	}
	return false;
}

/* "task(NAME)": of the session's own tasks. */
static int check_place(const struct scenario *s, const struct arg_def *a, const char *w, struct err *err)
{
	struct place p;

	if (place_parse(w, &p, err) < 0)
		return err_wrap(err, "%s", a->key);
	if (p.kind != PLACE_TASK || p.tid || (!scenario_find(s, false, p.name) && is_task(s, p.name)))
		return 0;
	if (need_group(s, a->key, p.name, false, err) < 0)
		return err ? -err->code : -ENOENT;
	if (scenario_find(s, false, p.name)->pub.made_by->id == OP_EVERY)
		return err_set(err, EINVAL, "%s '%s': that is a body, it has no tasks", a->key, p.name);
	return 0;
}

static int check_arg(const struct scenario *s, const struct op *op, size_t i, struct err *err)
{
	const struct arg_def *a = &op->def->args[i];
	const struct op_val *v = &op->val[i];

	switch (a->type) {
	case ARG_CGROUP_NEW:
		return check_new_cgroup(s, a->key, v->str, err);
	case ARG_CGROUP:
		/* what was seen in a cgroup stays true after the cgroup has gone */
		if (op->def->flags & OPF_EXPECT)
			return strcmp(v->str, "/") && !scenario_find(s, true, v->str)
				       ? unknown(s, a->key, true, v->str, err)
				       : 0;
		if (!strcmp(v->str, "/") && a->form == FORM_POSITIONAL)
			return err_set(err, EINVAL,
				       "%s '/': the root cgroup is not the session's to change",
				       a->key);
		return need_cgroup(s, a->key, v->str, err);
	case ARG_NAME_NEW:
		return check_new_name(s, a->key, v->str, err);
	case ARG_NAME:
		if (is_scheduler(s, op, v->str))
			return 0;
		if (need_group(s, a->key, v->str, false, err) < 0)
			return err ? -err->code : -ENOENT;
		if (scenario_find(s, false, v->str)->pub.made_by->id == OP_EVERY)
			return err_set(err, EINVAL, "%s '%s': that is a body, not a group", a->key,
				       v->str);
		return 0;
	case ARG_TARGET:
	case ARG_MOVER:
		return check_target(s, op, a, v->str, err);
	case ARG_EXPR:
		return check_expr(s, a, v->str, err);
	case ARG_PLACE:
		return check_place(s, a, v->str, err);
	case ARG_PAIR:
		return check_pair(s, a, v->str, err);
	case ARG_CPUS:
		return check_cpus(s, a, v->str, err);
	case ARG_COUNT:
		return a->wire == WARG_CPU ? check_cpu_number(s, a, v->num, err) : 0;
	case ARG_SETTINGS:
		return check_settings(s, v, err);
	default:
		return 0;
	}
}

/* The kernel cuts what is longer without a word. */
static int check_comm(const struct op *op, struct err *err)
{
	const char *comm = scenario_str(op, WARG_COMM);

	if (!comm)
		return 0;
	if (!*comm || strlen(comm) > COMM_MAX)
		return err_set(err, EINVAL, "comm '%.40s': 1 to %d bytes are wanted", comm, COMM_MAX);
	if (op_arg(op, WARG_ARGV) && (strchr(comm, '/') || *comm == '.'))
		return err_set(err, EINVAL,
			       "comm '%s': a program is called by a file of that name, which holds no "
			       "'/' and begins with no '.'",
			       comm);
	return 0;
}

/* Which of several tasks' threads would that be? */
static int check_thread(const struct scenario *s, const struct op *op, struct err *err)
{
	const char *target = scenario_str(op, WARG_TARGET);
	const struct thing *t = target ? scenario_find(s, false, target) : NULL;

	if (!op_arg(op, WARG_THREAD) || (*target != '@' && (!t || t->pub.count < 2)))
		return 0;
	return err_set(err, EINVAL, "thread: '%s' is more than one task; name one, such as '%s.1'",
		       target, *target == '@' ? "hogs" : target);
}

int scenario_check(const struct scenario *s, const struct op *op, struct err *err)
{
	size_t i;
	int r = 0;

	if (s->nthings >= THINGS_MAX)
		return err_set(err, E2BIG, "the scenario has made more than %d things", THINGS_MAX);
	for (i = 0; r == 0 && i < OP_ARGS_MAX && op->def->args[i].key; i++)
		if (op->val[i].set)
			r = check_arg(s, op, i, err);
	if (r == 0)
		r = scenario_check_body(s, op, err);
	if (r == 0)
		r = check_comm(op, err);
	if (r == 0)
		r = check_thread(s, op, err);
	if (r < 0)
		return r;
	/* workers never end by themselves: a wait for them without a limit would never end, either
	 */
	if (op->def->id == OP_WAIT && !op_arg(op, WARG_TIMEOUT)) {
		const struct thing *t = scenario_find(s, false, scenario_str(op, WARG_NAME));

		if (t && !t->pub.gone && (t->pub.made_by->id == OP_SPAWN || t->pub.made_by->id == OP_DEF))
			return err_set(err, EINVAL,
				       "timeout is missing: the workers of '%s' run until they are "
				       "killed; "
				       "write 'wait %s timeout=5s', or 'hold 5s'",
				       t->name, t->name);
	}
	return 0;
}
