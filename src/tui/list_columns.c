/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * list_columns - see list_columns.h. Pure but for the list it lays out. Invariant: the first column
 * always stands; every column can be scrolled to.
 */
#include "tui/list_columns.h"

#include <stdio.h>
#include <string.h>

enum { NARROW = 40, WIDE = 200, ALWAYS_RANK = 5 };

/* What a column wants in a table so wide: its least where it is narrow, its most where it is wide.
 */
static int wanted(const struct sheet_column *c, int cols)
{
	int room = cols < NARROW ? 0 : cols > WIDE ? WIDE - NARROW : cols - NARROW;

	return c->most > c->width ? c->width + (c->most - c->width) * room / (WIDE - NARROW)
				  : c->width;
}

/* Bits of the columns that fit, the lowest rank first. */
static uint64_t choose(const struct list *l, const struct sheet_def *def, int cols)
{
	uint64_t chosen = 1, tried = 1;
	int used = wanted(&def->columns[0], cols), next;
	size_t i;

	do {
		next = -1;
		for (i = 1; i < def->ncolumns; i++)
			if (!(tried >> i & 1) &&
			    (next < 0 || def->columns[i].rank < def->columns[next].rank))
				next = (int)i;
		if (next < 0)
			break;
		tried |= UINT64_C(1) << next;
		if ((def->columns[next].watched && l->costs) ||
		    (def->columns[next].rank > ALWAYS_RANK && !(l->seen >> next & 1)))
			continue;
		if (used + 1 + wanted(&def->columns[next], cols) > cols)
			continue;
		used += 1 + wanted(&def->columns[next], cols);
		chosen |= UINT64_C(1) << next;
	} while (true);
	return chosen;
}

/* Unscrolled, only the chosen ones stand: what has no value would only fill the room. */
static int place_from(const struct list *l, const struct sheet_def *def, int cols, int nchosen,
		      struct list_place *places)
{
	int n = 0, x = 0, i, width;

	for (i = 0; i < l->norder; i++) {
		const struct sheet_column *c = &def->columns[l->order[i]];

		if (i && i <= l->first)
			continue;
		if (!l->first && i >= nchosen)
			break;
		width = wanted(c, cols);
		if (x + width > cols && i) {
			/* the cursor's column is never left out for want of a little room */
			if (cols - x < c->width)
				break;
			width = cols - x;
		}
		places[n++] = (struct list_place){.column = l->order[i], .x = x, .width = width};
		x += width + 1;
	}
	return n;
}

static bool stands(const struct list *l, const struct list_place *places, int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (places[i].column == l->order[l->column])
			return true;
	return false;
}

/* What is left over goes to the columns that may grow, one after the other; then to a text at the
 * end. */
static void widen(const struct sheet_def *def, int cols, struct list_place *places, int n)
{
	struct list_place *last = &places[n - 1];
	int spare = cols - last->x - last->width, i, before;

	do {
		before = spare;
		for (i = 0; i < n && spare > 0; i++) {
			if (places[i].width >= def->columns[places[i].column].most)
				continue;
			places[i].width++;
			spare--;
		}
	} while (spare > 0 && spare < before);
	for (i = 1; i < n; i++)
		places[i].x = places[i - 1].x + places[i - 1].width + 1;
	if (def->columns[last->column].left)
		last->width = cols - last->x;
}

int list_columns(struct list *l, const struct sheet_def *def, int cols, struct list_place *places)
{
	uint64_t chosen = choose(l, def, cols);
	int n, nchosen;
	size_t i;

	l->norder = 0;
	for (i = 0; i < def->ncolumns && i < LIST_COLUMNS; i++)
		if (chosen >> i & 1)
			l->order[l->norder++] = (int)i;
	nchosen = l->norder;
	for (i = 0; i < def->ncolumns && i < LIST_COLUMNS; i++)
		if (!(chosen >> i & 1))
			l->order[l->norder++] = (int)i;
	if (l->column >= l->norder)
		l->column = l->norder - 1;
	if (l->column <= l->first)
		l->first = l->column > 0 ? l->column - 1 : 0;
	n = place_from(l, def, cols, nchosen, places);
	while (l->column && !stands(l, places, n) && l->first < l->norder - 1) {
		l->first++;
		n = place_from(l, def, cols, nchosen, places);
	}
	/* back at the left as soon as all of it fits there */
	if (l->first) {
		int first = l->first, k;
		struct list_place from_left[LIST_COLUMNS];

		l->first = 0;
		k = place_from(l, def, cols, nchosen, from_left);
		if (stands(l, from_left, k)) {
			memcpy(places, from_left, sizeof(from_left));
			n = k;
		} else {
			l->first = first;
		}
	}
	widen(def, cols, places, n);
	return n;
}

void list_shorten(const struct sheet_column *c, const struct sheet_value *v, int width, char *dst,
		  size_t size)
{
	static const char units[] = "kMGTPE";
	double number = v->number;
	int digits;
	size_t i;

	sheet_format(c, v, dst, size);
	if (c->unit == SHEET_TEXT || v->is != SHEET_KNOWN || (int)strlen(dst) <= width)
		return;
	if (c->unit == SHEET_REAL)
		for (digits = 5; digits > 0; digits--) {
			snprintf(dst, size, "%.*g", digits, number);
			if ((int)strlen(dst) <= width)
				return;
		}
	if (c->unit == SHEET_NS || c->unit == SHEET_SIGNED_NS) {
		/* whole units: "12s", "-340ms" */
		static const struct {
			double ns;
			const char *name;
		} times[] = {{1, "ns"},   {1e3, "us"},   {1e6, "ms"},   {1e9, "s"},
			     {60e9, "m"}, {3600e9, "h"}, {86400e9, "d"}};

		for (i = 0; i < sizeof(times) / sizeof(*times); i++) {
			snprintf(dst, size, "%.0f%s", number / times[i].ns, times[i].name);
			if ((int)strlen(dst) <= width)
				return;
		}
	}
	for (i = 0; units[i]; i++) {
		number /= 1000;
		for (digits = number < 9.95 && number > -9.95; digits >= 0; digits--) {
			snprintf(dst, size, "%.*f%c", digits, number, units[i]);
			if ((int)strlen(dst) <= width)
				return;
		}
	}
	snprintf(dst, size, "%.*s", width > 0 ? width : 0, "########");
}
