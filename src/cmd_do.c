/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_do - `scxplore do`: ops from a file or standard input, in a fresh guest, without a screen.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "cmd_loaded.h"
#include "ops/check.h"
#include "ops/metric_report.h"
#include "printer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SAMPLE_NS UINT64_C(500000000)

struct options {
	struct file_options file;
	const char *save;
	bool json;
	bool trace; /* every switch is recorded */
};

static int option(struct file_options *base, int argc, char **argv, int *i)
{
	struct options *o = (struct options *)base;
	const char *v;

	if (!strcmp(argv[*i], "--json"))
		o->json = true;
	else if (!strcmp(argv[*i], "--trace"))
		o->trace = true;
	else if ((v = command_value("--save", argc, argv, i)))
		o->save = v;
	else
		return COMMAND_NOT_MINE;
	return 0;
}

static int execute(struct file_options *base, struct loaded *loaded,
		   const struct guest_options *guest)
{
	const struct options *o = (const struct options *)base;
	struct session_config config = {
		.guest = guest->config, .journal = o->save, .sample_ns = SAMPLE_NS, .trace = o->trace};
	struct headless *run = xcalloc(1, sizeof(*run));
	struct printer printer = {.json = o->json, .run = run};
	cleanup_buf struct buf why = BUF_INIT, metrics = BUF_INIT;
	struct err err = ERR_INIT;
	int status, r;

	r = headless_run(run, &config, loaded->scenario, true, printer_event, &printer, &err);
	if (r < 0) {
		status = command_error(&cmd_do, &err);
	} else {
		metric_report_line(session_model(run->session), &metrics);
		if (o->json && fputs(buf_text(&metrics), stdout) == EOF)
			fprintf(stderr, "scxplore do: write the numbers: %s\n", strerror(errno));
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
	static const struct loaded_command command = {
		.cmd = &cmd_do, .option = option, .execute = execute};
	struct options o = {.json = false};

	return command_loaded(&command, &o.file, argc, argv);
}

const struct command cmd_do = {
	.name = "do",
	.synopsis = "do [FILE|-] [--json] [--save FILE] [--trace] [GUEST OPTIONS]",
	.summary = "boot a guest, carry out ops from a file or standard input, print events",
	.boots = true,
	.run = run_do,
};
