/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shell_view - the guest's shell as the screen knows it: its terminal, whether it runs, its keys.
 *
 * Stands between tui (keys, drawing) and the host's shell functions. Invariant: while a shell is
 * open and shown, every key but ^] is its own, and PgUp where it has not the whole screen.
 */
#ifndef TUI_SHELL_VIEW_H
#define TUI_SHELL_VIEW_H

#include "base/err.h"
#include "tui/term.h"
#include "tui/vt.h"

#include <stdbool.h>

struct tui_host;

struct shell_view {
	struct vt *vt;    /* NULL until the first shell; that of the last one stays readable */
	bool open;        /* asked for, and not ended */
	int rows, cols;   /* of the last draw; 0 = none yet */
	char cgroup[100]; /* as it was named; "" = outside the workload */
	char ended[400];  /* how the last one ended, in words; "" = none has */
};

void shell_view_finish(struct shell_view *v);

/* cgroup: as in an op, or NULL. A shell that is open already stays when none is named. */
int shell_view_open(struct shell_view *v, const struct tui_host *host, void *arg,
		    const char *cgroup, struct err *err);
/* True when the key is to leave (^]); err is set when what was typed could not be sent. */
bool shell_view_key(struct shell_view *v, const struct tui_host *host, void *arg,
		    const struct term_key *key, struct err *err);
void shell_view_resize(struct shell_view *v, const struct tui_host *host, void *arg, int rows,
		       int cols);
void shell_view_output(struct shell_view *v, const struct tui_host *host, void *arg,
		       const char *data, size_t len);
/* words are sanitised here. */
void shell_view_ended(struct shell_view *v, const char *words);

#endif
