/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * files - what an op takes along from the host while the guest runs: asked for file by file,
 * compared with what is there, sent only where it differs.
 *
 * One op's files at a time; others wait. Before anything is sent all of them were compared and
 * there is room for them. What is named comes last, so that it is not there before what it needs.
 * Invariant: files_then is called exactly once, with the op still running, unless files_cancel()
 * or files_timeout() took its place by calling it.
 */
#ifndef GUEST_FILES_H
#define GUEST_FILES_H

#include "base/loop.h"
#include "guest/line.h"
#include "guest/wire_files.h"

struct files_result {
	int code; /* 0, or errno and: */
	const char *text;
	const char *program; /* what the host says is to be executed; "" = nothing was found there */
	uint32_t files, sent;
	uint64_t bytes; /* sent */
};

typedef void (*files_then)(struct line *l, const struct files_result *r);

void files_init(struct loop *loop);

/*
 * The files of the running op of l, or of an earlier op `of`. The handler passes on its cancel and
 * timeout, and leaves line_timer() alone until then() comes, in a later turn of the loop.
 */
void files_fetch(struct line *l, uint64_t of, files_then then);
/* true when l is fetching: the rest is done here. */
bool files_cancel(struct line *l, int code, const char *why);
bool files_timeout(struct line *l);
bool files_busy(const struct line *l);

/* "3 of 14 files sent, 1.2 MiB", "all 14 files are there already". */
void files_words(const struct files_result *r, char *dst, size_t size);

/*
 * An exact run: "SEQ PATH" is what an op's file is called that came with the initramfs, "0 " that
 * none did. From the first of these on nothing is asked of the host. The string stays valid for good.
 */
void files_came(const char *seq_and_path);

/* WIRE_FILE_* of the host. */
void files_frame(const struct wire_header *h, struct wire_reader *payload);

#endif
