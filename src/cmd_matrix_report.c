/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_matrix_report - options of a report, the files it is made of, and where it goes.
 *
 * Invariant: the exit status is that of all cells and gates; a report that could not be written
 * whole is never a success.
 */
#include "cmd_matrix_report.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "cmd_loaded.h"
#include "ops/check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int set_format(const struct command *cmd, struct matrix_report_options *o, const char *name)
{
	cleanup_buf struct buf names = BUF_INIT;
	const struct mx_report_format *f;
	size_t i;

	o->format = mx_report_format_by_name(name);
	if (o->format)
		return 1;
	for (i = 0; (f = mx_report_format_at(i)); i++)
		buf_addf(&names, "%s%s", i ? ", " : "", f->name);
	command_usage(cmd, "--format: '%s' is none of %s", name, buf_text(&names));
	return -1;
}

static int add_gate(const struct command *cmd, struct matrix_report_options *o, const char *word)
{
	struct err err = ERR_INIT;

	if (o->ngates == MX_GATES_MAX)
		err_set(&err, E2BIG, "more than %d gates", MX_GATES_MAX);
	else if (mx_gate_parse(word, &o->gate[o->ngates], &err) == 0)
		return (int)!!++o->ngates;
	command_usage(cmd, "--gate: %s", err.msg);
	return -1;
}

int matrix_report_option(const struct command *cmd, struct matrix_report_options *o, int argc,
			 char **argv, int *i)
{
	const struct {
		const char *name;
		const char **value;
	} words[] = {
		{"--baseline", &o->baseline},   {"--compare", &o->compare},
		{"--histogram", &o->histogram}, {"-o", &o->output},
		{"--output", &o->output},
	};
	const char *v;
	size_t k;

	if ((v = command_value("--format", argc, argv, i)))
		return set_format(cmd, o, v);
	if ((v = command_value("--gate", argc, argv, i)))
		return add_gate(cmd, o, v);
	if (!strcmp(argv[*i], "--all"))
		return (int)(o->all = true);
	for (k = 0; k < ARRAY_SIZE(words); k++)
		if ((v = command_value(words[k].name, argc, argv, i))) {
			*words[k].value = v;
			return 1;
		}
	return 0;
}

int matrix_report_beside(const struct command *cmd, const struct matrix_report_options *o,
			 const char *out)
{
	if (!out || strcmp(out, "-") || (o->output && strcmp(o->output, "-")))
		return 0;
	return command_usage(cmd, "with --out - the runs are on standard output: -o FILE says where the "
				  "report goes");
}

int matrix_report_check(const struct command *cmd, const struct matrix_report_options *o)
{
	if (o->histogram && o->format && strcmp(o->format->name, "text") &&
	    strcmp(o->format->name, "json"))
		return command_usage(cmd, "--histogram: the format %s has none", o->format->name);
	return 0;
}

static int read_saved(const char *path, struct mx_runs *runs, struct err *err)
{
	bool standard_input = !strcmp(path, "-");
	FILE *f = standard_input ? stdin : fopen(path, "re");
	int r;

	*runs = (struct mx_runs){0};
	if (!f)
		return err_sys(err, errno, "open '%s'", path);
	r = mx_runs_read(f, runs, err);
	if (!standard_input)
		fclose(f);
	return r < 0 ? err_wrap(err, "'%s'", path) : 0;
}

static int put(const struct matrix_report_options *o, const struct buf *text, struct err *err)
{
	FILE *f = stdout;
	int r = 0;

	if (o->output && strcmp(o->output, "-"))
		f = fopen(o->output, "we");
	if (!f)
		return err_sys(err, errno, "create '%s'", o->output);
	if (fwrite(buf_text(text), 1, text->len, f) != text->len || fflush(f) == EOF)
		r = err_sys(err, errno, "write the report");
	if (f != stdout && fclose(f) == EOF && r == 0)
		r = err_sys(err, errno, "write '%s'", o->output);
	return r;
}

/* What the runs are compared with: at most the baseline among them and what was saved. */
struct compared {
	struct mx_comparison c[2];
	size_t n;
	struct mx_runs saved;
	struct mx_table saved_table;
};

static int compare(const struct matrix_report_options *o, const struct mx_table *table,
		   struct compared *c, struct err *err)
{
	const char *baseline = o->baseline;

	/* with something saved, what is asked is that; the baseline only when it was named */
	if (!baseline && !o->compare)
		baseline = mx_baseline_of(table);
	if (baseline && mx_compare_sched(table, baseline, &c->c[c->n++], err) < 0)
		return err_wrap(err, "--baseline");
	if (!o->compare)
		return 0;
	if (read_saved(o->compare, &c->saved, err) < 0)
		return err_wrap(err, "--compare");
	mx_table_build(&c->saved_table, &c->saved);
	if (mx_compare_saved(table, &c->saved_table, o->compare, &c->c[c->n++], err) < 0)
		return err_wrap(err, "--compare");
	return 0;
}

static void compared_finish(struct compared *c)
{
	while (c->n)
		mx_comparison_finish(&c->c[--c->n]);
	mx_table_finish(&c->saved_table);
	mx_runs_finish(&c->saved);
}

static int judge_and_write(const struct matrix_report_options *o, const struct mx_table *table,
			   const struct compared *c, struct err *err)
{
	const struct mx_report_format *format = o->format ? o->format : mx_report_format_at(0);
	cleanup_buf struct buf text = BUF_INIT;
	struct mx_gateds gateds;
	struct mx_report report = {.table = table,
				   .comparison = c->c,
				   .ncomparisons = c->n,
				   .gateds = &gateds,
				   .histogram = o->histogram,
				   .all = o->all};
	int status, r;

	mx_gates_judge(o->gate, o->ngates, c->c, c->n, &gateds);
	format->write(&report, &text);
	status = verdict_exit_code(mx_report_verdict(&report));
	mx_gateds_finish(&gateds);
	r = put(o, &text, err);
	return r < 0 ? r : status;
}

int matrix_report_write(const struct command *cmd, const struct matrix_report_options *o,
			const struct mx_runs *runs)
{
	struct compared c = {.n = 0};
	struct err err = ERR_INIT;
	struct mx_table table;
	int r;

	mx_table_build(&table, runs);
	r = compare(o, &table, &c, &err);
	if (r == 0)
		r = judge_and_write(o, &table, &c, &err);
	compared_finish(&c);
	mx_table_finish(&table);
	return r < 0 ? command_error(cmd, &err) : r;
}

int matrix_report_main(const struct command *cmd, int argc, char **argv)
{
	cleanup_free struct matrix_report_options *o = xcalloc(1, sizeof(*o));
	struct err err = ERR_INIT;
	const char *file = NULL;
	struct mx_runs runs;
	int i, r;

	for (i = 1; i < argc; i++) {
		r = matrix_report_option(cmd, o, argc, argv, &i);
		if (r < 0)
			return EXIT_UNJUDGED;
		if (r > 0)
			continue;
		if ((argv[i][0] == '-' && argv[i][1]) || file)
			return command_usage(cmd, "'%s' is not understood here", argv[i]);
		file = argv[i];
	}
	if (!file)
		return command_usage(cmd, "report: name a saved matrix");
	if (matrix_report_check(cmd, o))
		return EXIT_UNJUDGED;
	if (read_saved(file, &runs, &err) < 0)
		r = command_error(cmd, &err);
	else
		r = matrix_report_write(cmd, o, &runs);
	mx_runs_finish(&runs);
	return r;
}
