/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * open_shell - joins the screen's shell pane (tui) and the guest's shell (session) for cmd_open:
 * bytes to the pane, the end in words. Invariant: an ended shell is told to the pane once.
 */
#ifndef OPEN_SHELL_H
#define OPEN_SHELL_H

#include "session/shell.h"
#include "tui/tui.h"

struct open_shell {
	struct shell shell;
	struct tui *tui;
	/* The picture is old; printed = by what the shell wrote. */
	void (*changed)(void *arg, bool printed);
	void *arg;
};

void open_shell_init(struct open_shell *o, struct session *session, struct tui *tui,
		     void (*changed)(void *arg, bool printed), void *arg);
int open_shell_start(struct open_shell *o, const char *cgroup, int rows, int cols, struct err *err);
void open_shell_event(struct open_shell *o, const struct event *ev);

#endif
