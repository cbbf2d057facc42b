/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * runs_json - lines of a saved matrix, read and written. Members that are not known are left alone,
 * so that a later version may add some; those that are known have one type and one range.
 */
#include "matrix/runs.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "matrix/json_real.h"

#include <errno.h>
#include <json-c/json.h>
#include <math.h>
#include <string.h>

#define FORMAT 1

static const char *const better_names[] = {"none", "lower", "higher"};

/* ---- writing ---- */

static void add_text(struct json_object *o, const char *key, const char *text)
{
	char safe[MX_TEXT_MAX + 1];

	if (text)
		text_sanitise(safe, sizeof(safe), text, strlen(text));
	json_object_object_add(o, key, text ? json_object_new_string(safe) : NULL);
}

static void add_count(struct json_object *o, const char *key, unsigned v)
{
	json_object_object_add(o, key, json_object_new_int64(v));
}

static void line_end(struct json_object *o, struct buf *out)
{
	buf_adds(out, json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
								JSON_C_TO_STRING_NOSLASHESCAPE));
	buf_addc(out, '\n');
	json_object_put(o);
}

void mx_head_write(const struct mx_head *h, struct buf *out)
{
	struct json_object *o = json_object_new_object(), *plan = json_object_new_object();
	struct json_object *shard = json_object_new_array();
	size_t i;
	int a;

	json_object_object_add(o, "scxplore-matrix", json_object_new_int(FORMAT));
	add_text(o, "version", h->version);
	add_text(o, "scenario", h->scenario);
	add_text(o, "sha256", h->sha256);
	add_text(o, "started", h->started);
	for (a = 0; a < MX_AXES; a++) {
		struct json_object *words = json_object_new_array();

		for (i = 0; i < h->axis[a].n; i++)
			json_object_array_add(words, json_object_new_string(h->axis[a].word[i]));
		json_object_object_add(plan, mx_axis_name((enum mx_axis)a), words);
	}
	add_text(plan, "options", h->options);
	add_count(plan, "repeat", h->repeat);
	add_count(plan, "warmup", h->warmup);
	json_object_array_add(shard, json_object_new_int64(h->shard));
	json_object_array_add(shard, json_object_new_int64(h->shards));
	json_object_object_add(plan, "shard", shard);
	json_object_object_add(o, "plan", plan);
	line_end(o, out);
}

static struct json_object *conditions_object(const struct mx_conditions *c)
{
	struct json_object *o = json_object_new_object(), *load = json_object_new_array();

	add_text(o, "accel", c->accel);
	json_object_object_add(o, "exact", json_object_new_boolean(c->exact));
	add_text(o, "kernel", c->kernel);
	add_text(o, "mitigations", c->mitigations);
	add_text(o, "vulnerabilities", c->vulnerabilities);
	add_text(o, "clock", c->clock);
	add_text(o, "host_cpu", c->host_cpu);
	json_object_array_add(load, json_real(c->load_before));
	json_object_array_add(load, json_real(c->load_after));
	json_object_object_add(o, "host_load", load);
	json_object_object_add(o, "steal_ms", json_real(c->steal_ms));
	json_object_object_add(o, "guest_steal_ms", json_real(c->guest_steal_ms));
	json_object_object_add(o, "pinned", json_object_new_boolean(c->pinned));
	return o;
}

static struct json_object *metric_object(const struct mx_metric *m)
{
	struct json_object *o = json_object_new_object(), *samples = json_object_new_array();
	size_t i;

	add_text(o, "name", m->name);
	add_text(o, "unit", m->unit);
	json_object_object_add(o, "better", json_object_new_string(better_names[m->better]));
	json_object_object_add(o, "virtual", json_object_new_boolean(m->virtual_time));
	if (!isnan(m->value))
		json_object_object_add(o, "value", json_real(m->value));
	for (i = 0; i < m->nsamples; i++)
		json_object_array_add(samples, json_real(m->samples[i]));
	json_object_object_add(o, "samples", samples);
	return o;
}

