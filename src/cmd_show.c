/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_show - `scxplore show`: a table of a recorded session (ops/sheet.h), as it was at any moment,
 * for reading, as CSV or as JSON. No guest.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "base/save.h"
#include "base/text.h"
#include "cmd_loaded.h"
#include "ops/sheet.h"
#include "recorded.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BEFORE_NS UINT64_C(1000000000) /* of the trace, before a moment that is named */

struct options {
	const char *file, *table, *at, *from, *to, *columns, *sort, *filter, *outline, *out;
	const struct sheet_writer *as;
	bool reverse, force, list, help;
};

static const struct sheet_writer *writer_by_name(const char *name)
{
	const struct sheet_writer *w;
	size_t i;

	for (i = 0; (w = sheet_writer_at(i)); i++)
		if (!strcmp(w->name, name))
			return w;
	return NULL;
}

static bool flag(struct options *o, const char *word)
{
	const struct sheet_writer *w = !strncmp(word, "--", 2) ? writer_by_name(word + 2) : NULL;

	if (w)
		o->as = w;
	else if (!strcmp(word, "--reverse"))
		o->reverse = true;
	else if (!strcmp(word, "--force"))
		o->force = true;
	else if (!strcmp(word, "--list"))
		o->list = true;
	else if (!strcmp(word, "--help"))
		o->help = true;
	else
		return false;
	return true;
}

static bool value(struct options *o, int argc, char **argv, int *i)
{
	const struct {
		const char *name;
		const char **to;
	} options[] = {
		{"--at", &o->at},           {"--from", &o->from}, {"--to", &o->to},
		{"--columns", &o->columns}, {"--sort", &o->sort}, {"--filter", &o->filter},
		{"--outline", &o->outline}, {"-o", &o->out},
	};
	const char *v;
	size_t k;

	for (k = 0; k < ARRAY_SIZE(options); k++)
		if ((v = command_value(options[k].name, argc, argv, i))) {
			*options[k].to = v;
			return true;
		}
	return false;
}

static int parse(struct options *o, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (flag(o, argv[i]) || value(o, argc, argv, &i))
			continue;
		if (argv[i][0] == '-' || o->table)
			return command_usage(&cmd_show, "'%s' is not understood here", argv[i]);
		*(o->file ? &o->table : &o->file) = argv[i];
	}
	if (o->list || o->help)
		return 0;
	if (!o->file)
		return command_usage(&cmd_show, "name a session file");
	if (!o->table)
		return command_usage(&cmd_show, "say which table; --list names them");
	if (!o->as)
		o->as = o->out ? sheet_writer_by_suffix(o->out) : sheet_writer_at(0);
	if (!o->as)
		return command_usage(&cmd_show,
				     "'%s' does not say what it shall be: say --text, --csv "
				     "or --json",
				     o->out);
	return 0;
}

static int list(void)
{
	const struct sheet_def *d;
	size_t i, k;

	for (i = 0; (d = sheet_def_at(i)); i++) {
		printf("%s: %s\n", d->name, d->summary);
		for (k = 0; k < d->ncolumns; k++)
			printf("    %-18s %s\n", d->columns[k].key, d->columns[k].says);
	}
	return EXIT_HELD;
}

/* Words in the order of enum sheet_outline. A program that reads wants things alone. */
static int outline_of(const struct options *o, const struct sheet_def *def,
		      enum sheet_outline *outline, struct err *err)
{
	static const char *const names[] = {"threads", "processes", "groups", "flat"};
	size_t i;

	*outline = o->as == sheet_writer_at(0) ? OUTLINE_THREADS : OUTLINE_FLAT;
	if (!o->outline)
		return 0;
	if (!def->tree)
		return err_set(err, EINVAL, "--outline: the table of %s is no tree", def->name);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i], o->outline)) {
			*outline = (enum sheet_outline)i;
			return 0;
		}
	return err_set(err, EINVAL,
		       "--outline: '%.40s' is none of threads, processes, groups, flat",
		       o->outline);
}

struct wish {
	struct sheet_ask ask;
	uint64_t at_ns;
	unsigned columns[64];
	size_t ncolumns;
};

