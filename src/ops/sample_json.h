/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sample_json - samples as lines of a session file: now and then a whole one (a key), between two
 * keys only what has changed.
 *
 * A key is {"t_ns","sample":{"n":N,"cpus":[rows],...}}: rows are arrays in the order of
 * sample_columns.h, null = absent. What follows is {"t_ns","change":{"n":N+1,"tasks":[...]}}; a
 * table that is not named is as before, the others are told row after row:
 *   K > 0     the next K rows of the sample before, unchanged
 *   -K        go on at its row K - 1
 *   [c,d,...] its next row, where column c is d more (modulo 2^64), or the text d
 *   [[row]]   a row it does not have
 * Invariant: a change is only ever applied to the sample it was made from, so what is read is what
 * was written or nothing.
 */
#ifndef OPS_SAMPLE_JSON_H
#define OPS_SAMPLE_JSON_H

#include "base/buf.h"
#include "guest/wire_sample.h"

struct json_object;

#define SAMPLE_KEY_EVERY 64 /* lines */

/* One end of such a row of lines; both ends keep the sample before. All 0 to begin with. */
struct sample_lines {
	struct sample last, next;
	uint64_t n;         /* of last */
	unsigned since_key; /* changes since the last key */
	bool known;         /* last is what the other end has, too */
};
void sample_lines_finish(struct sample_lines *l);

/* Appends the next line: a key or a change. Texts are sanitised. Rows are at most the caps. */
void sample_lines_put(struct sample_lines *l, const struct sample *s, struct buf *out);
/* The line did not arrive: the next is a key. */
void sample_lines_lost(struct sample_lines *l);

/*
 * A parsed line. 1 = it is a sample and l->last is it; 0 = some other line; -EINVAL = malformed;
 * -ENOENT = the sample that it changes is not there. After an error nothing is read before the
 * next key.
 */
int sample_lines_take(struct sample_lines *l, struct json_object *o);

/* A whole sample alone. */
void sample_json_line(struct buf *out, const struct sample *s);

#endif
