/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * gdb - see gdb.h. Escapes and run lengths are left as they stand: nothing asked for has any.
 */
#include "vmm/gdb.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static uint8_t sum_of(const char *body, size_t len)
{
	uint8_t sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		sum = (uint8_t)(sum + (uint8_t)body[i]);
	return sum;
}

ssize_t gdb_take(const char *bytes, size_t len, enum gdb_kind *kind, char *body)
{
	const char *end;
	size_t n;
	int high, low;

	if (!len)
		return 0;
	if (*bytes == '+' || *bytes == '-') {
		*kind = *bytes == '+' ? GDB_ACK : GDB_NAK;
		return 1;
	}
	if (*bytes != '$')
		return -EPROTO;
	end = memchr(bytes + 1, '#', len - 1);
	n = end ? (size_t)(end - bytes) - 1 : len - 1;
	if (n > GDB_BODY_MAX)
		return -EPROTO;
	if (!end || len < n + 4)
		return 0;
	high = digit(end[1]);
	low = digit(end[2]);
	if (high < 0 || low < 0 || sum_of(bytes + 1, n) != (uint8_t)(high << 4 | low) ||
	    memchr(bytes + 1, '\0', n))
		return -EPROTO;
	memcpy(body, bytes + 1, n);
	body[n] = '\0';
	*kind = GDB_PACKET;
	return (ssize_t)(n + 4);
}

size_t gdb_put(char *dst, size_t size, const char *body)
{
	int n = snprintf(dst, size, "$%s#%02x", body, sum_of(body, strlen(body)));

	return n > 0 && (size_t)n < size ? (size_t)n : 0;
}

/* Hexadecimal digits up to the end; false = there are none, others, or too many. */
static bool number(const char *p, const char *end, uint64_t *out)
{
	*out = 0;
	if (p == end || end - p > 16)
		return false;
	for (; p < end; p++) {
		if (digit(*p) < 0)
			return false;
		*out = *out << 4 | (uint64_t)digit(*p);
	}
	return true;
}

static bool is(const char *p, size_t len, const char *word)
{
	return len == strlen(word) && !memcmp(p, word, len);
}

/* "01", or with a process before it "p01.01". */
static bool thread_of(const char *p, const char *end, unsigned *out)
{
	const char *dot = p < end && *p == 'p' ? memchr(p, '.', (size_t)(end - p)) : NULL;
	uint64_t n;

	if (!number(dot ? dot + 1 : p, end, &n) || !n || n > GDB_THREAD_MAX)
		return false;
	*out = (unsigned)n;
	return true;
}

bool gdb_stop_parse(const char *body, struct gdb_stop *out)
{
	const char *p, *end, *colon;
	uint64_t signal;

	*out = (struct gdb_stop){0};
	if ((body[0] != 'T' && body[0] != 'S') || strnlen(body, 3) < 3 ||
	    !number(body + 1, body + 3, &signal))
		return false;
	out->signal = (unsigned)signal;
	for (p = body + 3; body[0] == 'T' && *p; p = *end ? end + 1 : end) {
		end = p + strcspn(p, ";");
		colon = memchr(p, ':', (size_t)(end - p));
		if (!colon)
			continue;
		if (is(p, (size_t)(colon - p), "thread") &&
		    !thread_of(colon + 1, end, &out->thread))
			return false;
		if (is(p, (size_t)(colon - p), "watch")) {
			out->watched = number(colon + 1, end, &out->address);
			if (!out->watched)
				return false;
		}
	}
	return true;
}

bool gdb_register(const char *body, unsigned n, uint64_t *out)
{
	size_t at = (size_t)n * 16, len = strlen(body);
	unsigned i;

	*out = 0;
	if (at > len || len - at < 16)
		return false;
	for (i = 0; i < 8; i++) {
		int high = digit(body[at + 2 * i]), low = digit(body[at + 2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		*out |= (uint64_t)(high << 4 | low) << (8 * i);
	}
	return true;
}
