/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proto - varints, texts and messages of the protocol buffer encoding.
 */
#include "ops/proto.h"

#include <string.h>

enum { VARINT = 0, BYTES = 2 };

static void varint(struct buf *out, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_addc(out, (char)(v | 0x80));
	buf_addc(out, (char)v);
}

void proto_u64(struct buf *out, unsigned field, uint64_t v)
{
	varint(out, (uint64_t)field << 3 | VARINT);
	varint(out, v);
}

void proto_i64(struct buf *out, unsigned field, int64_t v)
{
	proto_u64(out, field, (uint64_t)v);
}

void proto_text(struct buf *out, unsigned field, const char *text)
{
	size_t len = strlen(text);

	varint(out, (uint64_t)field << 3 | BYTES);
	varint(out, len);
	buf_add(out, text, len);
}

void proto_message(struct buf *out, unsigned field, const struct buf *message)
{
	varint(out, (uint64_t)field << 3 | BYTES);
	varint(out, message->len);
	buf_add(out, buf_text(message), message->len);
}
