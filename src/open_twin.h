/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * open_twin - a second guest beside the one on the screen (tui_host.other), which carries out the
 * same scenario under another scheduler or kernel: in lockstep, a step begins in both when it was
 * over in both. Invariant: each side's session file is what a guest alone would have written.
 */
#ifndef OPEN_TWIN_H
#define OPEN_TWIN_H

#include "ops/past.h"
#include "session/load.h"
#include "session/session.h"

enum twin_side { TWIN_A, TWIN_B, TWIN_SIDES };

/* What differs between the two: words of --sched and --kernel; NULL = nothing does. */
struct twin_words {
	char *sched[TWIN_SIDES], *kernel[TWIN_SIDES]; /* owned */
};

/* "A,B"; sets what `into` points to (two words). */
int twin_words_take(const char *option, const char *value, char *into[TWIN_SIDES], struct err *err);
bool twin_words_any(const struct twin_words *w);
/* The stem of a side's session file: "vtime-6.16". Caller frees. */
char *twin_words_stem(const struct twin_words *w, enum twin_side side);
void twin_words_finish(struct twin_words *w);

struct open_twin {
	struct session
		*side[TWIN_SIDES]; /* that of A is borrowed; B NULL: there is no second guest */
	struct scenario *script[TWIN_SIDES];
	size_t next[TWIN_SIDES]; /* the first op of its script that was not submitted */
	struct past *past;
	char *path;
	bool submitting;
	/* Something was seen of B; NULL text, or what a person should know. */
	void (*changed)(void *arg, const char *text);
	void *arg;
};

/* The scenario as each side gets it; open_twin_finish() in either case. */
int open_twin_prepare(struct open_twin *t, const struct loaded *loaded,
		      const struct twin_words *words, const struct topology *topology,
		      struct err *err);
/* Boots B as `config` says, but with B's kernel; the script begins when both are ready. */
int open_twin_start(struct open_twin *t, struct session *a, struct loop *loop,
		    const struct session_config *config, const struct twin_words *words,
		    struct err *err);
void open_twin_turn(struct open_twin *t); /* something has happened to A */
bool open_twin_is_there(const struct open_twin *t);
/* Is B's guest, too? */
bool open_twin_live(const struct open_twin *t);
const struct model *open_twin_model(const struct open_twin *t, const char **name);
/* As B was known then; NULL with err set. */
const struct model *open_twin_at(struct open_twin *t, uint64_t t_ns, struct err *err);
void open_twin_finish(struct open_twin *t);

#endif
