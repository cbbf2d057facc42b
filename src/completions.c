/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * completions - everything a shell or man(1) is told stands in the tables of commands, guest
 * options, formats and ops; this file only knows the forms.
 */
#include "completions.h"
#include "base/cleanup.h"
#include "cmd.h"
#include "ops/help.h"
#include "ops/schedulers.h"
#include "synopsis.h"
#include "vmm/options.h"
#include "vmm/topologies.h"

#include <stdio.h>
#include <string.h>

static const struct command *visible(size_t *i)
{
	const struct command *c;

	while ((c = command_at((*i)++)))
		if (!c->hidden && strcmp(c->name, "open"))
			return c;
	return NULL;
}

static void command_names(struct buf *out)
{
	const struct command *c;
	size_t i = 0;

	while ((c = visible(&i)))
		buf_addf(out, "%s%s", out->len ? " " : "", c->name);
}

/* Between single quotes, where one of the text's own is written as `quote`. */
static void add_quoted(struct buf *out, const char *text, const char *quote)
{
	for (; *text; text++)
		if (*text == '\'')
			buf_adds(out, quote);
		else
			buf_addc(out, *text);
}

static void topologies(struct buf *out)
{
	const struct topology_preset *t;
	size_t i;

	for (i = 0; (t = topology_preset_at(i)); i++)
		buf_addf(out, "%s%s", i ? " " : "", t->name);
}

static void schedulers(struct buf *out)
{
	const struct scheduler *s;
	size_t i;

	buf_adds(out, "none eevdf own");
	for (i = 0; (s = scheduler_at(i)); i++)
		buf_addf(out, " %s", s->name);
}

/* ---- one option, whichever shell ----------------------------------------------------------- */

struct choice {
	const struct command *command; /* NULL = a guest option */
	const char *name;	       /* "--jobs" */
	enum value_kind kind;
	struct buf words; /* of VALUE_WORDS */
};

typedef void (*choice_fn)(const struct choice *c, struct buf *out);

static void choose(const struct command *c, const char *name, const char *value, choice_fn fn,
		   struct buf *out)
{
	struct choice choice = {.command = c, .name = name, .kind = value_kind(value)};
	/* of what is in tables the synopsis has only letters */
	void (*table)(struct buf *) = !strcmp(name, "--topology") ? topologies
				      : !strcmp(name, "--sched") || !strcmp(name, "--baseline")
					      ? schedulers
					      : NULL;

	if (table) {
		choice.kind = VALUE_WORDS;
		table(&choice.words);
		if (c == &cmd_matrix && table == topologies)
			buf_adds(&choice.words, " presets");
	} else if (choice.kind == VALUE_WORDS) {
		value_words(value, &choice.words);
	}
	fn(&choice, out);
	buf_finish(&choice.words);
}

static const char *forms_of(const struct command *c)
{
	size_t n = strlen(c->name);

	return !strncmp(c->synopsis, c->name, n) ? c->synopsis + n : c->synopsis;
}

/* One that two forms of a command have counts once. */
static bool is_again(const struct command *c, const char *upto, const char *name)
{
	const char *at = forms_of(c);
	struct synopsis_item item;

	while (synopsis_next(&at, &item) && at < upto)
		if (item.option && !strcmp(item.name, name))
			return true;
	return false;
}

static void each_option(const struct command *c, choice_fn fn, struct buf *out)
{
	const char *at = forms_of(c);
	struct synopsis_item item;

	while (synopsis_next(&at, &item))
		if (item.option && !is_again(c, at, item.name))
			choose(c, item.name, item.value, fn, out);
}

static void each_guest_option(choice_fn fn, struct buf *out)
{
	const struct guest_option *o;
	char name[40];
	size_t i;

	for (i = 0; (o = guest_option_at(i)); i++) {
		snprintf(name, sizeof(name), "--%s", o->name);
		choose(NULL, name, o->value, fn, out);
	}
}

/* "report merge topologies"; of help, what it explains. */
static void forms(const struct command *c, struct buf *out)
{
	const char *at = forms_of(c);
	struct synopsis_item item;

	while (synopsis_next(&at, &item))
		if (!item.option)
			buf_addf(out, "%s ", item.name);
	if (c == &cmd_help) {
		buf_adds(out, "ops ");
		command_names(out);
	}
}

/* ---- bash ---------------------------------------------------------------------------------- */

static void bash_name(const struct choice *c, struct buf *out)
{
	buf_addf(out, " %s", c->name);
}

static void bash_value(const struct choice *c, struct buf *out)
{
	if (c->kind == VALUE_NONE)
		return;
	buf_addf(out, "	%s\\ %s) ", c->command && c->command != &cmd_open ? c->command->name : "*", c->name);
	if (c->kind == VALUE_WORDS)
		buf_addf(out, "words='%s' ;;\n", buf_text(&c->words));
	else
		buf_adds(out, c->kind == VALUE_FREE ? "return ;;\n" : "words= ;;\n");
}

