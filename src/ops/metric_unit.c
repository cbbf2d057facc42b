/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metric_unit - numbers and units as programs write them, one row a spelling.
 * Invariant: nothing here depends on the locale, and every value that comes out is finite.
 */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "ops/metric.h"

#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KIB 1024.0

static const char name_chars[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/%+:";

static const struct {
	const char *word;
	enum metric_unit unit;
	double factor;
} units[] = {
	{"ns", UNIT_NS, 1},
	{"nsec", UNIT_NS, 1},
	{"nsecs", UNIT_NS, 1},
	{"nanosec", UNIT_NS, 1},
	{"nanosecs", UNIT_NS, 1},
	{"nanoseconds", UNIT_NS, 1},
	{"us", UNIT_NS, 1e3},
	{"\xc2\xb5s", UNIT_NS, 1e3}, /* micro sign */
	{"\xce\xbcs", UNIT_NS, 1e3}, /* mu */
	{"usec", UNIT_NS, 1e3},
	{"usecs", UNIT_NS, 1e3},
	{"microsec", UNIT_NS, 1e3},
	{"microsecs", UNIT_NS, 1e3},
	{"microseconds", UNIT_NS, 1e3},
	{"ms", UNIT_NS, 1e6},
	{"msec", UNIT_NS, 1e6},
	{"msecs", UNIT_NS, 1e6},
	{"millisec", UNIT_NS, 1e6},
	{"millisecs", UNIT_NS, 1e6},
	{"milliseconds", UNIT_NS, 1e6},
	{"s", UNIT_NS, 1e9},
	{"sec", UNIT_NS, 1e9},
	{"secs", UNIT_NS, 1e9},
	{"second", UNIT_NS, 1e9},
	{"seconds", UNIT_NS, 1e9},
	{"ns/op", UNIT_NS, 1},
	{"nsecs/op", UNIT_NS, 1},
	{"us/op", UNIT_NS, 1e3},
	{"usecs/op", UNIT_NS, 1e3},
	{"ms/op", UNIT_NS, 1e6},
	{"msecs/op", UNIT_NS, 1e6},
	{"B", UNIT_BYTES, 1},
	{"byte", UNIT_BYTES, 1},
	{"bytes", UNIT_BYTES, 1},
	{"kB", UNIT_BYTES, KIB},
	{"KB", UNIT_BYTES, KIB},
	{"KiB", UNIT_BYTES, KIB},
	{"MB", UNIT_BYTES, KIB *KIB},
	{"MiB", UNIT_BYTES, KIB *KIB},
	{"GB", UNIT_BYTES, KIB *KIB *KIB},
	{"GiB", UNIT_BYTES, KIB *KIB *KIB},
	{"%", UNIT_PERCENT, 1},
	{"percent", UNIT_PERCENT, 1},
	{"/s", UNIT_PER_S, 1},
	{"/sec", UNIT_PER_S, 1},
	{"ops/s", UNIT_PER_S, 1},
	{"op/s", UNIT_PER_S, 1},
	{"ops/sec", UNIT_PER_S, 1},
	{"req/s", UNIT_PER_S, 1},
	{"Hz", UNIT_PER_S, 1},
	{"B/s", UNIT_BYTES_PER_S, 1},
	{"B/sec", UNIT_BYTES_PER_S, 1},
	{"bytes/s", UNIT_BYTES_PER_S, 1},
	{"bytes/sec", UNIT_BYTES_PER_S, 1},
	{"kB/s", UNIT_BYTES_PER_S, KIB},
	{"KB/s", UNIT_BYTES_PER_S, KIB},
	{"KB/sec", UNIT_BYTES_PER_S, KIB},
	{"KiB/s", UNIT_BYTES_PER_S, KIB},
	{"MB/s", UNIT_BYTES_PER_S, KIB *KIB},
	{"MB/sec", UNIT_BYTES_PER_S, KIB *KIB},
	{"MiB/s", UNIT_BYTES_PER_S, KIB *KIB},
	{"GB/s", UNIT_BYTES_PER_S, KIB *KIB *KIB},
	{"GB/sec", UNIT_BYTES_PER_S, KIB *KIB *KIB},
	{"GiB/s", UNIT_BYTES_PER_S, KIB *KIB *KIB},
};

/* How a name may end; the longer ones first, for "ops_per_sec" ends in "_sec", too. '_' stands for
 * '-', '.' and a blank, too. */
static const struct {
	const char *end;
	enum metric_unit unit;
	double factor;
} ends[] = {
	{"_bytes_per_second", UNIT_BYTES_PER_S, 1},
	{"_bytes_per_sec", UNIT_BYTES_PER_S, 1},
	{"_kb_per_sec", UNIT_BYTES_PER_S, KIB},
	{"_mb_per_sec", UNIT_BYTES_PER_S, KIB *KIB},
	{"_per_second", UNIT_PER_S, 1},
	{"_per_sec", UNIT_PER_S, 1},
	{"_per_s", UNIT_PER_S, 1},
	{"_ns", UNIT_NS, 1},
	{"_nsec", UNIT_NS, 1},
	{"_nsecs", UNIT_NS, 1},
	{"_us", UNIT_NS, 1e3},
	{"_usec", UNIT_NS, 1e3},
	{"_usecs", UNIT_NS, 1e3},
	{"_ms", UNIT_NS, 1e6},
	{"_msec", UNIT_NS, 1e6},
	{"_msecs", UNIT_NS, 1e6},
	{"_sec", UNIT_NS, 1e9},
	{"_secs", UNIT_NS, 1e9},
	{"_seconds", UNIT_NS, 1e9},
	{"_bytes", UNIT_BYTES, 1},
	{"_kb", UNIT_BYTES, KIB},
	{"_kib", UNIT_BYTES, KIB},
	{"_mb", UNIT_BYTES, KIB *KIB},
	{"_mib", UNIT_BYTES, KIB *KIB},
	{"_pct", UNIT_PERCENT, 1},
	{"_percent", UNIT_PERCENT, 1},
};

const char *metric_unit_name(enum metric_unit unit)
{
	static const char *const names[] = {"", "ns", "B", "%", "/s", "B/s"};

	return names[unit];
}

const char *metric_better_name(enum metric_better better)
{
	static const char *const names[] = {"", "lower is better", "higher is better"};

	return names[better];
}

bool metric_is_timed(enum metric_unit unit)
{
	return unit == UNIT_NS || unit == UNIT_PER_S || unit == UNIT_BYTES_PER_S;
}

bool metric_unit_find(const char *word, size_t len, enum metric_unit *unit, double *factor)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(units); i++) {
		if (strncmp(units[i].word, word, len) || units[i].word[len])
			continue;
		*unit = units[i].unit;
		*factor = units[i].factor;
		return true;
	}
	return false;
}

