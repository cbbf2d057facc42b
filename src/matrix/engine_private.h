/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * engine_private - what engine.c and the engines have in common.
 */
#ifndef MATRIX_ENGINE_PRIVATE_H
#define MATRIX_ENGINE_PRIVATE_H

#include "base/buf.h"
#include "base/loop.h"
#include "matrix/engine.h"
#include "vmm/child.h"

struct mx_call {
	const struct mx_engine_task *task;
	char *folder; /* absolute, exists */
	struct loop loop;
	unsigned *shard; /* numbers of those to be run */
	size_t n;
	char **args; /* task->args as words, NULL-terminated */
	const char **argv;
	size_t nargv;
	struct buf script; /* what the engine is given */
	struct child *child, *canceller;
	bool ended, cancelled;
	int signals;      /* how many came */
	char last[300];   /* what the engine said last on standard error */
	char job[64];     /* slurm: the job's id, "" = not known yet */
	char cluster[64]; /* slurm: where it is, "" = here */
	char *hosts;      /* parallel: the file of hosts, absolute; NULL = it is none */
	int inotify;      /* parallel: changes in the folder */
	uint64_t *heard;  /* parallel: bytes of each shard's errors that were told */
};

struct mx_engine {
	const char *name;
	const char *tool; /* the program that must be there, and what it is of */
	const char *package;
	int stop_signal;
	/* Words and input of the engine's program: call->argv, call->script. */
	int (*prepare)(struct mx_call *c, struct err *err);
	/* A line of its standard output. */
	void (*line)(struct mx_call *c, const char *text);
	/* A signal came: end what was begun. Called again for each further one. */
	void (*cancel)(struct mx_call *c);
	/* It has ended: its files become the shards'. */
	int (*collect)(struct mx_call *c, struct err *err);
	/* Is it a file of the folder that this engine has made, beside the shards'? */
	bool (*is_own)(const char *name);
	/* Why shard number `which` of the call is not done. */
	void (*reason)(struct mx_call *c, size_t which, struct buf *out);
};

extern const struct mx_engine mx_engine_parallel, mx_engine_slurm;

void mx_call_add(struct mx_call *c, const char *word); /* borrowed */
void mx_call_say(struct mx_call *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The last line of a file of the folder that is not empty, sanitised; "" when there is none. */
void mx_call_last_line(struct mx_call *c, const char *name, char *out, size_t size);
/* A file of the folder that answers this question: its shard, and how many of its runs are missing;
 * 0 = it is none. */
unsigned mx_call_shard_of(struct mx_call *c, const char *path, size_t *missing, struct err *err);

#endif
