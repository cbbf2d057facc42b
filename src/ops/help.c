/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * help - loops over the op table; nothing about an op is written here.
 */
#include "ops/help.h"
#include "base/cleanup.h"
#include "guest/wire_sched.h"
#include "ops/cgroup_settings.h"
#include "ops/schedulers.h"
#include "ops/checks.h"
#include "ops/figures.h"
#include "ops/metric.h"
#include "ops/work_types.h"

#define CUSTOM_FORM    "custom:/PROGRAM:FUNCTION"
#define CUSTOM_SUMMARY                                                                             \
	"a function of a program written with <scxplore/scxplore.h>; KEY=VALUE are its own"

#include <string.h>

static const char *value_word(enum arg_type type)
{
	static const char *const words[] = {
		[ARG_DURATION] = "DUR",	  [ARG_CPUS] = "CPUS",	     [ARG_CODE] = "N",
		[ARG_COUNT] = "N",	  [ARG_POLICY] = "POLICY",   [ARG_MEMPOLICY] = "MEMPOLICY",
		[ARG_CGROUP] = "CGROUP", [ARG_PERCENT] = "N%", [ARG_CPU_LIST] = "CPUS",  [ARG_TEXT] = "TEXT",
	};

	return type < ARRAY_SIZE(words) && words[type] ? words[type] : "VALUE";
}

void help_synopsis(const struct op_def *d, struct buf *out)
{
	size_t i;

	buf_adds(out, d->words[0]);
	if (d->words[1])
		buf_addf(out, " %s", d->words[1]);
	for (i = 0; i < OP_ARGS_MAX && d->args[i].key; i++) {
		const struct arg_def *a = &d->args[i];
		const char *open = a->optional ? "[" : "", *close = a->optional ? "]" : "";

		switch (a->form) {
		case FORM_POSITIONAL:
			buf_addf(out, " %s%s%s", open, a->key, close);
			break;
		case FORM_AT:
			buf_addf(out, "%s@%s%s", open, a->key, close);
			break;
		case FORM_KEY:
			buf_addf(out, " %s%s=%s%s", open, a->key,
				 value_word(a->type), close);
			break;
		case FORM_WORDS:
			buf_addf(out, " %s", a->key);
			break;
		case FORM_AFTER:
			buf_addf(out, " %s %s", a->literal, a->key);
			break;
		case FORM_REST:
			buf_addf(out, " -- %s...", a->key);
			break;
		case FORM_SETTINGS:
			buf_addf(out, " %s%s ...%s", open, a->key, close);
			break;
		}
	}
}

void help_ops(struct buf *out)
{
	const struct op_def *d;
	size_t i;

	for (i = 0; (d = op_def_at(i)); i++) {
		cleanup_buf struct buf line = BUF_INIT;

		help_synopsis(d, &line);
		buf_addf(out, "%-46s %s\n", buf_text(&line), d->summary);
	}
}

/* "at most 2s; judged by default; a time: inconclusive where it is missed on a slow machine" */
static void check_words(const struct check_def *c, struct buf *out)
{
	char limit[48];

	check_def_limit(c, limit, sizeof(limit));
	buf_addf(out, "%s; %s %s", c->summary, c->at_least ? "at least" : "at most",
		 *limit ? limit : "limit=");
	if (c->samples)
		buf_addf(out, ", over %u samples", c->samples);
	buf_adds(out, c->opt_in ? "" : "; judged by default");
	buf_adds(out, c->sched_only ? "; of a sched_ext scheduler" : "");
	buf_adds(out, c->timed ? "; a time" : "");
}

static void add_check(const struct check_def *c, struct buf *out)
{
	buf_addf(out, "      %-22s ", c->name);
	check_words(c, out);
	buf_addc(out, '\n');
}

