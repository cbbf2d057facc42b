/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keeper - a process that keeps copies of a guest's memory: it compares, copies, writes and reads
 * files of 100 MiB while this program's loop goes on.
 *
 * It shares the guest's memory and has one stream to us; it does what it is asked in that order,
 * and ends when the stream does, with what it was asked before done. Invariant: it touches the
 * guest's memory only for KEEPER_RESTORE and KEEPER_LOAD, which are for a guest that does not run.
 */
#ifndef VMM_KEEPER_H
#define VMM_KEEPER_H

#include "base/err.h"
#include "base/loop.h"
#include "vmm/memory.h"

#include <stdbool.h>
#include <stdint.h>

enum keeper_do {
	KEEPER_SYNC, /* learn what stands there now, as well as it can be told while the guest runs
		      */
	KEEPER_TAKE, /* the guest stands still: a moment of it */
	KEEPER_RESTORE, /* `moment` back to memory */
	KEEPER_FORGET,  /* `moment` */
	KEEPER_SAVE,    /* `moment` to file PATH (warm_file.h); data = its head */
	KEEPER_LOAD,    /* file PATH to memory, which is all zeros */
	KEEPER_SAVE_BESIDE, /* as KEEPER_SAVE, but out of the cache: nothing goes for it */
};

struct keeper_answer {
	enum keeper_do what;
	int code;                 /* -errno, 0 = done */
	int moment;               /* KEEPER_TAKE: its number */
	uint64_t looked, changed; /* pages */
	uint64_t used;            /* bytes of pages that are kept; KEEPER_SAVE: of the file */
	uint64_t ns;              /* that it took */
	char text[ERR_MSG_MAX];   /* why not */
};

/* Once for each keeper_ask() that returned 0, in order; -EPIPE when the process is gone. It may end
 * the keeper. */
typedef void (*keeper_fn)(void *arg, const struct keeper_answer *a);

struct keeper;

/* room: bytes of pages it may keep. memory is borrowed for this call. NULL with err. */
struct keeper *keeper_start(struct loop *loop, const struct memory *memory, uint64_t room,
			    keeper_fn fn, void *arg, struct err *err);
/* path and data are copied; NULL where they mean nothing. */
int keeper_ask(struct keeper *k, enum keeper_do what, int moment, const char *path,
	       const void *data, size_t len);
/* Its process is there, with all that it keeps. */
bool keeper_lives(const struct keeper *k);
void keeper_end(struct keeper *k); /* what it was asked it still does; NULL is fine */

#endif
