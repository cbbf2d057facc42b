/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sample_json_private - what keys and changes have in common: one row each way.
 */
#ifndef OPS_SAMPLE_JSON_PRIVATE_H
#define OPS_SAMPLE_JSON_PRIVATE_H

#include "ops/sample_columns.h"
#include "ops/sample_json.h"

struct columns { /* of one table, looked up once a sample */
	struct sample_column list[SAMPLE_COLUMNS_MAX];
	size_t n;
};

void sample_put_u64(struct buf *out, uint64_t v);
void sample_put_i64(struct buf *out, int64_t v);
void sample_put_text(struct buf *out, const char *safe);
/* The text of a row as it is written: safe has c->size bytes at least. */
void sample_safe_text(const void *row, const struct sample_column *c, char *safe);
void sample_put_row(struct buf *out, const struct sample *s, enum sample_rows_of which,
		    const struct columns *columns, uint32_t i);
/* Row i of s, from an array; -EINVAL when it is none or too short. */
int sample_take_row(struct json_object *row, struct sample *s, enum sample_rows_of which,
		    const struct columns *columns, uint32_t i);

/* in sample_change.c: "change" of l->next against l->last, appended as a line; and back. */
void sample_put_change(struct sample_lines *l, struct buf *out);
int sample_take_change(struct sample_lines *l, struct json_object *body);

#endif
