/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_loaded - see the header. What was recovered or left out of a session is said before it runs.
 */
#include "cmd_loaded.h"

#include <stdio.h>
#include <string.h>

const char *command_value(const char *name, int argc, char **argv, int *i)
{
	size_t n = strlen(name);

	if (!strcmp(argv[*i], name) && *i + 1 < argc)
		return argv[++*i];
	if (!strncmp(argv[*i], name, n) && argv[*i][n] == '=')
		return argv[*i] + n + 1;
	return NULL;
}

int command_tempo(const struct command *cmd, struct file_options *o, const char *word)
{
	o->asap = !strcmp(word, "asap");
	if (o->asap || !strcmp(word, "keep"))
		return 0;
	return command_usage(cmd, "--tempo: '%s' is neither 'keep' nor 'asap'", word);
}

static int load_and_execute(const struct loaded_command *c, struct file_options *o,
			    struct guest_options *guest)
{
	struct loaded loaded = {0};
	struct err err = ERR_INIT;
	int status;

	if (load_file(&loaded, o->file, o->asap, guest, &err) < 0) {
		status = command_error(c->cmd, &err);
	} else {
		if (loaded.warning.len)
			fprintf(stderr, "scxplore %s: %s\n", c->cmd->name,
				buf_text(&loaded.warning));
		status = c->execute(o, &loaded, guest);
	}
	load_finish(&loaded);
	return status;
}

static int parse(const struct loaded_command *c, struct file_options *o, int argc, char **argv)
{
	int i, r = 0;

	for (i = 1; i < argc && r == 0; i++) {
		if (!strcmp(argv[i], "--help")) {
			o->help = true;
			continue;
		}
		r = c->option(o, argc, argv, &i);
		if (r != COMMAND_NOT_MINE)
			continue;
		if ((argv[i][0] == '-' && argv[i][1]) || o->file)
			return command_usage(c->cmd, "'%s' is not understood here", argv[i]);
		o->file = argv[i];
		r = 0;
	}
	if (r || o->help)
		return r;
	if (!o->file && c->wants)
		return command_usage(c->cmd, "name %s", c->wants);
	if (!o->file)
		o->file = "-";
	return c->check ? c->check(o) : 0;
}

int command_loaded(const struct loaded_command *c, struct file_options *o, int argc, char **argv)
{
	struct guest_options guest;
	struct err err = ERR_INIT;
	int status;

	if (guest_options_take(&guest, &argc, argv, &err) < 0)
		status = command_error(c->cmd, &err);
	else if ((status = parse(c, o, argc, argv)) != 0)
		;
	else if (o->help)
		status = command_by_name("help")->run(
			2, (char *[]){"help", (char *)c->cmd->name, NULL});
	else
		status = load_and_execute(c, o, &guest);
	guest_options_finish(&guest);
	return status;
}