static void add_words(const struct arg_def *a, struct buf *out)
{
	const struct cgroup_setting *s;
	const struct sched_exit_kind *kind;
	const struct scheduler *sched;
	const struct work_type *w;
	const char *summary;
	size_t i, k;

	for (i = 0; a->type == ARG_WORK && (w = work_type_at(i)); i++) {
		buf_addf(out, "      %-28s %s\n", w->name, w->summary);
		work_types_help(w, "        ", out);
	}
	if (a->type == ARG_WORK)
		buf_addf(out, "      %s\n        %s\n", CUSTOM_FORM, CUSTOM_SUMMARY);
	for (i = 0; a->type == ARG_CHECK && check_def_at(i); i++)
		add_check(check_def_at(i), out);
	for (i = 0; a->type == ARG_FIGURE && figure_at(i); i++)
		buf_addf(out, "      %-22s %s\n", figure_at(i)->name, figure_at(i)->summary);
	for (i = 0; a->type == ARG_METRIC && metric_program_at(i, &summary); i++)
		buf_addf(out, "      %-22s %s\n", metric_program_at(i, &summary), summary);
	for (i = 0; a->type == ARG_SCHED && (sched = scheduler_at(i)); i++)
		buf_addf(out, "      %-22s %s%s\n", sched->name, sched->broken ? "broken: " : "",
			 sched->summary);
	for (i = 0; a->type == ARG_CONSTANTS && (sched = scheduler_at(i)); i++)
		for (k = 0; k < SCHEDULER_CONSTANTS_MAX && sched->constants[k].name; k++)
			buf_addf(out, "      %-22s %s: %s\n", sched->constants[k].name, sched->name,
				 sched->constants[k].summary);
	for (i = 0; a->type == ARG_KIND && (kind = sched_exit_kind_at(i)); i++)
		buf_addf(out, "      %-22s %s\n", kind->name, kind->reason ? kind->reason : "");
	for (i = 0; a->type == ARG_SETTINGS && (s = cgroup_setting_at(i)); i++)
		buf_addf(out, "      %s=%s (%s=)  %s\n", s->file, s->value, s->alias, s->summary);
}

void help_op(const struct op_def *d, struct buf *out)
{
	size_t i;

	help_synopsis(d, out);
	buf_addf(out, "\n  %s\n", d->summary);
	for (i = 0; i < OP_ARGS_MAX && d->args[i].key; i++) {
		buf_addf(out, "    %-24s %s\n", d->args[i].key, d->args[i].summary);
		add_words(&d->args[i], out);
	}
	buf_addf(out, "  for example: %s\n", d->example);
}

bool help_word(const char *word, struct buf *out)
{
	const struct op_def *d;
	bool found = false;
	size_t i;

	for (i = 0; (d = op_def_at(i)); i++) {
		if (strcmp(d->words[0], word))
			continue;
		if (found)
			buf_addc(out, '\n');
		help_op(d, out);
		found = true;
	}
	return found;
}

void help_roff(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\\')
			buf_adds(out, "\\e");
		else if (*text == '-')
			buf_adds(out, "\\-");
		else
			buf_addc(out, *text);
	}
}

static void man_entry(struct buf *out, const char *name, const char *summary)
{
	buf_adds(out, ".TP\n.B ");
	help_roff(out, name);
	buf_addc(out, '\n');
	help_roff(out, summary);
	buf_adds(out, ".\n");
}

static void man_work(struct buf *out)
{
	const struct work_type *t;
	const struct figure *f;
	const char *name, *summary;
	size_t i;

	buf_adds(out, ".SH WORK TYPES\nof spawn, with their parameters and defaults\n");
	for (i = 0; (t = work_type_at(i)); i++) {
		cleanup_buf struct buf params = BUF_INIT;

		man_entry(out, t->name, t->summary);
		work_types_help(t, ".br\n", &params);
		/* the breaks are roff, what they break is text without a backslash */
		buf_adds(out, buf_text(&params));
	}
	man_entry(out, CUSTOM_FORM, CUSTOM_SUMMARY);
	buf_adds(out,
		 ".SH CHECKS\nof expect check; a time that is missed is inconclusive where the "
		 "guest is emulated, the host is loaded or time was stolen\n");
	for (i = 0; check_def_at(i); i++) {
		cleanup_buf struct buf words = BUF_INIT;

		check_words(check_def_at(i), &words);
		man_entry(out, check_def_at(i)->name, buf_text(&words));
	}
	buf_adds(out, ".SH FIGURES OF REPORTS\n");
	for (i = 0; (f = figure_at(i)); i++)
		man_entry(out, f->name, f->summary);
	buf_adds(out, ".SH NUMBERS OF PROGRAMS\nwhose output is known, and what is read of it\n");
	for (i = 0; (name = metric_program_at(i, &summary)); i++)
		man_entry(out, name, summary);
}

void help_man(struct buf *out)
{
	const struct op_def *d;
	size_t i, k;

	buf_adds(out, ".SH OPS\n");
	for (i = 0; (d = op_def_at(i)); i++) {
		cleanup_buf struct buf line = BUF_INIT;

		help_synopsis(d, &line);
		buf_adds(out, ".TP\n.B ");
		help_roff(out, buf_text(&line));
		buf_addc(out, '\n');
		help_roff(out, d->summary);
		buf_adds(out, ".\n");
		for (k = 0; k < OP_ARGS_MAX && d->args[k].key; k++) {
			buf_adds(out, ".br\n.I ");
			help_roff(out, d->args[k].key);
			buf_adds(out, "\n: ");
			help_roff(out, d->args[k].summary);
			buf_addc(out, '\n');
		}
	}
	man_work(out);
}
