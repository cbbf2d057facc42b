/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * op_parse_args - the words of a line to the arguments of its op, form by form.
 *
 * KEY=VALUE words are taken first, then the others in the order of the table. Invariant: every word
 * is used once or refused by name.
 */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/cgroup_settings.h"
#include "ops/checks.h"
#include "ops/figures.h"
#include "ops/op_parse_private.h"
#include "ops/schedulers.h"
#include "ops/work_types.h"

#include <errno.h>
#include <string.h>

static int missing(const struct op_parser *p, const struct arg_def *a, struct err *err)
{
	const struct op_def *d = p->op->def;

	return err_set(err, EINVAL, "%s%s%s: %s is missing (%s); for example: %s", d->words[0],
		       d->words[1] ? " " : "", d->words[1] ? d->words[1] : "", a->key, a->summary,
		       d->example);
}

static size_t next_word(const struct op_parser *p)
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

static int take_positional(struct op_parser *p, size_t arg, struct err *err)
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
		r = op_parse_value(next, at + 1, &p->op->val[arg + 1], err);
		if (r < 0)
			return r;
	}
	return op_parse_value(a, word, &p->op->val[arg], err);
}

static int take_key(struct op_parser *p, size_t arg, struct err *err)
{
	const struct arg_def *a = &p->op->def->args[arg];
	size_t n = strlen(a->key), i;

	for (i = 0; i < p->rest; i++) {
		if (p->used[i] || strncmp(p->words[i], a->key, n) || p->words[i][n] != '=')
			continue;
		if (p->op->val[arg].set)
			return err_set(err, EINVAL, "%s is given twice", a->key);
		p->used[i] = true;
		if (op_parse_value(a, p->words[i] + n + 1, &p->op->val[arg], err) < 0)
			return -EINVAL;
	}
	return 0;
}

static int take_after(struct op_parser *p, size_t arg, struct err *err)
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

static int take_rest(struct op_parser *p, size_t arg, struct err *err)
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

static int take_words(struct op_parser *p, size_t arg, struct err *err)
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
	return op_parse_value(a, buf_text(&text), &p->op->val[arg], err);
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

static int take_params(struct op_parser *p, size_t arg, struct err *err);

/* A constant of a scheduler: what it may be is known to the built-in ones, else to the object. */
static int take_constant(const struct op_parser *p, struct op_val *v, const char *word,
			 struct err *err)
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

static bool op_has_params(const struct op_def *d)
{
	size_t i;

	for (i = 0; i < OP_ARGS_MAX && d->args[i].key; i++)
		if (d->args[i].type == ARG_PARAMS)
			return true;
	return false;
}

/* Beside parameters of work: those words whose key is a cgroup's; no parameter has such a name. */
static int take_known_settings(struct op_parser *p, size_t arg, struct err *err)
{
	size_t i;

	for (i = 0; i < p->rest; i++) {
		cleanup_free char *key = xstrndup(p->words[i], strcspn(p->words[i], "="));

		if (p->used[i] || !p->words[i][strlen(key)] || !cgroup_setting_find(key, NULL))
			continue;
		p->used[i] = true;
		if (take_setting(&p->op->val[arg], p->words[i], err) < 0)
			return -EINVAL;
	}
	return 0;
}

static int take_settings(struct op_parser *p, size_t arg, struct err *err)
{
	const struct arg_def *a = &p->op->def->args[arg];
	size_t i;

	if (a->type == ARG_PARAMS)
		return take_params(p, arg, err);

	if (a->type == ARG_SETTINGS && op_has_params(p->op->def))
		return take_known_settings(p, arg, err);
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

static int take_param(struct op_parser *p, struct op_val *v, const char *word, struct err *err)
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
static int take_params(struct op_parser *p, size_t arg, struct err *err)
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

static int too_much(const struct op_parser *p, size_t i, struct err *err)
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

int op_parse_args(struct op_parser *p, struct err *err)
{
	static int (*const take[])(struct op_parser *, size_t, struct err *) = {
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
	if (checks_op_check(p->op, err) < 0)
		return -EINVAL;
	return figures_check(p->op, err);
}
