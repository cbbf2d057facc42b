/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_matrix_engine - `scxplore matrix ... --engine parallel|slurm`: the words of it, and from them
 * to shards elsewhere, their files put together, and the report.
 */
#ifndef CMD_MATRIX_ENGINE_H
#define CMD_MATRIX_ENGINE_H

#include "cmd.h"
#include "matrix/engine.h"

#define MATRIX_ENGINE_SYNOPSIS                                                                     \
	"[--engine local|parallel|slurm] [--hosts FILE|HOST,...] [--shards N] "                    \
	"[--engine-args WORDS] [--engine-program PATH] [--engine-dir FOLDER]"

struct matrix_engine_options {
	const struct mx_engine *engine; /* NULL = this machine itself */
	const char *hosts, *args, *program, *dir;
	const char *said; /* the first of its words but --engine itself */
	unsigned shards;  /* 0 = as many as can be */
};

/* Takes argv[*i], and its value, when it is one of these: 1; 0 = it is none; < 0 wrong use, told.
 */
int matrix_engine_option(const struct command *cmd, struct matrix_engine_options *o, int argc,
			 char **argv, int *i);

struct matrix_ask;
/* May these stand together with the rest of what is asked? 0, or the exit status; told. */
int matrix_engine_check(const struct command *cmd, const struct matrix_ask *a);
/* The question is complete. The exit status. */
int matrix_engine_main(const struct command *cmd, const struct matrix_ask *a);

#endif
