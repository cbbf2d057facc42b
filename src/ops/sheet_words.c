/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sheet_words - a sheet in words: its rows described, its columns explained.
 */
#include "base/cleanup.h"
#include "ops/sheet.h"

#include <inttypes.h>
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

void sheet_explain(const struct sheet *s, const struct sheet_row *r, size_t column, struct buf *out)
{
	static const char *const units[] = {"text",
					    "a count",
					    "time (ns in exports)",
					    "time (ns in exports)",
					    "percent of one CPU",
					    "times a second",
					    "a moment of guest time in s (ns in exports)",
					    "the row says in what"};
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
		sheet_exact(c, &v, text, sizeof(text));
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
