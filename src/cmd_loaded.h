/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_loaded - what `do`, `run`, `export`, `bisect` and `explore` have in common: guest options out
 * of argv, the file's name and the command's own words, a session or scenario loaded, everything
 * let go again.
 */
#ifndef CMD_LOADED_H
#define CMD_LOADED_H

#include "cmd.h"
#include "session/load.h"

enum { COMMAND_NOT_MINE = -1 };

/* First in each command's own options. */
struct file_options {
	const char *file;
	bool asap, help;
};

struct loaded_command {
	const struct command *cmd;
	/* what has to be named: "a session or a scenario"; NULL = without a name it is read from
	 * standard input */
	const char *wants;
	/* A word of its own at argv[*i], which moves on past a value: 0 = taken, COMMAND_NOT_MINE,
	 * or the exit status of a wrong use. */
	int (*option)(struct file_options *o, int argc, char **argv, int *i);
	/* After all words; NULL = there is nothing more to say. 0 or the exit status of a wrong
	 * use. */
	int (*check)(struct file_options *o);
	int (*execute)(struct file_options *o, struct loaded *loaded,
		       const struct guest_options *guest);
};

/* The value of "NAME VALUE" or "NAME=VALUE" at argv[*i] (which moves on), or NULL. */
const char *command_value(const char *name, int argc, char **argv, int *i);
/* --tempo keep|asap; 0 or the exit status of a wrong use. */
int command_tempo(const struct command *cmd, struct file_options *o, const char *word);

int command_loaded(const struct loaded_command *c, struct file_options *o, int argc, char **argv);

#endif