void completions_bash(struct buf *out)
{
	const struct command *c;
	size_t i;

	buf_adds(out, "# bash completion for scxplore, made from its tables\n"
		      "_scxplore() {\n"
		      "	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
		      "	local command=${COMP_WORDS[1]} words guest also=\n"
		      "	COMPREPLY=()\n"
		      "	guest='");
	each_guest_option(bash_name, out);
	buf_adds(out, "'\n	case $command in\n");
	for (i = 0; (c = visible(&i));) {
		buf_addf(out, "	%s) also='", c->name);
		forms(c, out);
		buf_addf(out, "' words=%s'", c->boots ? "$guest" : "");
		each_option(c, bash_name, out);
		buf_adds(out, "' ;;\n");
	}
	/* without a command there is the screen */
	buf_adds(out, "	*) also='");
	command_names(out);
	buf_adds(out, "' words=$guest'");
	each_option(&cmd_open, bash_name, out);
	buf_adds(out, "' ;;\n	esac\n	case $command\\ $prev in\n");
	for (i = 0; (c = visible(&i));)
		each_option(c, bash_value, out);
	each_option(&cmd_open, bash_value, out);
	each_guest_option(bash_value, out);
	buf_adds(out,
		 "	*) [ \"$COMP_CWORD\" -gt 2 ] || words=\"$also $words\"\n"
		 "	   [ \"$command $COMP_CWORD\" != 'matrix 2' ] ||\n"
		 "		words+=\" $(scxplore scenarios 2>/dev/null | cut -d' ' -f1)\" ;;\n"
		 "	esac\n"
		 "	mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
		 "	[ ${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "
		 "\"$cur\")\n"
		 "}\n"
		 "complete -o filenames -F _scxplore scxplore\n");
}

/* ---- zsh ----------------------------------------------------------------------------------- */

static void zsh_spec(const struct choice *c, struct buf *out)
{
	bool is_long = c->name[1] == '-';

	buf_addf(out, " '*%s", c->name);
	if (c->kind != VALUE_NONE)
		buf_addf(out, "%s:%s:", is_long ? "=" : "", c->name + 1 + is_long);
	if (c->kind == VALUE_WORDS)
		buf_addf(out, "(%s)", buf_text(&c->words));
	else if (c->kind == VALUE_FILE)
		buf_adds(out, "_files");
	else if (c->kind == VALUE_FOLDER)
		buf_adds(out, "_files -/");
	buf_addc(out, '\'');
}

void completions_zsh(struct buf *out)
{
	const struct command *c;
	size_t i;

	buf_adds(out, "#compdef scxplore\n# made from the tables of scxplore\nlocal -a "
		      "commands guest options also\ncommands=(\n");
	for (i = 0; (c = visible(&i));) {
		buf_addf(out, "	'%s:", c->name);
		add_quoted(out, c->summary, "'\\''");
		buf_adds(out, "'\n");
	}
	buf_adds(out, ")\nguest=(");
	each_guest_option(zsh_spec, out);
	buf_adds(out, ")\ncase $words[2] in\n");
	for (i = 0; (c = visible(&i));) {
		buf_addf(out, "(%s) also=(", c->name);
		forms(c, out);
		buf_addf(out, ") options=(%s", c->boots ? "$guest" : "");
		each_option(c, zsh_spec, out);
		buf_adds(out, ") ;;\n");
	}
	buf_adds(out, "(*) options=($guest");
	each_option(&cmd_open, zsh_spec, out);
	buf_adds(out, ") ;;\nesac\n"
		      "[[ $words[2] != matrix ]] ||\n"
		      "	also+=(${(f)\"$(scxplore scenarios 2>/dev/null | cut -d' ' -f1)\"})\n"
		      "_arguments $options '1:command:{_describe command commands; _files}' \\\n"
		      "	'2:what:{(( $#also )) && compadd -a also; _files}' '*:file:_files'\n");
}

/* ---- fish ---------------------------------------------------------------------------------- */

static void fish_option(const struct choice *c, struct buf *out)
{
	bool is_long = c->name[1] == '-';
	const struct command *other;
	size_t i;

	buf_adds(out, "complete -c scxplore -n '");
	if (c->command && c->command != &cmd_open) {
		buf_addf(out, "__fish_seen_subcommand_from %s", c->command->name);
	} else {
		buf_adds(out, "not __fish_seen_subcommand_from");
		for (i = 0; (other = visible(&i));)
			if (c->command || !other->boots)
				buf_addf(out, " %s", other->name);
	}
	buf_addf(out, "' -%c %s", is_long ? 'l' : 's', c->name + 1 + is_long);
	if (c->kind == VALUE_WORDS)
		buf_addf(out, " -x -a '%s'", buf_text(&c->words));
	else if (c->kind == VALUE_FILE)
		buf_adds(out, " -r");
	else if (c->kind == VALUE_FOLDER)
		buf_adds(out, " -x -a '(__fish_complete_directories)'");
	else if (c->kind == VALUE_FREE)
		buf_adds(out, " -x");
	buf_addc(out, '\n');
}

