/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * screen_help - made of the tables of keys, screens, commands and ops; nothing is written twice.
 */
#include "base/cleanup.h"
#include "tui/commands.h"
#include "tui/keymap.h"
#include "tui/screen.h"
#include "tui/timeline.h"

#include <stdio.h>

enum { TEXT_COLUMN = 28, NARROW_COLUMNS = 60 };

struct writer {
	struct tui_state *st;
	struct canvas *c;
	struct rect r;
	int line, top;
};

static void put(struct writer *w, enum role role, const char *key, const char *text)
{
	struct rect right = w->r;
	int y = w->line - w->top, used, lines;

	right.row++;
	right.rows--;
	used = canvas_width(key);
	if (y >= 0)
		canvas_text(w->c, right, y, 0, -1, role, key);
	if (!*text) {
		w->line++;
		return;
	}
	used = w->r.cols < NARROW_COLUMNS ? 4 : used < TEXT_COLUMN ? TEXT_COLUMN : used + 1;
	right.col += used;
	right.cols -= used;
	/* where it is narrow, what is said stands below what it is said of */
	w->line += w->r.cols < NARROW_COLUMNS;
	lines = frame_wrap(text, right.cols, ROLE_NORMAL, w->c, right, w->line - w->top);
	w->line += lines ? lines : 1;
}

static void write_op(struct writer *w, const struct op_def *d)
{
	char head[80];
	size_t i;

	snprintf(head, sizeof(head), "%s%s%s%s%c%s", d->words[0], d->words[1] ? " " : "",
		 d->words[1] ? d->words[1] : "", d->shortcut ? "  [" : "",
		 d->shortcut ? d->shortcut : ' ', d->shortcut ? "]" : "");
	put(w, ROLE_KEY, head, d->summary);
	for (i = 0; i < OP_ARGS_MAX && d->args[i].key; i++) {
		snprintf(head, sizeof(head), "    %s%s", d->args[i].key,
			 d->args[i].optional ? " (optional)" : "");
		put(w, ROLE_DIM, head, d->args[i].summary);
	}
	put(w, ROLE_DIM, "    for example", d->example);
}

/* What stands on the screen without a word of its own. */
static void write_legend(struct writer *w)
{
	static const struct {
		const char *sign, *meaning;
	} rows[] = {
		{"+ok +ok exec", "read in its cgroup before its first instruction; seen there by "
				 "the probe at exec, too"},
		{"shell", "a person's shell; what is started there is placed by no op"},
		{"X MISPLACED", "was somewhere else, or ran already"},
		{"A a . ?",
		 "a cell of the Timeline: more, less than half of it was A's (* , when there are too "
		 "many), nobody's; not known"},
		{"# +", "the task that is followed: it had most of the cell; others had more"},
		{"^ > !", "below a CPU: it woke a task, one went to another CPU, records were lost"},
		{"S o", "above the CPUs: a step, an op began"},
		{"-",
		 "not known: the kernel has no such counter, or there is no second sample yet"},
		{"drops cost", "records the observer lost; its own CPU time in percent of one CPU"},
	};
	size_t i;

	put(w, ROLE_TITLE, "SIGNS", "");
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		put(w, ROLE_KEY, rows[i].sign, rows[i].meaning);
}

static void write_tables(struct writer *w)
{
	const struct sheet_def *d;
	char head[80];
	size_t i, k;

	for (i = 0; (d = sheet_def_at(i)); i++) {
		snprintf(head, sizeof(head), "TABLE of %s", d->name);
		put(w, ROLE_TITLE, head, d->summary);
		if (d != &sheet_tasks && d->columns == sheet_tasks.columns)
			continue; /* the same columns, said once */
		for (k = 0; k < d->ncolumns; k++)
			put(w, ROLE_KEY, d->columns[k].head, d->columns[k].says);
	}
}

static void write_all(struct writer *w)
{
	const struct key_binding *k;
	const struct screen_def *s;
	const struct tui_command *t;
	const struct timeline_key *v;
	const struct op_def *d;
	char key[8];
	size_t i;

	put(w, ROLE_TITLE, "SCREENS", "");
	for (i = 0; (s = screen_at(i)); i++) {
		if (s->function)
			snprintf(key, sizeof(key), "%c F%d", s->digit, s->function);
		else
			snprintf(key, sizeof(key), "%c", s->digit);
		put(w, ROLE_KEY, key, s->summary);
	}
	put(w, ROLE_TITLE, "KEYS", "");
	for (i = 0; (k = key_binding_at(i)); i++)
		put(w, ROLE_KEY, k->shown, k->summary);
	put(w, ROLE_KEY, "arrows j k g G PgUp PgDn", "move in a list");
	put(w, ROLE_TITLE, "KEYS on the Timeline", "");
	for (i = 0; (v = timeline_key_at(i)); i++)
		if (v->shown)
			put(w, ROLE_KEY, v->shown, v->summary);
	write_legend(w);
	write_tables(w);
	put(w, ROLE_TITLE, "COMMANDS at the : prompt", "");
	for (i = 0; (t = tui_command_at(i)); i++)
		put(w, ROLE_KEY, t->synopsis, t->summary);
	put(w, ROLE_TITLE, "OPS at the : prompt, in files, in sessions", "");
	for (i = 0; (d = op_def_at(i)); i++)
		write_op(w, d);
}

static void draw(const struct model *m, const struct scenario *s, struct tui_state *st,
		 struct canvas *c, struct rect r)
{
	struct list *l = &st->lists[PANE_HELP];
	struct writer w = {.st = st, .c = c, .r = r, .top = l->top};

	canvas_rule(c, r, 0, "HELP  arrows scroll, Esc leaves", true);
	write_all(&w);
	/* a text has no selected row: the selection is its first line */
	list_fit(l, w.line, r.rows - 1);
	l->top = l->sel < w.line - l->height ? l->sel : w.line - l->height;
	if (l->top < 0)
		l->top = 0;
}

static const enum pane panes[] = {PANE_HELP};

const struct screen_def screen_help = {
	.digit = '?',
	.function = 1,
	.name = "Help",
	.summary = "help",
	.panes = panes,
	.npanes = 1,
	.draw = draw,
};
