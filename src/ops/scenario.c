/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scenario - ops in order and the picture of what exists after them.
 *
 * The picture is a list of things (groups and cgroups) in order of creation; things that are gone
 * stay in it, so that an error can say what became of them. Invariant: the picture is what
 * applying every op of the list in order gives.
 */
#include "ops/scenario.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "guest/wire_cpus.h"
#include "guest/wire_expr.h"
#include "ops/cgroup_settings.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#define FILE_MAX   (16u << 20)
#define THINGS_MAX 100000
#define BODY_OPS_MAX 250 /* the agent keeps 256 */
#define BODIES_MAX   16

struct thing {
	struct scenario_thing pub;
	char *name, *cgroup;
	uint64_t seq;
	size_t made;       /* index of the op */
	char gone_why[96]; /* "was torn down at the end of step 1" */
	bool waited;       /* a wait for it has come back */
};

struct scenario {
	unsigned cpus;
	struct op **ops;
	size_t nops;
	struct thing *things;
	size_t nthings;
	unsigned step;  /* current; 0 = backdrop */
	unsigned steps; /* begun so far */
	size_t body;	/* index + 1 of the 'every' that is open; 0 = none */
};

struct scenario *scenario_create(unsigned cpus)
{
	struct scenario *s = xcalloc(1, sizeof(*s));

	s->cpus = cpus;
	return s;
}

static void drop_things(struct scenario *s)
{
	size_t i;

	for (i = 0; i < s->nthings; i++) {
		free(s->things[i].name);
		free(s->things[i].cgroup);
	}
	free(s->things);
	s->things = NULL;
	s->nthings = 0;
	s->step = s->steps = 0;
	s->body = 0;
}

void scenario_destroy(struct scenario *s)
{
	size_t i;

	if (!s)
		return;
	drop_things(s);
	for (i = 0; i < s->nops; i++)
		op_destroy(s->ops[i]);
	free(s->ops);
	free(s);
}

/* ---- the picture ---------------------------------------------------------------------- */

static struct thing *find(const struct scenario *s, bool cgroup, const char *name)
{
	size_t i = s->nthings;

	while (i--)
		if (s->things[i].pub.is_cgroup == cgroup && !strcmp(s->things[i].name, name))
			return &s->things[i];
	return NULL;
}

static void make(struct scenario *s, const struct op *op, size_t index, bool cgroup,
		 const char *name, const char *where, unsigned count)
{
	struct thing *t;

	s->things = xreallocarray(s->things, s->nthings + 1, sizeof(*s->things));
	t = &s->things[s->nthings++];
	*t = (struct thing){
		.name = xstrdup(name), .cgroup = xstrdup(where), .seq = op->seq, .made = index};
	t->pub = (struct scenario_thing){.name = t->name,
					 .cgroup = t->cgroup,
					 .is_cgroup = cgroup,
					 .backdrop = s->step == 0,
					 .step = s->step,
					 .count = count,
					 .made_by = op->def};
}

