/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sample_json - whole samples, and the choice between them and changes. Lines are written digit by
 * digit: with thousands of tasks a tree of JSON objects would cost more than a frame.
 * Invariant: rows beyond the caps and rows of a wrong shape are refused, never cut silently.
 */
#include "base/text.h"
#include "ops/sample_json_private.h"
#include "ops/sample_rows.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

void sample_put_u64(struct buf *out, uint64_t v)
{
	char digits[20];
	size_t n = sizeof(digits);

	do {
		digits[--n] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	buf_add(out, digits + n, sizeof(digits) - n);
}

void sample_put_i64(struct buf *out, int64_t v)
{
	if (v < 0)
		buf_addc(out, '-');
	sample_put_u64(out, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void sample_safe_text(const void *row, const struct sample_column *c, char *safe)
{
	const char *s = (const char *)row + c->offset;

	text_sanitise(safe, c->size, s, strnlen(s, c->size));
}

void sample_put_text(struct buf *out, const char *safe)
{
	size_t n;

	buf_addc(out, '"');
	for (; *safe; safe += n) {
		n = strcspn(safe, "\"\\");
		buf_add(out, safe, n);
		if (safe[n]) {
			buf_addc(out, '\\');
			buf_addc(out, safe[n++]);
		}
	}
	buf_addc(out, '"');
}

static void put_cell(struct buf *out, const void *row, const struct sample_column *c)
{
	char safe[SAMPLE_PATH_MAX];
	uint64_t v;

	if (c->type == COLUMN_TEXT) {
		sample_safe_text(row, c, safe);
		sample_put_text(out, safe);
		return;
	}
	v = sample_column_get(row, c);
	if (sample_column_absent(c, v))
		buf_adds(out, "null");
	else if (c->type == COLUMN_U64)
		sample_put_u64(out, v);
	else
		sample_put_i64(out, (int64_t)v);
}

/* Columns that are not told at the end of a row: absent ones, words without a CPU. */
static size_t columns_told(const void *row, enum sample_rows_of which,
			   const struct columns *columns)
{
	size_t least = which == ROWS_MASKS ? 0 : sample_tables[which].nown, n = columns->n;
	uint64_t nothing = which == ROWS_MASKS ? 0 : SAMPLE_ABSENT;

	while (n > least && sample_column_get(row, &columns->list[n - 1]) == nothing)
		n--;
	return n;
}

void sample_put_row(struct buf *out, const struct sample *s, enum sample_rows_of which,
		    const struct columns *columns, uint32_t i)
{
	const void *row =
		(const char *)sample_table_rows_const(s, which) + i * sample_tables[which].row_size;
	size_t n = columns_told(row, which, columns), k;

	buf_addc(out, '[');
	for (k = 0; k < n; k++) {
		if (k)
			buf_addc(out, ',');
		put_cell(out, row, &columns->list[k]);
	}
	/* a table of one column that is absent still has a row */
	if (!n && which == ROWS_DSQS)
		buf_adds(out, "null");
	if (which == ROWS_SCX) {
		buf_addc(out, ',');
		sample_put_u64(out, s->scx_enables);
	}
	buf_addc(out, ']');
}

static void put_member(struct buf *out, const char *key, uint64_t v)
{
	buf_addf(out, ",\"%s\":", key);
	if (v == SAMPLE_ABSENT)
		buf_adds(out, "null");
	else
		sample_put_u64(out, v);
}

static void put_rows(struct buf *out, const struct sample *s, enum sample_rows_of which)
{
	uint32_t i, n = sample_table_count(s, which);
	struct columns columns;

	/* the first three were always there, also without a row */
	if (!n && which > ROWS_CGROUPS)
		return;
	columns.n = sample_table_columns(&sample_tables[which], columns.list);
	buf_addf(out, ",\"%s\":[", sample_tables[which].name);
	for (i = 0; i < n; i++) {
		if (i)
			buf_addc(out, ',');
		sample_put_row(out, s, which, &columns, i);
	}
	buf_addc(out, ']');
}

static void put_sched(struct buf *out, const struct sample *s)
{
	size_t i, n = sample_sched_fields.n;

	while (n && sample_get(&s->sched, &sample_sched_fields.list[n - 1]) == SAMPLE_ABSENT)
		n--;
	if (!n)
		return;
	buf_adds(out, ",\"sched\":[");
	for (i = 0; i < n; i++) {
		uint64_t v = sample_get(&s->sched, &sample_sched_fields.list[i]);

		buf_adds(out, i ? "," : "");
		if (v == SAMPLE_ABSENT)
			buf_adds(out, "null");
		else
			sample_put_u64(out, v);
	}
	buf_addc(out, ']');
}

static void put_key(struct buf *out, const struct sample *s, uint64_t n)
{
	enum sample_rows_of which;

	buf_addf(out, "{\"t_ns\":%" PRIu64 ",\"sample\":{\"n\":%" PRIu64, s->t_ns, n);
	put_member(out, "drops", s->drops);
	put_member(out, "cost_ns", s->cost_ns);
	put_member(out, "cut", s->cut);
	if (s->steal_ns != SAMPLE_ABSENT)
		put_member(out, "steal_ns", s->steal_ns);
	/* with a row the row tells it */
	if (!s->nscx && s->scx_enables)
		put_member(out, "scx_enables", s->scx_enables);
	for (which = 0; which < ROWS_HEAD; which++)
		put_rows(out, s, which);
	put_sched(out, s);
	buf_adds(out, "}}\n");
}

void sample_json_line(struct buf *out, const struct sample *s)
{
	put_key(out, s, 0);
}

/* ---- reading -------------------------------------------------------------------------- */

static void take_cell(struct json_object *v, void *row, const struct sample_column *c)
{
	const char *s;

	if (c->type == COLUMN_TEXT) {
		s = v ? json_object_get_string(v) : "";
		text_sanitise((char *)row + c->offset, c->size, s, strlen(s));
	} else if (c->type == COLUMN_U64) {
		sample_column_set(row, c, v ? json_object_get_uint64(v) : SAMPLE_ABSENT);
	} else {
		sample_column_set(row, c, (uint64_t)json_object_get_int64(v));
	}
}

int sample_take_row(struct json_object *from, struct sample *s, enum sample_rows_of which,
		    const struct columns *columns, uint32_t i)
{
	const struct sample_table *t = &sample_tables[which];
	void *row = (char *)sample_table_rows(s, which) + i * t->row_size;
	size_t n, k;

	if (!json_object_is_type(from, json_type_array) ||
	    (n = json_object_array_length(from)) < t->required)
		return -EINVAL;
	memset(row, 0, t->row_size);
	/* columns that an older file does not have are absent */
	for (k = 0; k < columns->n && (k < n || which != ROWS_MASKS); k++)
		take_cell(k < n ? json_object_array_get_idx(from, k) : NULL, row,
			  &columns->list[k]);
	if (which == ROWS_SCX && n > 2)
		s->scx_enables = json_object_get_uint64(json_object_array_get_idx(from, 2));
	return 0;
}

static int take_rows(struct json_object *body, struct sample *s, enum sample_rows_of which)
{
	const struct sample_table *t = &sample_tables[which];
	struct json_object *rows;
	struct columns columns;
	size_t i, n;

	sample_table_set_count(s, which, 0);
	if (!json_object_object_get_ex(body, t->name, &rows))
		return 0;
	if (!json_object_is_type(rows, json_type_array) ||
	    (n = json_object_array_length(rows)) > t->max)
		return -EINVAL;
	columns.n = sample_table_columns(t, columns.list);
	for (i = 0; i < n; i++)
		if (sample_take_row(json_object_array_get_idx(rows, i), s, which, &columns,
				    (uint32_t)i) < 0)
			return -EINVAL;
	sample_table_set_count(s, which, (uint32_t)n);
	return 0;
}

static uint64_t member(struct json_object *o, const char *key, uint64_t otherwise)
{
	struct json_object *v;

	if (!json_object_object_get_ex(o, key, &v))
		return otherwise;
	return v ? json_object_get_uint64(v) : SAMPLE_ABSENT;
}

static int take_key(struct json_object *body, struct sample *s)
{
	struct json_object *sched, *v;
	enum sample_rows_of which;
	size_t i;

	s->drops = member(body, "drops", SAMPLE_ABSENT);
	s->cost_ns = member(body, "cost_ns", SAMPLE_ABSENT);
	s->cut = member(body, "cut", SAMPLE_ABSENT);
	s->steal_ns = member(body, "steal_ns", SAMPLE_ABSENT);
	s->scx_enables = member(body, "scx_enables", 0);
	for (which = 0; which < ROWS_HEAD; which++)
		if (take_rows(body, s, which) < 0)
			return -EINVAL;
	sample_clear(&s->sched, &sample_sched_fields);
	if (!json_object_object_get_ex(body, "sched", &sched) ||
	    !json_object_is_type(sched, json_type_array))
		return 0;
	for (i = 0; i < sample_sched_fields.n; i++) {
		v = json_object_array_get_idx(sched, i);
		*sample_value(&s->sched, &sample_sched_fields.list[i]) =
			v ? json_object_get_uint64(v) : SAMPLE_ABSENT;
	}
	return 0;
}

/* ---- lines ---------------------------------------------------------------------------- */

static void make_room(struct sample_lines *l)
{
	if (l->last.cpus)
		return;
	sample_alloc(&l->last);
	sample_alloc(&l->next);
}

void sample_lines_finish(struct sample_lines *l)
{
	sample_free(&l->last);
	sample_free(&l->next);
}

void sample_lines_lost(struct sample_lines *l)
{
	l->known = false;
}

static void swap(struct sample_lines *l)
{
	struct sample t = l->last;

	l->last = l->next;
	l->next = t;
}

/* As the other end will have it. */
static void copy_safe(struct sample *to, const struct sample *from)
{
	enum sample_rows_of which;
	struct sample rows = *to;
	uint32_t i;

	*to = *from;
	to->cpus = rows.cpus;
	to->tasks = rows.tasks;
	to->cgroups = rows.cgroups;
	to->dsqs = rows.dsqs;
	to->masks = rows.masks;
	for (which = 0; which < ROWS_HEAD; which++)
		if (which != ROWS_SCX && which != ROWS_SUBS && sample_table_count(from, which))
			memcpy(sample_table_rows(to, which), sample_table_rows_const(from, which),
			       sample_table_count(from, which) * sample_tables[which].row_size);
	for (i = 0; i < to->ncpus; i++)
		text_sanitise(to->cpus[i].comm, SAMPLE_COMM, from->cpus[i].comm,
			      strnlen(from->cpus[i].comm, SAMPLE_COMM));
	for (i = 0; i < to->ntasks; i++)
		text_sanitise(to->tasks[i].comm, SAMPLE_COMM, from->tasks[i].comm,
			      strnlen(from->tasks[i].comm, SAMPLE_COMM));
	for (i = 0; i < to->ncgroups; i++)
		text_sanitise(to->cgroups[i].path, SAMPLE_PATH_MAX, from->cgroups[i].path,
			      strnlen(from->cgroups[i].path, SAMPLE_PATH_MAX));
	for (i = 0; i < to->nsubs; i++)
		text_sanitise(to->subs[i].name, sizeof(to->subs[i].name), from->subs[i].name,
			      strnlen(from->subs[i].name, sizeof(from->subs[i].name)));
	for (i = 0; i < to->nscx; i++)
		text_sanitise(to->scx[i].name, SAMPLE_SCX_NAME, from->scx[i].name,
			      strnlen(from->scx[i].name, SAMPLE_SCX_NAME));
}

void sample_lines_put(struct sample_lines *l, const struct sample *s, struct buf *out)
{
	make_room(l);
	l->n++;
	copy_safe(&l->next, s);
	if (l->known && l->since_key < SAMPLE_KEY_EVERY) {
		sample_put_change(l, out);
		l->since_key++;
	} else {
		put_key(out, &l->next, l->n);
		l->since_key = 0;
	}
	l->known = true;
	swap(l);
}

static int take_change(struct sample_lines *l, struct json_object *body)
{
	if (!l->known || member(body, "n", 0) != l->n + 1)
		return -ENOENT;
	return sample_take_change(l, body);
}

int sample_lines_take(struct sample_lines *l, struct json_object *o)
{
	struct json_object *body;
	bool key;
	int r;

	if (!json_object_is_type(o, json_type_object))
		return 0;
	key = json_object_object_get_ex(o, "sample", &body);
	if (!key && !json_object_object_get_ex(o, "change", &body))
		return 0;
	make_room(l);
	if (!json_object_is_type(body, json_type_object))
		r = -EINVAL;
	else
		r = key ? take_key(body, &l->next) : take_change(l, body);
	/* a file from before there were changes has no numbers; 0 is none */
	l->n = r == 0 ? member(body, "n", 0) : 0;
	l->known = l->n != 0;
	if (r < 0)
		return r;
	l->next.t_ns = member(o, "t_ns", 0);
	swap(l);
	return 1;
}
