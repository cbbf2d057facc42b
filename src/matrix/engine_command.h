/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * engine_command - what runs on the hosts, as text for their shells. Pure.
 *
 * Invariant: a word of the question stays one word there, whatever is in it.
 */
#ifndef MATRIX_ENGINE_COMMAND_H
#define MATRIX_ENGINE_COMMAND_H

#include "base/buf.h"
#include "matrix/engine.h"

/* In single quotes; for any Bourne shell. */
void mx_shell_word(struct buf *out, const char *word);

/*
 * Go to the folder, say where it is, and the question as `scxplore matrix` takes it: without
 * --shard and --out. environment: those of its SXP_* and SCXPLORE_* variables go along.
 */
void mx_engine_place(const struct mx_engine_task *t, struct buf *out);
int mx_engine_question(const struct mx_engine_task *t, char *const *environment, struct buf *out,
		       struct err *err);

/* One shard as a command whose output is the saved matrix; its status is 0 once scxplore ran. */
int mx_engine_command(const struct mx_engine_task *t, char *const *environment, unsigned shard,
		      struct buf *out, struct err *err);
/* A batch script for any shard: $SLURM_ARRAY_TASK_ID says which. folder: absolute. */
int mx_engine_script(const struct mx_engine_task *t, char *const *environment, const char *folder,
		     struct buf *out, struct err *err);

#endif
