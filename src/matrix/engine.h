/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * engine - the shards of a matrix handed to an existing engine: GNU parallel over ssh, or a Slurm
 * job array. Each shard is a `scxplore matrix ... --shard I/N` somewhere; what comes back is a
 * saved matrix of its own in one folder here.
 *
 * A shard is done when its file says so: it answers this question, and no run of it is missing.
 * What an engine or a program ended with is only told. So the same words again go on where it broke
 * off.
 */
#ifndef MATRIX_ENGINE_H
#define MATRIX_ENGINE_H

#include "matrix/runs.h"

struct mx_engine;
const struct mx_engine *mx_engine_by_name(const char *name);
const char *mx_engine_name(size_t i); /* NULL past the end; "local", which is none, is not among */

struct mx_engine_task {
	const struct mx_engine *engine;
	const struct mx_head *head; /* the question, complete, of all shards */
	unsigned shards;
	const char *folder;  /* for the shards' files */
	const char *hosts;   /* parallel: a file as --sshloginfile takes it, or names with commas */
	const char *args;    /* further words for the engine, quoted as in a shell; "" */
	const char *program; /* scxplore on the hosts */
	const char *dir;     /* working folder on the hosts */
	unsigned jobs, max_cpus; /* of each shard; max_cpus 0 = not said */
	bool pin;
	void (*say)(void *arg, const char *line); /* a line of what goes on, sanitised */
	void *arg;
};

/* As many shards as can be made of it: what is compared stays together. */
unsigned mx_engine_shards_max(const struct mx_head *head);

/*
 * Runs the shards that are not done. 0: all are; their files are mx_engine_file(). -EINTR: a signal
 * ended it and everything it had begun. Errors say how many shards are missing; which and why was
 * said.
 */
int mx_engine_run(const struct mx_engine_task *t, struct err *err);

/* "FOLDER/shard-2-of-5.jsonl"; caller frees. */
char *mx_engine_file(const char *folder, unsigned shard, unsigned shards);
/* After the files were put together: theirs and the folder's end. What others put there stays. */
void mx_engine_clean(const char *folder, unsigned shards);

#endif
