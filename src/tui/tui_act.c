/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tui_act - what keys and typed lines ask for. Invariant: what acts on the guest does so as an op
 * line through host->submit().
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "tui/commands.h"
#include "tui/facts.h"
#include "tui/tui_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int run_line(struct tui *t, const char *line, struct err *err)
{
	const struct tui_command *c;
	size_t n, i;
	char **words = words_split(line, &n, err);
	int r;

	if (!words)
		return -EINVAL;
	for (i = 0; n && (c = tui_command_at(i)); i++) {
		if (strcmp(c->name, words[0]))
			continue;
		r = c->run(t, words, n, err);
		words_free(words);
		return r;
	}
	words_free(words);
	r = n ? t->host->submit(t->arg, line, err) : 0;
	if (n && r == 0 && t->host->model(t->arg)->paused)
		tui_say(t, ROLE_HINT,
			"the guest is paused: this is done when its time goes on (P, or '.' step by step)");
	return r;
}

static void enter_line(struct tui *t)
{
	struct prompt *p = &t->st.prompt;
	struct err err = ERR_INIT;
	char line[PROMPT_MAX];

	text_copy(line, sizeof(line), p->text);
	prompt_remember(p, line);
	if (run_line(t, line, &err) < 0) {
		/* nothing typed is lost: the line is the newest of the history, one key away */
		tui_say(t, ROLE_FAIL, err.msg);
	}
	prompt_close(p);
}

void tui_paste(struct tui *t, const struct term_key *key)
{
	struct err err = ERR_INIT;

	if (t->st.prompt.kind && !memchr(key->paste, '\n', key->paste_len)) {
		prompt_insert(&t->st.prompt, key->paste, key->paste_len);
		return;
	}
	prompt_close(&t->st.prompt);
	if (t->host->submit_block(t->arg, key->paste, key->paste_len, &err) < 0)
		tui_say(t, ROLE_FAIL, err.msg);
	else
		tui_say(t, ROLE_OK, "pasted block accepted");
}

static void move_focus(struct tui *t, int step)
{
	const struct screen_def *s = t->st.screen;
	size_t i;

	for (i = 0; i < s->npanes && s->panes[i] != t->st.focus; i++)
		;
	t->st.focus = s->panes[(i + s->npanes + (size_t)step) % s->npanes];
}

static void next_theme(struct tui *t)
{
	cleanup_buf struct buf names = BUF_INIT;
	struct err err = ERR_INIT;
	char *p, *word, *first = NULL, *next = NULL;
	bool here = false;

	theme_names(&names);
	for (p = names.data; p && (word = strsep(&p, " "));) {
		if (!*word)
			continue;
		if (!first)
			first = word;
		if (here && !next)
			next = word;
		here = here || !strcmp(word, t->theme.name);
	}
	if (!first)
		tui_say(t, ROLE_WARN, "no theme files were found; see 'help theme'");
	else if (tui_set_theme(t, next ? next : first, &err) < 0)
		tui_say(t, ROLE_FAIL, err.msg);
	else
		tui_say(t, ROLE_HINT, t->theme.name);
}

void tui_open_prompt(struct tui *t, const char *text)
{
	prompt_open(&t->st.prompt, PROMPT_COMMAND, text);
	prompt_hints(&t->st.prompt, t->host->scenario(t->arg), tui_model(t),
		     tui_command_names());
}

/* An empty name is the column under the cursor, which when it is sorted by already turns round, and
 * then the table has its own order again. */
static void sort_by(struct tui *t, struct list *l, const char *name)
{
	const struct sheet_def *def = pane_sheet(t->st.focus);
	int at = -1;

	if (!def)
		return;
	if (*name)
		at = sheet_column_by_name(def, name);
	else if (l->column < l->norder)
		at = l->order[l->column];
	if (at < 0) {
		tui_say(t, ROLE_FAIL,
			"no column is called so, or more than one begins so; ? names the one under "
			"the "
			"cursor");
		return;
	}
	if (l->sort != (unsigned)at + 1) {
		l->sort = (unsigned)at + 1;
		l->reverse = false;
	} else if (!l->reverse) {
		l->reverse = true;
	} else {
		l->sort = 0;
		l->reverse = false;
	}
}

