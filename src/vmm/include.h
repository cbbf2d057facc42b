/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * include - the set of host files a guest gets, closed over everything they need to run.
 *
 * A file keeps its own absolute path in the guest (so that $ORIGIN and "#!" lines stay true) and
 * gets a link in INCLUDE_DIR, the first folder of the guest's PATH. Two different files for one
 * guest path are an error that names both.
 */
#ifndef VMM_INCLUDE_H
#define VMM_INCLUDE_H

#include "base/err.h"

#include <stddef.h>

#define INCLUDE_DIR       "/include-files"
#define INCLUDE_FILES_MAX 20000

enum include_kind { INCLUDE_FILE, INCLUDE_LINK, INCLUDE_FOLDER };

struct include_entry {
	enum include_kind kind;
	char *guest;   /* absolute path in the guest */
	char *source;  /* FILE: host path; LINK: target */
	unsigned mode; /* permission bits */
	char *why;     /* "--include sh", "needed by /bin/sh": for messages */
};

struct include_set {
	struct include_entry *entries; /* in order of addition */
	size_t n;
	size_t scanned; /* entries whose needs were looked at */
};

/* One --include: a path, or a bare name looked up in PATH. */
int include_add(struct include_set *set, const char *name, struct err *err);
/*
 * A program under FOLDER/NAME, with links beside it, out of the way of what ops find: its real path
 * is not in the guest. -ENOENT (and no message) when PATH has no such program.
 */
int include_add_tool(struct include_set *set, const char *folder, const char *name,
		     const char *const *links, struct err *err);
/*
 * One file or folder, to this very place in the guest, or (to NULL) as include_add() does. `why`
 * begins messages.
 */
int include_add_path(struct include_set *set, const char *path, const char *to, const char *why,
		     struct err *err);
/* All of src, which stays as it is. */
int include_merge(struct include_set *set, const struct include_set *src, struct err *err);
/* The link in INCLUDE_DIR that what is named so gets. Caller frees. */
char *include_link(const char *path);
/* A program's path by the PATH of the host; NULL = there is none. Caller frees. */
char *include_find(const char *name);
void include_finish(struct include_set *set);

#endif