void completions_fish(struct buf *out)
{
	const struct command *c;
	size_t i;

	buf_adds(out, "# fish completion for scxplore, made from its tables\n");
	for (i = 0; (c = visible(&i));) {
		cleanup_buf struct buf words = BUF_INIT;

		buf_addf(out, "complete -c scxplore -n __fish_use_subcommand -a %s -d '", c->name);
		add_quoted(out, c->summary, "\\'");
		buf_adds(out, "'\n");
		forms(c, &words);
		if (words.len)
			buf_addf(out,
				 "complete -c scxplore -n '__fish_seen_subcommand_from %s' -a '%s'\n",
				 c->name, buf_text(&words));
		each_option(c, fish_option, out);
	}
	buf_adds(out, "complete -c scxplore -n '__fish_seen_subcommand_from matrix' -a "
		      "'(scxplore scenarios 2>/dev/null | string replace -r \" .*\" \"\")'\n");
	each_option(&cmd_open, fish_option, out);
	each_guest_option(fish_option, out);
}

/* ---- man ----------------------------------------------------------------------------------- */

static void entry(struct buf *out, const char *head, const char *text)
{
	buf_adds(out, ".TP\n.B ");
	help_roff(out, head);
	buf_addc(out, '\n');
	help_roff(out, text);
	buf_adds(out, ".\n");
}

void completions_man(struct buf *out)
{
	static const struct {
		const char *name, *text;
	} variables[] = {
		{"SXP_KERNEL, SXP_TOPOLOGY, SXP_ACCEL",
		 "guest options where none is given; exported tests read them, too"},
		{"SXP_AGENT", "the agent to pack instead of the installed one"},
		{"SXP_QEMU", "the QEMU to use"},
		{"SXP_THEMES", "a folder of themes to look in first"},
		{"SXP_WARM_BOUND", "MiB that the saved guests of warm starts may take together (3072)"},
		{"SXP_SCENARIOS", "the folder of the scenarios that come with the program"},
		{"SXP_SCHED_NAME",
		 "the program of a user-space scheduler that ops call by its bare name: "
		 "$SXP_SCHED_SCX_OWN for scx_own, in capitals, '_' for what is no letter or digit"},
		{"LD_LIBRARY_PATH",
		 "where libraries of what is taken into the guest are looked for, as the loader "
		 "does it"},
		{"SCXPLORE_FAULT",
		 "breaks a promise of the agent on purpose, so that a test can be seen to "
		 "fail: place-after-exec, place-never, hold-cut-short and others"},
		{"SCXPLORE_ASCII", "draw with ASCII only"},
		{"NO_COLOR", "no colours"},
	};
	const struct guest_option *o;
	const struct command *c;
	char head[80];
	size_t i;

	buf_adds(out, ".TH SCXPLORE 1 \"\" \"scxplore " SCXPLORE_VERSION
		      "\"\n.SH NAME\nscxplore \\- try out Linux CPU schedulers by "
		      "hand in a throw\\-away guest\n.SH SYNOPSIS\n");
	for (i = 0; (c = command_at(i)); i++) {
		buf_adds(out, ".B scxplore\n");
		help_roff(out, c->synopsis);
		buf_adds(out, "\n.br\n");
	}
	buf_adds(out, ".SH DESCRIPTION\nBoots a virtual machine with a chosen CPU topology and "
		      "lets you add cgroups, run programs "
		      "and workers in them and move them about while it runs, showing where every "
		      "task is. What is done is "
		      "recorded in a session file that can be opened, replayed and exported. A "
		      "payload started in a cgroup is "
		      "inside that cgroup before its first instruction, and the record proves "
		      "it.\n.SH COMMANDS\n");
	for (i = 0; (c = command_at(i)); i++)
		entry(out, c->name, c->summary);
	buf_adds(out, ".SH GUEST OPTIONS\n");
	for (i = 0; (o = guest_option_at(i)); i++) {
		snprintf(head, sizeof(head), "--%s %s", o->name, o->value);
		entry(out, head, o->summary);
	}
	help_man(out);
	buf_adds(out, ".SH ENVIRONMENT\n");
	for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		entry(out, variables[i].name, variables[i].text);
	buf_adds(out, ".SH EXIT STATUS\n0 all held, 1 an expectation failed, 2 it could not be "
		      "judged or run.\n"
		      ".SH FILES\n.TP\n.I $XDG_STATE_HOME/scxplore/sessions/\nsession files (JSON "
		      "lines).\n.TP\n"
		      ".I $XDG_CACHE_HOME/scxplore/\nguest kernels; what was learnt about KVM on "
		      "this machine.\n");
}
