/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_bisect - `scxplore bisect`: the smallest part of a session or scenario by which its first
 * failed expectation still fails, found by replays, each in a guest of its own.
 *
 * A scheduling race may fail now and then: --exact makes a failure the same each time, --repeat
 * asks more often. The scenario that is left goes to standard output, what is tried to standard
 * error.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "base/save.h"
#include "base/text.h"
#include "cmd_loaded.h"
#include "ops/reduce.h"
#include "trial.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define REPEAT_MAX 100

struct options {
	struct file_options file;
	const char *out;
	unsigned repeat;
	bool force;
};

struct bisection {
	const struct options *o;
	const struct guest_options *guest;
	struct trial trial;
	size_t was; /* ops at the beginning */
};

static int option(struct file_options *base, int argc, char **argv, int *i)
{
	struct options *o = (struct options *)base;
	const char *v;
	uint64_t n;

	if ((v = command_value("--repeat", argc, argv, i))) {
		if (!text_u64(v, 1, REPEAT_MAX, &n))
			return command_usage(&cmd_bisect,
					     "--repeat: '%s' is no number from 1 to %d", v,
					     REPEAT_MAX);
		o->repeat = (unsigned)n;
	} else if ((v = command_value("-o", argc, argv, i))) {
		o->out = v;
	} else if (!strcmp(argv[*i], "--force")) {
		o->force = true;
	} else {
		return COMMAND_NOT_MINE;
	}
	return 0;
}

/* As often as was asked, until it fails. */
static int ask(struct bisection *b, const struct scenario *s, struct err *err)
{
	unsigned i;
	int r = 0;

	for (i = 0; i < b->o->repeat && r == 0; i++)
		r = trial_run(&b->trial, s, NULL, err);
	return r;
}

static int fails(void *arg, const struct scenario *candidate, struct err *err)
{
	struct bisection *b = arg;
	int r = ask(b, candidate, err);

	if (r >= 0)
		fprintf(stderr, "scxplore bisect: %zu of %zu ops: %s\n", scenario_len(candidate),
			b->was, r ? "it fails still" : "it does not fail");
	return r;
}

/* Up to the expectation and with it; NULL with err set. */
static struct scenario *up_to(const struct scenario *all, unsigned cpus, const char *text,
			      struct err *err)
{
	struct scenario *s = scenario_create(cpus);
	size_t i;

	for (i = 0; i < scenario_len(all); i++) {
		struct op *op = op_clone(scenario_at(all, i));
		cleanup_free char *is = op_format(op);

		if (scenario_add(s, op, err) < 0) {
			op_destroy(op);
			break;
		}
		if (strcmp(is, text))
			continue;
		if (!scenario_body_open(s))
			return s;
		err_set(err, EINVAL, "'%s' fails within a body: nothing can be cut off behind it",
			text);
		break;
	}
	if (!*err->msg)
		err_set(err, ENOENT, "'%s' is no op of this file", text);
	scenario_destroy(s);
	return NULL;
}

static int put(const struct bisection *b, const struct scenario *s, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	char topology[48];
	size_t i;
	int r;

	topology_format(&b->guest->config.topology, topology, sizeof(topology));
	buf_addf(&text, "# %zu of %zu ops, found in %u runs; --topology %s%s\n", scenario_len(s),
		 b->was, b->trial.runs, topology, b->guest->config.exact ? " --exact" : "");
	for (i = 0; i < scenario_len(s); i++) {
		cleanup_free char *line = op_format(scenario_at(s, i));

		buf_addf(&text, "%s\n", line);
	}
	if (b->o->out && strcmp(b->o->out, "-"))
		return save_file(b->o->out, &text, 0666, b->o->force, err);
	r = save_fd(STDOUT_FILENO, &text);
	return r < 0 ? err_sys(err, -r, "write the scenario") : 0;
}

static int search(struct bisection *b, const struct scenario *all, struct err *err)
{
	const unsigned cpus = topology_cpus(&b->guest->config.topology);
	struct scenario *s = NULL, *left;
	struct err unsaved = ERR_INIT;
	int r;

	b->was = scenario_len(all);
	r = ask(b, all, err);
	if (r > 0) {
		s = up_to(all, cpus, b->trial.text, err);
		r = s ? fails(b, s, err) : -err->code;
	}
	if (r == 0) {
		cleanup_free char *what =
			s ? xasprintf("'%s' does not fail again with nothing after it",
				      b->trial.text)
			  : xstrdup("no expectation fails");

		r = err_set(err, ENOENT,
			    "%s in %u run%s. If it fails at times, try --repeat, or --exact", what,
			    b->trial.runs, b->trial.runs == 1 ? "" : "s");
	}
	if (r < 0) {
		scenario_destroy(s);
		return r;
	}
	left = reduce(s, cpus, &(struct reduce_ops){.fails = fails, .arg = b}, err);
	r = put(b, left, *err->msg ? &unsaved : err);
	if (*unsaved.msg)
		fprintf(stderr, "scxplore bisect: %s\n", unsaved.msg);
	scenario_destroy(left);
	scenario_destroy(s);
	return *err->msg ? -1 : r;
}

static int execute(struct file_options *base, struct loaded *loaded,
		   const struct guest_options *guest)
{
	struct bisection b = {.o = (const struct options *)base,
			      .guest = guest,
			      .trial = {.who = "bisect", .guest = &guest->config}};
	struct err err = ERR_INIT;
	int r = 0;

	/* said now, not after all the guests */
	if (b.o->out && strcmp(b.o->out, "-"))
		r = save_check(b.o->out, b.o->force, &err);
	if (r == 0)
		r = search(&b, loaded->scenario, &err);
	trial_finish(&b.trial);
	if (r == 0)
		return EXIT_HELD;
	command_error(&cmd_bisect, &err);
	return EXIT_UNJUDGED;
}

static int run_bisect(int argc, char **argv)
{
	static const struct loaded_command command = {.cmd = &cmd_bisect,
						      .wants = "a session or a scenario",
						      .option = option,
						      .execute = execute};
	struct options o = {.repeat = 1};

	return command_loaded(&command, &o.file, argc, argv);
}

const struct command cmd_bisect = {
	.name = "bisect",
	.synopsis = "bisect SESSION|SCENARIO [--repeat N] [-o FILE] [--force] [GUEST OPTIONS]",
	.summary = "the smallest part of a session or scenario by which its first failed "
		   "expectation still fails",
	.boots = true,
	.run = run_bisect,
};
