/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * save - the file a matrix grows in, and several of them put together.
 *
 * Invariant: a run that was told is on the disk before the next one is; whatever is killed, the
 * file is one that --resume goes on with. No file of a person's is ever overwritten.
 */
#ifndef MATRIX_SAVE_H
#define MATRIX_SAVE_H

#include "matrix/plan.h"

struct mx_save {
	int fd; /* -1 = nothing is saved */
	char *path;
};
#define MX_SAVE_INIT ((struct mx_save){.fd = -1})

#define MX_SAVE_STDOUT "-"
/* A new file with its head; one that is there is an error. "-": standard output. */
int mx_save_create(struct mx_save *s, const char *path, const struct mx_head *head,
		   struct err *err);
/* An old one to go on with: reads it, cuts off what was not whole, and locks it. runs is the
 * caller's, also after an error. */
int mx_save_resume(struct mx_save *s, const char *path, struct mx_runs *runs, struct err *err);
int mx_save_run(struct mx_save *s, const struct mx_run *run, struct err *err);
void mx_save_finish(struct mx_save *s);

/* Errors name the file. runs is the caller's, also after an error. */
int mx_load(const char *path, struct mx_runs *runs, struct err *err);

/*
 * All runs of all files, in the order of the plan of the whole; out's head is that of the first,
 * with all shards. Files of different questions and runs that are in two of them are errors.
 * *missing: turns that have no run in any.
 */
int mx_merge(const char *const *paths, size_t n, struct mx_runs *out, size_t *missing,
	     struct err *err);

#endif
