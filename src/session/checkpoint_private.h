/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checkpoint_private - what checkpoint.c (making and keeping them), checkpoint_back.c (going back)
 * and checkpoint_save.c (one on the disk) share. Invariant: one thing at a time (`doing`).
 */
#ifndef SESSION_CHECKPOINT_PRIVATE_H
#define SESSION_CHECKPOINT_PRIVATE_H

#include "session/checkpoint.h"
#include "session/saved.h"

#define CHECKPOINT_NAME_MAX 64
#define REDO_MAX            64

struct checkpoint {
	char name[CHECKPOINT_NAME_MAX]; /* "" = forgotten */
	bool automatic;                 /* before an op, or of what an undo has left */
	struct guest_moment copy;
	char *file; /* session file, and its length then */
	uint64_t bytes;
	uint64_t next_seq, now_ns;
	struct scenario *scenario;
	int parent; /* -1 = none */
};

enum doing {
	DOING_NOTHING,
	DOING_COPY,
	DOING_COPY_TO_LEAVE,
	DOING_COPY_TO_SAVE,
	DOING_REWIND,
	DOING_RESUME, /* the guest begins from a file */
	DOING_SAVE,   /* all that is recorded is; what comes is of no use */
};

/* Asked for while one was being made that nobody had asked for: its turn is after that. */
enum wish { WISH_NONE, WISH_NAME, WISH_TO, WISH_BACK, WISH_ON };

struct checkpoints {
	struct checkpoint *v;
	int n;
	int at; /* the one that is gone on from; -1 = the begin */
	uint64_t at_bytes; /* how much of the session file as it is called now is of it */
	bool before_ops, complained;
	uint64_t every_ns, last_ns; /* guest time: so often (0 = not), and when the last was begun */
	enum doing doing;
	char name[CHECKPOINT_NAME_MAX]; /* of the one being made */
	bool automatic;
	uint64_t seq; /* ops from here on are not in it */
	int target;   /* to go back to; */
	bool leaving; /* as soon as what is left is copied: it does not go for want of room */
	enum wish wish;
	char wish_name[CHECKPOINT_NAME_MAX];
	int redo[REDO_MAX], nredo;
	uint64_t room;      /* bytes that all of them took when the last was made */
	unsigned forgotten; /* for want of room */
	unsigned made; /* automatic ones so far, for their names */
	unsigned gone_back;
	/* onto the disk */
	bool save_wanted;
	char screen;
	/* from there */
	char *resume_file; /* the session's; NULL = it is none */
	struct saved from;
};

/* ---- checkpoint.c ---- */

/* Nothing is in the way of one, or of going back. */
int checkpoint_may(const struct session *s, struct err *err);
int checkpoint_begin(struct session *s, const char *name, bool automatic, enum doing doing,
		     struct err *err);
/* True = it waits for its turn. */
bool checkpoint_later(struct checkpoints *c, enum wish wish, const char *name);
int checkpoint_find(const struct checkpoints *c, const char *name); /* -1 = there is none */
/* "#7", of none yet; size >= 16. */
void checkpoint_next_name(struct checkpoints *c, char *dst, size_t size);

/* ---- checkpoint_back.c ---- */

/* To c->target; errors are told. */
void checkpoint_go(struct session *s);

/* ---- checkpoint_save.c ---- */

/* The copy for it was made or not. */
void checkpoint_save_copied(struct session *s, int code);

#endif
