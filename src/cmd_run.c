/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_run - `scxplore run`: replays a session or a scenario in a fresh guest, for test runners.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "cmd_loaded.h"
#include "ops/dump.h"
#include "ops/report.h"
#include "session/headless.h"

#include <stdio.h>
#include <string.h>

#define SAMPLE_NS UINT64_C(500000000)

struct options {
	struct file_options file;
	const char *save;
	const struct report_format *format;
	bool probe, no_probe;
};

static int set_format(struct options *o, const char *name)
{
	o->format = report_format_by_name(name);
	return o->format ? 0
			 : command_usage(&cmd_run,
					 "--format: '%s' is none of tap, ktap, junit, json", name);
}

static int option(struct file_options *base, int argc, char **argv, int *i)
{
	struct options *o = (struct options *)base;
	const char *v;

	if ((v = command_value("--format", argc, argv, i)))
		return set_format(o, v);
	if ((v = command_value("--tempo", argc, argv, i)))
		return command_tempo(&cmd_run, base, v);
	if ((v = command_value("--save", argc, argv, i)))
		o->save = v;
	else if (!strcmp(argv[*i], "--probe"))
		o->probe = true;
	else if (!strcmp(argv[*i], "--no-probe"))
		o->no_probe = true;
	else
		return COMMAND_NOT_MINE;
	return 0;
}

/* What colours the result is said, and does not get into the report. */
static void on_event(void *arg, const struct event *ev)
{
	char line[400];

	if (ev->type != EV_HOST_LOG || ev->level > 4)
		return;
	text_sanitise(line, sizeof(line), ev->text, strlen(ev->text));
	fprintf(stderr, "scxplore run: %s\n", line);
}

/* ---- once more, with probes on the call chain of a scheduler's end ---- */

/* The scheduler died, and that made the run fail: what nobody expected is to be understood. */
static bool failed_by_a_death(const struct model *m, enum verdict verdict)
{
	cleanup_buf struct buf why = BUF_INIT;

	return verdict == VERDICT_FAIL && model_sched_died(m) &&
	       check_sched_session(m, &why) == VERDICT_FAIL;
}

static void print_calls(const struct model_sched *s)
{
	const char *text = buf_text(&s->calls);
	size_t at = 0, n;
	char line[1000];

	for (; at < s->calls.len; at += n + 1) {
		const char *nl = memchr(text + at, '\n', s->calls.len - at);

		n = nl ? (size_t)(nl - text) - at : s->calls.len - at;
		text_sanitise(line, sizeof(line), text + at, n);
		fprintf(stderr, "  %s\n", line);
	}
}

/* Its own session file goes beside the other. The result of the run is that of the first. */
static void run_probed(const struct options *o, struct loaded *loaded,
		       const struct guest_options *guest, const struct model *died)
{
	cleanup_free char *save = o->save ? xasprintf("%s.probed", o->save) : NULL;
	cleanup_buf struct buf names = BUF_INIT;
	struct headless *run = xcalloc(1, sizeof(*run));
	struct session_config config = {.guest = guest->config, .journal = save,
					.sample_ns = SAMPLE_NS, .replay = loaded->is_session,
					.recorded = loaded->model};
	const struct model_sched *s = model_sched_died(died);
	struct err err = ERR_INIT;

	dump_probe_names(s->parsed, &names);
	config.probe = buf_text(&names);
	fprintf(stderr, "scxplore run: scheduler '%s' died (%s): the scenario runs once more with probes on "
			"its call chain%s\n",
		s->name, model_sched_kind(s), o->probe ? "" : "; --no-probe leaves that out");
	if (headless_run(run, &config, loaded->scenario, true, on_event, NULL, &err) < 0)
		command_error(&cmd_run, &err);
	s = run->session ? model_sched_died(session_model(run->session)) : NULL;
	if (s && s->calls.len) {
		fprintf(stderr, "scxplore run: '%s' died again (%s): the last calls before it, > called, < "
				"returned%s%s\n",
			s->name, model_sched_kind(s), save ? "; all of it is in " : "", save ? save : "");
		print_calls(s);
	} else {
		fprintf(stderr, "scxplore run: %s\n",
			s ? "it died again, and nothing was noted: the probes could not be attached"
			  : "it did not die this time: nothing to tell");
	}
	headless_finish(run);
	free(run);
}

static int execute(struct file_options *base, struct loaded *loaded,
		   const struct guest_options *guest)
{
	const struct options *o = (const struct options *)base;
	struct session_config config = {
		.guest = guest->config, .journal = o->save, .sample_ns = SAMPLE_NS,
		.replay = loaded->is_session, .recorded = loaded->model};
	struct headless *run = xcalloc(1, sizeof(*run));
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct report report;
	int status = EXIT_UNJUDGED, r;

	r = headless_run(run, &config, loaded->scenario, true, on_event, NULL, &err);
	if (r < 0)
		command_error(&cmd_run, &err);
	if (run->session) {
		/* also after a guest that died: what was judged until then is a result */
		report_build(&report, base->file, session_model(run->session));
		o->format->write(&report, session_model(run->session), &text);
		fputs(buf_text(&text), stdout);
		status = verdict_exit_code(report_verdict(&report));
		fflush(stdout);
		if (model_sched_died(session_model(run->session)) &&
		    (o->probe || (!o->no_probe && failed_by_a_death(session_model(run->session),
								    report_verdict(&report)))))
			run_probed(o, loaded, guest, session_model(run->session));
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
	static const struct loaded_command command = {.cmd = &cmd_run,
							.wants = "a session or a scenario",
							.option = option,
							.execute = execute};
	struct options o = {.format = report_format_by_name("tap")};

	return command_loaded(&command, &o.file, argc, argv);
}

const struct command cmd_run = {
	.name = "run",
	.synopsis = "run SESSION|SCENARIO [--format tap|ktap|junit|json] [--tempo keep|asap] "
		    "[--save FILE] [--probe] [--no-probe] [GUEST OPTIONS]",
	.summary = "replay a session or a scenario in a fresh guest and report as a test",
	.boots = true,
	.run = run_run,
};
