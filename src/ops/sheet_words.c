/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sheet_words - a sheet in words: its rows described, its columns explained, and the whole as CSV
 * and JSON. Invariant: numbers are written exactly, and the same ones as the screen has rounded.
 */
#include "base/cleanup.h"
#include "ops/sheet.h"

#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

enum { LINE_COLUMNS = 76 };

void sheet_describe(const struct sheet *s, const struct sheet_row *r, struct buf *out)
{
	struct sheet_value v;
	char text[200], one[260];
	size_t i, used = 0;

	if (s->def->describe)
		s->def->describe(s, r, out);
	for (i = 1; i < s->def->ncolumns; i++) {
		sheet_value(s, r, i, &v);
		if (v.is == SHEET_BLANK)
			continue;
		sheet_format(&s->def->columns[i], &v, text, sizeof(text));
		snprintf(one, sizeof(one), "%s %s", s->def->columns[i].head, text);
		if (used && used + 3 + strlen(one) > LINE_COLUMNS) {
			buf_addc(out, '\n');
			used = 0;
		}
		used += strlen(one) + (used ? 3 : 0);
		buf_addf(out, "%s%s", used > strlen(one) ? "   " : "", one);
	}
	if (used)
		buf_addc(out, '\n');
}

static void exact(const struct sheet_column *c, const struct sheet_value *v, char *dst, size_t size)
{
	switch (c->unit) {
	case SHEET_TEXT:
		snprintf(dst, size, "%s", v->text);
		break;
	case SHEET_COUNT:
	case SHEET_NS:
		snprintf(dst, size, "%" PRIu64, v->whole);
		break;
	case SHEET_SIGNED_NS:
		snprintf(dst, size, "%" PRId64, (int64_t)v->whole);
		break;
	case SHEET_PERCENT:
	case SHEET_PER_S:
		snprintf(dst, size, "%.3f", v->number);
		break;
	}
}

void sheet_explain(const struct sheet *s, const struct sheet_row *r, size_t column, struct buf *out)
{
	static const char *const units[] = {"text",
					    "a count",
					    "time (ns in exports)",
					    "time (ns in exports)",
					    "percent of one CPU",
					    "times a second"};
	const struct sheet_column *c = &s->def->columns[column];
	struct sheet_value v;
	char text[200];

	buf_addf(out, "%s: %s\n", c->head, c->says);
	buf_addf(out, "unit: %s; in exports and for f and s: %s\n", units[c->unit], c->key);
	buf_addf(out, "from: %s\n", c->from);
	if (!r)
		return;
	sheet_value(s, r, column, &v);
	if (v.is == SHEET_KNOWN) {
		exact(c, &v, text, sizeof(text));
		buf_addf(out, "here: %s\n", text);
		if (v.why)
			buf_addf(out, "%s\n", v.why);
	} else if (v.is == SHEET_ABSENT) {
		buf_addf(out, "here: not known: %s\n",
			 v.why       ? v.why
			 : c->absent ? c->absent
				     : "the source does not tell it");
	} else {
		buf_adds(out, "here: a row of this kind has none\n");
	}
}

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

void sheet_csv(const struct sheet *s, struct buf *out)
{
	struct sheet_value v;
	char text[200];
	size_t i, k;

	for (k = 0; k < s->def->ncolumns; k++)
		buf_addf(out, "%s%s", k ? "," : "", s->def->columns[k].key);
	buf_addc(out, '\n');
	for (i = 0; i < s->n; i++) {
		for (k = 0; k < s->def->ncolumns; k++) {
			sheet_value(s, &s->rows[i], k, &v);
			*text = '\0';
			if (v.is == SHEET_KNOWN)
				exact(&s->def->columns[k], &v, text, sizeof(text));
			if (k)
				buf_addc(out, ',');
			csv_text(out, text);
		}
		buf_addc(out, '\n');
	}
}

static struct json_object *json_value(const struct sheet_column *c, const struct sheet_value *v)
{
	if (v->is != SHEET_KNOWN)
		return NULL;
	switch (c->unit) {
	case SHEET_TEXT:
		return json_object_new_string(v->text);
	case SHEET_COUNT:
	case SHEET_NS:
		return json_object_new_uint64(v->whole);
	case SHEET_SIGNED_NS:
		return json_object_new_int64((int64_t)v->whole);
	default:
		return json_object_new_double(v->number);
	}
}

void sheet_json(const struct sheet *s, struct buf *out)
{
	struct json_object *rows = json_object_new_array(), *row;
	struct sheet_value v;
	size_t i, k;

	for (i = 0; i < s->n; i++) {
		row = json_object_new_object();
		for (k = 0; k < s->def->ncolumns; k++) {
			sheet_value(s, &s->rows[i], k, &v);
			if (v.is != SHEET_BLANK)
				json_object_object_add(row, s->def->columns[k].key,
						       json_value(&s->def->columns[k], &v));
		}
		json_object_array_add(rows, row);
	}
	buf_adds(out, json_object_to_json_string_ext(rows, JSON_C_TO_STRING_PLAIN |
								   JSON_C_TO_STRING_NOSLASHESCAPE));
	buf_addc(out, '\n');
	json_object_put(rows);
}
