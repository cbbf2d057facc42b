/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tui - holds the state, sends a key where it belongs, draws the frame and the screen in it.
 * Invariant: every key that acts on the guest does so as an op line through host->submit().
 */
#include "tui/tui.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "tui/commands.h"
#include "tui/item.h"
#include "tui/keymap.h"
#include "tui/keys.h"
#include "tui/screen.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct tui {
	const struct tui_host *host;
	void *arg;
	struct tui_state st;
	struct theme theme;
	char *session_name;
	const struct screen_def *before_help, *before_shell;
	bool redraw, suspend;
	struct buf teardown;
};

static const struct screen_def *const screens[] = {&screen_lab, &screen_log, &screen_test,
						   &screen_numbers, &screen_console, &screen_shell};

const struct screen_def *screen_at(size_t i)
{
	return i < ARRAY_SIZE(screens) ? screens[i] : NULL;
}

struct tui *tui_create(const struct tui_host *host, void *arg, const char *session_name,
		       bool recording)
{
	struct tui *t = xcalloc(1, sizeof(*t));

	t->host = host;
	t->arg = arg;
	t->session_name = xstrdup(session_name);
	t->st.session_name = t->session_name;
	t->st.recording = recording;
	t->st.lists[PANE_LOG].follow = t->st.lists[PANE_LOG_FULL].follow = true;
	t->st.lists[PANE_STEPS].follow = t->st.lists[PANE_CONSOLE].follow = true;
	tui_show(t, &screen_lab);
	if (getenv("NO_COLOR") && *getenv("NO_COLOR"))
		theme_mono(&t->theme);
	else if (theme_load("default", &t->theme, NULL) < 0)
		theme_default(&t->theme);
	return t;
}

void tui_destroy(struct tui *t)
{
	if (!t)
		return;
	prompt_finish(&t->st.prompt);
	buf_finish(&t->teardown);
	buf_finish(&t->st.opened);
	shell_view_finish(&t->st.shell);
	free(t->session_name);
	free(t);
}

const struct tui_host *tui_host_of(struct tui *t, void **arg)
{
	*arg = t->arg;
	return t->host;
}

struct tui_state *tui_state_of(struct tui *t)
{
	return &t->st;
}

const struct theme *tui_theme(const struct tui *t)
{
	return &t->theme;
}

int tui_set_theme(struct tui *t, const char *name, struct err *err)
{
	return theme_load(name, &t->theme, err);
}

void tui_say(struct tui *t, enum role role, const char *text)
{
	text_sanitise(t->st.message, sizeof(t->st.message), text, strlen(text));
	t->st.message_role = role;
}

bool tui_frozen(const struct tui *t)
{
	return t->st.frozen;
}

void tui_load_history(struct tui *t)
{
	prompt_load(&t->st.prompt);
}

void tui_save_history(const struct tui *t)
{
	prompt_save(&t->st.prompt);
}

bool tui_wants_redraw(struct tui *t)
{
	bool r = t->redraw;

	t->redraw = false;
	return r;
}

bool tui_wants_suspend(struct tui *t)
{
	bool r = t->suspend;

	t->suspend = false;
	return r;
}

void tui_show(struct tui *t, const struct screen_def *screen)
{
	if (screen == &screen_help && t->st.screen != &screen_help)
		t->before_help = t->st.screen;
	if (screen == &screen_shell && t->st.screen != &screen_shell)
		t->before_shell = t->st.screen == &screen_help ? &screen_lab : t->st.screen;
	t->st.screen = screen;
	t->st.focus = screen->panes[0];
	t->st.zoom = false;
}

/* ---- lines -------------------------------------------------------------------------------- */

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
	return n ? t->host->submit(t->arg, line, err) : 0;
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

static void paste(struct tui *t, const struct term_key *key)
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

/* ---- actions ------------------------------------------------------------------------------ */

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

static void open_prompt(struct tui *t, const char *text)
{
	prompt_open(&t->st.prompt, PROMPT_COMMAND, text);
	prompt_hints(&t->st.prompt, t->host->scenario(t->arg), t->host->model(t->arg),
		     tui_command_names());
}

/* The line that the value under the cursor would be expected by. */
static bool expectation(struct tui *t, struct buf *out)
{
	struct item_list items;
	int sel = t->st.lists[t->st.focus].sel;
	bool found;

	item_list_init(&items, t->host->model(t->arg), &t->st, t->st.focus);
	found = sel >= 0 && item_expectation(&items, (size_t)sel, out);
	item_list_finish(&items);
	return found;
}

static void open_line(struct tui *t)
{
	struct item_list items;
	int sel = t->st.lists[t->st.focus].sel;

	item_list_init(&items, t->host->model(t->arg), &t->st, t->st.focus);
	buf_reset(&t->st.opened);
	t->st.opened_tid = 0;
	t->st.opened_top = 0;
	if (sel >= 0) {
		item_describe(&items, (size_t)sel, &t->st.opened);
		t->st.opened_tid = item_tid(&items, (size_t)sel);
	}
	item_list_finish(&items);
}