void tui_enter_prompt(struct tui *t)
{
	struct list *l = &t->st.lists[t->st.focus];
	struct prompt *p = &t->st.prompt;

	switch (p->kind) {
	case PROMPT_COMMAND:
		enter_line(t);
		break;
	case PROMPT_SEARCH:
		text_copy(l->search, sizeof(l->search), p->text);
		prompt_close(p);
		tui_cursor_find_next(t);
		break;
	case PROMPT_FILTER:
		text_copy(l->filter, sizeof(l->filter), p->text);
		prompt_close(p);
		break;
	case PROMPT_SORT:
		sort_by(t, l, p->text);
		prompt_close(p);
		break;
	case PROMPT_NONE:
		break;
	}
}

static void back(struct tui *t)
{
	struct list *l = &t->st.lists[t->st.focus];

	if (t->st.screen == &screen_help && t->before_help)
		tui_show(t, t->before_help);
	else if (t->st.zoom)
		t->st.zoom = false;
	else if (*l->filter || *l->search)
		l->filter[0] = l->search[0] = '\0';
	else if (t->st.frozen)
		tui_freeze(t, false);
}

static void suggest_export(struct tui *t, const char *format)
{
	char stem[64], line[160];

	text_copy(stem, sizeof(stem), t->session_name);
	stem[strcspn(stem, ".")] = '\0';
	snprintf(line, sizeof(line), "export %s %s.%s", format, *stem ? stem : "session", format);
	tui_open_prompt(t, line);
}

/* A test of a scheduler's end says that it is expected: false when that is so, or cannot be. */
static bool suggest_expected_end(struct tui *t)
{
	const struct model *m = tui_model(t);
	cleanup_buf struct buf line = BUF_INIT;
	size_t i = m->nops;

	if (t->st.screen != &screen_post || !t->host->live(t->arg) ||
	    !facts_expect_end(m, &line))
		return false;
	while (i--) {
		const struct model_op *op = &m->ops[i];

		if (op->op && op->op->def->id == OP_EXPECT_SCHED_EXIT)
			return false;
		/* what was expected before belongs to another scheduler */
		if (m->scheds[m->nscheds - 1].seq == op->seq)
			break;
	}
	tui_open_prompt(t, buf_text(&line));
	tui_say(t, ROLE_HINT, "Enter makes this end expected, so that the test is about it; then x again");
	return true;
}

static void step_back(struct tui *t, bool on)
{
	struct err err = ERR_INIT;

	if (!t->host->step_back)
		tui_say(t, ROLE_HINT, "there is no guest that could go back");
	else if (t->host->step_back(t->arg, on, &err) < 0)
		tui_say(t, ROLE_FAIL, err.msg);
	else
		tui_say(t, ROLE_HINT, on ? "going on again" : "going back");
}

int tui_pace(struct tui *t, unsigned part, struct err *err)
{
	if (!t->host->pause || !t->host->slow)
		return err_set(err, EINVAL, "there is no guest whose time could stop");
	if (!part)
		return t->host->pause(t->arg, err);
	return t->host->slow(t->arg, part, err);
}

int tui_advance(struct tui *t, const struct advance *to, struct err *err)
{
	return t->host->advance ? t->host->advance(t->arg, to, err)
				: err_set(err, EINVAL, "there is no guest whose time could go on");
}

static void pace_key(struct tui *t, enum action a)
{
	static const struct advance to[] = {
		[ACT_ADVANCE_SWITCH - ACT_ADVANCE_SWITCH] = {ADVANCE_SWITCH, -1, 0},
		[ACT_ADVANCE_TICK - ACT_ADVANCE_SWITCH] = {ADVANCE_TICK, -1, 0},
		[ACT_ADVANCE_SPAN - ACT_ADVANCE_SWITCH] = {ADVANCE_SPAN, -1, 100000}};
	const struct model *m = t->host->model(t->arg);
	struct err err = ERR_INIT;
	int r;

	if (a == ACT_PAUSE) {
		r = tui_pace(t, 0, &err); /* also cuts a step short */
		if (r == -EALREADY)
			r = tui_pace(t, 1, &err);
	} else if (a == ACT_SLOW)
		r = tui_pace(t, m->slow >= 100 ? 1 : m->slow >= 10 ? 100 : 10, &err);
	else
		r = tui_advance(t, &to[a - ACT_ADVANCE_SWITCH], &err);
	if (r < 0)
		tui_say(t, ROLE_FAIL, err.msg);
}

static void quit(struct tui *t)
{
	if (!t->host->live(t->arg) || t->st.confirm_quit) {
		t->host->quit(t->arg);
		return;
	}
	t->st.confirm_quit = true;
	tui_say(t, ROLE_WARN, "q again ends the guest; the session stays on disk");
}

