/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * past - the index of a session file's lines, and a model that is built from some of them.
 *
 * Invariant: the model holds exactly the lines before `applied`, but for samples that are too old
 * to matter; the same moment gives the same model, whatever was looked at before.
 */
#include "ops/past.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "ops/event_json.h"
#include "ops/journal.h"
#include "ops/sample_json.h"
#include "ops/trace.h"
#include "ops/trace_json.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define FILE_MAX    (UINT64_C(1) << 33)
#define HEAD_LOOK   64 /* bytes of a line in which its time stands */
#define BEFORE_NS   UINT64_C(2000000000)
#define STORE_BYTES 12 /* of the store a byte of a line becomes */
#define KEYS_BACK   2  /* whole samples before the moment from which on samples are read */

enum kind { LINE_EVENT, LINE_SAMPLE, LINE_CHANGE, LINE_TRACE, LINE_NAMES };

struct line {
	uint64_t offset;
	uint64_t t_ns; /* the latest so far */
	uint32_t len;
	uint32_t kind;
};

struct past {
	int fd;
	const char *map;
	size_t mapped;
	uint64_t read; /* bytes that are in the index: whole lines */
	struct line *lines;
	size_t n, room;
	struct trace *trace; /* borrowed */
	struct model *model; /* NULL = none yet */
	size_t applied;
	struct sample_lines samples;
	struct json_tokener *tok;
	struct buf scratch;
	struct trace *window; /* of a stretch of time that is gone from `trace`; NULL = none */
	uint64_t window_from, window_to;
};

/* ---- the index ------------------------------------------------------------------------------ */

static enum kind kind_of(const char *after)
{
	static const struct {
		const char *begin;
		enum kind kind;
	} kinds[] = {{",\"sample\":", LINE_SAMPLE},
		     {",\"change\":", LINE_CHANGE},
		     {",\"records\":", LINE_TRACE},
		     {",\"names\":", LINE_NAMES}};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strncmp(after, kinds[i].begin, strlen(kinds[i].begin)))
			return kinds[i].kind;
	return LINE_EVENT;
}

/* A line that does not say when it was is of the time of the line before. */
static void index_line(struct past *p, const char *text, size_t len)
{
	uint64_t latest = p->n ? p->lines[p->n - 1].t_ns : 0;
	char head[HEAD_LOOK + 1] = "";
	struct line l = {.offset = p->read, .len = (uint32_t)len, .t_ns = latest};
	const char *at;
	char *end;

	memcpy(head, text, len < HEAD_LOOK ? len : HEAD_LOOK);
	at = strstr(head, "\"t_ns\":");
	if (at) {
		uint64_t t = strtoull(at + 7, &end, 10);

		l.kind = kind_of(end);
		if (t > latest && t <= TRACE_TIME_MAX)
			l.t_ns = t;
	}
	if (p->n == p->room) {
		p->room = p->room ? p->room * 2 : 4096;
		p->lines = xreallocarray(p->lines, p->room, sizeof(*p->lines));
	}
	p->lines[p->n++] = l;
}

/* What has been written since. */
static void extend(struct past *p)
{
	struct stat st;
	void *map;

	if (fstat(p->fd, &st) < 0 || (uint64_t)st.st_size <= p->read ||
	    (uint64_t)st.st_size > FILE_MAX)
		return;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, p->fd, 0);
	if (map == MAP_FAILED)
		return;
	if (p->map)
		munmap((void *)p->map, p->mapped);
	p->map = map;
	p->mapped = (size_t)st.st_size;
	while (p->read < p->mapped) {
		const char *text = p->map + p->read;
		const char *end = memchr(text, '\n', p->mapped - p->read);
		size_t len = end ? (size_t)(end - text) : 0;

		if (!end)
			break; /* not written whole yet, or cut */
		if (len <= JOURNAL_LINE_MAX)
			index_line(p, text, len);
		p->read += len + 1;
	}
}

