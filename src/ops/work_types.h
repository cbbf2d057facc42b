/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work_types - the host's dealings with work types: their parameters as words of an op line, and
 * how they read in help. The types themselves stand in guest/wire_work.h.
 */
#ifndef OPS_WORK_TYPES_H
#define OPS_WORK_TYPES_H

#include "guest/wire_work.h"
#include "ops/op.h"

struct buf;

/*
 * KEY=VALUE as a parameter of the op's work type: the value as it is written canonically ("50ms").
 * `keys` (n of them, NULLs skipped) are what else could stand there, for the nearest word.
 * Caller frees *key and *value. 0 or -errno.
 */
int work_types_param(const struct op *op, const char *word, const char *const *keys, size_t n,
		     char **key, char **value, struct err *err);
/* All of the op's work together: fills in n for types that work in groups, or checks it. */
int work_types_check(struct op *op, struct err *err);
/* The op's parameters as they cross the wire: key, value, ...; caller frees with words_free(). */
char **work_types_wire(const struct op *op, size_t *n);

/* "burst=50ms  time of computing", a line for each parameter, after `indent`. */
void work_types_help(const struct work_type *t, const char *indent, struct buf *out);

#endif
