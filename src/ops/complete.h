/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * complete - what may stand at the cursor of a half-typed op line, from the op table and the
 * scenario.
 */
#ifndef OPS_COMPLETE_H
#define OPS_COMPLETE_H

#include "ops/model.h"
#include "ops/scenario.h"

#define COMPLETE_MAX 64

struct complete {
	char words[COMPLETE_MAX][OP_CGROUP_MAX + OP_NAME_MAX + 2];
	size_t n;
	size_t start;   /* byte of the line where the word that is completed begins */
	char hint[200]; /* what is expected there, in words */
};

/*
 * `extra` (NULL-terminated, may be NULL) are further first words, such as the screen's own
 * commands. m: what is known, for the names of numbers; may be NULL.
 */
void complete_line(const struct scenario *s, const struct model *m, const char *line, size_t cursor,
		   const char *const *extra, struct complete *out);
/* The longest text all words share beyond what is typed; the number of bytes written to dst. */
size_t complete_common(const struct complete *c, char *dst, size_t size);

#endif
