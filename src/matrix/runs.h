/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * runs - a saved matrix: a JSON-lines file whose first line says what was asked for and whose
 * further lines are one run each. Everything of src/matrix/ passes runs as struct mx_run.
 *
 * The file is a person's or another machine's: hostile. Invariant: what mx_runs_read() gives is
 * printable, capped and finite, and written again it is the same line. A last line that was cut
 * off (killed while writing) is left out and told, never an error.
 */
#ifndef MATRIX_RUNS_H
#define MATRIX_RUNS_H

#include "base/buf.h"
#include "base/err.h"
#include "ops/metric.h"
#include "ops/model.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define MX_LINE_MAX    (8u << 20) /* bytes of a line */
#define MX_RUNS_MAX    100000     /* of a file */
#define MX_METRICS_MAX 4096       /* of a run */
#define MX_SAMPLES_MAX 100000     /* of a metric of a run */
#define MX_WORDS_MAX   1024       /* of an axis */
#define MX_WORD_MAX    512        /* bytes of a cell's or an axis' word */
#define MX_TEXT_MAX    4096       /* bytes of a reason */
#define MX_COUNT_MAX   100000     /* repeats, warm-ups, shards */

enum mx_axis { MX_TOPOLOGY, MX_SCHED, MX_KERNEL, MX_AXES };
const char *mx_axis_name(enum mx_axis a); /* "topology", "sched", "kernel" */

struct mx_words {
	char **word;
	size_t n;
};

/* Line 1: what was asked for. Two files belong together when all but `started`, `version` and the
 * shard is the same. */
struct mx_head {
	char *scenario; /* as it was named */
	char *sha256;   /* of its ops, in hexadecimal: the same name can become another scenario */
	char *started;  /* ISO 8601, UTC */
	char *version;  /* of the program */
	char *options;  /* guest options of all runs, "--memory 512"; "" = none */
	struct mx_words axis[MX_AXES];
	unsigned repeat, warmup; /* runs of a cell that count; those before that do not */
	unsigned shard, shards;  /* 1 of 1 = all */
};

struct mx_cell {
	char *scenario, *topology, *sched, *kernel; /* words as they stood on their axes */
};

struct mx_metric {
	char *name; /* "lat.wakeup.p99"; of a group of the scenario: "GROUP:NAME" */
	char *unit; /* metric_unit_name(): "ns", "B", "%", "/s", "B/s", "" */
	enum metric_better better;
	bool virtual_time; /* guest time of an exact run: no measure of speed */
	double value;      /* of the run, in the unit; NAN = the median of the samples */
	double *samples;   /* raw, in the unit; at least one */
	size_t nsamples;
};

/* What could colour a run. NULL or NAN = not known. */
struct mx_conditions {
	char *accel; /* "kvm", "tcg", "tcg-exact" */
	bool exact;
	char *kernel;          /* release that ran */
	char *mitigations;     /* as the kernel was told */
	char *vulnerabilities; /* what it said of itself: "meltdown: Not affected | mds: ..." */
	char *clock;           /* the guest's clock source */
	char *host_cpu;
	double load_before, load_after; /* host's load average of a minute */
	double steal_ms;                /* taken from this machine by its own host */
	double guest_steal_ms;          /* taken from the guest; only KVM tells it */
	bool pinned;
};

struct mx_run {
	struct mx_cell cell;
	unsigned turn;        /* the order it ran in, from 1; 0 = it never ran (skipped) */
	unsigned repeat;      /* from 1, among the warm-ups or among those that count */
	bool warmup;          /* kept, and no part of any figure */
	enum verdict verdict; /* pass, fail, inconclusive, skip */
	char *why;
	int exit; /* as `scxplore run` would have: 0, 1, 2 */
	struct mx_conditions conditions;
	struct mx_metric *metrics;
	size_t nmetrics;
};

struct mx_runs {
	struct mx_head head;
	struct mx_run *run;
	size_t n;
	bool cut;      /* the last line was not whole and is not among them */
	uint64_t good; /* bytes of the file up to the end of the last whole line */
};

/* From the file's present position to its end. Errors name the line. mx_runs_finish() always. */
int mx_runs_read(FILE *f, struct mx_runs *out, struct err *err);
void mx_runs_finish(struct mx_runs *runs);

/* A line with its newline, appended to out. */
void mx_head_write(const struct mx_head *head, struct buf *out);
void mx_run_write(const struct mx_run *run, struct buf *out);

void mx_head_finish(struct mx_head *head);
void mx_run_finish(struct mx_run *run);
/* A deep copy; dst is overwritten. */
void mx_run_copy(struct mx_run *dst, const struct mx_run *src);
void mx_head_copy(struct mx_head *dst, const struct mx_head *src);

/* Same question? The error says in what they differ. */
int mx_head_same(const struct mx_head *a, const struct mx_head *b, struct err *err);
bool mx_cell_same(const struct mx_cell *a, const struct mx_cell *b);
/* Same cell, same repeat, both warm-ups or neither. */
bool mx_run_same(const struct mx_run *a, const struct mx_run *b);

/* A metric of a run to be filled; its samples are copied. It has no value of its own. */
struct mx_metric *mx_run_add_metric(struct mx_run *run, const char *name, const char *unit,
				    enum metric_better better, bool virtual_time,
				    const double *samples, size_t n);
const struct mx_metric *mx_run_metric(const struct mx_run *run, const char *name); /* or NULL */
/* No condition is known yet. */
void mx_conditions_init(struct mx_conditions *c);

void mx_words_add(struct mx_words *words, const char *word); /* copied */

#endif
