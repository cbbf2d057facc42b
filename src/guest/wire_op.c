/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_op - codec of ops: self-describing tagged arguments, so that either side can be newer.
 * Invariant: a read op holds only strings that lie whole inside the frame.
 */
#include "guest/wire_op.h"

#include <errno.h>

void wire_op_begin(struct wire_writer *w, void *data, size_t size, uint16_t id, uint8_t nargs)
{
	wire_begin(w, data, size);
	wire_put_u16(w, id);
	wire_put_u8(w, nargs);
}

static void put_tag(struct wire_writer *w, enum wire_arg tag, enum wire_arg_type type)
{
	wire_put_u8(w, (uint8_t)tag);
	wire_put_u8(w, (uint8_t)type);
}

void wire_op_put_str(struct wire_writer *w, enum wire_arg tag, const char *s)
{
	put_tag(w, tag, WTYPE_STR);
	wire_put_str(w, s);
}

void wire_op_put_u64(struct wire_writer *w, enum wire_arg tag, uint64_t v)
{
	put_tag(w, tag, WTYPE_U64);
	wire_put_u64(w, v);
}

void wire_op_put_list(struct wire_writer *w, enum wire_arg tag, const char *const *v, uint32_t n)
{
	uint32_t i;

	put_tag(w, tag, WTYPE_LIST);
	wire_put_u32(w, n);
	if (n > WIRE_LIST_MAX)
		w->bad = true;
	for (i = 0; i < n && !w->bad; i++)
		wire_put_str(w, v[i]);
}

static void read_arg(struct wire_reader *r, struct wire_op_arg *a)
{
	uint32_t i;

	a->tag = wire_get_u8(r);
	a->type = wire_get_u8(r);
	switch (a->type) {
	case WTYPE_STR:
		a->str = wire_get_str(r);
		break;
	case WTYPE_U64:
		a->num = wire_get_u64(r);
		break;
	case WTYPE_LIST:
		a->n = wire_get_u32(r);
		if (a->n > WIRE_LIST_MAX)
			r->bad = true;
		a->list = *r;
		for (i = 0; i < a->n && !r->bad; i++)
			wire_get_str(r);
		break;
	default:
		r->bad = true;
	}
}

int wire_op_read(struct wire_reader *r, struct wire_op *op)
{
	uint8_t i;

	*op = (struct wire_op){.id = wire_get_u16(r), .n = wire_get_u8(r)};
	if (r->bad || op->n > WIRE_OP_ARGS_MAX)
		return -EPROTO;
	for (i = 0; i < op->n && !r->bad; i++)
		read_arg(r, &op->args[i]);
	return wire_reader_done(r) ? 0 : -EPROTO;
}

static const struct wire_op_arg *find(const struct wire_op *op, enum wire_arg tag, uint8_t type)
{
	uint8_t i;

	for (i = 0; i < op->n; i++)
		if (op->args[i].tag == tag && op->args[i].type == type)
			return &op->args[i];
	return NULL;
}

const char *wire_op_str(const struct wire_op *op, enum wire_arg tag)
{
	const struct wire_op_arg *a = find(op, tag, WTYPE_STR);

	return a ? a->str : NULL;
}

uint64_t wire_op_u64(const struct wire_op *op, enum wire_arg tag, uint64_t absent)
{
	const struct wire_op_arg *a = find(op, tag, WTYPE_U64);

	return a ? a->num : absent;
}

uint32_t wire_op_list(const struct wire_op *op, enum wire_arg tag, const char **v, uint32_t max)
{
	const struct wire_op_arg *a = find(op, tag, WTYPE_LIST);
	struct wire_reader r;
	uint32_t i;

	if (!a || !max)
		return 0;
	r = a->list;
	for (i = 0; i < a->n && i + 1 < max; i++)
		v[i] = wire_get_str(&r);
	v[i] = NULL;
	return i;
}