void mx_run_write(const struct mx_run *r, struct buf *out)
{
	struct json_object *o = json_object_new_object(), *cell = json_object_new_object();
	struct json_object *metrics = json_object_new_array();
	size_t i;

	add_text(cell, "scenario", r->cell.scenario);
	add_text(cell, "topology", r->cell.topology);
	add_text(cell, "sched", r->cell.sched);
	add_text(cell, "kernel", r->cell.kernel);
	json_object_object_add(o, "cell", cell);
	add_count(o, "turn", r->turn);
	add_count(o, "repeat", r->repeat);
	json_object_object_add(o, "warmup", json_object_new_boolean(r->warmup));
	add_text(o, "verdict", verdict_name(r->verdict));
	add_text(o, "why", r->why);
	json_object_object_add(o, "exit", json_object_new_int(r->exit));
	json_object_object_add(o, "conditions", conditions_object(&r->conditions));
	for (i = 0; i < r->nmetrics; i++)
		json_object_array_add(metrics, metric_object(&r->metrics[i]));
	json_object_object_add(o, "metrics", metrics);
	line_end(o, out);
}

/* ---- reading ---- */

static struct json_object *member(struct json_object *o, const char *key, enum json_type type,
				  struct err *err)
{
	struct json_object *v;

	if (json_object_object_get_ex(o, key, &v) && json_object_get_type(v) == type)
		return v;
	err_set(err, EINVAL, "'%s' is missing or no %s", key, json_type_to_name(type));
	return NULL;
}

/* Printable, at most max bytes, nothing cut. */
static int text_of(struct json_object *v, const char *key, size_t max, char **out, struct err *err)
{
	const char *s = json_object_get_string(v);
	size_t n = (size_t)json_object_get_string_len(v);
	char *safe;

	if (n > max)
		return err_set(err, EINVAL, "'%s' is longer than %zu bytes", key, max);
	safe = xcalloc(n + 1, 1); /* sanitised text is never longer */
	text_sanitise(safe, n + 1, s, n);
	*out = safe;
	return 0;
}

static int get_text(struct json_object *o, const char *key, size_t max, char **out, struct err *err)
{
	struct json_object *v = member(o, key, json_type_string, err);

	return v ? text_of(v, key, max, out, err) : -EINVAL;
}

/* null and nothing there: not known. */
static int get_known(struct json_object *o, const char *key, char **out, struct err *err)
{
	struct json_object *v;

	if (!json_object_object_get_ex(o, key, &v) || !v)
		return 0;
	return get_text(o, key, MX_TEXT_MAX, out, err);
}

static int get_bool(struct json_object *o, const char *key, bool *out, struct err *err)
{
	struct json_object *v = member(o, key, json_type_boolean, err);

	if (v)
		*out = json_object_get_boolean(v);
	return v ? 0 : -EINVAL;
}

static int count_of(struct json_object *v, const char *key, int64_t min, int64_t max, unsigned *out,
		    struct err *err)
{
	int64_t n;

	if (json_object_get_type(v) != json_type_int)
		return err_set(err, EINVAL, "'%s' is no whole number", key);
	n = json_object_get_int64(v);
	if (n < min || n > max)
		return err_set(err, EINVAL, "'%s' is not from %lld to %lld", key, (long long)min,
			       (long long)max);
	*out = (unsigned)n;
	return 0;
}

static int get_count(struct json_object *o, const char *key, int64_t min, int64_t max,
		     unsigned *out, struct err *err)
{
	struct json_object *v = member(o, key, json_type_int, err);

	return v ? count_of(v, key, min, max, out, err) : -EINVAL;
}

static int real_of(struct json_object *v, const char *key, double *out, struct err *err)
{
	enum json_type type = json_object_get_type(v);
	double d;

	if (type != json_type_double && type != json_type_int)
		return err_set(err, EINVAL, "'%s' is no number", key);
	d = json_object_get_double(v);
	if (!isfinite(d) || fabs(d) > METRIC_VALUE_MAX)
		return err_set(err, EINVAL, "'%s' is no number that could be measured", key);
	/* -0 is 0: as an int it would be read back as that */
	*out = d + 0.0;
	return 0;
}

