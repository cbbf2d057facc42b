/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export_c_private - what export_c.c (the file as a whole), export_c_head.c (its head and the
 * guest), export_c_op.c (ops as data) and export_c_test.c (assertions) share; for nobody else.
 */
#ifndef OPS_EXPORT_C_PRIVATE_H
#define OPS_EXPORT_C_PRIVATE_H

#include "ops/export.h"
#include "ops/export_checks.h"
#include "ops/export_parts.h"

struct export_c_names { /* identifiers given so far */
	char **v;
	size_t n;
};

/* export_c.c: a name not given before; owned by names. */
const char *export_c_name(struct export_c_names *names, const char *prefix, const char *text);

/* export_c_head.c */
void export_c_head(struct buf *out, const struct export_input *in,
		   const struct export_parts *parts);
void export_c_guest(struct buf *out, const struct session_info *info);

/* export_c_op.c */
void export_c_ops(struct buf *out, const char *name, const struct export_part *p);
/* A list of literals inside a macro, flat; false = a literal alone is too long for one line. */
bool export_c_flat_list(struct buf *out, const char *macro, char *const *list, size_t n,
			bool pairs);
/* The same over several lines: as many literals on each as fit. */
void export_c_long_list(struct buf *out, const char *macro, char *const *list, size_t n,
			bool pairs);
/* Put a finished piece behind what is there, on a new line when it would pass column 100; false =
 * it fits on no line and was not put, only the line begun. */
bool export_c_place(struct buf *out, const struct buf *piece, bool whole);

/* export_c_test.c: the test function of a check; returns its name, owned by names. */
const char *export_c_test(struct buf *out, const struct export_check *c,
			  struct export_c_names *names);

static inline const char *export_c_or_unknown(const char *s)
{
	return s && *s ? s : "unknown";
}

#endif
