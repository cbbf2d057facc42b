/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compile - a scheduler's source to an object, by clang as a child of the event loop.
 * Invariant: done() comes once, in a later turn, unless compile_cancel() was called before.
 */
#ifndef SESSION_COMPILE_H
#define SESSION_COMPILE_H

#include "base/buf.h"
#include "base/loop.h"

struct compile;

/* object: where the result is, valid until compile_cancel(); NULL = it failed, `said` has clang's
 * lines or why it could not be run. */
typedef void (*compile_fn)(void *arg, const char *object, const char *said);

struct compile *compile_start(struct loop *loop, const char *source, compile_fn done, void *arg,
			      struct err *err);
/*
 * The source and what it includes, after it has succeeded; the system's own headers are left out.
 * 0 or -errno. Caller frees each and the list.
 */
int compile_depends(const struct compile *c, char ***paths, size_t *n);
/* The same of the text of a rule as make(1) reads it. */
void compile_read_rule(const char *rule, char ***paths, size_t *n);
/* Ends it if it still runs and removes what was made; NULL is fine. */
void compile_cancel(struct compile *c);

#endif
