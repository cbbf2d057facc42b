/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_files - files on their way between host and guest, while the guest runs.
 *
 * To the guest: an op that takes files along asks for them one by one (ASK), is told what each is
 * (ENTRY), and wants the content of those it has not got (WANT, DATA, SENT). The asking side keeps
 * the pace: never more than FILES_WINDOW bytes are on their way. To the host: the guest says what
 * comes (BEGIN), sends within the window that TAKEN opens (DATA, END), and the host's last TAKEN
 * ends the op. The header's seq is the op's. Neither side trusts the other: the readers here refuse
 * what makes no sense, and the sizes are checked by who uses them.
 */
#ifndef GUEST_WIRE_FILES_H
#define GUEST_WIRE_FILES_H

#include "guest/wire.h"

#define FILES_CHUNK	 (128u << 10)
#define FILES_WINDOW	 (2 * FILES_CHUNK)
#define FILES_PATH_MAX	 4096
#define FILES_MAX	 20000		  /* of one op */
#define FILES_SIZE_MAX	 (UINT64_C(4) << 30) /* bytes of one file, either way */
#define FILES_HASH_SIZE	 32		  /* base/sha256.h */

enum files_kind {
	FILES_END, /* no more: index = how many there were, path = what is to be executed, or "" */
	FILES_FILE,
	FILES_LINK,
	FILES_FOLDER,
};

struct files_entry { /* WIRE_FILE_ENTRY */
	uint32_t index;
	enum files_kind kind;
	uint32_t mode; /* permission bits */
	uint64_t size;
	uint8_t hash[FILES_HASH_SIZE]; /* FILE: of its content */
	const char *path;	       /* in the guest, absolute */
	const char *target;	       /* LINK */
};

struct files_ask { /* WIRE_FILE_ASK */
	uint32_t index;
	uint64_t of; /* the op whose files these are: a restart asks for those of the load */
	bool fresh;  /* a new beginning: look at the host's files anew */
};

struct files_want { /* WIRE_FILE_WANT: content up to this byte */
	uint32_t index;
	uint64_t upto;
};

struct files_chunk { /* WIRE_FILE_DATA, WIRE_PULL_DATA (index 0) */
	uint32_t index;
	uint64_t offset;
	const void *data;
	size_t len;
};

struct files_refusal { /* WIRE_FILE_REFUSED */
	uint32_t code; /* errno */
	const char *text;
};

struct files_begin { /* WIRE_PULL_BEGIN */
	uint64_t size; /* as far as it is known; 0 for what has none */
	uint32_t mode;
	const char *path;
};

enum files_taken_state { FILES_GOING_ON, FILES_IN_PLACE, FILES_REFUSED, FILES_TAKEN_STATES };

struct files_taken { /* WIRE_PULL_TAKEN */
	uint64_t bytes;
	enum files_taken_state state;
	uint32_t code; /* errno when refused */
	const char *text;
};

/* In the guest only, for a hand: what an op has put there so far. */
#define FILES_MADE_MAX 16384

struct files_made {
	bool replaced;	/* what was there is aside */
	uint8_t above;	/* new folders above it */
	uint32_t index; /* of its entry */
	const char *path;
};

/* Absolute, without "." and "..", neither empty parts nor one too long; not "/" itself. */
bool files_path_fits(const char *path);

/* After wire_begin(); wire_end() with the type of the frame follows. */
void files_put_entry(struct wire_writer *w, const struct files_entry *e);
void files_put_ask(struct wire_writer *w, const struct files_ask *a);
void files_put_want(struct wire_writer *w, const struct files_want *f);
void files_put_chunk(struct wire_writer *w, const struct files_chunk *c);
void files_put_refusal(struct wire_writer *w, const struct files_refusal *f);
void files_put_begin(struct wire_writer *w, const struct files_begin *b);
void files_put_taken(struct wire_writer *w, const struct files_taken *t);
void files_put_made(struct wire_writer *w, const struct files_made *m);

/* false = malformed. Strings and data point into the frame. */
bool files_get_entry(struct wire_reader *r, struct files_entry *e);
bool files_get_ask(struct wire_reader *r, struct files_ask *a);
bool files_get_want(struct wire_reader *r, struct files_want *f);
bool files_get_chunk(struct wire_reader *r, struct files_chunk *c);
bool files_get_refusal(struct wire_reader *r, struct files_refusal *f);
bool files_get_begin(struct wire_reader *r, struct files_begin *b);
bool files_get_taken(struct wire_reader *r, struct files_taken *t);
bool files_get_made(struct wire_reader *r, struct files_made *m); /* more may follow */

#endif
