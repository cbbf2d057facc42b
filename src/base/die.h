/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * die - the one way out when the host program cannot go on (out of memory, a bug), and the
 * allocators that use it. The terminal owner registers a hook so that the screen is restored.
 */
#ifndef BASE_DIE_H
#define BASE_DIE_H

#include <stddef.h>

void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Called once before die() prints; NULL removes it. Must be async-safe in spirit: no allocation. */
void die_set_hook(void (*hook)(void));

void *xcalloc(size_t n, size_t size); /* zeroed; never NULL */
void *xrealloc(void *p, size_t size); /* never NULL */
void *xreallocarray(void *p, size_t n, size_t size);
char *xstrdup(const char *s); /* NULL in, NULL out */
char *xstrndup(const char *s, size_t n);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
