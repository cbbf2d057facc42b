/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * op_parse - one line of text to one op: words matched against the op table, values checked.
 *
 * What is judged here is the line alone; whether its names exist is scenario.c's question. Every
 * error names the argument and, where there is one, the nearest valid word.
 */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "guest/wire_cpus.h"
#include "guest/wire_expr.h"
#include "guest/wire_policy.h"
#include "ops/cgroup_settings.h"
#include "ops/figures.h"
#include "ops/op.h"
#include "ops/schedulers.h"
#include "ops/work_types.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

struct parser {
	char **words;
	bool *used;
	size_t n;
	size_t rest; /* index of "--", or n */
	struct op *op;
};

/* ---- values --------------------------------------------------------------------------- */

static int bad(struct err *err, const struct arg_def *a, const char *word, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static int bad(struct err *err, const struct arg_def *a, const char *word, const char *fmt, ...)
{
	char why[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	return err_set(err, EINVAL, "%s '%.80s': %s", a->key, word, why);
}

static const char name_chars[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

static int check_name(const struct arg_def *a, const char *w, struct err *err)
{
	if (!*w)
		return bad(err, a, w, "a name is empty");
	if (strlen(w) > OP_NAME_MAX)
		return bad(err, a, w, "a name has at most %d bytes", OP_NAME_MAX);
	if (strspn(w, name_chars) != strlen(w))
		return bad(err, a, w, "a name is made of letters, digits, '_', '.' and '-'");
	if (*w == '.' || *w == '-')
		return bad(err, a, w, "a name does not begin with '%c'", *w);
	if (strspn(w, "0123456789") == strlen(w))
		return bad(err, a, w, "a name is not a number (a number is a PID)");
	return 0;
}

static int check_component(const struct arg_def *a, const char *all, const char *c, size_t len,
			   struct err *err)
{
	size_t i;

	if (!len)
		return bad(err, a, all, "a component of the path is empty");
	if (c[0] == '.')
		return bad(err, a, all, "a component does not begin with '.'");
	for (i = 0; i < len; i++)
		if (!strchr(name_chars, c[i]))
			return bad(err, a, all,
				   "a cgroup is named with letters, digits, '_', '.' and '-'");
	return 0;
}

/* The kernel refuses names that look like its own files ("cpu.max"): say so before it does. */
static int check_cgroup(const struct arg_def *a, const char *w, struct err *err)
{
	static const char *const controllers[] = {"cgroup.", "cpu.",  "cpuset.",  "memory.",
						  "io.",     "pids.", "hugetlb.", "rdma.",
						  "misc.",   "irq."};
	const char *p = w, *last;
	size_t i;

	if (!strcmp(w, "/") && a->type == ARG_CGROUP)
		return 0;
	if (!*w)
		return bad(err, a, w, "a cgroup's name is empty");
	if (*w == '/')
		return bad(err, a, w, "name it below the workload root, without the leading '/'");
	if (strlen(w) > OP_CGROUP_MAX)
		return bad(err, a, w, "a cgroup's path has at most %d bytes", OP_CGROUP_MAX);
	for (;;) {
		size_t len = strcspn(p, "/");

		if (check_component(a, w, p, len, err) < 0)
			return -EINVAL;
		if (!p[len])
			break;
		p += len + 1;
	}
	last = strrchr(w, '/') ? strrchr(w, '/') + 1 : w;
	for (i = 0; i < ARRAY_SIZE(controllers); i++)
		if (!strncmp(last, controllers[i], strlen(controllers[i])))
			return bad(err, a, w,
				   "the kernel keeps names that begin with '%s' for its own files",
				   controllers[i]);
	return 0;
}

static int check_target(const struct arg_def *a, const char *w, struct err *err)
{
	static const struct arg_def cgroup = {.key = "@CGROUP", .type = ARG_CGROUP_NEW};
	uint64_t pid;

	if (*w == '@')
		return check_cgroup(&cgroup, w + 1, err);
	if (*w >= '0' && *w <= '9' && strspn(w, "0123456789") == strlen(w)) {
		if (a->type != ARG_MOVER)
			return bad(err, a, w,
				   "a process number cannot stand here, only a name or @CGROUP");
		if (!text_u64(w, 2, 4194304, &pid))
			return bad(err, a, w, "a PID is a number from 2 to 4194304");
		return 0;
	}
	return check_name(a, w, err);
}

static int check_work(const struct arg_def *a, const char *w, struct err *err)
{
	const char *names[64], *near;
	const struct work_type *t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names) && (t = work_type_at(i)); i++) {
		if (!strcmp(t->name, w))
			return 0;
		names[i] = t->name;
	}
	near = text_nearest(w, names, i);
	if (near)
		return bad(err, a, w, "no such work type; did you mean '%s'?", near);
	return bad(err, a, w, "no such work type; the first is '%s', see 'help spawn'", names[0]);
}

static int parse_duration(const struct arg_def *a, const char *w, struct op_val *v, struct err *err)
{
	char min[32], max[32];
	uint64_t ns;

	if (!text_duration(w, &ns) || ns > INT64_MAX)
		return bad(err, a, w, "not a time; write 10us, 250ms, 2s or 1m");
	if ((int64_t)ns < a->min || (int64_t)ns > a->max) {
		text_format_duration(min, sizeof(min), (uint64_t)a->min);
		text_format_duration(max, sizeof(max), (uint64_t)a->max);
		return bad(err, a, w, "must be from %s to %s", min, max);
	}
	v->num = (int64_t)ns;
	return 0;
}

/* A duration, or "25%" of the scenario's. */
static int parse_hold(const struct arg_def *a, const char *w, struct op_val *v, struct err *err)
{
	size_t n = strlen(w);
	char *end;
	double percent;

	if (!n || w[n - 1] != '%')
		return parse_duration(a, w, v, err);
	percent = *w >= '0' && *w <= '9' ? strtod(w, &end) : 0;
	if (!(percent >= 0.0001 && percent <= 100) || strspn(w, "0123456789.") != n - 1 ||
	    end != w + n - 1)
		return bad(err, a, w, "a part of the scenario's time is more than 0%% and at most 100%%");
	v->num = -(int64_t)(percent * 10000 + 0.5);
	return 0;
}

/* Decimals to millionths; a percentage has its sign. */
static int parse_number(const struct arg_def *a, const char *w, struct op_val *v, struct err *err)
{
	bool percent = a->type == ARG_PERCENT;
	size_t n = strlen(w), digits = strspn(w, "0123456789.");
	double x = digits && digits <= 20 ? strtod(w, NULL) * (percent ? 1e4 : 1e6) + 0.5 : 0;

	if (digits + percent != n || (percent && w[digits] != '%') || !strpbrk(w, "0123456789") ||
	    strchr(w, '.') != strrchr(w, '.'))
		return bad(err, a, w, percent ? "write a percentage such as 10%%"
					      : "write a number such as 3 or 0.5");
	if (x < (double)a->min || x > (double)a->max + 0.5)
		return bad(err, a, w, "must be from %g to %g", (double)a->min / 1e6,
			   (double)a->max / 1e6);
	v->num = (int64_t)x;
	return 0;
}

static int check_pair(const struct arg_def *a, const char *w, struct err *err)
{
	const char *slash = strchr(w, '/');
	cleanup_free char *first = slash ? xstrndup(w, (size_t)(slash - w)) : NULL;

	if (!slash && strchr(a->key, '|'))
		return check_name(a, w, err);
	if (!slash)
		return bad(err, a, w, "write two groups, such as high/low");
	return check_name(a, first, err) < 0 ? -EINVAL : check_name(a, slash + 1, err);
}

static int cpu_list_check(const char *text, struct err *err)
{
	struct cpu_mask m;

	return cpu_mask_parse(text, &m, err);
}

static int parse_checked(const struct arg_def *a, const char *w,
			 int (*check)(const char *text, struct err *err), struct err *err)
{
	return check(w, err) < 0 ? err_wrap(err, "%s", a->key) : 0;
}

static int parse_value(const struct arg_def *a, const char *w, struct op_val *v, struct err *err)
{
	int r = 0;

	switch (a->type) {
	case ARG_COUNT:
	case ARG_CODE:
		if (!text_i64(w, a->min, a->max, &v->num))
			return bad(err, a, w, "must be a number from %" PRId64 " to %" PRId64,
				   a->min, a->max);
		break;
	case ARG_DURATION:
		r = parse_duration(a, w, v, err);
		break;
	case ARG_HOLD:
		r = parse_hold(a, w, v, err);
		break;
	case ARG_EXPR:
		r = parse_checked(a, w, expr_check, err);
		break;
	case ARG_PAIR:
		r = check_pair(a, w, err);
		break;
	case ARG_NUMBER:
	case ARG_PERCENT:
		r = parse_number(a, w, v, err);
		break;
	case ARG_CPU_LIST:
		r = parse_checked(a, w, cpu_list_check, err);
		break;
	case ARG_CPUS:
		r = parse_checked(a, w, cpu_words_check, err);
		break;
	case ARG_POLICY:
		r = parse_checked(a, w, policy_check, err);
		break;
	case ARG_MEMPOLICY:
		r = parse_checked(a, w, mempolicy_check, err);
		break;
	case ARG_SCHED:
		r = parse_checked(a, w, scheduler_check, err);
		break;
	case ARG_SCHED_SEEN:
		r = check_name(a, w, err);
		break;
	case ARG_KIND:
		r = parse_checked(a, w, scheduler_check_kind, err);
		break;
	case ARG_SIGNAL:
		r = parse_checked(a, w, signal_check, err);
		break;
	case ARG_NAME:
	case ARG_NAME_NEW:
		r = check_name(a, w, err);
		break;
	case ARG_CGROUP:
	case ARG_CGROUP_NEW:
		r = check_cgroup(a, w, err);
		break;
	case ARG_TARGET:
	case ARG_MOVER:
		r = check_target(a, w, err);
		break;
	case ARG_WORK:
		r = check_work(a, w, err);
		break;
	case ARG_PATH:
		if (*w != '/' || strlen(w) >= 4096)
			r = bad(err, a, w, "must be an absolute path in the guest");
		break;
	case ARG_FIGURE:
	case ARG_COMPARE:
	case ARG_AMOUNT: /* all three together: figures_check() */
	case ARG_TEXT:
	case ARG_ARGV:
	case ARG_PARAMS:
	case ARG_SETTINGS:
	case ARG_CONSTANTS:
		break;
	}
	if (r < 0)
		return r;
	if (a->type != ARG_COUNT && a->type != ARG_CODE && a->type != ARG_DURATION &&
	    a->type != ARG_HOLD && a->type != ARG_NUMBER && a->type != ARG_PERCENT)
		v->str = xstrdup(w);
	v->set = true;
	return 0;
}

/* ---- words to arguments ---------------------------------------------------------------- */

static int missing(const struct parser *p, const struct arg_def *a, struct err *err)
{
	const struct op_def *d = p->op->def;

	return err_set(err, EINVAL, "%s%s%s: %s is missing (%s); for example: %s", d->words[0],
		       d->words[1] ? " " : "", d->words[1] ? d->words[1] : "", a->key, a->summary,
		       d->example);
}

static size_t next_word(const struct parser *p)
{
	size_t i;

	for (i = 0; i < p->rest && p->used[i]; i++)
		;
	return i;
}

static void take_list(struct op_val *v, const char *word)
{
	v->list = xreallocarray(v->list, v->n + 2, sizeof(*v->list));
	v->list[v->n++] = xstrdup(word);
	v->list[v->n] = NULL;
	v->set = true;
}

static int take_positional(struct parser *p, size_t arg, struct err *err)
{
	const struct arg_def *a = &p->op->def->args[arg], *next = a + 1;
	size_t i = next_word(p);
	cleanup_free char *word = NULL;
	char *at;
	int r;

	if (i == p->rest)
		return a->optional ? 0 : missing(p, a, err);
	p->used[i] = true;
	word = xstrdup(p->words[i]);
	if (arg + 1 < OP_ARGS_MAX && next->key && next->form == FORM_AT &&
	    (at = strchr(word, '@'))) {
		*at = '\0';
		r = parse_value(next, at + 1, &p->op->val[arg + 1], err);
		if (r < 0)
			return r;
	}
	return parse_value(a, word, &p->op->val[arg], err);
}

static int take_key(struct parser *p, size_t arg, struct err *err)
{
	const struct arg_def *a = &p->op->def->args[arg];
	size_t n = strlen(a->key), i;

	for (i = 0; i < p->rest; i++) {
		if (p->used[i] || strncmp(p->words[i], a->key, n) || p->words[i][n] != '=')
			continue;
		if (p->op->val[arg].set)
			return err_set(err, EINVAL, "%s is given twice", a->key);
		p->used[i] = true;
		if (parse_value(a, p->words[i] + n + 1, &p->op->val[arg], err) < 0)
			return -EINVAL;
	}
	return 0;
}

static int take_after(struct parser *p, size_t arg, struct err *err)
{
	const struct arg_def *a = &p->op->def->args[arg];
	size_t i = next_word(p);

	if (i == p->rest)
		return missing(p, a, err);
	if (strcmp(p->words[i], a->literal))
		return err_set(err, EINVAL, "'%.60s' stands where '%s' must; for example: %s",
			       p->words[i], a->literal, p->op->def->example);
	p->used[i] = true;
	return take_positional(p, arg, err);
}

static int take_rest(struct parser *p, size_t arg, struct err *err)
{
	const struct arg_def *a = &p->op->def->args[arg];
	size_t i;

	if (p->rest == p->n || p->rest + 1 == p->n)
		return a->optional ? 0 : missing(p, a, err);
	if (p->n - p->rest - 1 > WIRE_LIST_MAX)
		return err_set(err, E2BIG, "%s has more than %d words", a->key, WIRE_LIST_MAX);
	for (i = p->rest; i < p->n; i++) {
		p->used[i] = true;
		if (i > p->rest)
			take_list(&p->op->val[arg], p->words[i]);
	}
	return 0;
}

static int take_words(struct parser *p, size_t arg, struct err *err)
{
	const struct arg_def *a = &p->op->def->args[arg];
	cleanup_buf struct buf text = BUF_INIT;
	size_t i;

	for (i = next_word(p); i < p->rest; i = next_word(p)) {
		p->used[i] = true;
		buf_addf(&text, "%s%s", text.len ? " " : "", p->words[i]);
	}
	if (!text.len)
		return missing(p, a, err);
	return parse_value(a, buf_text(&text), &p->op->val[arg], err);
}

static int take_setting(struct op_val *v, const char *word, struct err *err)
{
	const char *eq = strchr(word, '=');
	const struct cgroup_setting *s;
	cleanup_free char *key = NULL, *value = NULL;
	char *slash;
	size_t i;

	if (!eq)
		return err_set(err, EINVAL, "'%.60s' is not of the form KEY=VALUE", word);
	key = xstrndup(word, (size_t)(eq - word));
	value = xstrdup(eq + 1);
	s = cgroup_setting_find(key, err);
	if (!s)
		return -EINVAL;
	/* cpu.max=50000/100000 saves the quotes that "50000 100000" needs */
	if (!strcmp(s->file, "cpu.max") && (slash = strchr(value, '/')))
		*slash = ' ';
	if (s->check(value, 0, err) < 0)
		return err_wrap(err, "%s", s->file);
	for (i = 0; i < v->n; i += 2)
		if (!strcmp(v->list[i], s->file))
			return err_set(err, EINVAL, "%s is given twice", s->file);
	take_list(v, s->file);
	take_list(v, value);
	return 0;
}

static int take_params(struct parser *p, size_t arg, struct err *err);

/* A constant of a scheduler: what it may be is known to the built-in ones, else to the object. */
static int take_constant(const struct parser *p, struct op_val *v, const char *word, struct err *err)
{
	const struct op_val *sched = op_arg(p->op, WARG_SCHED);
	size_t n = strcspn(word, "="), i;
	cleanup_free char *key = xstrndup(word, n);

	if (!word[n] || !n)
		return err_set(err, EINVAL, "'%.60s' is not of the form NAME=VALUE", word);
	if (sched && scheduler_check_constant(sched->str, key, err) < 0)
		return -EINVAL;
	for (i = 0; i < v->n; i += 2)
		if (!strcmp(v->list[i], key))
			return err_set(err, EINVAL, "%s is given twice", key);
	take_list(v, key);
	take_list(v, word + n + 1);
	return 0;
}

static int take_settings(struct parser *p, size_t arg, struct err *err)
{
	const struct arg_def *a = &p->op->def->args[arg];
	size_t i;

	if (a->type == ARG_PARAMS)
		return take_params(p, arg, err);

	for (i = next_word(p); i < p->rest; i = next_word(p)) {
		p->used[i] = true;
		if ((a->type == ARG_CONSTANTS
			     ? take_constant(p, &p->op->val[arg], p->words[i], err)
			     : take_setting(&p->op->val[arg], p->words[i], err)) < 0)
			return -EINVAL;
	}
	return p->op->val[arg].set || a->optional ? 0 : missing(p, a, err);
}

static size_t keys_of(const struct op_def *d, const char **keys)
{
	size_t n;

	for (n = 0; n < OP_ARGS_MAX && d->args[n].key; n++)
		keys[n] = d->args[n].form == FORM_KEY ? d->args[n].key : NULL;
	return n;
}

static int take_param(struct parser *p, struct op_val *v, const char *word, struct err *err)
{
	const char *keys[OP_ARGS_MAX];
	cleanup_free char *key = NULL, *value = NULL;
	size_t i;

	if (work_types_param(p->op, word, keys, keys_of(p->op->def, keys), &key, &value, err) < 0)
		return -EINVAL;
	for (i = 0; i < v->n; i += 2)
		if (!strcmp(v->list[i], key))
			return err_set(err, EINVAL, "%s is given twice", key);
	take_list(v, key);
	take_list(v, value);
	return 0;
}

/* Words without a '=' are left alone: they are too much, and that is said of them. */
static int take_params(struct parser *p, size_t arg, struct err *err)
{
	size_t i;

	for (i = 0; i < p->rest; i++) {
		if (p->used[i] || !strchr(p->words[i], '='))
			continue;
		p->used[i] = true;
		if (take_param(p, &p->op->val[arg], p->words[i], err) < 0)
			return -EINVAL;
	}
	return 0;
}

static int too_much(const struct parser *p, size_t i, struct err *err)
{
	const struct op_def *d = p->op->def;
	const char *keys[OP_ARGS_MAX], *near;
	cleanup_free char *word = xstrdup(p->words[i]);
	size_t n = keys_of(d, keys);

	word[strcspn(word, "=")] = '\0';
	near = strchr(p->words[i], '=') ? text_nearest(word, keys, n) : NULL;
	if (near)
		return err_set(err, EINVAL, "'%.60s' is no argument of '%s'; did you mean '%s='?",
			       p->words[i], d->words[0], near);
	return err_set(err, EINVAL, "'%.60s' is too much here; for example: %s", p->words[i],
		       d->example);
}

static int parse_args(struct parser *p, struct err *err)
{
	static int (*const take[])(struct parser *, size_t, struct err *) = {
		[FORM_POSITIONAL] = take_positional,
		[FORM_AFTER] = take_after,
		[FORM_REST] = take_rest,
		[FORM_WORDS] = take_words,
		[FORM_SETTINGS] = take_settings,
	};
	const struct arg_def *args = p->op->def->args;
	size_t i;
	int r;

	for (i = 0; i < OP_ARGS_MAX && args[i].key; i++)
		if (args[i].form == FORM_KEY && (r = take_key(p, i, err)) < 0)
			return r;
	for (i = 0; i < OP_ARGS_MAX && args[i].key; i++)
		if (take[args[i].form] && (r = take[args[i].form](p, i, err)) < 0)
			return r;
	for (i = 0; i < OP_ARGS_MAX && args[i].key; i++)
		if (!p->op->val[i].set && !args[i].optional)
			return missing(p, &args[i], err);
	for (i = 0; i < p->n; i++)
		if (!p->used[i])
			return too_much(p, i, err);
	if (work_types_check(p->op, err) < 0)
		return -EINVAL;
	return figures_check(p->op, err);
}

/* ---- the op's own words ------------------------------------------------------------------ */

static int unknown_op(const char *first, const char *second, struct err *err)
{
	const char *words[64], *near;
	const struct op_def *d;
	bool known = false;
	size_t i, n = 0;

	for (i = 0; (d = op_def_at(i)) && n < ARRAY_SIZE(words); i++) {
		bool same = !strcmp(d->words[0], first);

		if (same && !known) {
			known = true;
			n = 0;
		}
		if (known && same)
			words[n++] = d->words[1];
		else if (!known)
			words[n++] = d->words[0];
	}
	if (known && !second)
		return err_set(err, EINVAL, "op '%s' needs a second word, such as '%s %s'", first,
			       first, words[0]);
	near = text_nearest(known ? second : first, words, n);
	return err_set(err, EINVAL,
		       "op '%.40s%s%.40s' is not known%s%s%s%s%s; 'help ops' lists all", first,
		       known ? " " : "", known ? second : "", near ? "; did you mean '" : "",
		       near && known ? first : "", near && known ? " " : "", near ? near : "",
		       near ? "'" : "");
}

const struct op_def *op_def_of_words(char *const *words, size_t n, size_t *taken)
{
	const struct op_def *d, *found = NULL;
	size_t i, k;

	/* "hold loop" is meant before "hold" */
	*taken = 0;
	for (i = 0; n && (d = op_def_at(i)); i++) {
		const char *second = d->words[1], *space = second ? strchr(second, ' ') : NULL;
		size_t len = space ? (size_t)(space - second) : second ? strlen(second) : 0;

		k = space ? 3 : second ? 2 : 1;
		if (k <= *taken || k > n || strcmp(d->words[0], words[0]))
			continue;
		if (second && (strncmp(second, words[1], len) || words[1][len]))
			continue;
		if (space && strcmp(space + 1, words[2]))
			continue;
		found = d;
		*taken = k;
	}
	return found;
}

static bool takes_rest(const struct op_def *d)
{
	size_t i;

	for (i = 0; i < OP_ARGS_MAX && d->args[i].key; i++)
		if (d->args[i].form == FORM_REST)
			return true;
	return false;
}

int op_parse(const char *line, struct op **out, struct err *err)
{
	struct parser p = {.words = NULL};
	const struct op_def *def;
	size_t taken = 0;
	int r;

	*out = NULL;
	if (strlen(line) > OP_LINE_MAX)
		return err_set(err, E2BIG, "the line is longer than %d bytes", OP_LINE_MAX);
	p.words = words_split(line, &p.n, err);
	if (!p.words)
		return -EINVAL;
	if (!p.n) {
		words_free(p.words);
		return 0;
	}
	def = op_def_of_words(p.words, p.n, &taken);
	if (!def) {
		r = unknown_op(p.words[0], p.words[1], err);
		words_free(p.words);
		return r;
	}
	p.used = xcalloc(p.n, sizeof(*p.used));
	memset(p.used, true, taken * sizeof(*p.used));
	/* elsewhere "--" is a text like any other: expect output probe contains "--" */
	for (p.rest = taken; p.rest < p.n && !(takes_rest(def) && !strcmp(p.words[p.rest], "--"));
	     p.rest++)
		;
	p.op = op_create(def);
	r = parse_args(&p, err);
	words_free(p.words);
	free(p.used);
	if (r < 0)
		op_destroy(p.op);
	else
		*out = p.op;
	return r;
}
