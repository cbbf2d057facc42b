/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work_types - parameters of work types on an op line, see work_types.h.
 * Invariant: what it accepts the agent accepts: both read one table with one reader.
 */
#include "ops/work_types.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "guest/wire_custom.h"

#include <errno.h>
#include <string.h>

static const struct work_type *type_of(const struct op *op)
{
	const struct op_val *v = op_arg(op, WARG_WORK);

	return v ? work_type_find(v->str) : NULL;
}

/* Its parameters are the function's own affair: any key, any text. */
static bool is_custom(const struct op *op)
{
	const struct op_val *v = op_arg(op, WARG_WORK);

	return v && custom_is(v->str);
}

static int values_of(const struct op *op, const struct work_type *t, struct work_values *v,
		     struct err *err)
{
	const struct op_val *params = op_arg(op, WARG_PARAMS);
	size_t i;
	int r = 0;

	work_defaults(t, v);
	for (i = 0; params && i + 1 < params->n && r == 0; i += 2)
		r = work_set(t, v, params->list[i], params->list[i + 1], err);
	return r;
}

static int unknown(const struct op *op, const struct work_type *t, const char *word, const char *key,
		   const char *const *keys, size_t n, struct err *err)
{
	const char *near = text_nearest(key, keys, n);

	if (near)
		return err_set(err, EINVAL,
			       "'%.60s' is no argument of '%s'; did you mean '%s='?", word,
			       op->def->words[0], near);
	work_set(t, &(struct work_values){.text = ""}, key, "", err);
	return err_wrap(err, "'%.60s'", word);
}

int work_types_param(const struct op *op, const char *word, const char *const *keys, size_t n,
		     char **key, char **value, struct err *err)
{
	const struct work_type *t = type_of(op);
	const char *eq = strchr(word, '=');
	char text[WORK_TEXT_MAX];
	struct work_values v;
	size_t i;
	int r;

	*key = *value = NULL;
	if (eq && is_custom(op)) {
		*key = xstrndup(word, (size_t)(eq - word));
		*value = xstrdup(eq + 1);
		return custom_check_key(*key, err);
	}
	if (!t || !eq)
		return err_set(err, EINVAL, "'%.60s' is not of the form KEY=VALUE", word);
	*key = xstrndup(word, (size_t)(eq - word));
	i = work_param_index(t, *key);
	if (i == (size_t)-1)
		return unknown(op, t, word, *key, keys, n, err);
	/* a bare number is a time on the wire only */
	if (t->params[i].unit == WORK_TIME && eq[1] &&
	    strspn(eq + 1, "0123456789") == strlen(eq + 1))
		return err_set(err, EINVAL, "%s '%.40s': not a time; write 10us, 250ms or 2s", *key,
			       eq + 1);
	work_defaults(t, &v);
	r = work_set(t, &v, *key, eq + 1, err);
	if (r < 0)
		return r;
	work_value_text(t, &v, i, text, sizeof(text));
	*value = xstrdup(text);
	return 0;
}

int work_types_check(struct op *op, struct err *err)
{
	const struct work_type *t = type_of(op);
	const struct op_val *count = op_arg(op, WARG_COUNT);
	struct work_values v;
	uint32_t group;
	int r;

	if (!t)
		return 0;
	r = values_of(op, t, &v, err);
	if (r < 0)
		return r;
	group = work_group_size(t, &v);
	if (count)
		return work_check_count(t, &v, (uint64_t)count->num, err);
	if (group > 1)
		op_set_num(op, WARG_COUNT, group);
	return 0;
}

char **work_types_wire(const struct op *op, size_t *n)
{
	const struct op_val *params = op_arg(op, WARG_PARAMS);
	const struct work_type *t = type_of(op);
	char **list = xcalloc((params ? params->n : 0) + 1, sizeof(*list));
	char text[WORK_TEXT_MAX];
	struct work_values v;

	*n = 0;
	if (params && is_custom(op)) {
		for (; *n < params->n; ++*n)
			list[*n] = xstrdup(params->list[*n]);
		return list;
	}
	if (!t || !params || values_of(op, t, &v, NULL) < 0)
		return list;
	for (; *n + 1 < params->n; *n += 2) {
		work_value_wire(t, &v, work_param_index(t, params->list[*n]), text, sizeof(text));
		list[*n] = xstrdup(params->list[*n]);
		list[*n + 1] = xstrdup(text);
	}
	return list;
}

void work_types_help(const struct work_type *t, const char *indent, struct buf *out)
{
	struct work_values v;
	char text[WORK_TEXT_MAX];
	size_t i;

	work_defaults(t, &v);
	for (i = 0; i < WORK_PARAMS_MAX && t->params[i].key; i++) {
		work_value_text(t, &v, i, text, sizeof(text));
		buf_addf(out, "%s%s=%s  %s\n", indent, t->params[i].key, text,
			 t->params[i].summary);
	}
	if (work_group_size(t, &v) > 1)
		buf_addf(out, "%sin groups of %u%s\n", indent, work_group_size(t, &v),
			 t->params[0].members ? ", as its parameters say" : "");
}
