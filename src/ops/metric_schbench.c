/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metric_schbench - schbench, old and new: a heading says whose percentiles follow, as lines
 * "* 99.0th: 15 (22 samples)" and "min=3, max=40"; rates and delays stand alone; its JSON.
 */
#include "ops/metric_private.h"

#include "base/cleanup.h"

#include <stdio.h>
#include <string.h>

/* How a heading begins, and the name of what follows it. The oldest ones measured wake-ups only. */
static const struct {
	const char *heading, *name, *json;
	bool time;
} parts[] = {
	{"Wakeup Latencies percentiles (usec)", "lat.wakeup", "int.wakeup_latency_", true},
	{"Wakeup latency percentiles (usec)", "lat.wakeup", NULL, true},
	{"Request Latencies percentiles (usec)", "lat.request", "int.request_latency_", true},
	{"Request latency percentiles (usec)", "lat.request", NULL, true},
	{"RPS percentiles (requests)", "rps", "int.rps_", false},
	{"Latency percentiles (usec)", "lat.wakeup", NULL, true},
};

static const struct {
	const char *before, *name;
	enum metric_unit unit;
	double factor;
	enum metric_better better;
} lines[] = {
	{"current rps:", "rps.now", UNIT_PER_S, 1, BETTER_HIGHER},
	{"average rps:", "rps.avg", UNIT_PER_S, 1, BETTER_HIGHER},
	{"final rps goal was", "rps.goal", UNIT_PER_S, 1, BETTER_UNKNOWN},
	{"final rps was", "rps.goal", UNIT_PER_S, 1, BETTER_UNKNOWN},
};

static void add(struct metric_stream *s, const char *part, bool time, const char *what,
		double value)
{
	metric_addf(s, time ? value * 1e3 : value, time ? UNIT_NS : UNIT_PER_S,
		    time ? BETTER_LOWER : BETTER_HIGHER, "%s.%s", part, what);
}

/* "* 99.0th: 15": without zeros that say nothing, "p99"; "99.9th" is "p99.9". */
static bool percentile(struct metric_stream *s, const char *line)
{
	const char *p = metric_blanks(line), *at;
	double percent, value;
	char what[32];

	p = metric_blanks(p + (*p == '*'));
	at = metric_take(p, &percent);
	if (!at || !(at = metric_skip(at, "th:")) || !metric_take(at, &value) || percent < 0 ||
	    percent > 100)
		return false;
	snprintf(what, sizeof(what), "p%.6g", percent);
	add(s, s->schbench, s->schbench_time, what, value);
	return true;
}

/* "min=3, max=40"; an old one has "Over=0, " before. */
static bool range(struct metric_stream *s, const char *line)
{
	const char *min = strstr(line, "min="), *max = strstr(line, "max=");
	double least, most;

	if (!min || !max || !metric_take(min + 4, &least) || !metric_take(max + 4, &most))
		return false;
	add(s, s->schbench, s->schbench_time, "min", least);
	add(s, s->schbench, s->schbench_time, "max", most);
	return true;
}

/* "rps: 250.00 p95 (usec) 90 p99 (usec) 120 p95/cputime ..." */
static bool auto_rps(struct metric_stream *s, const char *line)
{
	const char *p = metric_skip(line, "rps:"), *p95 = strstr(line, " p95 (usec)"),
		   *p99 = strstr(line, " p99 (usec)");
	double value;

	if (!p || !metric_take(p, &value))
		return false;
	metric_add(s, "rps.now", value, UNIT_PER_S, BETTER_HIGHER);
	if (p95 && metric_take(p95 + 11, &value))
		add(s, "lat.wakeup", true, "p95", value);
	if (p99 && metric_take(p99 + 11, &value))
		add(s, "lat.wakeup", true, "p99", value);
	return true;
}

/* "avg worker transfer: 1035.60 ops/sec 4.05MB/s" */
static bool transfer(struct metric_stream *s, const char *line)
{
	const char *p = metric_skip(line, "avg worker transfer:"), *at;
	enum metric_unit unit;
	double value, factor;

	if (!p)
		return false;
	at = metric_take(p, &value);
	if (at && metric_skip(at, " ops/sec")) {
		metric_add(s, "transfer.ops-per-s", value, UNIT_PER_S, BETTER_HIGHER);
		at = metric_take(at + 8, &value);
	}
	if (at && metric_unit_find(at, strcspn(at, " "), &unit, &factor) &&
	    unit == UNIT_BYTES_PER_S)
		metric_add(s, "transfer.bytes-per-s", value * factor, unit, BETTER_HIGHER);
	return true;
}

/* "sched delay: message 12 (usec) worker 340 (usec)" */
static bool delay(struct metric_stream *s, const char *line)
{
	const char *p = metric_skip(line, "sched delay: message"), *worker;
	double value;

	if (!p || !metric_take(p, &value))
		return false;
	metric_add(s, "sched-delay.message", value * 1e3, UNIT_NS, BETTER_LOWER);
	worker = strstr(p, "worker");
	if (worker && metric_take(worker + 6, &value))
		metric_add(s, "sched-delay.worker", value * 1e3, UNIT_NS, BETTER_LOWER);
	return true;
}

bool metric_schbench_line(struct metric_stream *s, const char *line)
{
	double value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!metric_skip(line, parts[i].heading))
			continue;
		snprintf(s->schbench, sizeof(s->schbench), "%s", parts[i].name);
		s->schbench_time = parts[i].time;
		return true;
	}
	if (*s->schbench && percentile(s, line))
		return true;
	if (*s->schbench && range(s, line)) {
		s->schbench[0] = '\0';
		return true;
	}
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		const char *p = metric_skip(line, lines[i].before);

		if (!p || !metric_take(p, &value))
			continue;
		metric_add(s, lines[i].name, value * lines[i].factor, lines[i].unit,
			   lines[i].better);
		return true;
	}
	return transfer(s, line) || delay(s, line) || auto_rps(s, line);
}

bool metric_schbench_json(struct metric_stream *s, const char *path, double value)
{
	char what[32];
	double percent;
	const char *p;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		p = parts[i].json ? metric_skip(path, parts[i].json) : NULL;
		if (!p)
			continue;
		if (metric_skip(p, "pct") && metric_number(p + 3, strlen(p + 3), &percent))
			snprintf(what, sizeof(what), "p%.6g", percent);
		else
			snprintf(what, sizeof(what), "%s", p);
		add(s, parts[i].name, parts[i].time, what, value);
		return true;
	}
	return false;
}
