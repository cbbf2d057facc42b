/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sheet_export - a sheet as a file: CSV, JSON, plain text. Pure. Invariant: numbers are written
 * exactly, what is not known is nothing at all (CSV), null (JSON) or "-" (text), never 0; text is
 * sanitised and valid UTF-8.
 */
#include "ops/sheet.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLAIN_MOST = 200 }; /* columns a cell of a table that is read may take */

static int column_by_key(const struct sheet_def *def, const char *key)
{
	size_t i;

	for (i = 0; i < def->ncolumns; i++)
		if (!strcmp(def->columns[i].key, key))
			return (int)i;
	return -1;
}

int sheet_columns(const struct sheet_def *def, const char *names, unsigned *to, size_t *n,
		  struct err *err)
{
	cleanup_free char *copy = xstrdup(names);
	char *at = copy, *name;
	size_t i;
	int c;

	*n = 0;
	while ((name = strsep(&at, ","))) {
		c = sheet_column_by_name(def, name);
		if (c < 0)
			return err_set(err, EINVAL,
				       "the table of %s has no column '%.40s', or more than one "
				       "begins so; 'scxplore show --list' names them",
				       def->name, name);
		for (i = 0; i < *n; i++)
			if (to[i] == (unsigned)c)
				return err_set(err, EINVAL, "column '%.40s' is named twice", name);
		to[(*n)++] = (unsigned)c;
	}
	return 0;
}

/* The columns of an export: those asked for, else the table's own choice. The caller frees it. */
static unsigned *columns_of(const struct sheet *s, size_t *n)
{
	unsigned *list = xcalloc(s->def->ncolumns + 1, sizeof(*list));
	size_t i;
	int at;

	*n = 0;
	for (i = 0; s->shown && i < s->nshown; i++)
		list[(*n)++] = s->shown[i];
	for (i = 0; !s->shown && s->def->wanted && s->def->wanted[i]; i++)
		if ((at = column_by_key(s->def, s->def->wanted[i])) >= 0)
			list[(*n)++] = (unsigned)at;
	for (i = 0; !s->shown && !s->def->wanted && i < s->def->ncolumns; i++)
		list[(*n)++] = (unsigned)i;
	return list;
}

void sheet_exact(const struct sheet_column *c, const struct sheet_value *v, char *dst, size_t size)
{
	switch (c->unit) {
	case SHEET_TEXT:
		snprintf(dst, size, "%s", v->more ? v->more : v->text);
		break;
	case SHEET_COUNT:
	case SHEET_NS:
	case SHEET_MOMENT:
		snprintf(dst, size, "%" PRIu64, v->whole);
		break;
	case SHEET_SIGNED_NS:
		snprintf(dst, size, "%" PRId64, (int64_t)v->whole);
		break;
	case SHEET_PERCENT:
	case SHEET_PER_S:
		snprintf(dst, size, "%.3f", v->number);
		break;
	case SHEET_REAL:
		snprintf(dst, size, "%.17g", v->number);
		break;
	}
}

/* All of a text; a cut may have gone through a character. */
static void whole_text(const struct sheet_value *v, struct buf *out)
{
	const char *text = v->more ? v->more : v->text;
	size_t len = strlen(text), size = len * 4 + 1;
	cleanup_free char *clean = xcalloc(size, 1);

	text_sanitise(clean, size, text, len);
	buf_adds(out, clean);
}

/* ---- CSV --------------------------------------------------------------------------------- */

static void csv_text(struct buf *out, const char *text)
{
	if (!strpbrk(text, ",\"\r\n")) {
		buf_adds(out, text);
		return;
	}
	buf_addc(out, '"');
	for (; *text; text++) {
		if (*text == '"')
			buf_addc(out, '"');
		buf_addc(out, *text);
	}
	buf_addc(out, '"');
}

static void csv_cell(const struct sheet_column *c, const struct sheet_value *v, struct buf *out)
{
	cleanup_buf struct buf all = BUF_INIT;
	char text[64];

	if (v->is != SHEET_KNOWN)
		return;
	if (c->unit == SHEET_TEXT) {
		whole_text(v, &all);
		csv_text(out, buf_text(&all));
		return;
	}
	sheet_exact(c, v, text, sizeof(text));
	buf_adds(out, text);
}

void sheet_csv(const struct sheet *s, struct buf *out)
{
	size_t n, i, k;
	cleanup_free unsigned *list = columns_of(s, &n);
	struct sheet_value v;

	for (k = 0; k < n; k++)
		buf_addf(out, "%s%s", k ? "," : "", s->def->columns[list[k]].key);
	buf_addc(out, '\n');
	for (i = 0; i < s->n; i++) {
		for (k = 0; k < n; k++) {
			sheet_value(s, &s->rows[i], list[k], &v);
			if (k)
				buf_addc(out, ',');
			csv_cell(&s->def->columns[list[k]], &v, out);
		}
		buf_addc(out, '\n');
	}
}

/* ---- JSON -------------------------------------------------------------------------------- */

static struct json_object *json_value(const struct sheet_column *c, const struct sheet_value *v)
{
	cleanup_buf struct buf all = BUF_INIT;

