/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * op - one op as a value: made, copied, looked into, written as text.
 * Invariant: op_parse(op_format(op)) equals op in every argument.
 */
#include "ops/op.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

struct op *op_create(const struct op_def *def)
{
	struct op *op = xcalloc(1, sizeof(*op));

	assert(def);
	op->def = def;
	return op;
}

struct op *op_clone(const struct op *op)
{
	struct op *copy = op_create(op->def);
	size_t i, j;

	copy->seq = op->seq;
	copy->after_ns = op->after_ns;
	copy->line = op->line;
	for (i = 0; i < OP_ARGS_MAX; i++) {
		const struct op_val *from = &op->val[i];
		struct op_val *to = &copy->val[i];

		*to = (struct op_val){.set = from->set,
				      .num = from->num,
				      .str = xstrdup(from->str),
				      .n = from->n};
		if (!from->list)
			continue;
		to->list = xcalloc(from->n + 1, sizeof(*to->list));
		for (j = 0; j < from->n; j++)
			to->list[j] = xstrdup(from->list[j]);
	}
	return copy;
}

void op_destroy(struct op *op)
{
	size_t i;

	if (!op)
		return;
	for (i = 0; i < OP_ARGS_MAX; i++) {
		free(op->val[i].str);
		words_free(op->val[i].list);
	}
	free(op);
}

static struct op_val *find(const struct op *op, enum wire_arg tag)
{
	size_t i;

	for (i = 0; i < OP_ARGS_MAX && op->def->args[i].key; i++)
		if (op->def->args[i].wire == tag)
			return (struct op_val *)&op->val[i];
	return NULL;
}

const struct op_val *op_arg(const struct op *op, enum wire_arg tag)
{
	const struct op_val *v = find(op, tag);

	return v && v->set ? v : NULL;
}

void op_set_str(struct op *op, enum wire_arg tag, const char *s)
{
	struct op_val *v = find(op, tag);

	assert(v);
	free(v->str);
	v->str = xstrdup(s);
	v->set = true;
}

void op_set_num(struct op *op, enum wire_arg tag, int64_t num)
{
	struct op_val *v = find(op, tag);

	assert(v);
	v->num = num;
	v->set = true;
}

static void format_value(struct buf *out, const struct arg_def *a, const struct op_val *v)
{
	char text[32];

	switch (a->type) {
	case ARG_COUNT:
	case ARG_CODE:
		buf_addf(out, "%" PRId64, v->num);
		break;
	case ARG_NUMBER:
		buf_addf(out, "%.9g", (double)v->num / 1e6);
		break;
	case ARG_PERCENT:
		buf_addf(out, "%.9g%%", (double)v->num / 1e4);
		break;
	case ARG_HOLD:
		if (v->num < 0) {
			buf_addf(out, "%.6g%%", (double)-v->num / 10000);
			break;
		}
		/* fall through */
	case ARG_DURATION:
		text_format_duration(text, sizeof(text), (uint64_t)v->num);
		buf_adds(out, text);
		break;
	case ARG_COMPARE:
	case ARG_PLACE: /* has nothing that a shell's words end at */
		buf_adds(out, v->str);
		break;
	case ARG_TEXT:
		/* always in quotes: a text is then seen to be one */
		if (!*v->str ||
		    strspn(v->str,
			   "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_./:-") ==
			    strlen(v->str)) {
			buf_addf(out, "\"%s\"", v->str);
			break;
		}
		words_quote(out, v->str);
		break;
	default:
		words_quote(out, v->str);
	}
}

static void format_list(struct buf *out, const struct op_val *v, bool pairs)
{
	size_t i;

	for (i = 0; i < v->n; i += pairs ? 2 : 1) {
		buf_addc(out, ' ');
		if (pairs) {
			cleanup_free char *word = xasprintf("%s=%s", v->list[i], v->list[i + 1]);

			words_quote(out, word);
		} else {
			words_quote(out, v->list[i]);
		}
	}
}

char *op_format(const struct op *op)
{
	struct buf out = BUF_INIT;
	size_t i;

	buf_adds(&out, op->def->words[0]);
	if (op->def->words[1])
		buf_addf(&out, " %s", op->def->words[1]);
	for (i = 0; i < OP_ARGS_MAX && op->def->args[i].key; i++) {
		const struct arg_def *a = &op->def->args[i];
		const struct op_val *v = &op->val[i];

		if (!v->set)
			continue;
		switch (a->form) {
		case FORM_POSITIONAL:
			buf_addc(&out, ' ');
			format_value(&out, a, v);
			break;
		case FORM_AT:
			buf_addc(&out, '@');
			format_value(&out, a, v);
			break;
		case FORM_KEY:
			buf_addf(&out, " %s=", a->key);
			format_value(&out, a, v);
			break;
		case FORM_AFTER:
			buf_addf(&out, " %s ", a->literal);
			format_value(&out, a, v);
			break;
		case FORM_REST:
			buf_adds(&out, " --");
			format_list(&out, v, false);
			break;
		case FORM_WORDS:
			buf_addf(&out, " %s", v->str);
			break;
		case FORM_SETTINGS:
			format_list(&out, v, true);
			break;
		}
	}
	return buf_steal(&out);
}

int op_check_duration(const struct op *op, uint64_t duration_ns, struct err *err)
{
	const struct op_val *v = op_arg(op, WARG_DURATION);
	cleanup_free char *text = NULL;

	if (duration_ns || !v || v->num >= 0)
		return 0;
	text = op_format(op);
	return err_set(err, EINVAL,
		       "'%s': a part of the scenario's time cannot be held: it has none, give it with "
		       "--duration",
		       text);
}
