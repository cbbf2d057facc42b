/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * canned - the scenarios that come with the program: NAME.scx, whose first line is a comment that
 * says what it is for, and whose second may be "# topology: NnNlNcNt".
 *
 * Looked for in $SXP_SCENARIOS, else in the installed folder. Invariant: a file of the caller's own
 * that has the name comes first.
 */
#ifndef SESSION_CANNED_H
#define SESSION_CANNED_H

#include "base/err.h"

#include <stddef.h>

struct canned {
	char *name;
	char *purpose; /* sanitised, one line */
};

/* Path of a canned scenario, or NULL when the name is none. Caller frees. */
char *canned_path(const char *name);
/* All of them by name; *n of them, freed with canned_free(). NULL with err when there is no folder. */
struct canned *canned_list(size_t *n, struct err *err);
void canned_free(struct canned *list, size_t n);
/* The topology a scenario file asks for in its head, or NULL. Caller frees. */
char *canned_topology(const char *path);

#endif
