/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text - making foreign text safe to show, reading numbers and durations, nearest-word hints.
 *
 * Everything a guest, a session file or a theme says passes through text_sanitise() before it
 * reaches a terminal. No allocation, so the agent may use it too.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Copy src (len bytes, may hold NUL and anything else) to dst as printable text: control bytes,
 * DEL, C1 controls and invalid UTF-8 become '?' (tabs one space); valid printable UTF-8 stays.
 * Bidirectional controls and zero-width characters become '?', too. dst is always terminated
 * and never ends inside a character. Returns the length written.
 */
size_t text_sanitise(char *dst, size_t size, const char *src, size_t len);

/*
 * Decode one UTF-8 character at s (len bytes left, > 0): stores the code point, returns the bytes
 * used; an invalid byte gives U+FFFD and 1.
 */
size_t text_utf8(const char *s, size_t len, uint32_t *cp);

/* Whole decimal number within [min, max]; false on anything else, leaving *out alone. */
bool text_u64(const char *s, uint64_t min, uint64_t max, uint64_t *out);
bool text_i64(const char *s, int64_t min, int64_t max, int64_t *out);

/* Duration "10ns|5us|250ms|2s|1.5s|3m|1h" or "0" to nanoseconds; a bare number is an error. */
bool text_duration(const char *s, uint64_t *out_ns);

/* Shortest exact writing of a duration, "250ms"; size >= 32. Round-trips via text_duration. */
void text_format_duration(char *dst, size_t size, uint64_t ns);

/* Human rounding, "12.4s", "0.2ms"; for screens, not for files. */
void text_format_time(char *dst, size_t size, uint64_t ns);

/* Bytes for people, "1.2 MiB", "512 bytes". */
void text_format_size(char *dst, size_t size, uint64_t bytes);

/* Nearest word to `word` among n (NULLs skipped) by edit distance, NULL when none is near. */
const char *text_nearest(const char *word, const char *const *words, size_t n);

/* strlcpy: returns false when cut. */
bool text_copy(char *dst, size_t size, const char *src);

#endif
