/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd - the sub-commands: each is one small file src/cmd_NAME.c with one const struct command.
 * main.c lists them once; usage text, help and man page read the same list.
 */
#ifndef CMD_H
#define CMD_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { EXIT_HELD = 0, EXIT_FAILED = 1, EXIT_UNJUDGED = 2 };

struct command {
	const char *name;     /* NULL name: opened when no sub-command is named */
	const char *synopsis; /* "do [FILE|-]" without the program's name */
	const char *summary;
	bool boots;  /* takes the guest options */
	bool hidden; /* for scripts; not in help */
	/* argv[0] is the command's own name. Returns the exit status. */
	int (*run)(int argc, char **argv);
};

extern const struct command cmd_open, cmd_do, cmd_run, cmd_export, cmd_kernel, cmd_matrix, cmd_scenarios, cmd_shell,
	cmd_show, cmd_compare, cmd_bisect, cmd_explore, cmd_cache, cmd_bench, cmd_help;

const struct command *command_at(size_t i); /* NULL past the end */
const struct command *command_by_name(const char *name);

/* "scxplore NAME: MESSAGE" to stderr; returns EXIT_UNJUDGED. */
int command_error(const struct command *cmd, const struct err *err);
/* Wrong use: message, then the synopsis. Returns EXIT_UNJUDGED. */
int command_usage(const struct command *cmd, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
