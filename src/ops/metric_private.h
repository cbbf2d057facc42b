/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metric_private - what the recognisers of metric_*.c share: a stream of lines with what each of
 * them remembers of it. Nothing outside metric*.c includes this.
 * Invariant: a recogniser sees whole lines without control characters, and JSON number by number.
 */
#ifndef OPS_METRIC_PRIVATE_H
#define OPS_METRIC_PRIVATE_H

#include "ops/metric.h"

#define METRIC_LINE_MAX    4096 /* bytes of a line that are looked at */
#define METRIC_DEPTH_MAX   32   /* of JSON */
#define METRIC_THREADS_MAX 1024
#define METRIC_WORD_MAX    40

enum json_state {
	JSON_OFF,
	JSON_VALUE,       /* a value must come */
	JSON_FIRST_VALUE, /* or the array is empty */
	JSON_FIRST_KEY,   /* a key must come, or the object is empty */
	JSON_NEXT_KEY,
	JSON_KEY,   /* in a key */
	JSON_COLON, /* behind one */
	JSON_STRING,
	JSON_WORD,  /* number, true, false, null */
	JSON_AFTER, /* behind a value */
};

struct metric_json {
	enum json_state state;
	unsigned depth;
	struct {
		bool array;
		uint32_t index;
		size_t path; /* its length inside this one */
	} level[METRIC_DEPTH_MAX];
	char path[METRIC_NAME_MAX]; /* of what is read now, cut where it is too long */
	size_t path_len;            /* uncut */
	char word[64];
	size_t word_len;
	unsigned skip; /* characters of an escape that are still to come */
};

/* A thread of cyclictest, for the mean over all. */
struct metric_thread {
	double cycles, avg;
};

struct metric_stream {
	struct metrics *into;
	uint64_t t_ns;
	/* the line so far */
	char line[METRIC_LINE_MAX + 1];
	size_t len;
	enum { PLAIN, ESCAPE, CONTROL } escape; /* inside a terminal's sequence */
	bool skip; /* the rest of this line: its beginning is missing */
	struct metric_json json;
	/* what each recogniser knows of the lines before */
	char schbench[METRIC_WORD_MAX]; /* "lat.wakeup": whose percentiles come; "" = nobody's */
	bool schbench_time;
	bool hackbench;
	char perf[METRIC_WORD_MAX];     /* "pipe": the benchmark that runs; "" = none */
	char stressor[METRIC_WORD_MAX]; /* of the YAML section; "" = outside */
	bool stress_table;
	bool cyclictest_json, cyclictest_ns;
	struct metric_thread *threads;
	size_t nthreads;
};

/* A value was read. The name is made printable; what is not finite, too large or finds no room is
 * left out. */
void metric_add(struct metric_stream *s, const char *name, double value, enum metric_unit unit,
		enum metric_better better);
void metric_addf(struct metric_stream *s, double value, enum metric_unit unit,
		 enum metric_better better, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* Each: true = the line is this program's and is dealt with. */
bool metric_schbench_line(struct metric_stream *s, const char *line);
bool metric_hackbench_line(struct metric_stream *s, const char *line);
bool metric_perf_line(struct metric_stream *s, const char *line);
bool metric_cyclictest_line(struct metric_stream *s, const char *line);
bool metric_stressng_line(struct metric_stream *s, const char *line);
bool metric_keyval_line(struct metric_stream *s, const char *line);

/* Each: true = this number of a JSON document is this program's and is dealt with. */
bool metric_schbench_json(struct metric_stream *s, const char *path, double value);
bool metric_cyclictest_json(struct metric_stream *s, const char *path, double value);

/* One byte of JSON; false = this is none; the state is JSON_OFF behind the last byte. */
bool metric_json_byte(struct metric_stream *s, char c);
void metric_json_begin(struct metric_stream *s);
/* A number was read under this path. */
void metric_json_number(struct metric_stream *s, const char *path, double value);

/* ---- the stream (metric_read.c) ---- */

void metric_read(struct metric_stream *s, const char *data, size_t len);
void metric_read_end(struct metric_stream *s);
void metric_forget(struct metric_stream *s); /* what had begun */
/* Does this command line tell cyclictest to count in ns? argv may be NULL. */
bool metric_argv_ns(char *const *argv);

/* ---- reading lines (metric_read.c) ---- */

const char *metric_blanks(const char *p); /* behind white space */
/* Behind the word, or NULL when it does not stand there. */
const char *metric_skip(const char *p, const char *word);
/* Behind white space and a number, or NULL. */
const char *metric_take(const char *p, double *value);

#endif