static int times(const struct options *o, const struct recorded_session *s,
		 const struct sheet_def *def, struct wish *w, struct err *err)
{
	int r = o->at ? recorded_moment(s, o->at, &w->at_ns, err) : 0;

	if (r == 0 && (o->from || o->to) && !def->timed)
		return err_set(
			err, EINVAL,
			"--from and --to are for switches, marks and waits: the table of %s is of "
			"one moment (--at)",
			def->name);
	if (r == 0 && o->from)
		r = recorded_moment(s, o->from, &w->ask.from_ns, err);
	if (r == 0 && o->to)
		r = recorded_moment(s, o->to, &w->ask.to_ns, err);
	if (r < 0 || !def->timed)
		return r;
	if (o->at && !o->to)
		w->ask.to_ns = w->at_ns;
	if (o->at && !o->from && w->ask.to_ns > BEFORE_NS)
		w->ask.from_ns = w->ask.to_ns - BEFORE_NS;
	if (w->ask.to_ns && w->ask.from_ns >= w->ask.to_ns)
		return err_set(err, EINVAL, "--from is not before --to");
	return 0;
}

static int wish(const struct options *o, const struct recorded_session *s,
		const struct sheet_def *def, struct wish *w, struct err *err)
{
	int column, r = times(o, s, def, w, err);

	if (r == 0)
		r = outline_of(o, def, &w->ask.outline, err);
	if (r == 0 && o->columns)
		r = sheet_columns(def, o->columns, w->columns, &w->ncolumns, err);
	if (r < 0)
		return r;
	if (o->sort) {
		column = sheet_column_by_name(def, o->sort);
		if (column < 0)
			return err_set(
				err, EINVAL,
				"--sort: the table of %s has no column '%.40s', or more than one "
				"begins so; 'scxplore show --list' names them",
				def->name, o->sort);
		w->ask.sort = (unsigned)column + 1;
	}
	w->ask.reverse = o->reverse;
	w->ask.filter = o->filter;
	return 0;
}

static int put(const struct options *o, const struct buf *text, struct err *err)
{
	int r;

	if (o->out && strcmp(o->out, "-"))
		return save_file(o->out, text, 0666, o->force, err);
	r = save_fd(STDOUT_FILENO, text);
	return r < 0 ? err_sys(err, -r, "write the table") : 0;
}

static int show(const struct options *o, struct recorded_session *s, struct err *err)
{
	const struct sheet_def *def = sheet_def_by_name(o->table, err);
	cleanup_buf struct buf text = BUF_INIT;
	struct wish w = {.at_ns = 0};
	const struct model *m;
	struct sheet sheet;
	int r = def ? wish(o, s, def, &w, err) : -EINVAL;

	if (r < 0)
		return r;
	m = def->timed ? recorded_stretch(s, w.at_ns, w.ask.from_ns, w.ask.to_ns, err)
		       : recorded_at(s, w.at_ns, err);
	if (!m)
		return -err->code;
	sheet_build(&sheet, def, m, &w.ask);
	if (w.ncolumns) {
		sheet.shown = w.columns;
		sheet.nshown = w.ncolumns;
	}
	o->as->write(&sheet, &text);
	sheet_finish(&sheet);
	return put(o, &text, err);
}

static int run_show(int argc, char **argv)
{
	struct recorded_session s = {0};
	struct options o = {.file = NULL};
	struct err err = ERR_INIT;
	int r = parse(&o, argc, argv);

	if (r)
		return r;
	if (o.help)
		return command_by_name("help")->run(2, (char *[]){"help", "show", NULL});
	if (o.list)
		return list();
	r = recorded_open(&s, o.file, &err);
	if (r == 0 && s.warning.len)
		fprintf(stderr, "scxplore show: %s\n", buf_text(&s.warning));
	if (r == 0)
		r = show(&o, &s, &err);
	recorded_close(&s);
	return r < 0 ? command_error(&cmd_show, &err) : EXIT_HELD;
}

const struct command cmd_show = {
	.name = "show",
	.synopsis = "show SESSION TABLE [--at MOMENT] [--text] [--csv] [--json] [--columns NAMES] "
		    "[--sort COLUMN] "
		    "[--reverse] [--filter TEXT] [--outline threads|processes|groups|flat] [--from "
		    "MOMENT] "
		    "[--to MOMENT] [-o FILE] [--force] | show --list",
	.summary = "a table of a recorded session at any moment (12.5s, op:N, step:N), for "
		   "reading, as "
		   "CSV or JSON",
	.run = run_show,
};
