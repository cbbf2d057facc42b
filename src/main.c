/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main - the list of sub-commands and the choice between them; nothing else lives here.
 *
 * A first argument that is a command's name runs it; anything else (a session file, options, or
 * nothing) opens the screen.
 */
#include "base/text.h"
#include "base/cleanup.h"
#include "cmd.h"
#include "session/canned.h"

#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct command *const commands[] = {
	&cmd_open, &cmd_do, &cmd_run, &cmd_export, &cmd_kernel, &cmd_matrix, &cmd_scenarios,
	&cmd_shell, &cmd_show, &cmd_compare, &cmd_bisect, &cmd_explore, &cmd_cache,
	&cmd_bench, &cmd_help,
};

const struct command *command_at(size_t i)
{
	return i < sizeof(commands) / sizeof(commands[0]) ? commands[i] : NULL;
}

const struct command *command_by_name(const char *name)
{
	const struct command *c;
	size_t i;

	for (i = 0; (c = command_at(i)); i++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

int command_error(const struct command *cmd, const struct err *err)
{
	fprintf(stderr, "scxplore %s: %s\n", cmd->name, err->msg);
	return EXIT_UNJUDGED;
}

int command_usage(const struct command *cmd, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "scxplore %s: ", cmd->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nusage: scxplore %s\n", cmd->synopsis);
	return EXIT_UNJUDGED;
}

/* A word that is neither a file nor an option was meant as a command: say which is near. */
static int unknown_word(const char *word)
{
	const char *names[sizeof(commands) / sizeof(commands[0])], *near;
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		names[i] = commands[i]->hidden ? NULL : commands[i]->name;
	near = text_nearest(word, names, sizeof(names) / sizeof(names[0]));
	fprintf(stderr,
		"scxplore: '%s' is neither a command, a file nor a scenario%s%s%s; see "
		"'scxplore help'\n",
		word, near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
	return EXIT_UNJUDGED;
}

int main(int argc, char **argv)
{
	const struct command *cmd;

	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of write(2), not an end */
	if (argc > 1) {
		const char *word = argv[1];

		if (!strcmp(word, "--help") || !strcmp(word, "-h"))
			word = "help";
		if (!strcmp(word, "--version")) {
			printf("scxplore %s\n", SCXPLORE_VERSION);
			return 0;
		}
		cmd = command_by_name(word);
		if (cmd)
			return cmd->run(argc - 1, argv + 1);
		if (word[0] != '-' && access(word, F_OK) < 0) {
			cleanup_free char *canned = canned_path(word);

			if (!canned)
				return unknown_word(word);
		}
	}
	/* no command: the arguments are those of the screen; its own name takes argv[0]'s place */
	return cmd_open.run(argc, argv);
}