static void gone(struct thing *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void gone(struct thing *t, const char *fmt, ...)
{
	va_list ap;

	if (t->pub.gone)
		return;
	t->pub.gone = true;
	va_start(ap, fmt);
	vsnprintf(t->gone_why, sizeof(t->gone_why), fmt, ap);
	va_end(ap);
}

/* Is `path` the cgroup `top` or below it? */
static bool within(const char *path, const char *top)
{
	size_t n = strlen(top);

	return path && !strncmp(path, top, n) && (!path[n] || path[n] == '/');
}

static void kill_in(struct scenario *s, const char *cgroup, const char *why)
{
	size_t i;

	for (i = 0; i < s->nthings; i++)
		if (!s->things[i].pub.is_cgroup && within(s->things[i].cgroup, cgroup))
			gone(&s->things[i], "%s", why);
}

static bool made_in_step(const struct scenario *s, const struct thing *t)
{
	return s->step && !t->pub.gone && !t->pub.backdrop && t->pub.step == s->step;
}

/* Made in the step, or moved into a cgroup that was: what is in a cgroup goes with it. */
static bool ends_with_step(const struct scenario *s, const struct thing *t)
{
	const struct thing *in = t->cgroup && !t->pub.gone ? find(s, true, t->cgroup) : NULL;

	return made_in_step(s, t) || (in && made_in_step(s, in));
}

static void end_step(struct scenario *s)
{
	size_t pass, i;

	/* groups first: they are judged by their cgroups */
	for (pass = 0; pass < 2; pass++)
		for (i = 0; i < s->nthings; i++)
			if (s->things[i].pub.is_cgroup == (pass == 1) && ends_with_step(s, &s->things[i]))
				gone(&s->things[i], "was torn down at the end of step %u", s->step);
}

static void promote_cgroup(struct scenario *s, const char *path)
{
	size_t i;

	for (i = 0; path && i < s->nthings; i++)
		if (s->things[i].pub.is_cgroup && !s->things[i].pub.gone &&
		    within(path, s->things[i].name))
			s->things[i].pub.backdrop = true;
}

static void promote(struct scenario *s, const char *target)
{
	struct thing *t = find(s, *target == '@', *target == '@' ? target + 1 : target);

	if (!t)
		return;
	t->pub.backdrop = true;
	promote_cgroup(s, t->pub.is_cgroup ? t->name : t->cgroup);
}

static const char *str(const struct op *op, enum wire_arg tag)
{
	const struct op_val *v = op_arg(op, tag);

	return v ? v->str : NULL;
}

static void apply_kill(struct scenario *s, const char *target)
{
	struct thing *t;

	if (*target == '@')
		kill_in(s, target + 1, "was killed");
	else if ((t = find(s, false, target)))
		gone(t, "was killed");
}

static void apply_move(struct scenario *s, const char *target, const char *to)
{
	size_t i;

	for (i = 0; i < s->nthings; i++) {
		struct thing *t = &s->things[i];
		bool hit = !t->pub.is_cgroup && !t->pub.gone &&
			   (*target == '@' ? t->cgroup && !strcmp(t->cgroup, target + 1)
					   : !strcmp(t->name, target));

		if (!hit)
			continue;
		free(t->cgroup);
		t->cgroup = strcmp(to, "/") ? xstrdup(to) : NULL;
		t->pub.cgroup = t->cgroup;
	}
}

static void apply(struct scenario *s, const struct op *op, size_t index)
{
	const struct op_val *count = op_arg(op, WARG_COUNT);
	const char *cgroup = str(op, WARG_CGROUP), *target = str(op, WARG_TARGET);
	size_t i;

	switch (op->def->id) {
	case OP_CGROUP_ADD:
		make(s, op, index, true, cgroup, NULL, 0);
		break;
	case OP_CGROUP_REMOVE:
		kill_in(s, cgroup, "was killed when its cgroup was removed");
		for (i = 0; i < s->nthings; i++)
			if (s->things[i].pub.is_cgroup && within(s->things[i].name, cgroup))
				gone(&s->things[i], "was removed");
		break;
	case OP_SPAWN:
	case OP_RUN:
		make(s, op, index, false, str(op, WARG_NAME),
		     cgroup && strcmp(cgroup, "/") ? cgroup : NULL,
		     count ? (unsigned)count->num : 1);
		break;
	case OP_EVERY:
		make(s, op, index, false, str(op, WARG_NAME), NULL, 0);
		s->body = index + 1;
		break;
	case OP_END:
		s->body = 0;
		break;
	case OP_WAIT:
		if (find(s, false, str(op, WARG_NAME)))
			find(s, false, str(op, WARG_NAME))->waited = true;
		break;
	case OP_KILL:
		apply_kill(s, target);
		break;
	case OP_MOVE:
		apply_move(s, target, str(op, WARG_TO));
		break;
	case OP_STEP:
		end_step(s);
		s->step = ++s->steps;
		break;
	case OP_BACKDROP:
		if (target) {
			promote(s, target);
		} else {
			end_step(s);
			s->step = 0;
		}
		break;
	default:
		break;
	}
}

/* ---- checking ------------------------------------------------------------------------- */

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
	t = find(s, true, path);
	if (!t)
		return unknown(s, key, true, path, err);
	if (t->pub.gone)
		return err_set(err, ENOENT, "%s '%s': the cgroup %s", key, path, t->gone_why);
	return 0;
}

