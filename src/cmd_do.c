/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_do - `scxplore do`: ops from a file or standard input, in a fresh guest, without a screen.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "cmd.h"
#include "ops/check.h"
#include "printer.h"
#include "session/load.h"

#include <stdio.h>
#include <string.h>

#define SAMPLE_NS UINT64_C(500000000)

struct options {
	const char *file, *save;
	bool json, help;
};

static int parse(struct options *o, int argc, char **argv)
{
	int i;

	*o = (struct options){.file = NULL};
	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--json"))
			o->json = true;
		else if (!strcmp(argv[i], "--help"))
			o->help = true;
		else if (!strcmp(argv[i], "--save") && i + 1 < argc)
			o->save = argv[++i];
		else if (!strncmp(argv[i], "--save=", 7))
			o->save = argv[i] + 7;
		else if ((argv[i][0] == '-' && argv[i][1]) || o->file)
			return command_usage(&cmd_do, "'%s' is not understood here", argv[i]);
		else
			o->file = argv[i];
	}
	if (!o->file)
		o->file = "-";
	return 0;
}

static int execute(const struct options *o, const struct guest_options *guest,
		   const struct scenario *scenario)
{
	struct session_config config = {
		.guest = guest->config, .journal = o->save, .sample_ns = SAMPLE_NS};
	struct headless *run = xcalloc(1, sizeof(*run));
	struct printer printer = {.json = o->json, .run = run};
	cleanup_buf struct buf why = BUF_INIT;
	struct err err = ERR_INIT;
	int status, r;

	r = headless_run(run, &config, scenario, true, printer_event, &printer, &err);
	if (r < 0) {
		status = command_error(&cmd_do, &err);
	} else {
		status = verdict_exit_code(check_session(session_model(run->session), &why));
		if (status != EXIT_HELD)
			fprintf(stderr, "scxplore do: %s\n", buf_text(&why));
	}
	headless_finish(run);
	free(run);
	return status;
}

static int run_do(int argc, char **argv)
{
	struct guest_options guest;
	struct err err = ERR_INIT;
	struct options o;
	struct loaded loaded = {0};
	int status;

	if (guest_options_take(&guest, &argc, argv, &err) < 0)
		status = command_error(&cmd_do, &err);
	else if ((status = parse(&o, argc, argv)) != 0)
		;
	else if (o.help)
		status = command_by_name("help")->run(2, (char *[]){"help", "do", NULL});
	else if (load_file(&loaded, o.file, false, &guest, &err) < 0)
		status = command_error(&cmd_do, &err);
	else
		status = execute(&o, &guest, loaded.scenario);
	load_finish(&loaded);
	guest_options_finish(&guest);
	return status;
}

const struct command cmd_do = {
	.name = "do",
	.synopsis = "do [FILE|-] [--json] [--save FILE] [GUEST OPTIONS]",
	.summary = "boot a guest, carry out ops from a file or standard input, print events",
	.boots = true,
	.run = run_do,
};