void tui_act(struct tui *t, enum action a)
{
	struct tui_state *st = &t->st;
	cleanup_buf struct buf wish = BUF_INIT;
	char line[400];

	switch (a) {
	case ACT_NONE:
		break;
	case ACT_PROMPT:
		tui_open_prompt(t, "");
		break;
	case ACT_SEARCH:
		prompt_open(&st->prompt, PROMPT_SEARCH, "");
		break;
	case ACT_SEARCH_NEXT:
		tui_cursor_find_next(t);
		break;
	case ACT_FILTER:
		prompt_open(&st->prompt, PROMPT_FILTER, st->lists[st->focus].filter);
		break;
	case ACT_SORT:
		if (pane_sheet(st->focus))
			prompt_open(&st->prompt, PROMPT_SORT, "");
		else
			tui_say(t, ROLE_HINT,
				"this list has its order by time; Tab goes to another");
		break;
	case ACT_OUTLINE:
		if (pane_sheet(st->focus) && pane_sheet(st->focus)->tree)
			st->lists[st->focus].outline =
				(st->lists[st->focus].outline + 1) % OUTLINES;
		else
			tui_say(t, ROLE_HINT,
				"nothing is folded in this list; Tab goes to another");
		break;
	case ACT_NEXT_PANE:
		move_focus(t, 1);
		break;
	case ACT_PREVIOUS_PANE:
		move_focus(t, -1);
		break;
	case ACT_ZOOM:
		st->zoom = !st->zoom;
		break;
	case ACT_FREEZE:
		tui_freeze(t, !st->frozen);
		break;
	case ACT_OP_BEFORE:
	case ACT_OP_AFTER:
	case ACT_STEP_BEFORE:
	case ACT_STEP_AFTER:
	case ACT_TIME_BEFORE:
	case ACT_TIME_AFTER:
	case ACT_MOMENT:
		tui_past_act(t, a);
		break;
	case ACT_UNDO:
	case ACT_REDO:
		step_back(t, a == ACT_REDO);
		break;
	case ACT_PAUSE:
	case ACT_SLOW:
	case ACT_ADVANCE_SWITCH:
	case ACT_ADVANCE_TICK:
	case ACT_ADVANCE_SPAN:
		pace_key(t, a);
		break;
	case ACT_FOLLOW:
		if (st->past_ns) {
			tui_past_leave(t);
			break;
		}
		st->lists[st->focus].follow = !st->lists[st->focus].follow;
		break;
	case ACT_EXPLAIN:
		if (st->screen == &screen_help)
			back(t);
		else if (!tui_cursor_explain(t))
			tui_show(t, &screen_help);
		break;
	case ACT_HELP:
		if (st->screen == &screen_help)
			back(t);
		else
			tui_show(t, &screen_help);
		break;
	case ACT_EXPORT:
		if (!suggest_expected_end(t))
			suggest_export(t, "c");
		break;
	case ACT_BUG_REPORT:
		suggest_export(t, "md");
		break;
	case ACT_EXPECT:
		if (tui_cursor_expectation(t, &wish))
			tui_open_prompt(t, buf_text(&wish));
		else
			tui_say(t, ROLE_HINT,
				pane_sheet(st->focus)
					? "no expectation fits this figure here, or it was not measured yet; "
					  "? says what it is"
					: "nothing under the cursor can be expected; choose a task, an op "
					  "that did or saw something, a line of output or a number");
		break;
	case ACT_SET:
		if (tui_cursor_set(t, &wish))
			tui_open_prompt(t, buf_text(&wish));
		else
			tui_say(t, ROLE_HINT,
				"nothing under the cursor can be set; choose a variable or an entry of a map "
				"on screen 3");
		break;
	case ACT_PROMOTE:
		if (lab_promotion(tui_model(t), st, line, sizeof(line)))
			tui_open_prompt(t, line);
		else
			tui_say(t, ROLE_HINT,
				"focus the steps (Tab) and choose an op that made something");
		break;
	case ACT_THEME:
		next_theme(t);
		break;
	case ACT_CANCEL:
		t->host->cancel(t->arg);
		tui_say(t, ROLE_HINT, "asked the guest to cut its hold or wait short; q leaves");
		break;
	case ACT_REDRAW:
		t->redraw = true;
		break;
	case ACT_SUSPEND:
		t->suspend = true;
		break;
	case ACT_BACK:
		back(t);
		break;
	case ACT_OPEN:
		tui_cursor_open(t);
		break;
	case ACT_QUIT:
		quit(t);
		break;
	}
}
