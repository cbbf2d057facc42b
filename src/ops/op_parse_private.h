/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * op_parse_private - what op_parse.c (the op's own words), op_parse_args.c (words to arguments) and
 * op_parse_value.c (one word to one value) share; for nobody else.
 */
#ifndef OPS_OP_PARSE_PRIVATE_H
#define OPS_OP_PARSE_PRIVATE_H

#include "ops/op.h"

struct op_parser {
	char **words;
	bool *used;
	size_t n;
	size_t rest; /* index of "--", or n */
	struct op *op;
};

/* op_parse_args.c: all words that are not used yet, by the rows of the op's table. */
int op_parse_args(struct op_parser *p, struct err *err);

/* op_parse_value.c: a word to the value of an argument, its type and range checked. */
int op_parse_value(const struct arg_def *a, const char *w, struct op_val *v, struct err *err);

#endif
