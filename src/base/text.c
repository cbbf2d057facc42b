/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text - sanitising, numbers, durations and nearest-word hints for every other module.
 * Invariant: output is always NUL-terminated and no input byte is read past its length.
 */
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t text_utf8(const char *s, size_t len, uint32_t *cp)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *p = (const unsigned char *)s;
	size_t n, i;
	uint32_t c;

	*cp = 0xfffd;
	if (p[0] < 0x80) {
		*cp = p[0];
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		n = 2, c = p[0] & 0x1f;
	else if ((p[0] & 0xf0) == 0xe0)
		n = 3, c = p[0] & 0x0f;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		n = 4, c = p[0] & 0x07;
	else
		return 1;
	if (len < n)
		return 1;
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 1;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < smallest[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 1;
	*cp = c;
	return n;
}

static bool printable(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xfffd)
		return false;
	/* zero width, direction overrides and isolates, tags: they hide or reorder what is read */
	if (c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
	    (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
	    (c >= 0xe0000 && c <= 0xe0fff))
		return false;
	return true;
}

size_t text_sanitise(char *dst, size_t size, const char *src, size_t len)
{
	size_t in = 0, out = 0;

	if (!size)
		return 0;
	while (in < len) {
		uint32_t c;
		size_t n = text_utf8(src + in, len - in, &c);

		if (c == '\t') {
			if (out + 1 >= size)
				break;
			dst[out++] = ' ';
		} else if (!printable(c)) {
			if (out + 1 >= size)
				break;
			dst[out++] = '?';
		} else {
			if (out + n >= size)
				break;
			memcpy(dst + out, src + in, n);
			out += n;
		}
		in += n;
	}
	dst[out] = '\0';
	return out;
}

bool text_u64(const char *s, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return false;
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*s - '0'), &v))
			return false;
	}
	if (v < min || v > max)
		return false;
	*out = v;
	return true;
}

bool text_i64(const char *s, int64_t min, int64_t max, int64_t *out)
{
	bool neg = *s == '-';
	uint64_t v;

	if (!text_u64(s + neg, 0, (uint64_t)INT64_MAX, &v))
		return false;
	if ((neg ? -(int64_t)v : (int64_t)v) < min || (neg ? -(int64_t)v : (int64_t)v) > max)
		return false;
	*out = neg ? -(int64_t)v : (int64_t)v;
	return true;
}

static const struct {
	const char *name;
	uint64_t ns;
} units[] = {
	{"h", 3600000000000ull}, {"m", 60000000000ull}, {"s", 1000000000ull},
	{"ms", 1000000ull},      {"us", 1000ull},       {"ns", 1ull},
};

bool text_duration(const char *s, uint64_t *out_ns)
{
	uint64_t whole = 0, frac = 0, scale = 1, ns = 0;
	bool digits = false;
	size_t i;

	for (; *s >= '0' && *s <= '9'; s++) {
		digits = true;
		if (__builtin_mul_overflow(whole, 10, &whole) ||
		    __builtin_add_overflow(whole, (uint64_t)(*s - '0'), &whole))
			return false;
	}
	if (*s == '.' && digits) {
		for (s++; *s >= '0' && *s <= '9'; s++) {
			if (scale >= 1000000000ull)
				return false;
			frac = frac * 10 + (uint64_t)(*s - '0');
			scale *= 10;
		}
		if (scale == 1)
			return false;
	}
	if (!digits)
		return false;
	if (!*s && !whole && !frac) {
		*out_ns = 0;
		return true;
	}
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(s, units[i].name))
			continue;
		if (__builtin_mul_overflow(whole, units[i].ns, &ns))
			return false;
		if (frac && frac * (units[i].ns / scale) == 0 && units[i].ns < scale)
			return false;
		return !__builtin_add_overflow(
			ns, (uint64_t)((__uint128_t)frac * units[i].ns / scale), out_ns);
	}
	return false;
}

void text_format_duration(char *dst, size_t size, uint64_t ns)
{
	size_t i;

	if (!ns) {
		snprintf(dst, size, "0s");
		return;
	}
	for (i = 2; i < sizeof(units) / sizeof(units[0]); i++) {
		if (ns % units[i].ns == 0) {
			snprintf(dst, size, "%" PRIu64 "%s", ns / units[i].ns, units[i].name);
			return;
		}
	}
}

void text_format_size(char *dst, size_t size, uint64_t bytes)
{
	static const char *const names[] = {"KiB", "MiB", "GiB"};
	double v = (double)bytes / 1024;
	size_t i = 0;

	if (bytes < 1024) {
		snprintf(dst, size, "%u byte%s", (unsigned)bytes, bytes == 1 ? "" : "s");
		return;
	}
	while (v >= 1000 && i < 2) {
		v /= 1024;
		i++;
	}
	snprintf(dst, size, v < 100 ? "%.1f %s" : "%.0f %s", v, names[i]);
}

void text_format_time(char *dst, size_t size, uint64_t ns)
{
	if (ns < 1000)
		snprintf(dst, size, "%" PRIu64 "ns", ns);
	else if (ns < 1000000)
		snprintf(dst, size, "%.1fus", (double)ns / 1e3);
	else if (ns < 1000000000)
		snprintf(dst, size, "%.1fms", (double)ns / 1e6);
	else if (ns < 600000000000ull)
		snprintf(dst, size, "%.1fs", (double)ns / 1e9);
	else
		snprintf(dst, size, "%" PRIu64 "m%02" PRIu64 "s", ns / UINT64_C(60000000000),
			 ns / UINT64_C(1000000000) % 60);
}

static size_t distance(const char *a, const char *b)
{
	enum { MAX = 48 };
	size_t la = strnlen(a, MAX), lb = strnlen(b, MAX), i, j;
	size_t row[MAX + 1], diag, up, best;

	for (j = 0; j <= lb; j++)
		row[j] = j;
	for (i = 1; i <= la; i++) {
		diag = row[0];
		row[0] = i;
		for (j = 1; j <= lb; j++) {
			up = row[j];
			best = diag + (a[i - 1] != b[j - 1]);
			if (up + 1 < best)
				best = up + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			diag = up;
			row[j] = best;
		}
	}
	return row[lb];
}

const char *text_nearest(const char *word, const char *const *words, size_t n)
{
	size_t limit = strlen(word) / 3 + 1, i;
	const char *best = NULL;
	size_t best_d = limit + 1;

	for (i = 0; i < n; i++) {
		size_t d;

		if (!words[i])
			continue;
		d = distance(word, words[i]);
		if (!strncmp(words[i], word, strlen(word)) && *word)
			d = d > limit ? limit : d;
		if (d < best_d) {
			best_d = d;
			best = words[i];
		}
	}
	return best;
}

bool text_copy(char *dst, size_t size, const char *src)
{
	size_t n = strlen(src);
	bool whole = n < size;

	if (!size)
		return false;
	if (!whole)
		n = size - 1;
	memcpy(dst, src, n);
	dst[n] = '\0';
	return whole;
}
