/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metric_read - bytes of output to whole lines and JSON, and the one table of recognisers that
 * look at them. A line is the first one's that takes it.
 * Invariant: what is remembered between two bytes does not depend on how they came.
 */
#include "base/cleanup.h"
#include "ops/metric_private.h"

#include <string.h>

static const struct {
	const char *name, *summary;
	bool (*line)(struct metric_stream *s, const char *line);
	bool (*json)(struct metric_stream *s, const char *path, double value);
} recognisers[] = {
	{"stress-ng",
	 "--metrics, --metrics-brief, --yaml /dev/stdout: cpu.bogo-ops, cpu.bogo-ops-per-s, ...",
	 metric_stressng_line, NULL},
	{"cyclictest",
	 "also -h and --json=/dev/stdout: lat.min, lat.avg, lat.max, thread.0.lat.max, ...",
	 metric_cyclictest_line, metric_cyclictest_json},
	{"schbench", "lat.wakeup.p99, lat.request.p50, rps.avg, ...", metric_schbench_line,
	 metric_schbench_json},
	{"hackbench", "time", metric_hackbench_line, NULL},
	{"perf bench", "messaging.time, pipe.time-per-op, pipe.ops-per-s, ...", metric_perf_line,
	 NULL},
	{"any other",
	 "numbers in lines of KEY=VALUE and in JSON (a.b.0.c); a list of numbers is a series; "
	 "5ms, 3MB/s and names such as lat_us, rate_per_sec tell the unit",
	 metric_keyval_line, NULL},
};

const char *metric_program_at(size_t i, const char **summary)
{
	if (i >= ARRAY_SIZE(recognisers))
		return NULL;
	*summary = recognisers[i].summary;
	return recognisers[i].name;
}

const char *metric_blanks(const char *p)
{
	return p + strspn(p, " \t");
}

const char *metric_skip(const char *p, const char *word)
{
	size_t n = strlen(word);

	return strncmp(p, word, n) ? NULL : p + n;
}

const char *metric_take(const char *p, double *value)
{
	size_t n;

	p = metric_blanks(p);
	n = metric_number(p, strlen(p), value);
	return n ? p + n : NULL;
}

bool metric_argv_ns(char *const *argv)
{
	bool cyclictest = false, ns = false;

	for (; argv && *argv; argv++) {
		const char *p = *argv;

		cyclictest |= strstr(p, "cyclictest") != NULL;
		/* a word is an option, or a shell's line with many in it */
		for (; *p; p += strcspn(p, " ") + (p[strcspn(p, " ")] == ' '))
			ns |= !strncmp(p, "--nsecs", 7) ||
			      (p[0] == '-' && p[1] != '-' && memchr(p, 'N', strcspn(p, " ")));
	}
	return cyclictest && ns;
}

void metric_json_number(struct metric_stream *s, const char *path, double value)
{
	enum metric_unit unit = UNIT_PLAIN;
	double factor = 1;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(recognisers); i++)
		if (recognisers[i].json && recognisers[i].json(s, path, value))
			return;
	metric_unit_of_name(path, &unit, &factor);
	metric_add(s, path, value * factor, unit, BETTER_UNKNOWN);
}

void metric_forget(struct metric_stream *s)
{
	s->len = 0;
	s->escape = PLAIN;
	s->json.state = JSON_OFF;
}

static void end_line(struct metric_stream *s)
{
	size_t len = s->len, i;

	s->line[len] = '\0';
	s->len = 0;
	for (i = 0; len && i < ARRAY_SIZE(recognisers); i++)
		if (recognisers[i].line(s, s->line))
			return;
}

static bool is_blank_so_far(const struct metric_stream *s)
{
	size_t i;

	for (i = 0; i < s->len; i++)
		if (s->line[i] != ' ' && s->line[i] != '\t')
			return false;
	return true;
}

/* A byte that is part of a line's text. */
static void text_byte(struct metric_stream *s, char c)
{
	if (s->json.state == JSON_OFF && (c == '{' || c == '[') && is_blank_so_far(s))
		metric_json_begin(s);
	if (s->json.state != JSON_OFF) {
		if (!metric_json_byte(s, c)) {
			s->json.state = JSON_OFF; /* it only looked like it: the line is text */
		} else if (s->json.state == JSON_OFF) {
			s->len = 0; /* whole: what stands behind it is a line of its own */
			return;
		}
	}
	if (s->len < METRIC_LINE_MAX)
		s->line[s->len++] = c;
}

static void line_byte(struct metric_stream *s, char c)
{
	if (s->skip) {
		s->skip = c != '\n';
		return;
	}
	if (c != '\n' && c != '\r') {
		text_byte(s, c == '\t' || (unsigned char)c >= ' ' ? c : ' ');
		return;
	}
	if (s->json.state != JSON_OFF && metric_json_byte(s, '\n')) {
		s->len = 0; /* a document of several lines */
		return;
	}
	s->json.state = JSON_OFF;
	end_line(s);
}

/* Sequences of a terminal (cyclictest moves the cursor up) are not text. */
static void byte(struct metric_stream *s, char c)
{
	switch (s->escape) {
	case PLAIN:
		if (c == '\033')
			s->escape = ESCAPE;
		else
			line_byte(s, c);
		return;
	case ESCAPE:
		s->escape = c == '[' ? CONTROL : PLAIN;
		return;
	case CONTROL:
		if (c >= '@' && c <= '~')
			s->escape = PLAIN;
		else if (c < ' ') { /* it was none */
			s->escape = PLAIN;
			line_byte(s, c);
		}
		return;
	}
}

void metric_read(struct metric_stream *s, const char *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		byte(s, data[i]);
}

void metric_read_end(struct metric_stream *s)
{
	if (s->len || s->json.state != JSON_OFF)
		line_byte(s, '\n');
	metric_forget(s);
	s->skip = false;
}