static bool ends_in(const char *name, size_t len, const char *end)
{
	size_t n = strlen(end), i;

	for (i = 0; i < n && n < len; i++) {
		char c = name[len - n + i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c + 'a' - 'A');
		if (c == '-' || c == '.' || c == ' ')
			c = '_';
		if (c != end[i])
			return false;
	}
	return n < len;
}

bool metric_unit_of_name(const char *name, enum metric_unit *unit, double *factor)
{
	size_t len = strlen(name), i;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		if (!ends_in(name, len, ends[i].end))
			continue;
		*unit = ends[i].unit;
		*factor = ends[i].factor;
		return true;
	}
	return false;
}

/* The length of what is written like a decimal number. */
static size_t number_len(const char *s, size_t len)
{
	size_t i = 0, digits = 0, e;

	if (i < len && (s[i] == '-' || s[i] == '+'))
		i++;
	for (; i < len && s[i] >= '0' && s[i] <= '9'; i++)
		digits++;
	if (i < len && s[i] == '.')
		for (i++; i < len && s[i] >= '0' && s[i] <= '9'; i++)
			digits++;
	if (!digits)
		return 0;
	if (s[i - 1] == '.') /* "12." ends a sentence */
		i--;
	e = i;
	if (e < len && (s[e] == 'e' || s[e] == 'E')) {
		e++;
		if (e < len && (s[e] == '-' || s[e] == '+'))
			e++;
		if (e < len && s[e] >= '0' && s[e] <= '9') {
			while (e < len && s[e] >= '0' && s[e] <= '9')
				e++;
			i = e;
		}
	}
	return i;
}

size_t metric_number(const char *s, size_t len, double *value)
{
	static locale_t plain;
	size_t n = number_len(s, len);
	char text[64];
	double v;

	if (!n || n >= sizeof(text))
		return 0;
	if (!plain)
		plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	memcpy(text, s, n);
	text[n] = '\0';
	v = strtod_l(text, NULL, plain);
	if (!isfinite(v) || fabs(v) > METRIC_VALUE_MAX)
		return 0;
	*value = v;
	return n;
}

