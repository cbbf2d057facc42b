/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metric_stressng - the table of --metrics and --metrics-brief, one line a stressor, and the
 * same as YAML. What a stressor measures besides is named by the words it has for it.
 */
#include "ops/metric_private.h"

#include "base/cleanup.h"

#include <stdio.h>
#include <string.h>

/* In the order of the table's columns; the last two are not in the brief one. */
static const struct {
	const char *yaml, *name;
	enum metric_unit unit;
	double factor;
	enum metric_better better;
} columns[] = {
	{"bogo-ops", "bogo-ops", UNIT_PLAIN, 1, BETTER_HIGHER},
	{"wall-clock-time", "real-time", UNIT_NS, 1e9, BETTER_UNKNOWN},
	{"user-time", "usr-time", UNIT_NS, 1e9, BETTER_UNKNOWN},
	{"system-time", "sys-time", UNIT_NS, 1e9, BETTER_UNKNOWN},
	{"bogo-ops-per-second-real-time", "bogo-ops-per-s", UNIT_PER_S, 1, BETTER_HIGHER},
	{"bogo-ops-per-second-usr-sys-time", "bogo-ops-per-cpu-s", UNIT_PER_S, 1, BETTER_HIGHER},
	{"cpu-usage-per-instance", "cpu-use", UNIT_PERCENT, 1, BETTER_UNKNOWN},
	{"max-rss", "rss-max", UNIT_BYTES, 1024, BETTER_UNKNOWN},
};
#define BRIEF 6

/* How the words of a measurement begin: what its number is. */
static const struct {
	const char *words; /* as in the YAML, blanks are dashes */
	enum metric_unit unit;
	double factor;
	enum metric_better better;
} measures[] = {
	{"nanosecs-", UNIT_NS, 1, BETTER_LOWER},
	{"nanoseconds-", UNIT_NS, 1, BETTER_LOWER},
	{"microsecs-", UNIT_NS, 1e3, BETTER_LOWER},
	{"microseconds-", UNIT_NS, 1e3, BETTER_LOWER},
	{"millisecs-", UNIT_NS, 1e6, BETTER_LOWER},
	{"milliseconds-", UNIT_NS, 1e6, BETTER_LOWER},
	{"seconds-", UNIT_NS, 1e9, BETTER_LOWER},
	{"secs-", UNIT_NS, 1e9, BETTER_LOWER},
	{"KB-per-sec", UNIT_BYTES_PER_S, 1024, BETTER_HIGHER},
	{"MB-per-sec", UNIT_BYTES_PER_S, 1048576, BETTER_HIGHER},
	{"GB-per-sec", UNIT_BYTES_PER_S, 1073741824, BETTER_HIGHER},
};

/* The words to a name: lower case, a dash for what is no letter, no digit and no '%'. */
static void slug(char *dst, size_t size, const char *words, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len && n + 1 < size; i++) {
		char c = words[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c + 'a' - 'A');
		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '%' && c != '.')
			c = '-';
		if (c != '-' || (n && dst[n - 1] != '-'))
			dst[n++] = c;
	}
	while (n && dst[n - 1] == '-')
		n--;
	dst[n] = '\0';
}

static void add_measure(struct metric_stream *s, const char *stressor, const char *words,
			size_t len, double value)
{
	enum metric_better better = BETTER_UNKNOWN;
	enum metric_unit unit = UNIT_PLAIN;
	char name[METRIC_NAME_MAX], begin[24];
	double factor = 1;
	size_t i;

	slug(name, sizeof(name), words, len);
	for (i = 0; i < ARRAY_SIZE(measures); i++) {
		slug(begin, sizeof(begin), measures[i].words, strlen(measures[i].words));
		if (strncmp(name, begin, strlen(begin)))
			continue;
		unit = measures[i].unit;
		factor = measures[i].factor;
		better = measures[i].better;
		break;
	}
	if (unit == UNIT_PLAIN && (strstr(name, "-per-sec") || strstr(name, "-rate"))) {
		unit = UNIT_PER_S;
		better = BETTER_HIGHER;
	}
	if (*name)
		metric_addf(s, value * factor, unit, better, "%.39s.%s", stressor, name);
}

/* "cpu 1863 2.01 1.05 0.01 927.43 1760.61": six numbers or eight, and nothing else. */
static bool table_row(struct metric_stream *s, const char *stressor, const char *p)
{
	double value[ARRAY_SIZE(columns)];
	const char *at;
	size_t n, i;

	for (n = 0; n < ARRAY_SIZE(columns) && (at = metric_take(p, &value[n])); n++)
		p = at;
	if (n < BRIEF || *metric_blanks(p))
		return false;
	for (i = 0; i < n; i++)
		metric_addf(s, value[i] * columns[i].factor, columns[i].unit, columns[i].better,
			    "%.39s.%s", stressor, columns[i].name);
	return true;
}

/* Behind "stress-ng: metrc: [12186] ", or "info:" as older ones say. */
static bool said_line(struct metric_stream *s, const char *p)
{
	char stressor[METRIC_WORD_MAX];
	const char *words, *end;
	double value;
	size_t n;

	p = metric_blanks(p);
	if (metric_skip(p, "stressor ")) {
		s->stress_table = true;
		return true;
	}
	n = strcspn(p, " ");
	if (!s->stress_table || !n || n >= sizeof(stressor) || !p[n])
		return true;
	memcpy(stressor, p, n);
	stressor[n] = '\0';
	if (table_row(s, stressor, p + n) || !(words = metric_take(p + n, &value)))
		return true;
	words = metric_blanks(words);
	end = strstr(words, " (geo"); /* "(geometric mean of 2 instances)" */
	if (!end)
		end = strstr(words, " (harm");
	add_measure(s, stressor, words, end ? (size_t)(end - words) : strlen(words), value);
	return true;
}

static bool yaml_number(struct metric_stream *s, const char *key, size_t len, double value)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(columns); i++) {
		if (strncmp(columns[i].yaml, key, len) || columns[i].yaml[len])
			continue;
		metric_addf(s, value * columns[i].factor, columns[i].unit, columns[i].better,
			    "%s.%s", s->stressor, columns[i].name);
		return true;
	}
	add_measure(s, s->stressor, key, len, value);
	return true;
}

/* "    - stressor: cpu", then "      bogo-ops: 692" up to a line that is less indented. */
static bool yaml_line(struct metric_stream *s, const char *line)
{
	const char *p = metric_blanks(line), *name = metric_skip(p, "- stressor:"), *colon;
	double value;

	if (name && p > line) {
		name = metric_blanks(name);
		snprintf(s->stressor, sizeof(s->stressor), "%.*s", (int)strcspn(name, " \t"), name);
		return true;
	}
	if (*s->stressor && (p == line || *p == '-'))
		s->stressor[0] = '\0';
	if (!*s->stressor || !*p)
		return false;
	colon = strchr(p, ':');
	if (!colon || !(name = metric_take(colon + 1, &value)) || *metric_blanks(name))
		return false;
	return yaml_number(s, p, (size_t)(colon - p), value);
}

bool metric_stressng_line(struct metric_stream *s, const char *line)
{
	const char *p = metric_skip(line, "stress-ng: "), *at = p ? strchr(p, '[') : NULL;

	if (at && strspn(at + 1, "0123456789") && at[1 + strspn(at + 1, "0123456789")] == ']')
		return said_line(s, strchr(at, ']') + 1);
	return p || yaml_line(s, line);
}
