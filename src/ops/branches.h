/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * branches - the session files of one session: what is done after going back to a checkpoint stands
 * in a file of its own, called as the first with a number ("a.session", "a.2.session").
 *
 * Invariant: files belong together when they lie in one folder, are called so, and begin with the
 * same line; what another file says of names and paths is never followed.
 */
#ifndef OPS_BRANCHES_H
#define OPS_BRANCHES_H

#include "base/buf.h"
#include "base/err.h"

#define BRANCH_NAME_MAX 64
#define BRANCHES_MAX    1000

struct branch {
	char *path;
	unsigned number;            /* 1 = the first, without one in its name */
	char name[BRANCH_NAME_MAX]; /* as EV_BRANCH tells it; else the number */
	char from[BRANCH_NAME_MAX]; /* the checkpoint that it began at; "" = the begin */
};

/* All of them, by their numbers, for the path of any. How many, or -errno; branches_free() ends it. */
int branches_list(const char *session, struct branch **list, struct err *err);
void branches_free(struct branch *list, int n);
/* The file of one, by its name or else its number. Caller frees; NULL with err, which names all. */
char *branches_find(const char *session, const char *name, struct err *err);
/* A file for one more: the first number that is free. Caller frees; NULL = there are BRANCHES_MAX. */
char *branches_new_path(const char *session);
/* May a branch be called so? 1 to 63 letters, no number, none of quotes, backslashes, control codes. */
int branches_check_name(const char *name, struct err *err);
/* The number in a file's name. */
unsigned branches_number(const char *session);

#endif
