/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tui - the screen of the program: keys to lines, the model to a canvas.
 *
 * It knows the session only through struct tui_host, so that an old session file and a test stand
 * in for a live guest. Drawing needs no terminal (tui_draw); the terminal is the caller's (term.h).
 */
#ifndef TUI_TUI_H
#define TUI_TUI_H

#include "base/err.h"
#include "ops/advance.h"
#include "ops/scenario.h"
#include "tui/canvas.h"
#include "tui/state.h"
#include "tui/term.h"

struct tui_host {
	const struct model *(*model)(void *arg);
	const struct scenario *(*scenario)(void *arg);
	int (*submit)(void *arg, const char *line, struct err *err);
	int (*submit_block)(void *arg, const char *text, size_t len, struct err *err);
	/* branch: NULL = the current one; tells its end by tui_say() */
	int (*export_to)(void *arg, const char *format, const char *file, const char *branch,
			 bool force, struct err *err);
	void (*cancel)(void *arg);         /* the running hold or wait */
	void (*quit)(void *arg);
	const char *(*console)(void *arg, size_t *len);
	bool (*live)(void *arg); /* a guest is running: quitting ends it */
	/* The guest's shell, one at a time; its output comes by tui_shell_output(). */
	int (*shell_open)(void *arg, const char *cgroup, int rows, int cols, struct err *err);
	int (*shell_input)(void *arg, const char *data, size_t len, struct err *err);
	void (*shell_size)(void *arg, int rows, int cols);
	/* What was known at an earlier moment, valid until the next call; NULL with err set: there
	 * is no record to look into. NULL function = the same. */
	const struct model *(*model_at)(void *arg, uint64_t t_ns, struct err *err);
	/* Every switch of the guest is recorded from now on, or no more. NULL = there is none. */
	void (*trace)(void *arg, bool on);
	/* Another session to be held beside this one: opened from a file; as a whole, with its name;
	 * and as it was at a moment, valid until the next call. NULL functions = there is none. */
	int (*compare_open)(void *arg, const char *file, struct err *err);
	const struct model *(*other)(void *arg, const char **name);
	const struct model *(*other_at)(void *arg, uint64_t t_ns, struct err *err);
	/* The other one is live, too: as it is now is what stands beside now. NULL = it never is. */
	bool (*other_live)(void *arg);
	/* Checkpoints (session/session.h); NULL = there is no guest. */
	int (*checkpoint)(void *arg, const char *name, struct err *err);
	int (*rewind)(void *arg, const char *name, struct err *err);
	int (*step_back)(void *arg, bool on, struct err *err);
	int (*branch)(void *arg, const char *name, struct err *err); /* the current one is called so */
	void (*checkpoints)(void *arg); /* and branches, told in the log */
	/* The guest's time (session/session.h); slow: one nth of its speed, 1 = full. NULL = there is no guest. */
	int (*pause)(void *arg, struct err *err);
	int (*slow)(void *arg, unsigned part, struct err *err);
	int (*advance)(void *arg, const struct advance *to, struct err *err);
	/* Who ran where between two moments that model()->trace no longer holds; NULL = it cannot be
	 * had. Valid until the next call. NULL function = the same. */
	const struct trace *(*trace_at)(void *arg, uint64_t from_ns, uint64_t to_ns);
};

struct tui;

struct tui *tui_create(const struct tui_host *host, void *arg, const char *session_name,
		       bool recording);
void tui_destroy(struct tui *t);

void tui_key(struct tui *t, const struct term_key *key);
void tui_draw(struct tui *t, struct canvas *c);
/* All is of another time: the model and its past are others from here on, what looked back is at now. */
void tui_rewound(struct tui *t);
/* The session goes on in another file. */
void tui_rename(struct tui *t, const char *session_name);
/* The digit of the screen that is shown, and another one by its digit (others are left alone). */
char tui_screen(const struct tui *t);
void tui_show_screen(struct tui *t, char digit);
/* A word to the person, shown until the next key. */
void tui_say(struct tui *t, enum role role, const char *text);

/* The figures are those of the moment it was frozen at; keys and the rest go on. */
bool tui_frozen(const struct tui *t);
void tui_load_history(struct tui *t);
void tui_save_history(const struct tui *t);

/* Reactions the terminal's owner carries out; each is told once. */
bool tui_wants_redraw(struct tui *t);
bool tui_wants_suspend(struct tui *t);
const struct theme *tui_theme(const struct tui *t);
int tui_set_theme(struct tui *t, const char *name, struct err *err);

/* What the guest's shell printed, and how it ended, in words. */
void tui_shell_output(struct tui *t, const char *data, size_t len);
void tui_shell_ended(struct tui *t, const char *words);
/* The scheduler stands on the screen: what it keeps is asked for. */
bool tui_scheduler_shown(const struct tui *t);
/* The last picture has a column of what only wake-ups and switches tell: they are looked at. */
bool tui_watches(const struct tui *t);
/* It stands on the screen: what it prints is waited for. */
bool tui_shell_shown(const struct tui *t);

enum tui_trace { TUI_TRACE_AUTO, TUI_TRACE_ON, TUI_TRACE_OFF };
/* When every switch is recorded: AUTO (as it begins) = while the Timeline is shown. */
void tui_trace(struct tui *t, enum tui_trace wish);

/* For commands.c. */
/* Part 0: it stands still. */
int tui_pace(struct tui *t, unsigned part, struct err *err);
int tui_advance(struct tui *t, const struct advance *to, struct err *err);
int tui_compare_open(struct tui *t, const char *file, struct err *err);
/* The screen Compare, for a host whose other session is there from the beginning. */
void tui_compare_show(struct tui *t);
int tui_shell_open(struct tui *t, const char *cgroup, struct err *err);
const struct tui_host *tui_host_of(struct tui *t, void **arg);
struct tui_state *tui_state_of(struct tui *t);
void tui_show(struct tui *t, const struct screen_def *screen);
/* A table (ops/sheet.h) by its name, or (NULL) that of the focused pane, filtered and sorted as it
 * is shown, of the moment that is shown, into a file whose suffix says in what form. */
int tui_table_save(struct tui *t, const char *name, const char *file, bool force, struct err *err);

#endif
