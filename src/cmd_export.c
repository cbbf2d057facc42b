/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_export - `scxplore export`: a session as C test, JSON, shell script or report.
 *
 * Invariant: the file appears whole or not at all, and a C test only after a replay in which
 * everything it asserts held (unless --no-verify).
 */
#include "base/cleanup.h"
#include "base/save.h"
#include "cmd_loaded.h"
#include "ops/branches.h"
#include "ops/export.h"
#include "base/text.h"
#include "session/learn.h"
#include "session/learn_trace.h"
#include "session/verify.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
	struct file_options file;
	const char *out, *branch;
	char *branch_file; /* of it; owned */
	const struct exporter *to;
	bool force, no_verify, with_build;
	unsigned learn; /* replays; 0 = nothing is learnt */
};

static int unknown_format(const char *name)
{
	cleanup_buf struct buf names = BUF_INIT;
	const struct exporter *e;
	size_t i;

	for (i = 0; (e = exporter_at(i)); i++)
		buf_addf(&names, "%s%s", i ? ", " : "", e->name);
	return command_usage(&cmd_export, "--to: '%s' is none of %s", name, buf_text(&names));
}

/* "-o placement.c" says by itself what is wanted. */
static const struct exporter *by_suffix(const char *path)
{
	const char *dot = path ? strrchr(path, '.') : NULL;
	const struct exporter *e;
	size_t i;

	for (i = 0; dot && (e = exporter_at(i)); i++)
		if (!strcmp(e->suffix, dot))
			return e;
	return NULL;
}

static int option(struct file_options *base, int argc, char **argv, int *i)
{
	struct options *o = (struct options *)base;
	const char *v;
	uint64_t n;

	if ((v = command_value("--to", argc, argv, i))) {
		o->to = exporter_by_name(v);
		return o->to ? 0 : unknown_format(v);
	}
	if ((v = command_value("--with", argc, argv, i))) {
		o->with_build = true;
		return strcmp(v, "build")
			       ? command_usage(&cmd_export, "--with: '%s' is not 'build'", v)
			       : 0;
	}
	if ((v = command_value("--learn", argc, argv, i))) {
		if (!text_u64(v, LEARN_MIN, LEARN_MAX, &n))
			return command_usage(&cmd_export,
					     "--learn: '%s' is no number of replays from %d to %d",
					     v, LEARN_MIN, LEARN_MAX);
		o->learn = (unsigned)n;
		return 0;
	}
	if ((v = command_value("--branch", argc, argv, i))) {
		o->branch = v;
		return 0;
	}
	if ((v = command_value("--tempo", argc, argv, i)))
		return command_tempo(&cmd_export, base, v);
	if ((v = command_value("-o", argc, argv, i)) ||
	    (v = command_value("--output", argc, argv, i)))
		o->out = v;
	else if (!strcmp(argv[*i], "--force"))
		o->force = true;
	else if (!strcmp(argv[*i], "--no-verify"))
		o->no_verify = true;
	else
		return COMMAND_NOT_MINE;
	return 0;
}

static int check(struct file_options *base)
{
	struct options *o = (struct options *)base;
	struct err err = ERR_INIT;

	if (o->out && !strcmp(o->out, "-"))
		o->out = NULL;
	if (!o->to)
		o->to = by_suffix(o->out);
	if (o->to && o->to->binary && !o->out && isatty(STDOUT_FILENO))
		return command_usage(&cmd_export, "--to %s is not for a terminal: say -o FILE",
				     o->to->name);
	if (o->to && o->branch) {
		o->branch_file = branches_find(base->file, o->branch, &err);
		if (!o->branch_file)
			return command_error(&cmd_export, &err);
		base->file = o->branch_file;
	}
	return o->to ? 0 : command_usage(&cmd_export, "say --to c, json, sh, md or perfetto");
}