static bool turn_opened(struct tui *t, int code)
{
	int by = code == KEY_PAGE_DOWN ? t->st.opened_page : code == KEY_PAGE_UP ? -t->st.opened_page : 0;

	t->st.opened_top += by;
	if (t->st.opened_top < 0)
		t->st.opened_top = 0;
	return by;
}

/* A task's figures change while one looks at them; what is known of one that is gone stays. */
static void tell_opened_anew(struct tui *t)
{
	struct item_list items;
	size_t i;

	if (!t->st.opened.len || !t->st.opened_tid)
		return;
	item_list_init(&items, t->host->model(t->arg), &t->st, PANE_TASKS);
	for (i = 0; i < items.n && item_tid(&items, i) != t->st.opened_tid; i++)
		;
	if (i < items.n) {
		buf_reset(&t->st.opened);
		item_describe(&items, i, &t->st.opened);
	}
	item_list_finish(&items);
}

/* The next row of the focused list that holds the text, round the end. */
static void find_next(struct tui *t)
{
	struct list *l = &t->st.lists[t->st.focus];
	cleanup_buf struct buf text = BUF_INIT;
	struct item_list items;
	size_t i, at, start;
	bool found = false;

	item_list_init(&items, t->host->model(t->arg), &t->st, t->st.focus);
	start = l->follow || l->sel < 0 ? items.n : (size_t)l->sel + 1;
	for (i = 0; *t->st.search && i < items.n && !found; i++) {
		at = (start + i) % items.n;
		buf_reset(&text);
		item_text(&items, at, &text);
		found = strstr(buf_text(&text), t->st.search);
		if (found) {
			l->sel = (int)at;
			l->follow = false;
		}
	}
	item_list_finish(&items);
	if (!found && *t->st.search)
		tui_say(t, ROLE_HINT, "not found in the focused list; Tab goes to another");
}

static void enter_prompt(struct tui *t)
{
	struct prompt *p = &t->st.prompt;

	switch (p->kind) {
	case PROMPT_COMMAND:
		enter_line(t);
		break;
	case PROMPT_SEARCH:
		text_copy(t->st.search, sizeof(t->st.search), p->text);
		prompt_close(p);
		find_next(t);
		break;
	case PROMPT_FILTER:
		text_copy(t->st.filter, sizeof(t->st.filter), p->text);
		prompt_close(p);
		break;
	case PROMPT_NONE:
		break;
	}
}

static void back(struct tui *t)
{
	if (t->st.screen == &screen_help && t->before_help)
		tui_show(t, t->before_help);
	else if (t->st.zoom)
		t->st.zoom = false;
	else
		t->st.filter[0] = t->st.search[0] = '\0';
}

static void suggest_export(struct tui *t)
{
	char stem[64], line[160];

	text_copy(stem, sizeof(stem), t->session_name);
	stem[strcspn(stem, ".")] = '\0';
	snprintf(line, sizeof(line), "export c %s.c", *stem ? stem : "session");
	open_prompt(t, line);
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

static void act(struct tui *t, enum action a)
{
	struct tui_state *st = &t->st;
	cleanup_buf struct buf wish = BUF_INIT;
	char line[400];

	switch (a) {
	case ACT_NONE:
		break;
	case ACT_PROMPT:
		open_prompt(t, "");
		break;
	case ACT_SEARCH:
		prompt_open(&st->prompt, PROMPT_SEARCH, "");
		break;
	case ACT_SEARCH_NEXT:
		find_next(t);
		break;
	case ACT_FILTER:
		prompt_open(&st->prompt, PROMPT_FILTER, st->filter);
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
		st->frozen = !st->frozen;
		break;
	case ACT_FOLLOW:
		st->lists[st->focus].follow = !st->lists[st->focus].follow;
		break;
	case ACT_HELP:
		if (st->screen == &screen_help)
			back(t);
		else
			tui_show(t, &screen_help);
		break;
	case ACT_EXPORT:
		suggest_export(t);
		break;
	case ACT_EXPECT:
		if (expectation(t, &wish))
			open_prompt(t, buf_text(&wish));
		else
			tui_say(t, ROLE_HINT,
				"nothing under the cursor can be expected; choose a task, an op "
				"that starts one, a line of output or a number");
		break;
	case ACT_PROMOTE:
		if (lab_promotion(t->host->model(t->arg), st, line, sizeof(line)))
			open_prompt(t, line);
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
	case ACT_CONSOLE:
		tui_show(t, &screen_console);
		break;
	case ACT_BACK:
		back(t);
		break;
	case ACT_OPEN:
		open_line(t);
		break;
	case ACT_QUIT:
		quit(t);
		break;
	}
}

static void open_shell(struct tui *t)
{
	struct err err = ERR_INIT;

	if (tui_shell_open(t, NULL, &err) < 0)
		tui_say(t, ROLE_FAIL, err.msg);
}

static bool screen_key(struct tui *t, int code)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(screens); i++) {
		if (screens[i]->digit == code || KEY_FUNCTION + screens[i]->function == code) {
			tui_show(t, screens[i]);
			if (screens[i] == &screen_shell && !t->st.shell.vt)
				open_shell(t);
			return true;
		}
	}
	return false;
}

