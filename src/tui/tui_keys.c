/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tui_keys - sends a key where it belongs: the shell, the prompt, the opened line, the screen's
 * list, the table of keys, an op's shortcut.
 */
#include "base/cleanup.h"
#include "tui/commands.h"
#include "tui/keys.h"
#include "tui/tui_private.h"

#include <stdio.h>
#include <string.h>

static void open_shell(struct tui *t)
{
	struct err err = ERR_INIT;

	if (tui_shell_open(t, NULL, &err) < 0)
		tui_say(t, ROLE_FAIL, err.msg);
}

static bool screen_key(struct tui *t, int code)
{
	const struct screen_def *s;
	size_t i;

	for (i = 0; (s = screen_at(i)); i++) {
		if (s->digit != code && (!s->function || KEY_FUNCTION + s->function != code))
			continue;
		tui_show(t, s);
		if (s == &screen_shell && !t->st.shell.vt)
			open_shell(t);
		return true;
	}
	return false;
}

static bool kind_key(struct tui *t, int code)
{
	static const char kinds[] = "OEUKAHT"; /* in the order of enum log_kind */
	const char *at = code > 0 && code < 128 ? strchr(kinds, code) : NULL;

	if (t->st.screen != &screen_log || !at)
		return false;
	t->st.hidden_kinds ^= 1u << (at - kinds);
	return true;
}

/* A key that means something else on this screen. */
static bool own_key(struct tui *t, int code)
{
	const char *said = NULL;

	/* back to now is the same key everywhere */
	if (code == 'F' && t->st.past_ns)
		return false;
	if (!t->st.screen->key ||
	    !t->st.screen->key(tui_timeline(t), &t->st, code, &said))
		return false;
	if (said)
		tui_say(t, ROLE_HINT, said);
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
		tui_open_prompt(t, line);
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

void tui_key(struct tui *t, const struct term_key *key)
{
	bool confirming = t->st.confirm_quit;

	if (shell_key(t, key))
		return;
	if (key->code == KEY_PASTED) {
		tui_paste(t, key);
		return;
	}
	if (t->st.prompt.kind) {
		if (prompt_key(&t->st.prompt, key->code, t->host->scenario(t->arg),
			       tui_model(t), tui_command_names()))
			tui_enter_prompt(t);
		return;
	}
	t->st.message[0] = '\0';
	if (t->st.opened.len && tui_opened_turn(t, key->code))
		return;
	if (t->st.opened.len) {
		buf_reset(&t->st.opened);
		t->st.explained = t->st.explained && key->code == '?';
		if (key->code == KEY_RETURN || key->code == KEY_ESCAPE)
			return;
	}
	if (!own_key(t, key->code) && !screen_key(t, key->code) && !kind_key(t, key->code) &&
	    !list_key(&t->st.lists[t->st.focus], key->code)) {
		enum action a = key_action(key->code);

		if (a)
			tui_act(t, a);
		else
			shortcut_key(t, key->code);
	}
	if (confirming)
		t->st.confirm_quit = false;
}
