/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * list_columns - which columns of a table stand on the screen, where, and how wide.
 */
#ifndef TUI_LIST_COLUMNS_H
#define TUI_LIST_COLUMNS_H

#include "tui/state.h"

struct list_place {
	int column; /* of the sheet */
	int x, width;
};

/*
 * Chooses by rank what fits into `cols`, of columns that have had a value (list.seen) and cost no
 * guest anything (list.costs), and lays it out in the table's order; the others follow to the
 * right, where the cursor scrolls to. Fills list.order and keeps its cursor and scroll in range.
 * Returns how many stand in `places` (LIST_COLUMNS).
 */
int list_columns(struct list *l, const struct sheet_def *def, int cols, struct list_place *places);
/* A number too long for its width, shorter: "1234567" -> "1.2M"; never a wrong one. */
void list_shorten(const struct sheet_column *c, const struct sheet_value *v, int width, char *dst,
		  size_t size);

#endif
