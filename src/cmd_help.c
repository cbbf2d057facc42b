/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_help - `scxplore help [COMMAND|ops|OP]`, all from the tables.
 */
#include "cmd.h"
#include "completions.h"
#include "ops/help.h"
#include "vmm/options.h"

#include <stdio.h>
#include <string.h>

static void overview(struct buf *out)
{
	const struct command *c;
	size_t i;

	buf_adds(out, "scxplore - try out Linux CPU schedulers by hand in a throw-away guest\n\n");
	for (i = 0; (c = command_at(i)); i++)
		if (!c->hidden)
			buf_addf(out, "  scxplore %s\n      %s\n", c->synopsis, c->summary);
	buf_adds(out, "\nguest options:\n");
	guest_options_help(out);
	buf_adds(out, "\n'scxplore help ops' lists the language, 'scxplore help run' or any other "
		      "op explains it.\n"
		      "Exit status: 0 all held, 1 an expectation failed, 2 it could not be judged "
		      "or run.\n");
}

static bool one_command(const char *name, struct buf *out)
{
	const struct command *c = command_by_name(name);

	if (!c)
		return false;
	buf_addf(out, "usage: scxplore %s\n  %s\n", c->synopsis, c->summary);
	if (c->boots) {
		buf_adds(out, "guest options:\n");
		guest_options_help(out);
	}
	return true;
}

/* What the build installs: not in the overview, a person has no use for it. */
static bool generated(const char *name, struct buf *out)
{
	static const struct {
		const char *name;
		void (*write)(struct buf *out);
	} texts[] = {
		{"man-page", completions_man},
		{"completion-bash", completions_bash},
		{"completion-zsh", completions_zsh},
		{"completion-fish", completions_fish},
	};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (strcmp(name, texts[i].name))
			continue;
		texts[i].write(out);
		return true;
	}
	return false;
}

static int run_help(int argc, char **argv)
{
	cleanup_buf struct buf out = BUF_INIT;
	bool found = true;

	if (argc < 2) {
		overview(&out);
	} else if (!strcmp(argv[1], "ops")) {
		help_ops(&out);
	} else if (generated(argv[1], &out)) {
		found = true;
	} else {
		/* "run" is a command and an op: both are shown */
		found = one_command(argv[1], &out);
		if (found)
			buf_addc(&out, '\n');
		found = help_word(argv[1], &out) || found;
	}
	if (!found)
		return command_usage(&cmd_help, "'%s' is neither a command nor an op", argv[1]);
	fputs(buf_text(&out), stdout);
	return 0;
}

const struct command cmd_help = {
	.name = "help",
	.synopsis = "help [COMMAND|ops|OP]",
	.summary = "this overview, a command, the list of ops, one op",
	.run = run_help,
};