struct past *past_open(const char *path, struct trace *trace, struct err *err)
{
	struct past *p;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		err_sys(err, errno, "look back into session '%s'", path);
		return NULL;
	}
	p = xcalloc(1, sizeof(*p));
	p->fd = fd;
	p->trace = trace;
	p->tok = json_tokener_new_ex(32);
	return p;
}

/* ---- the model ------------------------------------------------------------------------------ */

static void forget(struct past *p)
{
	if (p->model)
		p->model->trace = NULL; /* it is not its own */
	model_destroy(p->model);
	p->model = NULL;
	sample_lines_finish(&p->samples);
	memset(&p->samples, 0, sizeof(p->samples));
}

void past_close(struct past *p)
{
	if (!p)
		return;
	forget(p);
	trace_destroy(p->window);
	if (p->map)
		munmap((void *)p->map, p->mapped);
	close(p->fd);
	free(p->lines);
	json_tokener_free(p->tok);
	buf_finish(&p->scratch);
	free(p);
}

static void begin(struct past *p)
{
	forget(p);
	p->model = model_create();
	trace_destroy(p->model->trace);
	p->model->trace = p->trace;
	p->applied = 0;
}

/* NULL when it is no JSON. */
static struct json_object *parse(struct past *p, const struct line *l)
{
	struct json_object *o;

	json_tokener_reset(p->tok);
	o = json_tokener_parse_ex(p->tok, p->map + l->offset, (int)l->len);
	if (json_tokener_get_error(p->tok) == json_tokener_success)
		return o;
	json_object_put(o);
	return NULL;
}

static void apply(struct past *p, const struct line *l)
{
	struct json_object *o = parse(p, l);
	struct event ev;

	if (o) {
		if (l->kind != LINE_EVENT) {
			if (sample_lines_take(&p->samples, o) == 1)
				model_sample(p->model, &p->samples.last);
		} else if (event_json_read(o, &ev, &p->scratch) == 1) {
			model_apply(p->model, &ev);
		}
	}
	json_object_put(o);
}

/* The line from which on samples matter for a picture that ends before line `end`. */
static size_t samples_from(const struct past *p, size_t end)
{
	size_t keys = 0, i = end;

	while (i-- > p->applied) {
		if (p->lines[i].kind == LINE_SAMPLE && ++keys == KEYS_BACK)
			return i;
	}
	return p->applied;
}

const struct model *past_at(struct past *p, uint64_t t_ns)
{
	size_t low = 0, high, from;

	extend(p);
	for (high = p->n; low < high;) {
		size_t mid = low + (high - low) / 2;

		if (p->lines[mid].t_ns <= t_ns)
			low = mid + 1;
		else
			high = mid;
	}
	if (!p->model || low < p->applied)
		begin(p);
	from = p->applied ? 0 : samples_from(p, low);
	for (; p->applied < low; p->applied++) {
		const struct line *l = &p->lines[p->applied];

		if (l->kind == LINE_TRACE || l->kind == LINE_NAMES ||
		    (l->kind != LINE_EVENT && p->applied < from))
			continue;
		apply(p, l);
	}
	if (p->model->now_ns < t_ns)
		p->model->now_ns = t_ns;
	return p->model;
}

/* ---- a stretch of the trace ----------------------------------------------------------------- */