static int need_group(const struct scenario *s, const char *key, const char *name, bool live,
		      struct err *err)
{
	const struct thing *t = find(s, false, name);

	if (!t)
		return unknown(s, key, false, name, err);
	if (live && t->pub.gone)
		return err_set(err, ESRCH, "%s '%s': the group %s", key, name, t->gone_why);
	return 0;
}

static int check_new_cgroup(const struct scenario *s, const char *key, const char *path,
			    struct err *err)
{
	const struct thing *t = find(s, true, path);
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
	const struct thing *t = find(s, false, name);

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
	const struct thing *t = name ? find(s, false, name) : NULL;
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
	if (a->type == ARG_MOVER && !find(s, false, w) && is_task(s, w))
		return 0;
	if (need_group(s, a->key, w, true, err) < 0)
		return err ? -err->code : -ENOENT;
	if (find(s, false, w)->pub.made_by->id == OP_EVERY && op->def->id != OP_KILL)
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
		return err_set(err, EINVAL, "%s '%s': CPU %d is outside the guest's topology (0-%u)",
			       a->key, w, highest, s->cpus - 1);
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
		if (e.v[i].about == EXPR_CGROUP)
			r = need_cgroup(s, a->key, e.v[i].name, err);
		else if (e.v[i].about != EXPR_NOTHING)
			r = need_group(s, a->key, e.v[i].name, false, err);
		if (r == 0 && e.v[i].about == EXPR_BODY &&
		    find(s, false, e.v[i].name)->pub.made_by->id != OP_EVERY)
			r = err_set(err, EINVAL, "%s '%s': that is no body", a->key, e.v[i].name);
	}
	return r;
}

static int check_cpu_number(const struct scenario *s, const struct arg_def *a, int64_t n,
			    struct err *err)
{
	if (s->cpus && n >= (int64_t)s->cpus)
		return err_set(err, EINVAL, "%s '%" PRId64 "': the guest's CPUs are 0-%u", a->key, n,
			       s->cpus - 1);
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
			return strcmp(v->str, "/") && !find(s, true, v->str)
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
		if (need_group(s, a->key, v->str, false, err) < 0)
			return err ? -err->code : -ENOENT;
		if (find(s, false, v->str)->pub.made_by->id == OP_EVERY)
			return err_set(err, EINVAL, "%s '%s': that is a body, not a group", a->key,
				       v->str);
		return 0;
	case ARG_TARGET:
	case ARG_MOVER:
		return check_target(s, op, a, v->str, err);
	case ARG_EXPR:
		return check_expr(s, a, v->str, err);
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

/*
 * A body is done again and again: its second round must make sense after its first.
 */
static int check_second_round(const struct scenario *s, struct err *err)
{
	struct scenario *copy = scenario_clone(s);
	size_t i;
	int r = 0;

	for (i = s->body; r == 0 && i < s->nops; i++) {
		r = scenario_check(copy, s->ops[i], err);
		if (r == 0)
			apply(copy, s->ops[i], i);
		else
			err_wrap(err, "in the second round of '%s', op %zu of the body",
				 str(s->ops[s->body - 1], WARG_NAME), i - s->body + 1);
	}
	scenario_destroy(copy);
	return r;
}

static unsigned bodies(const struct scenario *s)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < s->nthings; i++)
		n += s->things[i].pub.made_by->id == OP_EVERY && !s->things[i].pub.gone;
	return n;
}

