/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * item - what stands in a row of a list, in words: for search, for the opened line, for
 * expectations.
 *
 * A list is valid until the model changes; nobody keeps one across a loop turn.
 */
#ifndef TUI_ITEM_H
#define TUI_ITEM_H

#include "ops/metric.h"
#include "tui/facts.h"
#include "tui/state.h"

#define NUMBERS_MAX 8192

struct number_row {
	size_t group; /* in model->groups */
	struct metric metric;
};

struct item_list {
	const struct model *model;
	enum pane pane;
	size_t n;
	size_t *lines;      /* log panes: i-th row is this line of the model */
	struct sheet sheet; /* panes that show one; no rows else */
	int column;         /* of it, under the cursor; -1 = none */
	struct number_row *numbers;
	struct facts facts;
};

/* The rows of a pane as it is filtered now; panes that are no lists of things have none. */
void item_list_init(struct item_list *l, const struct model *m, const struct tui_state *st,
		    enum pane pane);
void item_list_finish(struct item_list *l);

/* What a search looks at. */
void item_text(const struct item_list *l, size_t i, struct buf *out);
/* Everything known about it, a fact a line; sanitised. */
void item_describe(const struct item_list *l, size_t i, struct buf *out);
/* The same for the same thing of a table whatever row it is in; 0 = it is in no table. */
uint64_t item_id(const struct item_list *l, size_t i);
/* The row under the list's cursor, in a table the one that was drawn there; -1 = none. */
int item_under_cursor(const struct item_list *l, const struct list *list);
/* An "expect ..." line that holds now; false when nothing there can be expected. */
bool item_expectation(const struct item_list *l, size_t i, struct buf *out);

/* Row numbers of the log as filtered: indices for model_line(); frees with free(). */
size_t *log_rows(const struct model *m, const struct tui_state *st, enum pane pane, size_t *n);

#endif
