/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_spec - what scheduler an op asks for: an object or a program, its constants or arguments.
 * Invariant: all strings lie in the struct, so that it outlives its op for `sched restart`.
 */
#ifndef GUEST_SCHED_SPEC_H
#define GUEST_SCHED_SPEC_H

#include "base/err.h"
#include "guest/wire_op.h"

#include <stdbool.h>

enum { SCHED_WHAT_MAX = 4096, SCHED_WORDS_MAX = 64, SCHED_WORDS_SIZE = 16 << 10 };

#define SCHED_ENABLE_NS 30000000000ull /* for a scheduler to be in force, unless the op says */

struct sched_spec {
	bool known;                   /* something was asked for */
	bool builtin, object;         /* neither: a program */
	uint64_t origin;              /* the op: its files are the host's to send */
	char what[SCHED_WHAT_MAX];    /* as it was named; once it is placed a path in the guest */
	char words[SCHED_WORDS_SIZE]; /* strings one after another */
	const char *set[2 * SCHED_WORDS_MAX + 1], *argv[SCHED_WORDS_MAX + 2];
	uint32_t nset, argc;
	uint64_t timeout_ns;
};

/* From `sched load` or `sched replace`: 0 or -errno. */
int sched_spec_take(struct sched_spec *s, const struct wire_op *op, uint64_t seq, struct err *err);
/* Where the host has put it; "" = the host has no such file, it must be one of the guest's. */
int sched_spec_place(struct sched_spec *s, const char *path, struct err *err);

#endif