bool metric_value(const char *text, double *value, enum metric_unit *unit)
{
	size_t len = strlen(text), n = metric_number(text, len, value);
	double factor = 1;

	if (!n)
		return false;
	*unit = UNIT_PLAIN;
	if (n < len && !metric_unit_find(text + n, len - n, unit, &factor))
		return false;
	*value *= factor;
	return fabs(*value) <= METRIC_VALUE_MAX;
}

/* Without the zeros that say nothing: 1.50 is 1.5. */
static void rounded(char *dst, size_t size, double value)
{
	if (fabs(value) >= 1e15 || (value && fabs(value) < 1e-3))
		snprintf(dst, size, "%.4g", value);
	else if (fabs(value) >= 1000 || value == (double)(int64_t)value)
		snprintf(dst, size, "%.0f", value);
	else
		snprintf(dst, size, "%.4g", value);
}

void metric_format(enum metric_unit unit, double value, char *dst, size_t size)
{
	char text[32];

	if (unit == UNIT_NS && value >= 10 && value < 9e18) {
		text_format_time(dst, size, (uint64_t)(value + 0.5));
		return;
	}
	rounded(text, sizeof(text), value);
	snprintf(dst, size, "%s%s", text, metric_unit_name(unit));
}

/* The shortest decimals that give the value again in one of the spellings of its unit. */
static bool written(enum metric_unit unit, double value, const char *word, double factor, char *dst,
		    size_t size)
{
	enum metric_unit got;
	double again;
	int digits;

	for (digits = 1; digits <= 17; digits++) {
		char number[32];
		char *comma;

		snprintf(number, sizeof(number), "%.*g", digits, value / factor);
		/* another program's locale may be in force around the library */
		if ((comma = strchr(number, ',')))
			*comma = '.';
		/* "5e+01" is 50 to nobody */
		if (strchr(number, 'e') && fabs(value / factor) >= 1 && fabs(value / factor) < 1e15)
			continue;
		snprintf(dst, size, "%s%s", number, word);
		if (metric_value(dst, &again, &got) && got == unit && again == value)
			return true;
	}
	return false;
}

void metric_write(enum metric_unit unit, double value, char *dst, size_t size)
{
	static const struct {
		const char *word;
		double factor;
	} times[] = {{"s", 1e9}, {"ms", 1e6}, {"us", 1e3}};
	size_t i;

	for (i = 0; unit == UNIT_NS && i < ARRAY_SIZE(times); i++)
		if (fabs(value) >= times[i].factor &&
		    written(unit, value, times[i].word, times[i].factor, dst, size))
			return;
	written(unit, value, metric_unit_name(unit), 1, dst, size);
}

void metric_describe(const struct metric *m, struct buf *out)
{
	char text[48];

	metric_format(m->unit, m->value, text, sizeof(text));
	buf_adds(out, text);
	if (m->samples > 1) {
		metric_format(m->unit, m->min, text, sizeof(text));
		buf_addf(out, " (%s", text);
		metric_format(m->unit, m->max, text, sizeof(text));
		buf_addf(out, " to %s", text);
		metric_format(m->unit, m->mean, text, sizeof(text));
		buf_addf(out, ", mean %s of %" PRIu64 ")", text, m->samples);
	}
	if (m->better)
		buf_addf(out, ", %s", metric_better_name(m->better));
}

bool metric_name_byte(char c)
{
	return c && strchr(name_chars, c);
}

int metric_check_name(const char *word, struct err *err)
{
	size_t n = strlen(word);

	if (!n || n >= METRIC_NAME_MAX)
		return err_set(err, EINVAL, "the name of a metric has 1 to %d bytes",
			       METRIC_NAME_MAX - 1);
	if (strspn(word, name_chars) != n)
		return err_set(
			err, EINVAL,
			"'%.40s' is no name of a metric: letters, digits and _ . - / %% + :", word);
	return 0;
}

int metric_check_value(const char *word, struct err *err)
{
	enum metric_unit unit;
	double value;

	if (!metric_value(word, &value, &unit))
		return err_set(err, EINVAL,
			       "'%.40s' is no number; write 1000, 5ms, 2.5%%, 10MB/s or 3/s", word);
	return 0;
}
