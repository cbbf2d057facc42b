/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * figures - many readings of one thing, and what is told of them.
 */
#ifndef BENCH_FIGURES_H
#define BENCH_FIGURES_H

#include <stddef.h>
#include <stdint.h>

struct json_object;

struct readings {
	double *v; /* owned */
	size_t n;
};

void readings_add(struct readings *r, double v);
void readings_finish(struct readings *r);
/* p from 0 to 100, the nearest rank; NaN when there is none. Sorts them. */
double readings_percentile(struct readings *r, double p);
double readings_mean(const struct readings *r); /* NaN when there is none */

/* Members of an object; NaN and infinity are null. Rounded to 4 places. */
void figure(struct json_object *to, const char *key, double v);
void figure_text(struct json_object *to, const char *key, const char *text);
/* An object under key with "n", "mean", "p50", "p99", "max". */
void figure_readings(struct json_object *to, const char *key, struct readings *r);
/* A new object or array under key; borrowed. */
struct json_object *figure_object(struct json_object *to, const char *key);
struct json_object *figure_list(struct json_object *to, const char *key);
struct json_object *figure_item(struct json_object *list); /* a new object at its end */

double cpu_ms(void); /* CPU time of this process, all threads */
double wall_ms(void);

#endif
