/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * open_shell - see the header. What the pane's terminal understands (tui/vt.h) is what the guest's
 * programs are told it is.
 */
#include "open_shell.h"

#include <stdio.h>

#define TERMINAL "xterm"

static void on_output(void *arg, unsigned stream, const void *data, size_t len)
{
	struct open_shell *o = arg;

	tui_shell_output(o->tui, data, len);
	o->changed(o->arg, true);
}

static void on_ended(void *arg, const struct event *ev)
{
	struct open_shell *o = arg;
	char words[400];

	if (*ev->text)
		snprintf(words, sizeof(words), "could not start: %s", ev->text);
	else if (ev->signal)
		snprintf(words, sizeof(words), "was ended by signal %d", (int)ev->signal);
	else
		snprintf(words, sizeof(words), "ended with %d", (int)ev->code);
	tui_shell_ended(o->tui, words);
}

static void on_change(void *arg)
{
	struct open_shell *o = arg;

	o->changed(o->arg, false);
}

static const struct shell_ops ops = {
	.began = on_change, .output = on_output, .room = on_change, .ended = on_ended};

void open_shell_init(struct open_shell *o, struct session *session, struct tui *tui,
		     void (*changed)(void *arg, bool printed), void *arg)
{
	*o = (struct open_shell){.tui = tui, .changed = changed, .arg = arg};
	shell_init(&o->shell, session, &ops, o);
}

int open_shell_start(struct open_shell *o, const char *cgroup, int rows, int cols, struct err *err)
{
	struct shell_spec spec = {.terminal = true,
				  .rows = (unsigned)rows,
				  .cols = (unsigned)cols,
				  .term = TERMINAL,
				  .cgroup = cgroup};

	return shell_open(&o->shell, &spec, err);
}

void open_shell_event(struct open_shell *o, const struct event *ev)
{
	bool open = o->shell.state == SHELL_ASKED || o->shell.state == SHELL_RUNS;

	shell_event(&o->shell, ev);
	if (open && ev->type == EV_GONE)
		tui_shell_ended(o->tui, "went with the guest");
}
