/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sample_change - a sample as what is different from the one before; how it reads is said in
 * sample_json.h. Rows are found again by their id; which row is compared with which is only a
 * matter of size: what is read back is what was written whatever rows were taken for the same.
 *
 * Invariant: nothing is read past the rows of the sample before and nothing written past the caps.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/sample_json_private.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>

struct found {
	uint64_t id;
	uint32_t row;
};

struct change {
	struct buf *out;
	const struct sample *before, *now;
	enum sample_rows_of which;
	const struct sample_table *table;
	struct columns columns;
	uint32_t nbefore, nnow;
	uint32_t cursor;     /* the next row of the sample before */
	uint32_t same;       /* rows that were passed over and are not told yet */
	bool told;           /* the list has begun */
	struct found *index; /* made when a row is not where it was looked for; owned */
};

static const void *row_of(const struct change *c, const struct sample *s, uint32_t i)
{
	return (const char *)sample_table_rows_const(s, c->which) + i * c->table->row_size;
}

static bool cell_same(const void *a, const void *b, const struct sample_column *c)
{
	if (c->type == COLUMN_TEXT)
		return !strcmp((const char *)a + c->offset, (const char *)b + c->offset);
	return sample_column_get(a, c) == sample_column_get(b, c);
}

static bool row_same(const struct change *c, const void *a, const void *b)
{
	size_t k;

	if (c->which != ROWS_HEAD && !memcmp(a, b, c->table->row_size))
		return true;
	for (k = 0; k < c->columns.n; k++)
		if (!cell_same(a, b, &c->columns.list[k]))
			return false;
	return true;
}

/* ---- writing -------------------------------------------------------------------------- */