	if (v->is != SHEET_KNOWN)
		return NULL;
	switch (c->unit) {
	case SHEET_TEXT:
		whole_text(v, &all);
		return json_object_new_string(buf_text(&all));
	case SHEET_COUNT:
	case SHEET_NS:
	case SHEET_MOMENT:
		return json_object_new_uint64(v->whole);
	case SHEET_SIGNED_NS:
		return json_object_new_int64((int64_t)v->whole);
	default:
		return json_object_new_double(v->number);
	}
}

/* Row by row: a table of all switches would be large as objects. */
void sheet_json(const struct sheet *s, struct buf *out)
{
	size_t n, i, k;
	cleanup_free unsigned *list = columns_of(s, &n);
	struct json_object *row;
	struct sheet_value v;

	buf_addc(out, '[');
	for (i = 0; i < s->n; i++) {
		row = json_object_new_object();
		for (k = 0; k < n; k++) {
			sheet_value(s, &s->rows[i], list[k], &v);
			if (v.is != SHEET_BLANK)
				json_object_object_add(row, s->def->columns[list[k]].key,
						       json_value(&s->def->columns[list[k]], &v));
		}
		buf_addf(out, "%s%s", i ? ",\n" : "",
			 json_object_to_json_string_ext(
				 row, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
		json_object_put(row);
	}
	buf_adds(out, "]\n");
}

/* ---- for reading ------------------------------------------------------------------------- */

static void plain_cell(const struct sheet *s, size_t row, unsigned column, struct buf *out)
{
	const struct sheet_column *c = &s->def->columns[column];
	struct sheet_value v;
	char text[64];

	buf_reset(out);
	sheet_value(s, &s->rows[row], column, &v);
	if (v.is == SHEET_KNOWN && c->unit == SHEET_TEXT) {
		whole_text(&v, out);
		return;
	}
	sheet_format(c, &v, text, sizeof(text));
	buf_adds(out, text);
}

/* In characters, not bytes: one of a continuation byte takes no place. */
static int places(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static void pad(struct buf *out, int n)
{
	while (n-- > 0)
		buf_addc(out, ' ');
}

static int indent_of(const struct sheet *s, size_t row, size_t k)
{
	return k ? 0 : 2 * s->rows[row].depth;
}

/* How wide each column has to be; one that no row has a figure in goes. */
static void measure(const struct sheet *s, unsigned *list, size_t *n, int *width)
{
	cleanup_buf struct buf text = BUF_INIT;
	size_t i, k, kept = 0;
	struct sheet_value v;
	bool known;
	int w;

	for (k = 0; k < *n; k++) {
		width[kept] = (int)strlen(s->def->columns[list[k]].head);
		known = s->shown || !k;
		for (i = 0; i < s->n; i++) {
			plain_cell(s, i, list[k], &text);
			w = places(buf_text(&text)) + indent_of(s, i, k);
			if (w > width[kept])
				width[kept] = w < PLAIN_MOST ? w : PLAIN_MOST;
			sheet_value(s, &s->rows[i], list[k], &v);
			known = known || v.is == SHEET_KNOWN;
		}
		list[kept] = list[k];
		kept += known;
	}
	*n = kept;
}

static void plain_put(struct buf *out, const char *text, int indent, int width, bool left,
		      bool last)
{
	int gap = width - places(text) - indent;

	pad(out, indent);
	if (!left)
		pad(out, gap);
	buf_adds(out, text);
	if (left)
		pad(out, gap);
	if (!last) {
		buf_addc(out, ' ');
		return;
	}
	while (out->len && out->data[out->len - 1] == ' ')
		out->len--;
	buf_addc(out, '\n');
}

void sheet_plain(const struct sheet *s, struct buf *out)
{
	size_t n, i, k;
	cleanup_free unsigned *list = columns_of(s, &n);
	cleanup_free int *width = xcalloc(s->def->ncolumns + 1, sizeof(*width));
	cleanup_buf struct buf text = BUF_INIT;

	measure(s, list, &n, width);
	for (k = 0; k < n; k++)
		plain_put(out, s->def->columns[list[k]].head, 0, width[k],
			  s->def->columns[list[k]].left, k + 1 == n);
	for (i = 0; i < s->n; i++)
		for (k = 0; k < n; k++) {
			plain_cell(s, i, list[k], &text);
			plain_put(out, buf_text(&text), indent_of(s, i, k), width[k],
				  s->def->columns[list[k]].left, k + 1 == n);
		}
	if (!s->n)
		buf_addf(out, "(%s)\n",
			 *s->ask.filter ? "nothing passes the filter" : s->def->empty);
}

/* ---- forms ------------------------------------------------------------------------------- */

static const struct sheet_writer writers[] = {
	{"text", ".txt", sheet_plain},
	{"csv", ".csv", sheet_csv},
	{"json", ".json", sheet_json},
};

const struct sheet_writer *sheet_writer_at(size_t i)
{
	return i < ARRAY_SIZE(writers) ? &writers[i] : NULL;
}

const struct sheet_writer *sheet_writer_by_suffix(const char *path)
{
	const char *dot = strrchr(path, '.');
	size_t i;

	for (i = 0; dot && i < ARRAY_SIZE(writers); i++)
		if (!strcmp(dot, writers[i].suffix))
			return &writers[i];
	return NULL;
}