/* The first line from that moment on. */
static size_t line_at(const struct past *p, uint64_t t_ns)
{
	size_t low = 0, high = p->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (p->lines[mid].t_ns < t_ns)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The line after the one in which all records before the moment have been told. */
static size_t trace_end(const struct past *p, uint64_t t_ns)
{
	size_t i = line_at(p, t_ns);

	while (i < p->n && p->lines[i].kind != LINE_TRACE)
		i++;
	return i < p->n ? i + 1 : p->n;
}

/* What the records of these lines take in a store, about; they are packed, and in base64. */
static uint64_t trace_size(const struct past *p, size_t from, size_t to)
{
	uint64_t bytes = 0;

	for (; from < to; from++)
		if (p->lines[from].kind == LINE_TRACE)
			bytes += p->lines[from].len;
	return bytes * STORE_BYTES;
}

static void window_line(struct past *p, const struct line *l)
{
	struct json_object *o;
	struct event ev;

	if (l->kind != LINE_TRACE && l->kind != LINE_NAMES && l->kind != LINE_EVENT)
		return;
	/* of all events only the end of a recording matters */
	if (l->kind == LINE_EVENT && !memmem(p->map + l->offset, l->len, "\"event\":\"trace\"", 15))
		return;
	o = parse(p, l);
	if (o && l->kind != LINE_EVENT)
		trace_json_read(o, p->window, &p->scratch);
	else if (o && event_json_read(o, &ev, &p->scratch) == 1 && ev.type == EV_TRACE && !ev.flag)
		trace_pause(p->window);
	json_object_put(o);
}

const struct trace *past_trace(struct past *p, uint64_t from_ns, uint64_t to_ns)
{
	uint64_t width = to_ns > from_ns ? to_ns - from_ns : 0, before, after;
	size_t from, to, i;

	extend(p);
	if (p->window && p->window_from <= from_ns && to_ns <= p->window_to)
		return p->window;
	/* as much again on either side, for the next step, where there is room; and who ran
	 * already is known from a switch before */
	before = width + BEFORE_NS < from_ns ? from_ns - width - BEFORE_NS : 0;
	after = to_ns + width;
	if (trace_size(p, line_at(p, before), trace_end(p, after)) > PAST_TRACE_BYTES) {
		before = from_ns > BEFORE_NS ? from_ns - BEFORE_NS : 0;
		after = to_ns;
	}
	from = line_at(p, before);
	to = trace_end(p, after);
	if (!trace_size(p, from, to) || trace_size(p, from, to) > PAST_TRACE_BYTES)
		return NULL;
	trace_destroy(p->window);
	p->window = trace_create(PAST_TRACE_BYTES + PAST_TRACE_BYTES / 2);
	p->window_from = before + BEFORE_NS < from_ns ? before + BEFORE_NS : from_ns;
	p->window_to = after;
	for (i = 0; i < to; i++)
		if (i >= from || p->lines[i].kind == LINE_NAMES)
			window_line(p, &p->lines[i]);
	/* of what follows nothing is known here; the end is the session's */
	trace_pause(p->window);
	trace_seen(p->window, trace_last_ns(p->trace));
	return p->window;
}

uint64_t past_moment(const struct model *all, uint64_t t_ns, int by, bool step, uint64_t *seq)
{
	uint64_t best = 0;
	size_t i;

	for (i = 0; i < all->nops; i++) {
		const struct model_op *op = &all->ops[i];
		bool is_step = op->op && (op->op->def->flags & OPF_STEP);
		uint64_t at = step || !op->end_ns ? op->begin_ns : op->end_ns;

		if (!at || (step && !is_step) || (by < 0 ? at >= t_ns : at <= t_ns))
			continue;
		if (best && (by < 0 ? at < best : at >= best))
			continue;
		best = at;
		*seq = op->seq;
	}
	return best;
}

int past_samples(const char *path, void (*fn)(void *arg, const struct sample *s), void *arg,
		 struct err *err)
{
	struct past *p = past_open(path, NULL, err);
	struct json_object *o;
	size_t i;

	if (!p)
		return err ? -err->code : -ENOENT;
	extend(p);
	for (i = 0; i < p->n; i++) {
		const struct line *l = &p->lines[i];

		if (l->kind != LINE_SAMPLE && l->kind != LINE_CHANGE)
			continue;
		o = parse(p, l);
		if (o && sample_lines_take(&p->samples, o) == 1)
			fn(arg, &p->samples.last);
		json_object_put(o);
	}
	past_close(p);
	return 0;
}
