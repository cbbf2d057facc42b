/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proto - writing protocol buffers: just what an exporter needs, no schema.
 *
 * A message within another is written to a buffer of its own and then put whole. Field numbers are
 * the schema's.
 */
#ifndef OPS_PROTO_H
#define OPS_PROTO_H

#include "base/buf.h"

#include <stdint.h>

void proto_u64(struct buf *out, unsigned field, uint64_t v); /* also bool, enum, uint32 */
void proto_i64(struct buf *out, unsigned field, int64_t v);  /* int32, int64: not zigzag */
void proto_text(struct buf *out, unsigned field, const char *text);
void proto_message(struct buf *out, unsigned field, const struct buf *message);

#endif
