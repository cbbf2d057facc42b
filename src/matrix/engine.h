/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * engine - where the shards of a matrix are run: the seam between the question and whatever spreads
 * programs over machines. An engine is given whole command lines and knows nothing of matrices.
 *
 * Each shard is `scxplore matrix SCENARIO ... --shard I/N --out FOLDER/shard-I.jsonl`; what has run
 * is put together with mx_merge() by the caller, so an engine may run them anywhere that sees
 * FOLDER, in any order, and may try one again with mx_shard_resume().
 * Invariant: the command lines say all that the question says; nothing comes from the environment
 * of the caller but what the engine itself hands on.
 */
#ifndef MATRIX_ENGINE_H
#define MATRIX_ENGINE_H

#include "matrix/runs.h"

struct mx_shard {
	unsigned number; /* from 1 */
	char **argv;     /* NULL-terminated, argv[0] is the program's path; owned */
	char *out;       /* the file that it saves in; owned */
	int status;      /* exit status, set by the engine; -1 = it never ended by itself */
};

struct mx_shards {
	struct mx_shard *v;
	size_t n;
};

/* extra: more words for each, NULL-terminated ("--jobs", "2"); NULL = none. */
void mx_shards_make(struct mx_shards *s, const struct mx_head *head, unsigned n,
		    const char *program, const char *folder, const char *const *extra);
void mx_shards_finish(struct mx_shards *s);
/* The same shard from where its file stands: its argv becomes `matrix --resume FILE`. */
void mx_shard_resume(struct mx_shard *shard, const char *const *extra);

struct mx_engine {
	const char *name, *summary;
	/*
	 * Runs all shards and sets their status. < 0: the engine itself could not (err says what it
	 * lacks); an exit status of a shard is no error. say() tells a person what goes on.
	 */
	int (*run)(struct mx_shards *shards, const char *folder, void (*say)(const char *text),
		   struct err *err);
};

#endif