static int parse_line(const char *line, size_t len, struct json_object **out, struct err *err)
{
	struct json_tokener *t = json_tokener_new_ex(8);
	struct json_object *o;
	int r = 0;

	if (!t)
		die("out of memory");
	o = json_tokener_parse_ex(t, line, (int)len);
	if (!o || json_tokener_get_error(t) != json_tokener_success)
		r = err_set(err, EINVAL, "is not JSON");
	else if (json_tokener_get_parse_end(t) != len)
		r = err_set(err, EINVAL, "has something behind its JSON");
	else if (json_object_get_type(o) != json_type_object)
		r = err_set(err, EINVAL, "is no JSON object");
	json_tokener_free(t);
	if (r < 0)
		json_object_put(o);
	else
		*out = o;
	return r;
}

static int read_words(struct json_object *plan, const char *key, struct mx_words *words,
		      struct err *err)
{
	struct json_object *list = member(plan, key, json_type_array, err);
	size_t i, n = list ? json_object_array_length(list) : 0;

	if (!list)
		return -EINVAL;
	if (n < 1 || n > MX_WORDS_MAX)
		return err_set(err, EINVAL, "'%s' has not 1 to %d words", key, MX_WORDS_MAX);
	for (i = 0; i < n; i++) {
		struct json_object *v = json_object_array_get_idx(list, i);
		cleanup_free char *word = NULL;

		if (json_object_get_type(v) != json_type_string)
			return err_set(err, EINVAL, "'%s' has something that is no word", key);
		if (text_of(v, key, MX_WORD_MAX, &word, err) < 0)
			return -EINVAL;
		mx_words_add(words, word);
	}
	return 0;
}

static int read_head(struct json_object *o, struct mx_head *h, struct err *err)
{
	struct json_object *plan, *shard;
	unsigned format;
	int a, r;

	if (!json_object_object_get_ex(o, "scxplore-matrix", NULL))
		return err_set(err, EINVAL, "is not the head of a saved matrix");
	r = get_count(o, "scxplore-matrix", 1, 1 << 20, &format, err);
	if (r == 0 && format != FORMAT)
		return err_set(err, EINVAL, "is of format %u; this program reads %d", format,
			       FORMAT);
	if (r < 0 || get_text(o, "scenario", MX_WORD_MAX, &h->scenario, err) < 0 ||
	    get_text(o, "sha256", MX_WORD_MAX, &h->sha256, err) < 0 ||
	    get_text(o, "started", MX_WORD_MAX, &h->started, err) < 0 ||
	    get_text(o, "version", MX_WORD_MAX, &h->version, err) < 0)
		return -EINVAL;
	plan = member(o, "plan", json_type_object, err);
	if (!plan)
		return -EINVAL;
	for (a = 0; a < MX_AXES; a++)
		if (read_words(plan, mx_axis_name((enum mx_axis)a), &h->axis[a], err) < 0)
			return -EINVAL;
	shard = member(plan, "shard", json_type_array, err);
	if (!shard || get_text(plan, "options", MX_TEXT_MAX, &h->options, err) < 0 ||
	    get_count(plan, "repeat", 1, MX_COUNT_MAX, &h->repeat, err) < 0 ||
	    get_count(plan, "warmup", 0, MX_COUNT_MAX, &h->warmup, err) < 0)
		return -EINVAL;
	if (json_object_array_length(shard) != 2)
		return err_set(err, EINVAL, "'shard' is no pair");
	if (count_of(json_object_array_get_idx(shard, 1), "shard", 1, MX_COUNT_MAX, &h->shards,
		     err) < 0)
		return -EINVAL;
	return count_of(json_object_array_get_idx(shard, 0), "shard", 1, h->shards, &h->shard, err);
}

