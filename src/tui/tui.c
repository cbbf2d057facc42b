/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tui - holds the state and draws the frame and the screen in it.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "tui/tui_private.h"

#include <stdlib.h>
#include <string.h>

/*
 * In the order of the function bar. The digits are given for good: 1 Lab, 2 Tasks, 3 Scheduler,
 * 4 Timeline, 5 Log, 6 Test, 7 Post-mortem, 8 Compare, 9 Console, 0 Shell.
 */
static const struct screen_def *const screens[] = {
	&screen_lab,  &screen_tasks, &screen_sched,   &screen_timeline, &screen_log,
	&screen_test, &screen_post,  &screen_compare, &screen_console, &screen_shell,	&screen_numbers,
};

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
	t->st.lists[PANE_LOCKSTEP].follow = true;
	t->st.lists[PANE_STEPS].follow = t->st.lists[PANE_CONSOLE].follow = true;
	tui_show(t, &screen_lab);
	if (getenv("NO_COLOR") && *getenv("NO_COLOR"))
		theme_mono(&t->theme);
	else if (theme_load("default", &t->theme, NULL) < 0)
		theme_default(&t->theme);
	return t;
}

void tui_rename(struct tui *t, const char *session_name)
{
	free(t->session_name);
	t->session_name = xstrdup(session_name);
	t->st.session_name = t->session_name;
}

void tui_destroy(struct tui *t)
{
	if (!t)
		return;
	prompt_finish(&t->st.prompt);
	model_still_drop(t->still);
	buf_finish(&t->teardown);
	buf_finish(&t->st.opened);
	shell_view_finish(&t->st.shell);
	versus_finish(&t->st.compare.versus);
	versus_steps_finish(&t->st.compare.steps);
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

const struct model *tui_now(struct tui *t)
{
	const struct model *m = t->host->model(t->arg);

	return t->still ? model_still_view(t->still, m) : m;
}

void tui_freeze(struct tui *t, bool freeze)
{
	model_still_drop(t->still);
	t->still = freeze ? model_still_take(t->host->model(t->arg)) : NULL;
	t->st.frozen = freeze;
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

/* Help over the Timeline is no leaving. */
static void settle_trace(struct tui *t)
{
	const struct screen_def *s =
		t->st.screen == &screen_help ? t->before_help : t->st.screen;
	bool on = t->trace == TUI_TRACE_ON || (t->trace == TUI_TRACE_AUTO && s == &screen_timeline);

	if (on != t->traced && t->host->trace)
		t->host->trace(t->arg, on);
	t->traced = on;
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
	settle_trace(t);
}

char tui_screen(const struct tui *t)
{
	return t->st.screen == &screen_help && t->before_help ? t->before_help->digit
							      : t->st.screen->digit;
}

void tui_show_screen(struct tui *t, char digit)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(screens); i++)
		if (screens[i]->digit == digit && digit && screens[i] != &screen_shell)
			tui_show(t, screens[i]);
}

void tui_trace(struct tui *t, enum tui_trace wish)
{
	t->trace = wish;
	settle_trace(t);
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

bool tui_scheduler_shown(const struct tui *t)
{
	return t->st.screen == &screen_sched && !t->st.frozen;
}

bool tui_watches(const struct tui *t)
{
	return t->st.watched;
}

bool tui_shell_shown(const struct tui *t)
{
	return t->st.screen == &screen_shell;
}

const struct model *tui_model(struct tui *t)
{
	const struct model *m = NULL;
	struct err err = ERR_INIT;

	if (t->st.past_ns && t->host->model_at)
		m = t->host->model_at(t->arg, t->st.past_ns, &err);
	if (!m && t->st.past_ns) {
		t->st.past_ns = 0;
		tui_say(t, ROLE_FAIL, err.msg);
	}
	return m ? m : tui_now(t);
}

const struct model *tui_timeline(struct tui *t)
{
	struct timeline *v = &t->st.timeline;
	const struct model *m = tui_now(t);
	uint64_t first = trace_first_ns(m->trace), to = v->from_ns + (uint64_t)v->cols * v->step_ns;
	const struct trace *again = NULL;

	v->begin_ns = t->host->trace_at ? trace_begin_ns(m->trace) : first;
	if (v->held && v->step_ns && v->from_ns < first && v->begin_ns < first)
		again = t->host->trace_at(t->arg, v->from_ns, to);
	if (!again)
		return m;
	t->timeline = *m;
	t->timeline.trace = (struct trace *)again;
	return &t->timeline;
}

void tui_draw(struct tui *t, struct canvas *c)
{
	const struct model *m = tui_model(t);
	const struct scenario *s = t->host->scenario(t->arg);
	struct rect r;

	buf_reset(&t->teardown);
	t->st.watched = false;
	t->st.live = !t->st.past_ns && t->host->live && t->host->live(t->arg);
	c->past = t->st.past_ns;
	t->st.newest_ns = t->host->model(t->arg)->now_ns;
	if (s && !c->past && !m->gone && !m->ended)
		scenario_teardown_text(s, &t->teardown);
	t->st.teardown = buf_text(&t->teardown);
	t->st.console = t->host->console(t->arg, &t->st.console_len);
	canvas_clear(c);
	r = frame_draw(m, &t->st, c);
	/* the Timeline is of all moments */
	if (t->st.screen == &screen_timeline)
		m = tui_timeline(t);
	if (t->st.screen == &screen_compare)
		tui_compare_update(t, m);
	if (t->st.screen == &screen_shell && r.rows > 1)
		shell_view_resize(&t->st.shell, t->host, t->arg, r.rows - 1, r.cols);
	if (r.rows > 0)
		t->st.screen->draw(m, s, &t->st, c, r);
	tui_opened_refresh(t);
	if (t->st.opened.len)
		frame_draw_opened(&t->st, c, r);
}