static int check_body(const struct scenario *s, const struct op *op, struct err *err)
{
	const char *word = op->def->words[0];

	if (op->def->flags & OPF_BODY_END) {
		if (!s->body)
			return err_set(err, EINVAL,
				       "'%s': there is no body to end; 'every' begins one", word);
		if (s->body == s->nops)
			return err_set(err, EINVAL, "'%s': the body of '%s' is empty", word,
				       str(s->ops[s->body - 1], WARG_NAME));
		return check_second_round(s, err);
	}
	if (s->body && (op->def->flags & OPF_MAIN))
		return err_set(err, EINVAL,
			       "'%s' has no place in the body of '%s': write 'end' first", word,
			       str(s->ops[s->body - 1], WARG_NAME));
	if (s->body && s->nops - s->body >= BODY_OPS_MAX)
		return err_set(err, E2BIG, "a body has at most %d ops", BODY_OPS_MAX);
	if ((op->def->flags & OPF_BODY) && bodies(s) >= BODIES_MAX)
		return err_set(err, E2BIG, "at most %d bodies run at the same time: kill one first",
			       BODIES_MAX);
	return 0;
}

bool scenario_in_body(const struct scenario *s, uint64_t seq)
{
	bool in = false;
	size_t i;

	for (i = 0; seq && i < s->nops; i++) {
		if (s->ops[i]->def->flags & OPF_BODY_END)
			in = false;
		if (s->ops[i]->seq == seq)
			return in;
		if (s->ops[i]->def->flags & OPF_BODY)
			in = true;
	}
	return false;
}

bool scenario_body_open(const struct scenario *s)
{
	return s->body != 0;
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
		r = check_body(s, op, err);
	if (r < 0)
		return r;
	/* workers never end by themselves: a wait for them without a limit would never end, either
	 */
	if (op->def->id == OP_WAIT && !op_arg(op, WARG_TIMEOUT)) {
		const struct thing *t = find(s, false, str(op, WARG_NAME));

		if (t && !t->pub.gone && t->pub.made_by->id == OP_SPAWN)
			return err_set(err, EINVAL,
				       "timeout is missing: the workers of '%s' run until they are "
				       "killed; "
				       "write 'wait %s timeout=5s', or 'hold 5s'",
				       t->name, t->name);
	}
	return 0;
}

int scenario_add(struct scenario *s, struct op *op, struct err *err)
{
	int r = scenario_check(s, op, err);

	if (r < 0)
		return r;
	s->ops = xreallocarray(s->ops, s->nops + 1, sizeof(*s->ops));
	s->ops[s->nops++] = op;
	apply(s, op, s->nops - 1);
	return 0;
}

struct scenario *scenario_clone(const struct scenario *s)
{
	struct scenario *copy = scenario_create(s->cpus);
	size_t i;

	copy->ops = xcalloc(s->nops + 1, sizeof(*copy->ops));
	for (i = 0; i < s->nops; i++) {
		copy->ops[copy->nops++] = op_clone(s->ops[i]);
		apply(copy, copy->ops[i], i);
	}
	return copy;
}

/* The op did not happen: list and picture are made again without it (the session file keeps the
 * record). */
void scenario_undo(struct scenario *s, uint64_t seq)
{
	size_t i, keep = 0;
	bool found = false;

	/* a body whose op failed in some round is a body all the same */
	if (scenario_in_body(s, seq))
		return;

	for (i = 0; i < s->nops; i++) {
		if (s->ops[i]->seq == seq && seq) {
			op_destroy(s->ops[i]);
			found = true;
		} else {
			s->ops[keep++] = s->ops[i];
		}
	}
	s->nops = keep;
	if (!found)
		return;
	drop_things(s);
	for (i = 0; i < s->nops; i++)
		apply(s, s->ops[i], i);
}

void scenario_ended(struct scenario *s, const char *name)
{
	struct thing *t = find(s, false, name);

	if (t)
		t->pub.ended = true;
}

