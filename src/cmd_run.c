/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_run - `scxplore run`: replays a session or a scenario in a fresh guest, for test runners.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "cmd.h"
#include "ops/report.h"
#include "session/headless.h"
#include "session/load.h"

#include <stdio.h>
#include <string.h>

#define SAMPLE_NS UINT64_C(500000000)

struct options {
	const char *file, *save;
	const struct report_format *format;
	bool asap, help;
};

static const char *value_of(const char *name, int argc, char **argv, int *i)
{
	size_t n = strlen(name);

	if (!strcmp(argv[*i], name) && *i + 1 < argc)
		return argv[++*i];
	if (!strncmp(argv[*i], name, n) && argv[*i][n] == '=')
		return argv[*i] + n + 1;
	return NULL;
}

static int set_format(struct options *o, const char *name)
{
	o->format = report_format_by_name(name);
	return o->format ? 0
			 : command_usage(&cmd_run,
					 "--format: '%s' is none of tap, ktap, junit, json", name);
}

static int set_tempo(struct options *o, const char *word)
{
	if (strcmp(word, "asap") && strcmp(word, "keep"))
		return command_usage(&cmd_run, "--tempo: '%s' is neither 'keep' nor 'asap'", word);
	o->asap = !strcmp(word, "asap");
	return 0;
}

static int parse(struct options *o, int argc, char **argv)
{
	const char *v;
	int i, r = 0;

	*o = (struct options){.format = report_format_by_name("tap")};
	for (i = 1; i < argc && r == 0; i++) {
		if (!strcmp(argv[i], "--help"))
			o->help = true;
		else if ((v = value_of("--format", argc, argv, &i)))
			r = set_format(o, v);
		else if ((v = value_of("--tempo", argc, argv, &i)))
			r = set_tempo(o, v);
		else if ((v = value_of("--save", argc, argv, &i)))
			o->save = v;
		else if ((argv[i][0] == '-' && argv[i][1]) || o->file)
			r = command_usage(&cmd_run, "'%s' is not understood here", argv[i]);
		else
			o->file = argv[i];
	}
	if (r == 0 && !o->file && !o->help)
		r = command_usage(&cmd_run, "name a session or a scenario");
	return r;
}

static int execute(const struct options *o, const struct guest_options *guest,
		   const struct scenario *scenario)
{
	struct session_config config = {
		.guest = guest->config, .journal = o->save, .sample_ns = SAMPLE_NS};
	struct headless *run = xcalloc(1, sizeof(*run));
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct report report;
	int status = EXIT_UNJUDGED, r;

	r = headless_run(run, &config, scenario, true, NULL, NULL, &err);
	if (r < 0)
		command_error(&cmd_run, &err);
	if (run->session) {
		/* also after a guest that died: what was judged until then is a result */
		report_build(&report, o->file, session_model(run->session));
		o->format->write(&report, session_model(run->session), &text);
		fputs(buf_text(&text), stdout);
		status = verdict_exit_code(report_verdict(&report));
		report_finish(&report);
	}
	if (r < 0 && status == EXIT_HELD)
		status = EXIT_UNJUDGED;
	headless_finish(run);
	free(run);
	return fflush(stdout) == EOF ? EXIT_UNJUDGED : status;
}

static int run_run(int argc, char **argv)
{
	struct guest_options guest;
	struct err err = ERR_INIT;
	struct options o;
	struct loaded loaded = {0};
	int status;

	if (guest_options_take(&guest, &argc, argv, &err) < 0)
		status = command_error(&cmd_run, &err);
	else if ((status = parse(&o, argc, argv)) != 0)
		;
	else if (o.help)
		status = command_by_name("help")->run(2, (char *[]){"help", "run", NULL});
	else if (load_file(&loaded, o.file, o.asap, &guest, &err) < 0)
		status = command_error(&cmd_run, &err);
	else {
		if (loaded.warning.len)
			fprintf(stderr, "scxplore run: %s\n", buf_text(&loaded.warning));
		status = execute(&o, &guest, loaded.scenario);
	}
	load_finish(&loaded);
	guest_options_finish(&guest);
	return status;
}

const struct command cmd_run = {
	.name = "run",
	.synopsis = "run SESSION|SCENARIO [--format tap|ktap|junit|json] [--tempo keep|asap] "
		    "[--save FILE] "
		    "[GUEST OPTIONS]",
	.summary = "replay a session or a scenario in a fresh guest and report as a test",
	.boots = true,
	.run = run_run,
};
