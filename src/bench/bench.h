/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench - what the program costs, measured: one row a measurement, each in a file of its own.
 *
 * A measurement fills a JSON object. Invariant: a ratio is taken between two figures of the same
 * run, so that it says the same on a slow machine; a figure that could not be had is null.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "vmm/options.h"

struct json_object;

struct bench_options {
	struct guest_options guest; /* defaults filled in */
	unsigned rounds;            /* of what is repeated; 0 = as many as it needs */
	const char *journal;        /* session file of the guest that is measured; NULL = none */
	const char *scenario;       /* the only one of `exact` that is wanted; NULL = all */
	bool brief;                 /* only to see that it works: figures are rough */
};

struct bench {
	const char *name; /* "frame" */
	const char *summary;
	int (*run)(const struct bench_options *o, struct json_object *to, struct err *err);
};

const struct bench *bench_at(size_t i); /* NULL past the end */
const struct bench *bench_find(const char *name);

int bench_frame(const struct bench_options *o, struct json_object *to, struct err *err);
int bench_answer(const struct bench_options *o, struct json_object *to, struct err *err);
int bench_key(const struct bench_options *o, struct json_object *to, struct err *err);
int bench_observe(const struct bench_options *o, struct json_object *to, struct err *err);
int bench_cost(const struct bench_options *o, struct json_object *to, struct err *err);
int bench_start(const struct bench_options *o, struct json_object *to, struct err *err);
int bench_checkpoint(const struct bench_options *o, struct json_object *to, struct err *err);
int bench_exact(const struct bench_options *o, struct json_object *to, struct err *err);
int bench_memory(const struct bench_options *o, struct json_object *to, struct err *err);

#endif
