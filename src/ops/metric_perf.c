/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metric_perf - perf bench: "# Running 'sched/pipe' benchmark:" (or without quotes, under
 * `all`), then "Total time: 5.105 [sec]", "5.105534 usecs/op" and "195865 ops/sec".
 */
#include "ops/metric_private.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *words; /* behind the number */
	const char *name;
	enum metric_unit unit;
	double factor;
	enum metric_better better;
} rows[] = {
	{"usecs/op", "time-per-op", UNIT_NS, 1e3, BETTER_LOWER},
	{"nsecs/op", "time-per-op", UNIT_NS, 1, BETTER_LOWER},
	{"msecs/op", "time-per-op", UNIT_NS, 1e6, BETTER_LOWER},
	{"ops/sec", "ops-per-s", UNIT_PER_S, 1, BETTER_HIGHER},
	{"ops/s", "ops-per-s", UNIT_PER_S, 1, BETTER_HIGHER},
	{"KB/sec", "bytes-per-s", UNIT_BYTES_PER_S, 1024, BETTER_HIGHER},
	{"MB/sec", "bytes-per-s", UNIT_BYTES_PER_S, 1048576, BETTER_HIGHER},
	{"GB/sec", "bytes-per-s", UNIT_BYTES_PER_S, 1073741824, BETTER_HIGHER},
};

/* "sched/pipe" to "pipe": the collection is known from what was run. */
static bool begins(struct metric_stream *s, const char *line)
{
	const char *p = metric_skip(line, "# Running "), *slash;
	size_t n;

	if (!p || !strstr(p, "benchmark"))
		return false;
	p += *p == '\'';
	n = strcspn(p, " '");
	slash = memchr(p, '/', n);
	if (slash) {
		n -= (size_t)(slash + 1 - p);
		p = slash + 1;
	}
	snprintf(s->perf, sizeof(s->perf), "%.*s", (int)n, p);
	return true;
}

bool metric_perf_line(struct metric_stream *s, const char *line)
{
	const char *p = metric_blanks(line), *at;
	double value;
	size_t i;

	if (begins(s, line))
		return true;
	if (!*s->perf)
		return false;
	at = metric_skip(p, "Total time:");
	if (at && (at = metric_take(at, &value)) && metric_skip(metric_blanks(at), "[sec]")) {
		metric_addf(s, value * 1e9, UNIT_NS, BETTER_LOWER, "%s.time", s->perf);
		return true;
	}
	at = metric_take(p, &value);
	for (i = 0; at && i < ARRAY_SIZE(rows); i++) {
		const char *end = metric_skip(metric_blanks(at), rows[i].words);

		if (!end || *metric_blanks(end))
			continue;
		metric_addf(s, value * rows[i].factor, rows[i].unit, rows[i].better, "%s.%s",
			    s->perf, rows[i].name);
		return true;
	}
	return false;
}