static int read_verdict(struct json_object *o, enum verdict *out, struct err *err)
{
	struct json_object *v = member(o, "verdict", json_type_string, err);
	int i;

	if (!v)
		return -EINVAL;
	for (i = VERDICT_PASS; i < VERDICT_NONE; i++)
		if (!strcmp(json_object_get_string(v), verdict_name((enum verdict)i))) {
			*out = (enum verdict)i;
			return 0;
		}
	return err_set(err, EINVAL, "'verdict' is none of pass, fail, inconclusive, skip");
}

static int get_known_real(struct json_object *o, const char *key, double *out, struct err *err)
{
	struct json_object *v;

	if (!json_object_object_get_ex(o, key, &v) || !v)
		return 0;
	return real_of(v, key, out, err);
}

static int read_conditions(struct json_object *o, struct mx_conditions *c, struct err *err)
{
	struct json_object *load = member(o, "host_load", json_type_array, err), *v;
	double *const at[] = {&c->load_before, &c->load_after};
	size_t i;

	if (!load || get_bool(o, "exact", &c->exact, err) < 0 ||
	    get_bool(o, "pinned", &c->pinned, err) < 0 ||
	    get_known(o, "accel", &c->accel, err) < 0 ||
	    get_known(o, "kernel", &c->kernel, err) < 0 ||
	    get_known(o, "mitigations", &c->mitigations, err) < 0 ||
	    get_known(o, "vulnerabilities", &c->vulnerabilities, err) < 0 ||
	    get_known(o, "clock", &c->clock, err) < 0 ||
	    get_known(o, "host_cpu", &c->host_cpu, err) < 0)
		return -EINVAL;
	if (json_object_array_length(load) != ARRAY_SIZE(at))
		return err_set(err, EINVAL, "'host_load' is no pair");
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		v = json_object_array_get_idx(load, i);
		if (v && real_of(v, "host_load", at[i], err) < 0)
			return -EINVAL;
	}
	if (get_known_real(o, "steal_ms", &c->steal_ms, err) < 0)
		return -EINVAL;
	return get_known_real(o, "guest_steal_ms", &c->guest_steal_ms, err);
}

static int read_samples(struct json_object *list, struct mx_metric *m, struct err *err)
{
	size_t i, n = json_object_array_length(list);

	if (n < 1 || n > MX_SAMPLES_MAX)
		return err_set(err, EINVAL, "'samples' are not 1 to %d", MX_SAMPLES_MAX);
	m->samples = xcalloc(n, sizeof(*m->samples));
	for (i = 0; i < n; i++, m->nsamples++)
		if (real_of(json_object_array_get_idx(list, i), "samples", &m->samples[i], err) < 0)
			return -EINVAL;
	return 0;
}

static int read_metric(struct json_object *o, struct mx_metric *m, struct err *err)
{
	struct json_object *better, *samples;
	size_t i;

	if (json_object_get_type(o) != json_type_object)
		return err_set(err, EINVAL, "'metrics' has something that is no object");
	better = member(o, "better", json_type_string, err);
	samples = member(o, "samples", json_type_array, err);
	if (!better || !samples || get_text(o, "name", MX_WORD_MAX, &m->name, err) < 0 ||
	    get_text(o, "unit", MX_WORD_MAX, &m->unit, err) < 0 ||
	    get_bool(o, "virtual", &m->virtual_time, err) < 0)
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(better_names); i++)
		if (!strcmp(json_object_get_string(better), better_names[i]))
			break;
	if (i == ARRAY_SIZE(better_names))
		return err_set(err, EINVAL, "'better' is none of none, lower, higher");
	m->better = (enum metric_better)i;
	m->value = NAN;
	if (get_known_real(o, "value", &m->value, err) < 0)
		return -EINVAL;
	return read_samples(samples, m, err);
}

