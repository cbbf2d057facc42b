/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * open_app - what cmd_open joins: session and screen, and what may stand beside them. cmd_open.c
 * has its life, open_host.c what the screen asks of it.
 */
#ifndef OPEN_APP_H
#define OPEN_APP_H

#include "open_compare.h"
#include "open_export.h"
#include "open_shell.h"
#include "open_twin.h"
#include "session/saved.h"
#include "tui/cast.h"

struct app {
	struct loop loop;
	struct session *session; /* NULL: an old session is shown */
	struct open_shell shell;
	struct open_compare compare;
	struct open_twin twin; /* a second guest */
	struct twin_words words;
	uint64_t drawn_ns;
	struct loaded loaded;
	struct past *past; /* NULL: nobody has looked back yet */
	struct tui *tui;
	struct canvas canvas;
	struct cast *cast; /* NULL: no film is made */
	const char *cast_path, *other; /* files of that name; NULL = none */
	bool ascii, dirty, quitting, screen;
	bool live; /* a sample of the guest has come */
	bool branched;    /* the session's file has another name since */
	bool no_checkpoints;    /* none before every op */
	uint64_t checkpoint_ns; /* one so often; 0 = none */
	bool trace; /* every switch is recorded from the beginning on */
	int signal;
	loop_id keys;
	bool lost;             /* the terminal: nothing is drawn any more */
	struct saved saved;    /* the checkpoint that is gone on from, ... */
	bool resume, resuming; /* where one is asked for, and until it is */
	char *failure;         /* why it is not */
	struct open_export export; /* one that runs */
};

/* A picture at once. */
void open_draw(struct app *a);
extern const struct tui_host open_host; /* its argument is a struct app */

#endif