static bool kind_key(struct tui *t, int code)
{
	static const char kinds[] = "OEUKAH"; /* in the order of enum log_kind */
	const char *at = code > 0 && code < 128 ? strchr(kinds, code) : NULL;

	if (t->st.screen != &screen_log || !at)
		return false;
	t->st.hidden_kinds ^= 1u << (at - kinds);
	return true;
}

static bool shortcut_key(struct tui *t, int code)
{
	const struct op_def *d;
	char line[80];
	size_t i;

	for (i = 0; (d = op_def_at(i)); i++) {
		if (!d->shortcut || d->shortcut != code)
			continue;
		snprintf(line, sizeof(line), "%s%s%s ", d->words[0], d->words[1] ? " " : "",
			 d->words[1] ? d->words[1] : "");
		open_prompt(t, line);
		return true;
	}
	return false;
}

/* Keys of the shell's own; false when it takes none now. */
static bool shell_key(struct tui *t, const struct term_key *key)
{
	struct err err = ERR_INIT;

	if (t->st.screen != &screen_shell || t->st.prompt.kind)
		return false;
	if (!t->st.shell.open) {
		if (key->code != KEY_RETURN)
			return false;
		open_shell(t);
		return true;
	}
	t->st.message[0] = '\0';
	if (shell_view_key(&t->st.shell, t->host, t->arg, key, &err))
		tui_show(t, t->before_shell);
	else if (err.code)
		tui_say(t, ROLE_FAIL, err.msg);
	return true;
}

int tui_shell_open(struct tui *t, const char *cgroup, struct err *err)
{
	int r = shell_view_open(&t->st.shell, t->host, t->arg, cgroup, err);

	if (r == 0)
		tui_show(t, &screen_shell);
	return r;
}

void tui_shell_output(struct tui *t, const char *data, size_t len)
{
	shell_view_output(&t->st.shell, t->host, t->arg, data, len);
}

void tui_shell_ended(struct tui *t, const char *words)
{
	shell_view_ended(&t->st.shell, words);
}

bool tui_shell_shown(const struct tui *t)
{
	return t->st.screen == &screen_shell && !t->st.frozen;
}

void tui_key(struct tui *t, const struct term_key *key)
{
	bool confirming = t->st.confirm_quit;

	if (shell_key(t, key))
		return;
	if (key->code == KEY_PASTED) {
		paste(t, key);
		return;
	}
	if (t->st.prompt.kind) {
		if (prompt_key(&t->st.prompt, key->code, t->host->scenario(t->arg),
			       t->host->model(t->arg), tui_command_names()))
			enter_prompt(t);
		return;
	}
	t->st.message[0] = '\0';
	if (t->st.opened.len && turn_opened(t, key->code))
		return;
	if (t->st.opened.len) {
		buf_reset(&t->st.opened);
		if (key->code == KEY_RETURN || key->code == KEY_ESCAPE)
			return;
	}
	if (t->st.frozen) {
		/* a frozen picture is a still: the next key goes on with the live one; Ctrl-C acts
		 * all the same */
		t->st.frozen = false;
		if (key->code != KEY_CTRL_C)
			return;
	}
	if (!screen_key(t, key->code) && !kind_key(t, key->code) &&
	    !list_key(&t->st.lists[t->st.focus], key->code)) {
		enum action a = key_action(key->code);

		if (a)
			act(t, a);
		else
			shortcut_key(t, key->code);
	}
	if (confirming)
		t->st.confirm_quit = false;
}

void tui_draw(struct tui *t, struct canvas *c)
{
	const struct model *m = t->host->model(t->arg);
	const struct scenario *s = t->host->scenario(t->arg);
	struct rect r;

	buf_reset(&t->teardown);
	if (s && !m->gone && !m->ended)
		scenario_teardown_text(s, &t->teardown);
	t->st.teardown = buf_text(&t->teardown);
	t->st.console = t->host->console(t->arg, &t->st.console_len);
	canvas_clear(c);
	r = frame_draw(m, &t->st, c);
	if (t->st.screen == &screen_shell && r.rows > 1)
		shell_view_resize(&t->st.shell, t->host, t->arg, r.rows - 1, r.cols);
	if (r.rows > 0)
		t->st.screen->draw(m, s, &t->st, c, r);
	tell_opened_anew(t);
	if (t->st.opened.len)
		frame_draw_opened(&t->st, c, r);
}
