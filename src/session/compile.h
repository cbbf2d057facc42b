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
/* Ends it if it still runs and removes what was made; NULL is fine. */
void compile_cancel(struct compile *c);

#endif
