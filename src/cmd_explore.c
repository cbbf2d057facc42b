/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_explore - `scxplore explore`: exact runs of a session or scenario, each disturbed by another
 * seed, until an expectation breaks; that run is saved as a session that goes the same way again.
 *
 * What a seed changes is guest/shake.h's. Invariant: a session is kept only when a second run with
 * the same seed has broken the same expectation, by the same trace.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "cmd_loaded.h"
#include "session/session_info.h"
#include "trial.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SEEDS = 20, SEEDS_MAX = 1000000 };

struct options {
	struct file_options file;
	const char *out;
	uint64_t seeds, from;
};

static int option(struct file_options *base, int argc, char **argv, int *i)
{
	struct options *o = (struct options *)base;
	const char *v;

	if ((v = command_value("--seeds", argc, argv, i))) {
		if (!text_u64(v, 1, SEEDS_MAX, &o->seeds))
			return command_usage(&cmd_explore,
					     "--seeds: '%s' is no number from 1 to %d", v,
					     SEEDS_MAX);
	} else if ((v = command_value("--from", argc, argv, i))) {
		if (!text_u64(v, 1, UINT64_MAX - SEEDS_MAX, &o->from))
			return command_usage(&cmd_explore, "--from: '%s' is no number from 1 on",
					     v);
	} else if ((v = command_value("-o", argc, argv, i))) {
		o->out = v;
	} else {
		return COMMAND_NOT_MINE;
	}
	return 0;
}

/* All of it, but for traces that other seeds had, and with this one where it is known. */
static struct scenario *with_trace(const struct scenario *all, unsigned cpus, const char *hash,
				   const char *machine, struct err *err)
{
	struct scenario *s = scenario_create(cpus);
	struct op *op = NULL;
	int r = 0;
	size_t i;

	for (i = 0; i < scenario_len(all) && r == 0; i++) {
		if (scenario_at(all, i)->def->id == OP_EXPECT_TRACE)
			continue;
		op = op_clone(scenario_at(all, i));
		r = scenario_add(s, op, err);
	}
	if (r == 0 && hash) {
		cleanup_free char *line = xasprintf("expect trace == %s on=%s", hash, machine);

		r = op_parse(line, &op, err);
		if (r == 0)
			r = scenario_add(s, op, err);
	}
	if (r == 0)
		return s;
	op_destroy(op);
	scenario_destroy(s);
	return NULL;
}

/* Once more, recorded. 1 = it went the same way; 0 = it did not, and nothing is left of it. */
static int keep(struct trial *t, const struct scenario *all, const char *path, struct err *err)
{
	cleanup_free char *hash = t->hash ? xstrdup(t->hash) : NULL;
	struct scenario *s =
		with_trace(all, topology_cpus(&t->guest->topology), hash, t->machine, err);
	int r = s ? trial_run(t, s, path, err) : -err->code;

	scenario_destroy(s);
	if (r == 1 && (!hash || (t->hash && !strcmp(hash, t->hash))))
		return 1;
	if (s)
		unlink(path);
	if (r < 0)
		return r;
	fprintf(stderr,
		"scxplore explore: seed %" PRIu64
		" went another way the second time, and is not saved\n",
		t->guest->seed);
	return 0;
}

/* 1 = it breaks an expectation and is saved; 0 = not; -errno. */
static int try_seed(const struct guest_config *guest, const struct scenario *s, const char *path,
		    struct err *err)
{
	struct trial t = {.who = cmd_explore.name, .guest = guest};
	int r = trial_run(&t, s, NULL, err);

	if (r >= 0)
		fprintf(stderr, "scxplore explore: seed %" PRIu64 ": %s, trace %s\n", guest->seed,
			r ? "an expectation breaks" : "all holds",
			t.hash      ? t.hash
			: t.no_hash ? t.no_hash
				    : "not known");
	if (r == 1)
		r = keep(&t, s, path, err);
	if (r == 1)
		fprintf(stderr,
			"scxplore explore: seed %" PRIu64
			" breaks '%s' each time: 'scxplore run %s'\n",
			guest->seed, t.text, path);
	trial_finish(&t);
	return r;
}

static int execute(struct file_options *base, struct loaded *loaded,
		   const struct guest_options *guest)
{
	const struct options *o = (const struct options *)base;
	struct guest_config config = guest->config;
	struct err err = ERR_INIT;
	cleanup_free char *path = o->out ? xstrdup(o->out) : session_new_path("explore", &err);
	struct scenario *s = NULL;
	uint64_t i;
	int r = 0;

	config.exact = true;
	/* said now, not after all the guests */
	if (path && access(path, F_OK) == 0)
		err_set(&err, EEXIST,
			"'%s' exists already: give another name to -o; sessions are never "
			"overwritten",
			path);
	else if (path)
		s = with_trace(loaded->scenario, topology_cpus(&config.topology), NULL, NULL, &err);
	for (i = 0; s && i < o->seeds && r == 0; i++) {
		config.seed = o->from + i;
		r = try_seed(&config, s, path, &err);
	}
	/* also a guest that the failure has brought down was looked at */
	if (!s || r < 0) {
		scenario_destroy(s);
		return command_error(&cmd_explore, &err);
	}
	scenario_destroy(s);
	if (r == 0) {
		fprintf(stderr,
			"scxplore explore: all holds with %" PRIu64 " seed%s from %" PRIu64 " on\n",
			o->seeds, o->seeds == 1 ? "" : "s", o->from);
		return EXIT_HELD;
	}
	printf("%s\n", path);
	return EXIT_FAILED;
}

static int run_explore(int argc, char **argv)
{
	static const struct loaded_command command = {.cmd = &cmd_explore,
						      .wants = "a session or a scenario",
						      .option = option,
						      .execute = execute};
	struct options o = {.seeds = SEEDS, .from = 1};

	return command_loaded(&command, &o.file, argc, argv);
}

const struct command cmd_explore = {
	.name = "explore",
	.synopsis = "explore SESSION|SCENARIO [--seeds N] [--from SEED] [-o FILE] [GUEST OPTIONS]",
	.summary =
		"exact runs, each disturbed by another seed, until an expectation breaks: that one "
		"is saved",
	.boots = true,
	.run = run_explore,
};
