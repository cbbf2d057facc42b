/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * runs - what a saved matrix is in memory: copies, comparisons, and the end of it.
 * Reading and writing its lines is runs_json.c.
 */
#include "matrix/runs.h"
#include "base/cleanup.h"
#include "base/die.h"

#include <errno.h>
#include <math.h>
#include <string.h>

const char *mx_axis_name(enum mx_axis a)
{
	static const char *const names[MX_AXES] = {"topology", "sched", "kernel"};

	return names[a];
}

void mx_words_add(struct mx_words *words, const char *word)
{
	words->word = xreallocarray(words->word, words->n + 1, sizeof(*words->word));
	words->word[words->n++] = xstrdup(word);
}

static void words_finish(struct mx_words *words)
{
	while (words->n)
		free(words->word[--words->n]);
	free(words->word);
	words->word = NULL;
}

static bool words_same(const struct mx_words *a, const struct mx_words *b)
{
	size_t i;

	if (a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++)
		if (strcmp(a->word[i], b->word[i]))
			return false;
	return true;
}

void mx_head_finish(struct mx_head *h)
{
	int a;

	free(h->scenario);
	free(h->sha256);
	free(h->started);
	free(h->version);
	free(h->options);
	for (a = 0; a < MX_AXES; a++)
		words_finish(&h->axis[a]);
	*h = (struct mx_head){0};
}

void mx_head_copy(struct mx_head *dst, const struct mx_head *src)
{
	size_t i;
	int a;

	*dst = (struct mx_head){.scenario = xstrdup(src->scenario),
				.sha256 = xstrdup(src->sha256),
				.started = xstrdup(src->started),
				.version = xstrdup(src->version),
				.options = xstrdup(src->options),
				.repeat = src->repeat,
				.warmup = src->warmup,
				.shard = src->shard,
				.shards = src->shards};
	for (a = 0; a < MX_AXES; a++)
		for (i = 0; i < src->axis[a].n; i++)
			mx_words_add(&dst->axis[a], src->axis[a].word[i]);
}

int mx_head_same(const struct mx_head *a, const struct mx_head *b, struct err *err)
{
	int i;

	if (strcmp(a->scenario, b->scenario))
		return err_set(err, EINVAL,
			       "one is of the scenario '%.100s', the other of '%.100s'",
			       a->scenario, b->scenario);
	if (strcmp(a->sha256, b->sha256))
		return err_set(err, EINVAL, "the scenario '%.100s' has changed between them",
			       a->scenario);
	if (strcmp(a->options, b->options))
		return err_set(err, EINVAL, "the guest options differ: '%.100s' and '%.100s'",
			       a->options, b->options);
	for (i = 0; i < MX_AXES; i++)
		if (!words_same(&a->axis[i], &b->axis[i]))
			return err_set(err, EINVAL, "--%s differs", mx_axis_name((enum mx_axis)i));
	if (a->repeat != b->repeat || a->warmup != b->warmup)
		return err_set(
			err, EINVAL,
			"%u runs after %u warm-ups of a cell in one, %u after %u in the other",
			a->repeat, a->warmup, b->repeat, b->warmup);
	return 0;
}

bool mx_cell_same(const struct mx_cell *a, const struct mx_cell *b)
{
	return !strcmp(a->scenario, b->scenario) && !strcmp(a->topology, b->topology) &&
	       !strcmp(a->sched, b->sched) && !strcmp(a->kernel, b->kernel);
}

bool mx_run_same(const struct mx_run *a, const struct mx_run *b)
{
	return a->warmup == b->warmup && a->repeat == b->repeat && mx_cell_same(&a->cell, &b->cell);
}

void mx_conditions_init(struct mx_conditions *c)
{
	*c = (struct mx_conditions){
		.load_before = NAN, .load_after = NAN, .steal_ms = NAN, .guest_steal_ms = NAN};
}

struct mx_metric *mx_run_add_metric(struct mx_run *run, const char *name, const char *unit,
				    enum metric_better better, bool virtual_time,
				    const double *samples, size_t n)
{
	struct mx_metric *m;

	run->metrics = xreallocarray(run->metrics, run->nmetrics + 1, sizeof(*run->metrics));
	m = &run->metrics[run->nmetrics++];
	*m = (struct mx_metric){.name = xstrdup(name),
				.unit = xstrdup(unit),
				.better = better,
				.virtual_time = virtual_time,
				.value = NAN,
				.nsamples = n};
	m->samples = xcalloc(n ? n : 1, sizeof(*samples));
	if (n)
		memcpy(m->samples, samples, n * sizeof(*samples));
	return m;
}

const struct mx_metric *mx_run_metric(const struct mx_run *run, const char *name)
{
	size_t i;

	for (i = 0; i < run->nmetrics; i++)
		if (!strcmp(run->metrics[i].name, name))
			return &run->metrics[i];
	return NULL;
}

void mx_run_finish(struct mx_run *r)
{
	size_t i;

	free(r->cell.scenario);
	free(r->cell.topology);
	free(r->cell.sched);
	free(r->cell.kernel);
	free(r->why);
	free(r->conditions.accel);
	free(r->conditions.kernel);
	free(r->conditions.mitigations);
	free(r->conditions.vulnerabilities);
	free(r->conditions.clock);
	free(r->conditions.host_cpu);
	for (i = 0; i < r->nmetrics; i++) {
		free(r->metrics[i].name);
		free(r->metrics[i].unit);
		free(r->metrics[i].samples);
	}
	free(r->metrics);
	*r = (struct mx_run){0};
}

void mx_run_copy(struct mx_run *dst, const struct mx_run *src)
{
	const struct mx_conditions *c = &src->conditions;
	size_t i;

	*dst = *src;
	dst->cell = (struct mx_cell){xstrdup(src->cell.scenario), xstrdup(src->cell.topology),
				     xstrdup(src->cell.sched), xstrdup(src->cell.kernel)};
	dst->why = xstrdup(src->why);
	dst->conditions.accel = xstrdup(c->accel);
	dst->conditions.kernel = xstrdup(c->kernel);
	dst->conditions.mitigations = xstrdup(c->mitigations);
	dst->conditions.vulnerabilities = xstrdup(c->vulnerabilities);
	dst->conditions.clock = xstrdup(c->clock);
	dst->conditions.host_cpu = xstrdup(c->host_cpu);
	dst->metrics = NULL;
	dst->nmetrics = 0;
	for (i = 0; i < src->nmetrics; i++) {
		const struct mx_metric *m = &src->metrics[i];

		mx_run_add_metric(dst, m->name, m->unit, m->better, m->virtual_time, m->samples,
				  m->nsamples)
			->value = m->value;
	}
}

void mx_runs_finish(struct mx_runs *runs)
{
	mx_head_finish(&runs->head);
	while (runs->n)
		mx_run_finish(&runs->run[--runs->n]);
	free(runs->run);
	*runs = (struct mx_runs){0};
}
