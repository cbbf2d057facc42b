/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * saved - the checkpoint that lies beside a session file: which moment of that file it is of.
 *
 * It is a saved guest (vmm/warm_file.h) called as the session file with SAVED_SUFFIX behind, in
 * whose head this stands. Invariant: a file is only ever gone on from when the session file still
 * begins with the very bytes that it had then; neither is written to before the guest goes on.
 */
#ifndef SESSION_SAVED_H
#define SESSION_SAVED_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SAVED_SUFFIX ".guest"

struct saved {
	uint64_t bytes, sum;       /* of the session file then, and their checksum (base/checksum.h) */
	uint64_t next_seq, now_ns; /* ops from next_seq on are not in it; guest time */
	bool whole;                /* nothing stands in the file behind them */
	char screen;               /* that was shown: its digit; 0 = none was */
};

/* Where it lies. Caller frees. */
char *saved_path(const char *session);
/* As bytes, and back from them: -EPROTO. */
void saved_put(const struct saved *v, struct buf *out);
int saved_read(const void *data, size_t len, struct saved *v, struct err *err);
/* The checksum of the first `bytes` of a file. -ENODATA when it is shorter. */
int saved_sum(const char *file, uint64_t bytes, uint64_t *sum, struct err *err);
/* Of that session: whole, and held against the session file. Errors say what is wrong and what to do. */
int saved_open(const char *session, struct saved *v, struct err *err);

#endif
