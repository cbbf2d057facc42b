/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reload - a scheduler whose op says watch=yes: when one of its files is saved, it is restarted.
 *
 * What is watched is what the op has taken along: an object, a program, or a source and what it
 * includes. The restart is an op like any other, so the session file and a replay have it; it fails
 * when the source does not compile, and then what was in force goes on.
 * Invariants: at most one restart waits; a save while it does leads to one more after it.
 */
#ifndef SESSION_RELOAD_H
#define SESSION_RELOAD_H

#include "base/loop.h"
#include "ops/op.h"

struct reload_ops {
	bool (*may)(void *arg);         /* false: after the next op that ends */
	uint64_t (*restart)(void *arg); /* the op's seq; 0 = it was refused */
	void (*log)(void *arg, int level, const char *text);
};

struct reload;

struct reload *reload_create(struct loop *loop, const struct reload_ops *ops, void *arg);
void reload_destroy(struct reload *r); /* NULL is fine */

/* The files that `op` has taken along; all = these and no others, else these as well. Ops that do
 * not say watch=yes are passed over. */
void reload_files(struct reload *r, const struct op *op, const char *const *paths, size_t n,
		  bool all);
/* Another scheduler or none is wanted: nothing is watched any more. */
void reload_done(struct reload *r, const struct op *op);
/* An op has ended, in whatever way. */
void reload_ended(struct reload *r, uint64_t seq);
size_t reload_count(const struct reload *r); /* files that are watched */

#endif
