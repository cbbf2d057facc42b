/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sheet - what all sheets have in common: rows, values, sorting, words. See sheet.h.
 */
#include "ops/sheet.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct sheet_def *const defs[] = {
	&sheet_tasks, &sheet_cpus,  &sheet_cgroups,  &sheet_scheds,  &sheet_dsqs,
	&sheet_counters, &sheet_parts, &sheet_ops,   &sheet_steps, &sheet_log,
	&sheet_numbers,  &sheet_switches, &sheet_marks, &sheet_waits, &sheet_subs,
};

const struct sheet_def *sheet_def_at(size_t i)
{
	return i < ARRAY_SIZE(defs) ? defs[i] : NULL;
}

const struct sheet_def *sheet_def_by_name(const char *name, struct err *err)
{
	cleanup_buf struct buf names = BUF_INIT;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(defs); i++) {
		if (!strcmp(defs[i]->name, name))
			return defs[i];
		buf_addf(&names, "%s%s", i ? ", " : "", defs[i]->name);
	}
	err_set(err, EINVAL, "there is no table '%.40s'; there are: %s", name, buf_text(&names));
	return NULL;
}

int sheet_column_by_name(const struct sheet_def *def, const char *name)
{
	int found = -1;
	size_t i, len = strlen(name);

	for (i = 0; i < def->ncolumns; i++) {
		if (!strcasecmp(def->columns[i].key, name) ||
		    !strcasecmp(def->columns[i].head, name))
			return (int)i;
		if (strncasecmp(def->columns[i].key, name, len))
			continue;
		found = found == -1 ? (int)i : -2;
	}
	return len && found >= 0 ? found : -1;
}

void sheet_build(struct sheet *s, const struct sheet_def *def, const struct model *m,
		 const struct sheet_ask *ask)
{
	*s = (struct sheet){.def = def, .model = m, .ask = *ask};
	if (!s->ask.filter)
		s->ask.filter = "";
	if (s->ask.sort > def->ncolumns)
		s->ask.sort = 0;
	def->build(s);
}

void sheet_finish(struct sheet *s)
{
	free(s->rows);
	free(s->members);
	*s = (struct sheet){0};
}

struct sheet_row *sheet_add(struct sheet *s, struct sheet_row row)
{
	if (s->n == s->room) {
		s->room = s->room ? s->room * 2 : 256;
		s->rows = xreallocarray(s->rows, s->room, sizeof(*s->rows));
	}
	s->rows[s->n] = row;
	return &s->rows[s->n++];
}

void sheet_offer(struct sheet *s, struct sheet_row row)
{
	if (sheet_keeps(s, &row))
		sheet_add(s, row);
}

void sheet_offer_rows(struct sheet *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		sheet_offer(s, (struct sheet_row){.index = (uint32_t)i, .id = i + 1});
	sheet_sort(s, 0);
}

void sheet_set_text(struct sheet_value *v, const char *text)
{
	if (!text || !*text)
		return;
	v->is = SHEET_KNOWN;
	v->more = text;
	text_copy(v->text, sizeof(v->text), text);
}

void sheet_value(const struct sheet *s, const struct sheet_row *r, size_t column,
		 struct sheet_value *v)
{
	const struct sheet_column *c = &s->def->columns[column];

	v->is = SHEET_BLANK;
	v->mark = SHEET_PLAIN;
	v->number = 0;
	v->whole = 0;
	v->why = NULL;
	v->more = NULL;
	v->text[0] = '\0';
	c->value(s, r, c, v);
}

void sheet_format(const struct sheet_column *c, const struct sheet_value *v, char *dst, size_t size)
{
	if (v->is != SHEET_KNOWN) {
		text_copy(dst, size, v->is == SHEET_ABSENT ? "-" : "");
		return;
	}
	switch (c->unit) {
	case SHEET_TEXT:
		text_copy(dst, size, v->more ? v->more : v->text);
		break;
	case SHEET_MOMENT:
		snprintf(dst, size, "%" PRIu64 ".%06u", v->whole / 1000000000,
			 (unsigned)(v->whole / 1000 % 1000000));
		break;
	case SHEET_REAL:
		snprintf(dst, size, "%.6g", v->number);
		break;
	case SHEET_COUNT:
		snprintf(dst, size, "%" PRIu64, v->whole);
		break;
	case SHEET_NS:
		text_format_time(dst, size, v->whole);
		break;
	case SHEET_SIGNED_NS:
		if ((int64_t)v->whole < 0 && size) {
			*dst = '-';
			text_format_time(dst + 1, size - 1, -v->whole);
		} else {
			text_format_time(dst, size, v->whole);
		}
		break;
	case SHEET_PERCENT:
	case SHEET_PER_S:
		snprintf(dst, size, "%.0f", v->number);
		break;
	}
}

