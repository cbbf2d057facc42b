/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_loaded - what `do`, `run` and `export` have in common: guest options out of argv, the
 * command's own words, a session or scenario loaded, everything let go again.
 */
#ifndef CMD_LOADED_H
#define CMD_LOADED_H

#include "cmd.h"
#include "session/load.h"

/* First in each command's own options. */
struct file_options {
	const char *file; /* set by parse() */
	bool asap, help;
};

struct loaded_command {
	const struct command *cmd;
	/* 0, or the exit status of a wrong use */
	int (*parse)(struct file_options *o, int argc, char **argv);
	int (*execute)(struct file_options *o, struct loaded *loaded,
		       const struct guest_options *guest);
};

/* The value of "NAME VALUE" or "NAME=VALUE" at argv[*i] (which moves on), or NULL. */
const char *command_value(const char *name, int argc, char **argv, int *i);
/* --tempo keep|asap; 0 or the exit status of a wrong use. */
int command_tempo(const struct command *cmd, struct file_options *o, const char *word);

int command_loaded(const struct loaded_command *c, struct file_options *o, int argc, char **argv);

#endif