static int by_id(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

static uint64_t id_of(const struct change *c, const void *row)
{
	return sample_column_get(row, &c->columns.list[c->table->id]);
}

static void make_index(struct change *c)
{
	uint32_t i;

	c->index = xreallocarray(NULL, c->nbefore, sizeof(*c->index));
	for (i = 0; i < c->nbefore; i++)
		c->index[i] = (struct found){id_of(c, row_of(c, c->before, i)), i};
	qsort(c->index, c->nbefore, sizeof(*c->index), by_id);
}

/* The row of before that this one was, from the cursor on first; false = there was none. */
static bool was(struct change *c, const void *row, uint32_t *at)
{
	struct found want, *f;

	*at = c->cursor;
	if (c->table->id == COLUMNS_NO_ID)
		return c->cursor < c->nbefore;
	want.id = id_of(c, row);
	if (c->cursor < c->nbefore && id_of(c, row_of(c, c->before, c->cursor)) == want.id)
		return true;
	if (!c->nbefore)
		return false;
	if (!c->index)
		make_index(c);
	f = bsearch(&want, c->index, c->nbefore, sizeof(*c->index), by_id);
	*at = f ? f->row : 0;
	return f;
}

static void begin_item(struct change *c)
{
	if (!c->told)
		buf_addf(c->out, ",\"%s\":[", c->table->name);
	else
		buf_addc(c->out, ',');
	c->told = true;
}

static void tell_same(struct change *c)
{
	if (!c->same)
		return;
	begin_item(c);
	sample_put_u64(c->out, c->same);
	c->same = 0;
}

static void tell_changed(struct change *c, const void *old, const void *row)
{
	const struct sample_column *col;
	bool first = true;
	size_t k;

	buf_addc(c->out, '[');
	for (k = 0; k < c->columns.n; k++) {
		col = &c->columns.list[k];
		if (cell_same(old, row, col))
			continue;
		buf_adds(c->out, first ? "" : ",");
		first = false;
		sample_put_u64(c->out, k);
		buf_addc(c->out, ',');
		if (col->type == COLUMN_TEXT)
			sample_put_text(c->out, (const char *)row + col->offset);
		else
			sample_put_i64(c->out, (int64_t)(sample_column_get(row, col) -
							 sample_column_get(old, col)));
	}
	buf_addc(c->out, ']');
}

static void tell_row(struct change *c, uint32_t i)
{
	const void *row = row_of(c, c->now, i), *old;
	uint32_t at;

	if (!was(c, row, &at)) {
		tell_same(c);
		begin_item(c);
		buf_addc(c->out, '[');
		sample_put_row(c->out, c->now, c->which, &c->columns, i);
		buf_addc(c->out, ']');
		return;
	}
	if (at != c->cursor) {
		tell_same(c);
		begin_item(c);
		sample_put_i64(c->out, -(int64_t)at - 1);
		c->cursor = at;
	}
	old = row_of(c, c->before, c->cursor++);
	if (row_same(c, old, row)) {
		c->same++;
		return;
	}
	tell_same(c);
	begin_item(c);
	tell_changed(c, old, row);
}

static void tell_table(struct change *c)
{
	uint32_t i;

	c->table = &sample_tables[c->which];
	c->columns.n = sample_table_columns(c->table, c->columns.list);
	c->nbefore = sample_table_count(c->before, c->which);
	c->nnow = sample_table_count(c->now, c->which);
	for (i = 0; i < c->nnow; i++)
		tell_row(c, i);
	free(c->index);
	/* all of it as it was: not named */
	if (!c->told && c->same == c->nbefore && c->nnow == c->nbefore)
		return;
	tell_same(c);
	if (!c->told)
		begin_item(c);
	buf_addc(c->out, ']');
}

void sample_put_change(struct sample_lines *l, struct buf *out)
{
	enum sample_rows_of which;

	buf_addf(out, "{\"t_ns\":%" PRIu64 ",\"change\":{\"n\":%" PRIu64, l->next.t_ns, l->n);
	for (which = 0; which < ROWS_KINDS; which++) {
		struct change c = {.out = out, .before = &l->last, .now = &l->next, .which = which};

		tell_table(&c);
	}
	buf_adds(out, "}}\n");
}

/* ---- reading -------------------------------------------------------------------------- */

struct taking {
	struct sample_lines *l;
	enum sample_rows_of which;
	const struct sample_table *table;
	struct columns columns;
	uint32_t nbefore, cursor, n;
};

/* K rows of before, as they were. */
static int take_same(struct taking *t, uint64_t k)
{
	const char *from = sample_table_rows_const(&t->l->last, t->which);
	char *to = sample_table_rows(&t->l->next, t->which);
	size_t size = t->table->row_size;

	if (k > t->nbefore - t->cursor || k > t->table->max - t->n)
		return -EINVAL;
	if (t->which != ROWS_HEAD)
		memcpy(to + t->n * size, from + t->cursor * size, k * size);
	t->cursor += (uint32_t)k;
	t->n += (uint32_t)k;
	return 0;
}

static int take_cells(struct taking *t, struct json_object *pairs, void *row)
{
	size_t n = json_object_array_length(pairs), i;

	if (n % 2)
		return -EINVAL;
	for (i = 0; i < n; i += 2) {
		struct json_object *v = json_object_array_get_idx(pairs, i + 1);
		uint64_t k = json_object_get_uint64(json_object_array_get_idx(pairs, i));
		const struct sample_column *c;
		const char *s;

		if (k >= t->columns.n)
			continue; /* of a newer version */
		c = &t->columns.list[k];
		if (c->type == COLUMN_TEXT) {
			s = v ? json_object_get_string(v) : "";
			text_sanitise((char *)row + c->offset, c->size, s, strlen(s));
		} else {
			sample_column_set(row, c,
					  sample_column_get(row, c) +
						  (uint64_t)json_object_get_int64(v));
		}
	}
	return 0;
}

static int take_array(struct taking *t, struct json_object *item)
{
	struct json_object *first = json_object_array_get_idx(item, 0);
	uint32_t i = t->n;

	if (json_object_is_type(first, json_type_array)) {
		if (t->which == ROWS_HEAD || t->n >= t->table->max)
			return -EINVAL;
		t->n++;
		return sample_take_row(first, &t->l->next, t->which, &t->columns, i);
	}
	if (take_same(t, 1) < 0)
		return -EINVAL;
	return take_cells(
		t, item, (char *)sample_table_rows(&t->l->next, t->which) + i * t->table->row_size);
}

static int take_item(struct taking *t, struct json_object *item)
{
	int64_t k;

	if (json_object_is_type(item, json_type_array))
		return take_array(t, item);
	if (!json_object_is_type(item, json_type_int))
		return -EINVAL;
	k = json_object_get_int64(item);
	if (k > 0)
		return take_same(t, (uint64_t)k);
	if (k == 0 || k < -(int64_t)t->nbefore)
		return -EINVAL;
	t->cursor = (uint32_t)(-k - 1);
	return 0;
}

static int take_table(struct taking *t, struct json_object *body)
{
	struct json_object *items;
	size_t i, n;

	t->table = &sample_tables[t->which];
	t->nbefore = sample_table_count(&t->l->last, t->which);
	if (!json_object_object_get_ex(body, t->table->name, &items)) {
		if (take_same(t, t->nbefore) < 0)
			return -EINVAL;
	} else {
		if (!json_object_is_type(items, json_type_array))
			return -EINVAL;
		t->columns.n = sample_table_columns(t->table, t->columns.list);
		n = json_object_array_length(items);
		for (i = 0; i < n; i++)
			if (take_item(t, json_object_array_get_idx(items, i)) < 0)
				return -EINVAL;
	}
	sample_table_set_count(&t->l->next, t->which, t->n);
	return 0;
}

int sample_take_change(struct sample_lines *l, struct json_object *body)
{
	enum sample_rows_of which;
	uint64_t enables;

	/* one row of its own: its cells are changed in place */
	l->next.drops = l->last.drops;
	l->next.cost_ns = l->last.cost_ns;
	l->next.cut = l->last.cut;
	l->next.steal_ns = l->last.steal_ns;
	l->next.scx_enables = l->last.scx_enables;
	l->next.sched = l->last.sched;
	for (which = 0; which < ROWS_KINDS; which++) {
		struct taking t = {.l = l, .which = which};

		enables = l->next.scx_enables;
		if (take_table(&t, body) < 0)
			return -EINVAL;
		/* a row of a counter that is new says so, too; only the head counts */
		if (which == ROWS_SCX)
			l->next.scx_enables = enables;
	}
	return 0;
}
