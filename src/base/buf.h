/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * buf - a growing byte buffer, always NUL-terminated past its end, so it serves as text too.
 *
 * Used by host code only; allocation failure ends the program through die(). Not for the agent.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data; /* never NULL after the first append; owned */
	size_t len;
	size_t cap;
};

#define BUF_INIT ((struct buf){0})

void buf_finish(struct buf *b); /* frees; the buffer is empty and usable afterwards */
void buf_reset(struct buf *b);  /* empties, keeps the memory */
void buf_reserve(struct buf *b, size_t more);
void buf_add(struct buf *b, const void *data, size_t len);
void buf_adds(struct buf *b, const char *text);
void buf_addc(struct buf *b, char c);
void buf_add_utf8(struct buf *b, uint32_t cp); /* a code point, up to 0x10ffff */
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_addv(struct buf *b, const char *fmt, va_list ap);
void buf_drop(struct buf *b, size_t n);    /* removes the first n bytes (n <= len) */
char *buf_steal(struct buf *b);            /* caller frees; never NULL */
const char *buf_text(const struct buf *b); /* "" when nothing was added */

#define cleanup_buf __attribute__((cleanup(buf_finish)))

#endif
