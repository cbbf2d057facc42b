/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * metric - named numbers out of what a payload prints, collected as its output comes in.
 *
 * Fed by the model with the bytes of EV_OUTPUT, read by checks, screens and reports. A table of
 * recognisers (metric_read.c) knows the text of some programs; any other program's JSON and
 * KEY=VALUE are read, too. Pure: bytes and times in, numbers out.
 * Invariant: memory is bounded whatever is fed, names are printable and without blanks, values are
 * finite, and the same bytes give the same metrics however they are cut into pieces.
 */
#ifndef OPS_METRIC_H
#define OPS_METRIC_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define METRIC_NAME_MAX  80    /* bytes with the NUL; what is longer is not kept */
#define METRICS_MAX      256   /* of one group */
#define METRIC_VALUE_MAX 1e60  /* what is larger is no measurement */
#define METRIC_RAW_MAX   4096  /* values of one metric that are kept, the first ones, */
#define METRIC_RAW_ALL   65536 /* and of all of one group */

/* A value is stored in the base of its kind, so that 5000us and 5ms are the same. */
enum metric_unit {
	UNIT_PLAIN, /* a number whose unit is not known, or a count */
	UNIT_NS,
	UNIT_BYTES,
	UNIT_PERCENT,
	UNIT_PER_S,
	UNIT_BYTES_PER_S,
};

enum metric_better { BETTER_UNKNOWN, BETTER_LOWER, BETTER_HIGHER };

struct metric {
	char name[METRIC_NAME_MAX];
	enum metric_unit unit;
	enum metric_better better;
	double value;          /* the last one */
	double min, max, mean; /* of all so far */
	uint64_t samples;      /* how many; 0 = there is none */
	uint64_t when_ns;      /* guest time of the last */
};

struct buf;
struct metrics;

/* argv: what is run, where it is known (NULL-terminated, may be NULL): tells options that change
 * the meaning of what is printed. */
struct metrics *metrics_create(char *const *argv);
void metrics_destroy(struct metrics *ms); /* NULL is fine */

/* stream: one of these. */
enum { METRIC_STREAM_OUT, METRIC_STREAM_ERR, METRIC_STREAM_STATS, METRIC_STREAMS };
void metrics_feed(struct metrics *ms, unsigned stream, const char *data, size_t len, uint64_t t_ns);
/* Bytes are missing here: what had begun is forgotten. */
void metrics_gap(struct metrics *ms, unsigned stream);
/* No more comes: a last line without an end is one all the same. */
void metrics_flush(struct metrics *ms, uint64_t t_ns);

/* All take NULL for "nothing was printed". A pointer is valid until the next feed. */
size_t metrics_count(const struct metrics *ms);
const struct metric *metrics_at(const struct metrics *ms, size_t i); /* NULL past the end */
const struct metric *metrics_find(const struct metrics *ms, const char *name);
/* The values of the i-th as they came, as far as they are kept: n is 0 where none is. */
const double *metrics_raw(const struct metrics *ms, size_t i, size_t *n);
uint64_t metrics_lost(const struct metrics *ms); /* values that found no room */

/* Programs whose text is known, for help: name and what is read of it. NULL past the end. */
const char *metric_program_at(size_t i, const char **summary);

/* ---- words of an op: 0 or -EINVAL ---- */

bool metric_name_byte(char c); /* may it stand in a name? */
int metric_check_name(const char *word, struct err *err);
int metric_check_value(const char *word, struct err *err);

/* ---- values and units (metric_unit.c) ---- */

/* "ns", "B", "%", "/s", "B/s"; "" for a plain number. */
const char *metric_unit_name(enum metric_unit unit);
/* Does what is measured depend on how fast the machine is? */
bool metric_is_timed(enum metric_unit unit);
/* A unit as programs write it: "usecs", "MB/s", "ops/sec". false = none. */
bool metric_unit_find(const char *word, size_t len, enum metric_unit *unit, double *factor);
/* The unit that the end of a name tells: "p99_us", "rate_per_sec". */
bool metric_unit_of_name(const char *name, enum metric_unit *unit, double *factor);
/* A finite decimal number, with an exponent or without, at the beginning of s (len bytes).
 * Returns the bytes it takes, 0 = there is none. Independent of the locale. */
size_t metric_number(const char *s, size_t len, double *value);
/* "5ms", "1000", "2.5%", "10MB/s": a number with its unit. false = it is none. */
bool metric_value(const char *text, double *value, enum metric_unit *unit);
/* Rounded, for people: "5.0ms", "166168/s". size >= 32. */
void metric_format(enum metric_unit unit, double value, char *dst, size_t size);
/* So that metric_value() gives exactly the same. size >= 48. */
void metric_write(enum metric_unit unit, double value, char *dst, size_t size);
/* "5.0ms (1.0ms to 9.0ms, mean 5.1ms of 12), lower is better" */
void metric_describe(const struct metric *m, struct buf *out);
/* "lower is better", ...; "" when it is not known. */
const char *metric_better_name(enum metric_better better);

#endif
