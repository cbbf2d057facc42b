/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_compare - `scxplore compare`: two recorded sessions side by side, on the screen, or what
 * differs between them at a moment as a table, without a guest; or a scenario in two guests at
 * once.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "base/save.h"
#include "cmd_loaded.h"
#include "ops/versus.h"
#include "recorded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
	const char *a, *b, *at, *filter, *out;
	const struct sheet_writer *as; /* NULL: on the screen */
	bool all, force, help;
};

static int parse(struct options *o, int argc, char **argv)
{
	const struct sheet_writer *w;
	const char *v;
	size_t k;
	int i;

	for (i = 1; i < argc; i++) {
		for (k = 0; (w = sheet_writer_at(k)); k++)
			if (!strncmp(argv[i], "--", 2) && !strcmp(argv[i] + 2, w->name))
				break;
		if (w)
			o->as = w;
		else if (!strcmp(argv[i], "--all"))
			o->all = true;
		else if (!strcmp(argv[i], "--force"))
			o->force = true;
		else if (!strcmp(argv[i], "--help"))
			o->help = true;
		else if ((v = command_value("--at", argc, argv, &i)))
			o->at = v;
		else if ((v = command_value("--filter", argc, argv, &i)))
			o->filter = v;
		else if ((v = command_value("-o", argc, argv, &i)))
			o->out = v;
		else if (argv[i][0] == '-' || o->b)
			return command_usage(&cmd_compare, "'%s' is not understood here", argv[i]);
		else
			*(o->a ? &o->b : &o->a) = argv[i];
	}
	if (o->help)
		return 0;
	if (!o->b)
		return command_usage(&cmd_compare, "name two session files");
	if (!o->as && o->out)
		o->as = sheet_writer_by_suffix(o->out);
	if (!o->as && o->out)
		return command_usage(&cmd_compare,
				     "'%s' does not say what it shall be: say --text, --csv "
				     "or --json",
				     o->out);
	if (!o->as && (o->at || o->filter || o->all))
		o->as = sheet_writer_at(0);
	return 0;
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int put(const struct options *o, const struct buf *text, struct err *err)
{
	int r;

	if (o->out && strcmp(o->out, "-"))
		return save_file(o->out, text, 0666, o->force, err);
	r = save_fd(STDOUT_FILENO, text);
	return r < 0 ? err_sys(err, -r, "write the comparison") : 0;
}

static int table(const struct options *o, struct recorded_session *a, struct recorded_session *b,
		 struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	const struct model *ma, *mb;
	struct versus_steps steps;
	struct versus versus;
	struct sheet sheet;
	uint64_t at_ns = 0;
	uint64_t seq;
	int r = o->at ? recorded_moment(a, o->at, &at_ns, err) : 0;

	if (r < 0)
		return r;
	/* at its very end all is torn down */
	if (!o->at)
		at_ns = past_moment(a->all, UINT64_MAX, -1, false, &seq);
	versus_align(a->all, b->all, &steps);
	ma = recorded_at(a, at_ns, err);
	mb = ma ? recorded_at(b, versus_moment(&steps, a->all, b->all, at_ns), err) : NULL;
	versus_steps_finish(&steps);
	if (!mb)
		return -err->code;
	versus_build(&versus, ma, name_of(o->a), mb, name_of(o->b), o->all);
	sheet_build(&sheet, &sheet_compare, ma,
		    &(struct sheet_ask){.versus = &versus, .filter = o->filter});
	o->as->write(&sheet, &text);
	sheet_finish(&sheet);
	versus_finish(&versus);
	return put(o, &text, err);
}

/* The options of two guests, under the names that the screen has for them; NULL = it is none. */
static char *for_two(const char *arg)
{
	static const char *const names[][2] = {{"--sched", "--scheds"}, {"--kernel", "--kernels"}};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		size_t n = strlen(names[i][0]);

		if (!strncmp(arg, names[i][0], n) && (!arg[n] || arg[n] == '='))
			return xasprintf("%s%s", names[i][1], arg + n);
	}
	return NULL;
}

/* Two guests, on the screen. `status` is that of the program. false: there is nothing of them. */
static bool run_two(int argc, char **argv, int *status)
{
	char **args = xcalloc((size_t)argc + 1, sizeof(*args)),
	     **owned = xcalloc((size_t)argc + 1, sizeof(*owned));
	bool any = false;
	int i;

	for (i = 0; i < argc; i++) {
		owned[i] = i ? for_two(argv[i]) : NULL;
		args[i] = owned[i] ? owned[i] : argv[i];
		any |= owned[i] != NULL;
	}
	if (any)
		*status = cmd_open.run(argc, args);
	for (i = 0; i < argc; i++)
		free(owned[i]);
	free(owned);
	free(args);
	return any;
}

static int run_compare(int argc, char **argv)
{
	struct recorded_session a = {0}, b = {0};
	struct options o = {.a = NULL};
	struct err err = ERR_INIT;
	int r;

	if (run_two(argc, argv, &r))
		return r;
	r = parse(&o, argc, argv);
	if (r)
		return r;
	if (o.help)
		return command_by_name("help")->run(2, (char *[]){"help", "compare", NULL});
	if (!o.as)
		return cmd_open.run(
			4, (char *[]){argv[0], (char *)o.a, "--compare", (char *)o.b, NULL});
	r = recorded_open(&a, o.a, &err);
	if (r == 0)
		r = recorded_open(&b, o.b, &err);
	if (r == 0)
		r = table(&o, &a, &b, &err);
	recorded_close(&a);
	recorded_close(&b);
	return r < 0 ? command_error(&cmd_compare, &err) : EXIT_HELD;
}

const struct command cmd_compare = {
	.name = "compare",
	.synopsis = "compare SESSION SESSION [--at MOMENT] [--all] [--text] [--csv] [--json] "
		    "[--filter TEXT] "
		    "[-o FILE] [--force] | SCENARIO [--sched A,B] [--kernel A,B] [GUEST OPTIONS]",
	.summary = "two recorded sessions side by side in lockstep, on the screen or as a table of "
		   "what "
		   "differs; or a scenario in two guests at once, under two schedulers or kernels",
	.run = run_compare,
};