static const char *last_component(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int save(const struct options *o, const struct buf *text, struct err *err)
{
	int r;

	if (!o->out) {
		r = save_fd(STDOUT_FILENO, text);
		return r < 0 ? err_sys(err, -r, "write the export") : 0;
	}
	/* a script is there to be executed */
	return save_file(o->out, text, strcmp(o->to->suffix, ".sh") ? 0666 : 0777, o->force, err);
}

/* ---- the command ------------------------------------------------------------------------ */

static int verify(const struct export_input *in, const struct guest_options *guest)
{
	cleanup_buf struct buf difference = BUF_INIT;
	struct err err = ERR_INIT;
	int r;

	fprintf(stderr,
		"scxplore export: replaying once in a fresh guest (--no-verify skips this)\n");
	r = verify_export(in, &guest->config, &difference, &err);
	if (r < 0) {
		err_wrap(&err, "the export could not be replayed and is not saved (--no-verify "
			       "saves it as it is)");
		return command_error(&cmd_export, &err);
	}
	if (r > 0) {
		fprintf(stderr,
			"scxplore export: not saved, the replay does not hold (--no-verify saves "
			"it as it is):\n%s",
			buf_text(&difference));
		return EXIT_FAILED;
	}
	return EXIT_HELD;
}

/* Limits first: the file is written with what was learnt. */
static int learn(const struct export_input *in, struct scenario *scenario,
		 const struct guest_options *guest, unsigned n)
{
	cleanup_buf struct buf said = BUF_INIT;
	struct err err = ERR_INIT;

	fprintf(stderr, "scxplore export: replaying %u times to learn limits\n", n);
	if (learn_limits(in, scenario, &guest->config, n, &said, &err) < 0) {
		err_wrap(&err, "limits could not be learnt");
		return command_error(&cmd_export, &err);
	}
	fprintf(stderr, "%s", buf_text(&said));
	return EXIT_HELD;
}

static int hash(const struct export_input *in, struct scenario *scenario,
		const struct guest_options *guest)
{
	cleanup_buf struct buf said = BUF_INIT;
	struct err err = ERR_INIT;

	fprintf(stderr, "scxplore export: replaying once for the hash of the trace\n");
	if (learn_trace(in, scenario, &guest->config, &said, &err) < 0) {
		err_wrap(&err, "the trace could not be had (--no-verify saves the export as it is)");
		return command_error(&cmd_export, &err);
	}
	fprintf(stderr, "%s", buf_text(&said));
	return EXIT_HELD;
}

static int execute(struct file_options *base, struct loaded *l, const struct guest_options *guest)
{
	const struct options *o = (const struct options *)base;
	struct export_input in = {
		.info = &l->info,
		.model = l->model,
		.scenario = l->scenario,
		.session_name = last_component(base->file),
		.file_name = o->out ? last_component(o->out) : NULL,
		.session_path = l->path,
		.with_build = o->with_build,
	};
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	int status;

	if (!l->is_session) {
		err_set(&err, EINVAL,
			"'%s' is not a session; record one with 'scxplore do --save FILE %s'",
			base->file, base->file);
		return command_error(&cmd_export, &err);
	}
	if (o->out && save_check(o->out, o->force, &err) < 0)
		return command_error(&cmd_export, &err);
	if (o->learn && (status = learn(&in, l->scenario, guest, o->learn)) != EXIT_HELD)
		return status;
	if (o->to->replays && !o->no_verify && learn_trace_wanted(&in, &guest->config) &&
	    (status = hash(&in, l->scenario, guest)) != EXIT_HELD)
		return status;
	if (o->to->write(&in, &text, &err) < 0)
		return command_error(&cmd_export, &err);
	if (o->to->replays && !o->no_verify && (status = verify(&in, guest)) != EXIT_HELD)
		return status;
	return save(o, &text, &err) < 0 ? command_error(&cmd_export, &err) : EXIT_HELD;
}

static int run_export(int argc, char **argv)
{
	static const struct loaded_command command = {.cmd = &cmd_export,
							.wants = "a session file",
							.option = option,
							.check = check,
							.execute = execute};
	struct options o = {.out = NULL};
	int status = command_loaded(&command, &o.file, argc, argv);

	free(o.branch_file);
	return status;
}

const struct command cmd_export = {
	.name = "export",
	.synopsis =
		"export SESSION --to c|json|sh|md|perfetto [-o FILE] [--force] [--no-verify] [--with build] [--branch NAME] "
		"[--learn N] "
		"[--tempo keep|asap] [GUEST OPTIONS]",
	.summary = "a session as a C test, JSON, a shell script, a bug report or a Perfetto trace",
	.boots = true,
	.run = run_export,
};
