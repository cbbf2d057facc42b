/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * completions - everything a shell or man(1) is told stands in the tables of commands, guest
 * options, formats and ops; this file only knows the forms.
 */
#include "completions.h"
#include "cmd.h"
#include "ops/export.h"
#include "vmm/topologies.h"
#include "ops/help.h"
#include "ops/report.h"
#include "ops/schedulers.h"
#include "vmm/options.h"

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

static void option_names(struct buf *out)
{
	const struct guest_option *o;
	size_t i;

	for (i = 0; (o = guest_option_at(i)); i++)
		buf_addf(out, "%s--%s", i ? " " : "", o->name);
}

static void formats(struct buf *to, struct buf *report)
{
	const struct report_format *f;
	const struct exporter *e;
	size_t i;

	for (i = 0; (e = exporter_at(i)); i++)
		buf_addf(to, "%s%s", i ? " " : "", e->name);
	for (i = 0; (f = report_format_at(i)); i++)
		buf_addf(report, "%s%s", i ? " " : "", f->name);
}

/* What only `matrix` takes, apart from the guest options. */
#define MATRIX_WORDS                                                                               \
	"--sched --repeat --warmup --jobs --out --resume --shard --pin --max-cpus --dry-run "      \
	"--baseline --compare --gate --histogram --all --output "                                          \
	"--engine --hosts --shards --engine-args --engine-program --engine-dir"

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

struct words {
	struct buf commands, options, to, report, topologies, schedulers;
};

static void words_init(struct words *w)
{
	*w = (struct words){.commands = BUF_INIT};
	command_names(&w->commands);
	option_names(&w->options);
	formats(&w->to, &w->report);
	topologies(&w->topologies);
	schedulers(&w->schedulers);
}

static void words_finish(struct words *w)
{
	buf_finish(&w->commands);
	buf_finish(&w->options);
	buf_finish(&w->to);
	buf_finish(&w->report);
	buf_finish(&w->topologies);
	buf_finish(&w->schedulers);
}

void completions_bash(struct buf *out)
{
	struct words w;

	words_init(&w);
	buf_addf(out,
		 "# bash completion for scxplore, made from its tables\n"
		 "_scxplore() {\n"
		 "	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} "
		 "words\n"
		 "	case $prev in\n"
		 "	--accel) words='auto kvm tcg' ;;\n"
		 "	--to) words='%s' ;;\n"
		 "	--format) words='%s' ;;\n"
		 "	--tempo) words='keep asap' ;;\n"
		 "	--topology) words='%s'; [ \"${COMP_WORDS[1]}\" = matrix ] && words=\"$words presets\" ;;\n"
		 "	--sched) words='%s' ;;\n"
		 "	--engine) words='local parallel slurm' ;;\n"
		 "	matrix) words='report merge topologies '$(scxplore scenarios 2>/dev/null | cut -d' ' -f1) ;;\n"
		 "	kernel) words='list fetch add check' ;;\n"
		 "	help) words='ops %s' ;;\n"
		 "	*) words='%s --save --json --format --tempo --to --force --no-verify --learn "
		 "--with'\n"
		 "	   [ \"${COMP_WORDS[1]}\" = matrix ] && words=\"$words " MATRIX_WORDS "\"\n"
		 "	   [ \"$COMP_CWORD\" = 1 ] && words=\"%s $words\" ;;\n"
		 "	esac\n"
		 "	mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
		 "	[ ${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "
		 "\"$cur\")\n"
		 "}\n"
		 "complete -o filenames -F _scxplore scxplore\n",
		 buf_text(&w.to), buf_text(&w.report), buf_text(&w.topologies),
		 buf_text(&w.schedulers), buf_text(&w.commands), buf_text(&w.options),
		 buf_text(&w.commands));
	words_finish(&w);
}

void completions_zsh(struct buf *out)
{
	const struct guest_option *o;
	const struct command *c;
	struct words w;
	size_t i = 0;

	words_init(&w);
	buf_adds(out, "#compdef scxplore\n# made from the tables of scxplore\nlocal -a "
		      "commands\ncommands=(\n");
	while ((c = visible(&i)))
		buf_addf(out, "	'%s:%s'\n", c->name, c->summary);
	buf_adds(out, ")\n_arguments \\\n");
	for (i = 0; (o = guest_option_at(i)); i++) {
		bool topology = !strcmp(o->name, "topology");

		buf_addf(out, "	'*--%s[guest option]:%s:%s%s%s' \\\n", o->name, o->name,
			 topology ? "(" : "",
			 topology			? buf_text(&w.topologies)
			 : !strcmp(o->name, "accel") ? "(auto kvm tcg)"
						      : "_files",
			 topology ? ")" : "");
	}
	buf_addf(out,
		 "	'--save[session file]:file:_files' '--json[JSON lines]' "
		 "'--format[report]:format:(%s)' \\\n"
		 "	'--tempo[guest time between ops]:tempo:(keep asap)' '--to[export "
		 "as]:format:(%s)' '--force' '--no-verify' \\\n"
		 "	'--sched[of a matrix]:sched:(%s)' '--repeat[of a matrix]:n:' '--warmup[of a "
		 "matrix]:n:' '--jobs[guests at a time]:n:' \\\n"
		 "	'--out[saved matrix]:file:_files' '--resume[saved matrix]:file:_files' "
		 "'--shard[I/N]:shard:' '--pin' '--max-cpus:n:' '--dry-run' \\\n"
		 "	'--engine[runs the shards]:engine:(local parallel slurm)' '--hosts[FILE or "
		 "names]:hosts:_files' '--shards:n:' \\\n"
		 "	'--engine-args:words:' '--engine-program:path:_files' "
		 "'--engine-dir:folder:_files -/' \\\n"
		 "	'1:command:{_describe command commands; _files}' '*:file:_files'\n",
		 buf_text(&w.report), buf_text(&w.to), buf_text(&w.schedulers));
	words_finish(&w);
}

void completions_fish(struct buf *out)
{
	const struct guest_option *o;
	const struct command *c;
	struct words w;
	size_t i = 0;

	words_init(&w);
	buf_adds(out, "# fish completion for scxplore, made from its tables\n");
	while ((c = visible(&i)))
		buf_addf(out, "complete -c scxplore -n __fish_use_subcommand -a %s -d '%s'\n",
			 c->name, c->summary);
	for (i = 0; (o = guest_option_at(i)); i++)
		buf_addf(out, "complete -c scxplore -l %s -r\n", o->name);
	buf_addf(out,
		 "complete -c scxplore -l accel -x -a 'auto kvm tcg'\ncomplete -c scxplore -l to "
		 "-x -a '%s'\n"
		 "complete -c scxplore -l topology -x -a '%s'\n"
		 "complete -c scxplore -n '__fish_seen_subcommand_from matrix' -l topology -x -a presets\n"
		 "complete -c scxplore -n '__fish_seen_subcommand_from matrix' -l sched -x -a '%s'\n"
		 "complete -c scxplore -n '__fish_seen_subcommand_from matrix' -l engine -x -a 'local "
		 "parallel slurm'\n"
		 "complete -c scxplore -l format -x -a '%s'\ncomplete -c scxplore -l tempo -x -a "
		 "'keep asap'\n",
		 buf_text(&w.to), buf_text(&w.topologies), buf_text(&w.schedulers),
		 buf_text(&w.report));
	words_finish(&w);
}

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
		{"SXP_SCENARIOS", "the folder of the scenarios that come with the program"},
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
