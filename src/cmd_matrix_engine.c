/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_matrix_engine - see the header. Invariant: until all shards are put together in --out, their
 * files are kept beside it, in OUT.shards; the same words again go on with what is missing.
 */
#include "cmd_matrix_engine.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "cmd_loaded.h"
#include "cmd_matrix_ask.h"
#include "cmd_matrix_run.h"
#include "matrix/save.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define LOCAL "local"

static int set_engine(const struct command *cmd, struct matrix_engine_options *o, const char *name)
{
	cleanup_buf struct buf known = BUF_INIT;
	const char *other;
	size_t i;

	o->engine = mx_engine_by_name(name);
	if (o->engine || !strcmp(name, LOCAL))
		return 1;
	buf_adds(&known, LOCAL);
	for (i = 0; (other = mx_engine_name(i)); i++)
		buf_addf(&known, ", %s", other);
	command_usage(cmd, "--engine: '%s' is none of %s", name, buf_text(&known));
	return -1;
}

static int set_shards(const struct command *cmd, struct matrix_engine_options *o, const char *text)
{
	uint64_t n;

	if (!text_u64(text, 1, MX_COUNT_MAX, &n)) {
		command_usage(cmd, "--shards: '%s' is not a number from 1 to %d", text,
			      MX_COUNT_MAX);
		return -1;
	}
	o->shards = (unsigned)n;
	o->said = "--shards";
	return 1;
}

int matrix_engine_option(const struct command *cmd, struct matrix_engine_options *o, int argc,
			 char **argv, int *i)
{
	const struct {
		const char *name, **out;
	} rows[] = {
		{"--hosts", &o->hosts},
		{"--engine-args", &o->args},
		{"--engine-program", &o->program},
		{"--engine-dir", &o->dir},
	};
	const char *v;
	size_t k;

	if ((v = command_value("--engine", argc, argv, i)))
		return set_engine(cmd, o, v);
	if ((v = command_value("--shards", argc, argv, i)))
		return set_shards(cmd, o, v);
	for (k = 0; k < ARRAY_SIZE(rows); k++) {
		v = command_value(rows[k].name, argc, argv, i);
		if (!v)
			continue;
		*rows[k].out = v;
		o->said = rows[k].name;
		return 1;
	}
	return 0;
}

int matrix_engine_check(const struct command *cmd, const struct matrix_ask *a)
{
	if (!a->engine.engine)
		return a->engine.said
			       ? command_usage(cmd,
					       "%s says nothing without --engine parallel or "
					       "--engine slurm",
					       a->engine.said)
			       : 0;
	if (a->resume)
		return command_usage(cmd, "an engine goes on by itself: the words and the --out of "
					  "the first time, instead of --resume");
	if (a->shard_said)
		return command_usage(cmd, "an engine makes the shards: --shards N, not --shard");
	if (!a->out || !strcmp(a->out, "-"))
		return command_usage(cmd, "with an engine, name a file for the runs: --out FILE");
	return 0;
}

static void on_say(void *arg, const char *text)
{
	const struct command *cmd = arg;

	fprintf(stderr, "scxplore %s: %s\n", cmd->name, text);
}

/* Every run is in it, on the disk: the shards are needed no more. */
static bool is_whole(const char *path)
{
	struct err err = ERR_INIT;
	struct mx_plan plan = {0};
	struct mx_runs runs;
	bool whole = mx_load(path, &runs, &err) == 0 && !runs.cut &&
		     mx_plan_make(&plan, &runs.head, &err) == 0 &&
		     mx_plan_missing(&plan, runs.run, runs.n, NULL) == 0;

	mx_plan_finish(&plan);
	mx_runs_finish(&runs);
	return whole;
}

static int put_together(const struct command *cmd, const struct matrix_ask *a,
			const struct mx_engine_task *t)
{
	cleanup_free char **files = xcalloc(t->shards, sizeof(*files));
	unsigned i;
	int status;

	for (i = 0; i < t->shards; i++)
		files[i] = mx_engine_file(t->folder, i + 1, t->shards);
	status = matrix_merge_files(cmd, (const char *const *)files, t->shards, a->out, &a->report);
	for (i = 0; i < t->shards; i++)
		free(files[i]);
	if (is_whole(a->out))
		mx_engine_clean(t->folder, t->shards);
	else
		fprintf(stderr,
			"scxplore %s: '%s' is not whole; without it, the same words make it anew "
			"from '%s'\n",
			cmd->name, a->out, t->folder);
	return status;
}

/* Where this program and the person are: on hosts that share it, nothing need be said. */
static int places(struct mx_engine_task *t, char program[PATH_MAX], char dir[PATH_MAX],
		  struct err *err)
{
	ssize_t n = readlink("/proc/self/exe", program, PATH_MAX - 1);

	if (!t->program && n < 0)
		return err_sys(err, errno,
			       "find this program's own path; --engine-program says it");
	if (!t->dir && !getcwd(dir, PATH_MAX))
		return err_sys(err, errno, "find the working folder; --engine-dir says it");
	if (!t->program) {
		program[n] = '\0';
		t->program = program;
	}
	if (!t->dir)
		t->dir = dir;
	return 0;
}

int matrix_engine_main(const struct command *cmd, const struct matrix_ask *a)
{
	const struct matrix_engine_options *o = &a->engine;
	cleanup_free char *folder = xasprintf("%s.shards", a->out);
	unsigned max = mx_engine_shards_max(&a->head);
	struct mx_engine_task t = {.engine = o->engine,
				   .head = &a->head,
				   .shards = o->shards ? o->shards : max,
				   .folder = folder,
				   .hosts = o->hosts,
				   .args = o->args ? o->args : "",
				   .program = o->program,
				   .dir = o->dir,
				   .jobs = a->jobs,
				   .max_cpus = a->max_cpus,
				   .pin = a->pin,
				   .say = on_say,
				   .arg = (void *)cmd};
	char program[PATH_MAX], dir[PATH_MAX];
	struct err err = ERR_INIT;

	if (o->shards > max)
		return command_usage(cmd,
				     "--shards %u: only %u can be made of it: one for each "
				     "topology with each kernel, for what is compared runs on one "
				     "host",
				     o->shards, max);
	if (access(a->out, F_OK) == 0) {
		err_set(&err, EEXIST, "'%s' is there already: name another --out", a->out);
		return command_error(cmd, &err);
	}
	if (places(&t, program, dir, &err) < 0 || mx_engine_run(&t, &err) < 0)
		return command_error(cmd, &err);
	return put_together(cmd, a, &t);
}