static int read_metrics(struct json_object *o, struct mx_run *run, struct err *err)
{
	struct json_object *list = member(o, "metrics", json_type_array, err);
	size_t i, n = list ? json_object_array_length(list) : 0;

	if (!list)
		return -EINVAL;
	if (n > MX_METRICS_MAX)
		return err_set(err, EINVAL, "more than %d metrics", MX_METRICS_MAX);
	run->metrics = xcalloc(n ? n : 1, sizeof(*run->metrics));
	for (i = 0; i < n; i++) {
		run->nmetrics++; /* also what was half read is let go */
		if (read_metric(json_object_array_get_idx(list, i), &run->metrics[i], err) < 0)
			return -EINVAL;
	}
	return 0;
}

static int read_run(struct json_object *o, struct mx_run *run, struct err *err)
{
	struct json_object *cell = member(o, "cell", json_type_object, err);
	struct json_object *conditions = member(o, "conditions", json_type_object, err);
	unsigned status;

	if (!cell || !conditions)
		return -EINVAL;
	if (get_text(cell, "scenario", MX_WORD_MAX, &run->cell.scenario, err) < 0 ||
	    get_text(cell, "topology", MX_WORD_MAX, &run->cell.topology, err) < 0 ||
	    get_text(cell, "sched", MX_WORD_MAX, &run->cell.sched, err) < 0 ||
	    get_text(cell, "kernel", MX_WORD_MAX, &run->cell.kernel, err) < 0 ||
	    get_count(o, "turn", 0, INT32_MAX, &run->turn, err) < 0 ||
	    get_count(o, "repeat", 1, MX_COUNT_MAX, &run->repeat, err) < 0 ||
	    get_bool(o, "warmup", &run->warmup, err) < 0 ||
	    read_verdict(o, &run->verdict, err) < 0 ||
	    get_text(o, "why", MX_TEXT_MAX, &run->why, err) < 0 ||
	    get_count(o, "exit", 0, 2, &status, err) < 0)
		return -EINVAL;
	run->exit = (int)status;
	if (read_conditions(conditions, &run->conditions, err) < 0)
		return -EINVAL;
	return read_metrics(o, run, err);
}

static int take_line(struct mx_runs *out, unsigned number, const char *line, size_t len,
		     struct err *err)
{
	struct json_object *o = NULL;
	int r = parse_line(line, len, &o, err);

	if (r == 0 && number == 1) {
		r = read_head(o, &out->head, err);
	} else if (r == 0) {
		if (out->n % 64 == 0)
			out->run = xreallocarray(out->run, out->n + 64, sizeof(*out->run));
		out->run[out->n] = (struct mx_run){0};
		mx_conditions_init(&out->run[out->n].conditions);
		r = read_run(o, &out->run[out->n++], err);
	}
	json_object_put(o);
	return r < 0 ? err_wrap(err, "line %u", number) : 0;
}

/* A line without its newline, at most MX_LINE_MAX bytes. 1 = one was read, 0 = none is left (what
 * stood there without an end is still in `line`), else -errno. */
static int read_line(FILE *f, struct buf *line, struct err *err)
{
	int c;

	buf_reset(line);
	while ((c = getc_unlocked(f)) != EOF) {
		if (c == '\n')
			return 1;
		if (line->len == MX_LINE_MAX)
			return err_set(err, EFBIG, "is longer than %u bytes", MX_LINE_MAX);
		buf_addc(line, (char)c);
	}
	return ferror(f) ? err_sys(err, errno, "read") : 0;
}

int mx_runs_read(FILE *f, struct mx_runs *out, struct err *err)
{
	cleanup_buf struct buf line = BUF_INIT;
	unsigned number = 0;
	int r;

	*out = (struct mx_runs){0};
	while ((r = read_line(f, &line, err)) > 0) {
		if (number > MX_RUNS_MAX)
			return err_set(err, EFBIG, "has more than %d runs", MX_RUNS_MAX);
		r = take_line(out, ++number, buf_text(&line), line.len, err);
		if (r < 0)
			return r;
		out->good += line.len + 1;
	}
	if (r < 0)
		return err_wrap(err, "line %u", number + 1);
	if (!number)
		return err_set(err, EINVAL, "holds no whole line: no saved matrix");
	out->cut = line.len > 0;
	return 0;
}