/* ---- blocks ---------------------------------------------------------------------------- */

static void place(struct err *err, const char *name, int line)
{
	if (name)
		err_wrap(err, "%s:%d", name, line);
	else
		err_wrap(err, "line %d", line);
}

static int add_line(struct scenario *s, const char *line, int n, struct err *err)
{
	struct op *op = NULL;
	int r = op_parse(line, &op, err);

	if (r < 0 || !op)
		return r;
	op->line = n;
	r = scenario_add(s, op, err);
	if (r < 0)
		op_destroy(op);
	return r;
}

/* Back to the first n ops. */
static void truncate_to(struct scenario *s, size_t n)
{
	size_t i;

	while (s->nops > n)
		op_destroy(s->ops[--s->nops]);
	drop_things(s);
	for (i = 0; i < s->nops; i++)
		apply(s, s->ops[i], i);
}

int scenario_add_text(struct scenario *s, const char *name, const char *text, size_t len,
		      struct err *err)
{
	size_t had = s->nops, at = 0;
	int line = 1, r = 0;

	for (; at < len && r == 0; line++) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t n = end ? (size_t)(end - text - at) : len - at;
		cleanup_free char *copy = NULL;

		if (memchr(text + at, '\0', n))
			r = err_set(err, EINVAL, "a NUL byte: this is not a text of ops");
		else if (n > OP_LINE_MAX)
			r = err_set(err, E2BIG, "longer than %d bytes", OP_LINE_MAX);
		else {
			copy = xstrndup(text + at, n);
			r = add_line(s, copy, line, err);
		}
		if (r < 0)
			place(err, name, line);
		at += n + 1;
	}
	if (r < 0)
		truncate_to(s, had);
	return r;
}

int scenario_add_file(struct scenario *s, const char *path, struct err *err)
{
	bool in = !strcmp(path, "-");
	cleanup_fd int fd = in ? dup(0) : open(path, O_RDONLY | O_CLOEXEC);
	cleanup_buf struct buf text = BUF_INIT;
	ssize_t n;

	if (fd < 0)
		return err_sys(err, errno, "read ops from '%s'", path);
	do {
		buf_reserve(&text, 65536);
		n = read(fd, text.data + text.len, 65536);
		if (n < 0 && errno != EINTR)
			return err_sys(err, errno, "read ops from '%s'", path);
		if (n > 0) {
			text.len += (size_t)n;
			text.data[text.len] = '\0';
		}
		if (text.len > FILE_MAX)
			return err_set(err, EFBIG, "read ops from '%s': more than 16 MiB", path);
	} while (n);
	return scenario_add_text(s, in ? "standard input" : path, buf_text(&text), text.len, err);
}

/* ---- looks ------------------------------------------------------------------------------ */

size_t scenario_len(const struct scenario *s)
{
	return s->nops;
}

const struct op *scenario_at(const struct scenario *s, size_t i)
{
	return i < s->nops ? s->ops[i] : NULL;
}

size_t scenario_things(const struct scenario *s)
{
	return s->nthings;
}

const struct scenario_thing *scenario_thing_at(const struct scenario *s, size_t i)
{
	return i < s->nthings ? &s->things[i].pub : NULL;
}

unsigned scenario_steps(const struct scenario *s)
{
	return s->steps;
}

void scenario_teardown_text(const struct scenario *s, struct buf *out)
{
	size_t i;

	for (i = 0; i < s->nthings; i++) {
		const struct scenario_thing *t = &s->things[i].pub;

		if (t->ended || !ends_with_step(s, &s->things[i]))
			continue;
		buf_adds(out, out->len ? ", " : "");
		if (t->is_cgroup)
			buf_addf(out, "removes %s", t->name);
		else if (t->made_by->id == OP_EVERY)
			buf_addf(out, "stops %s", t->name);
		else
			buf_addf(out, "kills %s (%u task%s)", t->name, t->count,
				 t->count == 1 ? "" : "s");
	}
}