/* ---- filter and sort --------------------------------------------------------------------- */

bool sheet_text_has(const char *text, const char *part)
{
	return !*part || strcasestr(text, part);
}

void sheet_row_text(const struct sheet *s, const struct sheet_row *r, struct buf *out)
{
	struct sheet_value v;

	sheet_value(s, r, 0, &v);
	buf_adds(out, v.text);
	if (s->def->text)
		s->def->text(s, r, out);
}

/* "wait>1s": the column, and where the comparison begins; -1 for a filter that is only a text. */
static int condition(const struct sheet_def *def, const char *filter, const char **op)
{
	char key[32];
	size_t n = strcspn(filter, "<>=!");

	*op = filter + n;
	if (!**op || !n || n >= sizeof(key))
		return -1;
	memcpy(key, filter, n);
	for (key[n] = '\0'; n && key[n - 1] == ' ';)
		key[--n] = '\0';
	return sheet_column_by_name(def, key);
}

bool sheet_asks_watched(const struct sheet_def *def, const struct sheet_ask *ask)
{
	const char *op;
	int by = ask->filter ? condition(def, ask->filter, &op) : -1;

	return (by >= 0 && def->columns[by].watched) ||
	       (ask->sort && ask->sort <= def->ncolumns && def->columns[ask->sort - 1].watched);
}

static bool compare(double seen, const char *op, double wanted)
{
	bool or_same = op[1] == '=';

	switch (*op) {
	case '<':
		return or_same ? seen <= wanted : seen < wanted;
	case '>':
		return or_same ? seen >= wanted : seen > wanted;
	case '!':
		return seen != wanted;
	default:
		return seen == wanted;
	}
}

static bool is_time(enum sheet_unit unit)
{
	return unit == SHEET_NS || unit == SHEET_MOMENT;
}

bool sheet_keeps(const struct sheet *s, const struct sheet_row *r)
{
	cleanup_buf struct buf text = BUF_INIT;
	const char *op, *value;
	struct sheet_value v;
	uint64_t ns;
	double wanted;
	int at;

	if (!*s->ask.filter)
		return true;
	at = condition(s->def, s->ask.filter, &op);
	if (at < 0) {
		sheet_row_text(s, r, &text);
		return sheet_text_has(buf_text(&text), s->ask.filter);
	}
	value = op + 1 + (op[1] == '=');
	value += strspn(value, " ");
	sheet_value(s, r, (size_t)at, &v);
	if (v.is != SHEET_KNOWN)
		return false;
	if (s->def->columns[at].unit == SHEET_TEXT)
		return sheet_text_has(v.more ? v.more : v.text, value) == (*op != '!');
	wanted = is_time(s->def->columns[at].unit) && text_duration(value, &ns)
			 ? (double)ns
			 : strtod(value, NULL);
	return compare(v.number, op, wanted);
}

struct sort_key {
	struct sheet_row row;
	double number;
	char *text; /* NULL = by number */
	bool known;
	size_t place;
};

static bool sort_reverse; /* qsort has no argument; one thread */

static int by_key(const void *a, const void *b)
{
	const struct sort_key *x = a, *y = b;
	int d;

	/* what is not known goes last whichever way */
	if (x->known != y->known)
		return x->known ? -1 : 1;
	d = x->text && y->text ? strcmp(x->text, y->text)
			       : (x->number < y->number) - (x->number > y->number);
	if (sort_reverse)
		d = -d;
	return d ? d : (x->place > y->place) - (x->place < y->place);
}

void sheet_sort(struct sheet *s, size_t from)
{
	const struct sheet_column *c;
	struct sort_key *keys;
	struct sheet_value v;
	size_t n = s->n - from, i;

	if (!s->ask.sort || n < 2)
		return;
	c = &s->def->columns[s->ask.sort - 1];
	keys = xcalloc(n, sizeof(*keys));
	for (i = 0; i < n; i++) {
		sheet_value(s, &s->rows[from + i], s->ask.sort - 1, &v);
		keys[i] = (struct sort_key){.row = s->rows[from + i],
					    .number = v.number,
					    .text = c->unit == SHEET_TEXT ? xstrdup(v.more ? v.more : v.text) : NULL,
					    .known = v.is == SHEET_KNOWN,
					    .place = i};
	}
	sort_reverse = s->ask.reverse;
	qsort(keys, n, sizeof(*keys), by_key);
	for (i = 0; i < n; i++) {
		s->rows[from + i] = keys[i].row;
		free(keys[i].text);
	}
	free(keys);
}
