/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * figures - see figures.h.
 */
#include "bench/figures.h"
#include "base/die.h"

#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void readings_add(struct readings *r, double v)
{
	if (!(r->n & (r->n - 1)))
		r->v = xreallocarray(r->v, r->n ? 2 * r->n : 1, sizeof(*r->v));
	r->v[r->n++] = v;
}

void readings_finish(struct readings *r)
{
	free(r->v);
	*r = (struct readings){0};
}

static int up(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double readings_percentile(struct readings *r, double p)
{
	size_t rank;

	if (!r->n)
		return NAN;
	qsort(r->v, r->n, sizeof(*r->v), up);
	rank = (size_t)ceil(p / 100 * (double)r->n);
	return r->v[rank ? rank - 1 : 0];
}

double readings_mean(const struct readings *r)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < r->n; i++)
		sum += r->v[i];
	return r->n ? sum / (double)r->n : NAN;
}

static struct json_object *number(double v)
{
	char text[40];

	if (!isfinite(v))
		return NULL;
	snprintf(text, sizeof(text), "%.*f", v == floor(v) && fabs(v) < 1e15 ? 0 : 4, v);
	return json_object_new_double_s(v, text);
}

void figure(struct json_object *to, const char *key, double v)
{
	json_object_object_add(to, key, number(v));
}

void figure_text(struct json_object *to, const char *key, const char *text)
{
	json_object_object_add(to, key, json_object_new_string(text));
}

void figure_readings(struct json_object *to, const char *key, struct readings *r)
{
	struct json_object *o = figure_object(to, key);

	json_object_object_add(o, "n", json_object_new_uint64(r->n));
	figure(o, "mean", readings_mean(r));
	figure(o, "p50", readings_percentile(r, 50));
	figure(o, "p99", readings_percentile(r, 99));
	figure(o, "max", readings_percentile(r, 100));
}

struct json_object *figure_object(struct json_object *to, const char *key)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(to, key, o);
	return o;
}

struct json_object *figure_list(struct json_object *to, const char *key)
{
	struct json_object *o = json_object_new_array();

	json_object_object_add(to, key, o);
	return o;
}

struct json_object *figure_item(struct json_object *list)
{
	struct json_object *o = json_object_new_object();

	json_object_array_add(list, o);
	return o;
}

static double clock_ms(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

double cpu_ms(void)
{
	return clock_ms(CLOCK_PROCESS_CPUTIME_ID);
}

double wall_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}
