/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * op_encode - an op to a frame, by the table's wire tags.
 */
#include "base/cleanup.h"
#include "ops/op.h"
#include "ops/work_types.h"

#include <errno.h>

static void put_params(struct wire_writer *w, const struct op *op)
{
	size_t n;
	char **list = work_types_wire(op, &n);

	wire_op_put_list(w, WARG_PARAMS, (const char *const *)list, (uint32_t)n);
	words_free(list);
}

static void put(struct wire_writer *w, const struct arg_def *a, const struct op_val *v)
{
	switch (a->type) {
	case ARG_COUNT:
	case ARG_CODE:
	case ARG_NUMBER:
	case ARG_PERCENT:
	case ARG_DURATION:
	case ARG_HOLD:
		if (v->num < 0 && a->type == ARG_HOLD) {
			wire_op_put_u64(w, WARG_FRACTION, (uint64_t)-v->num);
			break;
		}
		wire_op_put_u64(w, a->wire, (uint64_t)v->num);
		break;
	case ARG_ARGV:
	case ARG_SETTINGS:
	case ARG_CONSTANTS:
		wire_op_put_list(w, a->wire, (const char *const *)v->list, (uint32_t)v->n);
		break;
	default:
		wire_op_put_str(w, a->wire, v->str);
	}
}

long op_encode(const struct op *op, void *frame, size_t size, struct err *err)
{
	struct wire_writer w;
	uint8_t n = op->after_ns ? 1 : 0;
	size_t i;

	for (i = 0; i < OP_ARGS_MAX && op->def->args[i].key; i++)
		n += op->val[i].set;
	wire_op_begin(&w, frame, size, (uint16_t)op->def->id, n);
	for (i = 0; i < OP_ARGS_MAX && op->def->args[i].key; i++)
		if (op->val[i].set && op->def->args[i].type == ARG_PARAMS)
			put_params(&w, op);
		else if (op->val[i].set)
			put(&w, &op->def->args[i], &op->val[i]);
	if (op->after_ns)
		wire_op_put_u64(&w, WARG_AFTER, op->after_ns);
	if (!wire_end(&w, WIRE_OP, op->seq, 0))
		return err_set(err, EMSGSIZE,
			       "the op is too large to be sent (more than %u bytes or %d words)",
			       WIRE_PAYLOAD_MAX, WIRE_LIST_MAX);
	return (long)w.len;
}
