/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export_sh_private - what the files of the shell exporter share; for nobody else.
 */
#ifndef OPS_EXPORT_SH_PRIVATE_H
#define OPS_EXPORT_SH_PRIVATE_H

#include "ops/export.h"
#include "ops/export_checks.h"

struct export_sh {
	const struct export_input *in;
	struct buf *out;
	struct export_checks checks;
	unsigned step; /* whose things the next end of a step tears down; 0 = backdrop */
	unsigned steps;
	size_t at, step_at; /* the op that is written; the first of its step */
};

typedef void (*export_sh_fn)(struct export_sh *w, const struct op *op);

/* NULL for an op that is not in this file's part. */
export_sh_fn export_sh_more(enum wire_op_id id);
/* The op's own lines, whichever file writes them. */
void export_sh_op(struct export_sh *w, const struct op *op);
/* "nice -n 5 taskset -c ... " for the attributes of a task; ends with a blank when not empty. */
void export_sh_attributes(struct export_sh *w, const struct op *op);
/* A blank and the op as a quoted word, printable. */
void export_sh_sentence(struct export_sh *w, const struct op *op);
void export_sh_expect_check(struct export_sh *w, const struct op *op);
/* Do workers of this name have to tell of their first unit of work? */
bool export_sh_starvation_judged(const struct export_sh *w, const char *name);
/* A line saying which attributes of a task are left out, where there are any. */
void export_sh_unset(struct export_sh *w, const struct op *op);
/* Why an op cannot be written, or 0. */
int export_sh_check(const struct op *op, struct err *err);

const char *export_sh_str(const struct op *op, enum wire_arg tag);
/* A blank and the word, quoted. */
void export_sh_add(struct export_sh *w, const char *s);
void export_sh_pause(struct export_sh *w, uint64_t ns);

#endif
