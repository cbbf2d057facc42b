/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metric_keyval - KEY=VALUE in lines of any program: "ops=1200 lat_us=31.5, p99=4ms".
 * Invariant: what is no number as a whole (a version, a date, a list) is none.
 */
#include "ops/metric_private.h"

#include <string.h>

static const char key_chars[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/%";
static const char behind[] = " \t,;)]}\"'"; /* may follow a value */

/* The key that ends before `eq`, blanks between them allowed; its length, 0 = none. */
static size_t key_before(const char *line, const char *eq, const char **key)
{
	const char *end = eq, *p;

	while (end > line && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	for (p = end; p > line && strchr(key_chars, p[-1]) && p[-1]; p--)
		;
	/* options are no findings: "--timeout=5" */
	if (p == end || *p == '-' || *p == '.' || *p == '/' || *p == '%' ||
	    (*p >= '0' && *p <= '9') || (p > line && !strchr(" \t,;([{\"'", p[-1])))
		return 0;
	*key = p;
	return (size_t)(end - p);
}

static size_t unit_len(const char *p)
{
	return strcspn(p, behind);
}

/* The unit glued to a value or in the next word; false = something else is glued to it. */
static bool unit_behind(const char *p, enum metric_unit *unit, double *factor)
{
	size_t n = unit_len(p);

	if (n)
		return metric_unit_find(p, n, unit, factor);
	if (*p == ' ') {
		p = metric_blanks(p);
		metric_unit_find(p, unit_len(p), unit, factor);
	}
	return true;
}

bool metric_keyval_line(struct metric_stream *s, const char *line)
{
	const char *eq, *p, *key = NULL;
	bool found = false;

	for (eq = strchr(line, '='); eq; eq = strchr(eq + 1, '=')) {
		char name[METRIC_NAME_MAX + 1];
		enum metric_unit unit = UNIT_PLAIN;
		double value, factor = 1;
		size_t len;

		if (eq == line || strchr("=!<>", eq[-1]) || eq[1] == '=')
			continue;
		len = key_before(line, eq, &key);
		p = metric_take(eq + 1, &value);
		if (!len || !p || !unit_behind(p, &unit, &factor))
			continue;
		len = len < sizeof(name) ? len : sizeof(name) - 1;
		memcpy(name, key, len);
		name[len] = '\0';
		if (unit == UNIT_PLAIN)
			metric_unit_of_name(name, &unit, &factor);
		metric_add(s, name, value * factor, unit, BETTER_UNKNOWN);
		found = true;
	}
	return found;
}
