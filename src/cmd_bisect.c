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
#include "cmd_loaded.h"
#include "ops/reduce.h"
#include "session/headless.h"

#include <ctype.h>
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
	unsigned trials;
	size_t was;     /* ops at the beginning */
	struct buf why; /* the same without its numbers; "" = not known yet */
};

static int set_repeat(struct options *o, const char *v)
{
	char *end;
	unsigned long n = strtoul(v, &end, 10);

	if (!*v || *end || !n || n > REPEAT_MAX)
		return command_usage(&cmd_bisect, "--repeat: '%s' is no number from 1 to %d", v,
				     REPEAT_MAX);
	o->repeat = (unsigned)n;
	return 0;
}

static int parse(struct file_options *base, int argc, char **argv)
{
	struct options *o = (struct options *)base;
	const char *v;
	int i, r = 0;

	for (i = 1; i < argc && r == 0; i++) {
		if (!strcmp(argv[i], "--help"))
			base->help = true;
		else if (!strcmp(argv[i], "--force"))
			o->force = true;
		else if ((v = command_value("--repeat", argc, argv, &i)))
			r = set_repeat(o, v);
		else if ((v = command_value("-o", argc, argv, &i)))
			o->out = v;
		else if ((argv[i][0] == '-' && argv[i][1]) || base->file)
			r = command_usage(&cmd_bisect, "'%s' is not understood here", argv[i]);
		else
			base->file = argv[i];
	}
	if (r == 0 && !base->file && !base->help)
		r = command_usage(&cmd_bisect, "name a session or a scenario");
	return r;
}

/*
 * Why it failed, in words alone: numbers and their units differ from run to run. Without this an
 * expectation that comes too early for what it asks about would do as well.
 */
static void reason(struct buf *out, const struct model_op *op)
{
	const char *p = op->verdict_text ? op->verdict_text : "";

	while (*p) {
		if (!isdigit((unsigned char)*p)) {
			buf_addc(out, *p++);
			continue;
		}
		buf_addc(out, '#');
		p += strspn(p, "0123456789.");
		p += strspn(p, "nmus%KMG");
	}
}

static bool same_reason(const struct model_op *op, const struct buf *want)
{
	cleanup_buf struct buf is = BUF_INIT;

	reason(&is, op);
	return !want->len || !strcmp(buf_text(&is), buf_text(want));
}

/* The first expectation that failed (text NULL), or that of this text if it did, and by this
 * reason; NULL = none. */
static const struct model_op *failed_op(const struct model *m, const char *text,
					const struct buf *why)
{
	size_t i;

	for (i = 0; i < m->nops; i++) {
		const struct model_op *op = &m->ops[i];
		cleanup_free char *is = NULL;

		if (!op->op || op->verdict != VERDICT_FAIL)
			continue;
		is = op_format(op->op);
		if (!text || (!strcmp(is, text) && same_reason(op, why)))
			return op;
	}
	return NULL;
}

/* 1 = it failed, and *text is the expectation; 0 = none did; -errno. */
static int carry_out(struct bisection *b, const struct scenario *s, char **text, struct err *err)
{
	const struct session_config config = {
		.guest = b->guest->config, .sample_ns = HEADLESS_SAMPLE_NS, .replay = true};
	struct headless *run = xcalloc(1, sizeof(*run));
	const struct model_op *op = NULL;
	int r;

	b->trials++;
	r = headless_run(run, &config, s, true, NULL, NULL, err);
	if (r == 0 && run->signal)
		r = err_set(err, EINTR, "ended by a signal");
	/* a guest that a scheduler has brought down was judged until then */
	if (run->session && !run->signal)
		op = failed_op(session_model(run->session), *text, &b->why);
	if (op) {
		r = 1;
		if (!*text) {
			*text = op_format(op->op);
			reason(&b->why, op);
			fprintf(stderr, "scxplore bisect: fails: %s: %s\n", *text,
				op->verdict_text ? op->verdict_text : "");
		}
	}
	headless_finish(run);
	free(run);
	return r;
}

static int fails(void *arg, const struct scenario *candidate, struct err *err)
{
	struct bisection *b = arg;
	size_t n = scenario_len(candidate);
	cleanup_free char *text = op_format(scenario_at(candidate, n - 1));
	unsigned i;
	int r = 0;

	for (i = 0; i < b->o->repeat && r == 0; i++)
		r = carry_out(b, candidate, &text, err);
	if (r >= 0)
		fprintf(stderr, "scxplore bisect: %zu of %zu ops: %s\n", n, b->was,
			r ? "it fails still" : "it does not fail");
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
		 b->was, b->trials, topology, b->guest->config.exact ? " --exact" : "");
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
	cleanup_free char *text = NULL;
	struct scenario *s, *left;
	struct err unsaved = ERR_INIT;
	unsigned i;
	int r = 0;

	b->was = scenario_len(all);
	for (i = 0; i < b->o->repeat && r == 0; i++)
		r = carry_out(b, all, &text, err);
	if (r < 0)
		return r;
	if (r == 0)
		return err_set(err, ENOENT,
			       "no expectation fails in %u run%s: nothing to look for. If it fails "
			       "at times, try "
			       "--repeat, or --exact",
			       b->trials, b->trials == 1 ? "" : "s");
	s = up_to(all, cpus, text, err);
	if (!s)
		return -err->code;
	r = fails(b, s, err);
	if (r == 0)
		r = err_set(
			err, EAGAIN,
			"'%s' does not fail again with nothing after it: it fails at times; try "
			"--repeat, or --exact",
			text);
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
	struct bisection b = {.o = (const struct options *)base, .guest = guest, .why = BUF_INIT};
	struct err err = ERR_INIT;
	int r = 0;

	/* said now, not after all the guests */
	if (b.o->out && strcmp(b.o->out, "-") && !b.o->force && access(b.o->out, F_OK) == 0)
		r = err_set(&err, EEXIST,
			    "'%s' is there already: give another name to -o, or --force", b.o->out);
	if (r == 0)
		r = search(&b, loaded->scenario, &err);
	buf_finish(&b.why);
	if (r == 0)
		return EXIT_HELD;
	command_error(&cmd_bisect, &err);
	return EXIT_UNJUDGED;
}

static int run_bisect(int argc, char **argv)
{
	static const struct loaded_command command = {&cmd_bisect, parse, execute};
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
