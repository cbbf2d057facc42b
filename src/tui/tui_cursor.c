/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tui_cursor - the row under the cursor of the focused list: found, opened, expected. Invariant: a
 * list of items lives for one call.
 */
#include "base/cleanup.h"
#include "ops/expectation.h"
#include "ops/trace.h"
#include "tui/item.h"
#include "tui/keys.h"
#include "tui/tui_private.h"

#include <string.h>

/* Of the task whose slice the Timeline's cursor is on: how late it woke at most, else where it ran. */
static bool timeline_expectation(struct tui *t, struct buf *out)
{
	const struct timeline *v = &t->st.timeline;
	const struct model *m = tui_timeline(t);
	const struct model_group *g;
	struct trace_slice s;
	struct trace_task who;

	if (!trace_slice_at(m->trace, v->row, v->at_ns, 0, &s) || s.tid <= 0 ||
	    !trace_name_at(m->trace, s.tid, s.begin_ns, &who) || !model_task_of(m, who.pid, &g))
		return false;
	if (s.woken && s.wait_ns != SAMPLE_ABSENT && expectation_check(m, "wake-max", g, out))
		return true;
	buf_adds(out, "expect confined ");
	words_quote(out, g->name);
	return true;
}

/* The line that the value under the cursor would be expected by. */
bool tui_cursor_expectation(struct tui *t, struct buf *out)
{
	const struct list *l = &t->st.lists[t->st.focus];
	struct item_list items;
	bool found;
	int sel;

	if (t->st.screen == &screen_timeline)
		return timeline_expectation(t, out);
	item_list_init(&items, tui_model(t), &t->st, t->st.focus);
	sel = item_under_cursor(&items, l);
	found = sel >= 0 && item_expectation(&items, (size_t)sel, out);
	item_list_finish(&items);
	return found;
}

/* The line that changes the value under the cursor, to be gone on with. */
bool tui_cursor_set(struct tui *t, struct buf *out)
{
	struct item_list items;
	int sel = t->st.lists[t->st.focus].sel;
	bool found;

	item_list_init(&items, t->host->model(t->arg), &t->st, t->st.focus);
	found = sel >= 0 && (size_t)sel < items.facts.n &&
		facts_set_line(items.model, &items.facts.rows[sel], out);
	item_list_finish(&items);
	return found;
}

void tui_cursor_open(struct tui *t)
{
	struct item_list items;
	int sel;

	item_list_init(&items, tui_model(t), &t->st, t->st.focus);
	sel = item_under_cursor(&items, &t->st.lists[t->st.focus]);
	buf_reset(&t->st.opened);
	t->st.opened_pane = t->st.focus;
	t->st.opened_id = 0;
	t->st.opened_top = 0;
	t->st.explained = false;
	if (sel >= 0) {
		item_describe(&items, (size_t)sel, &t->st.opened);
		t->st.opened_id = item_id(&items, (size_t)sel);
	}
	item_list_finish(&items);
}

bool tui_cursor_explain(struct tui *t)
{
	const struct list *l = &t->st.lists[t->st.focus];
	struct item_list items;
	bool again = t->st.explained;
	int sel;

	t->st.explained = false;
	if (again || !pane_sheet(t->st.focus) || l->column >= l->norder)
		return false;
	item_list_init(&items, tui_model(t), &t->st, t->st.focus);
	buf_reset(&t->st.opened);
	t->st.opened_id = 0;
	t->st.opened_top = 0;
	sel = item_under_cursor(&items, l);
	sheet_explain(&items.sheet, sel >= 0 ? &items.sheet.rows[sel] : NULL,
		      (size_t)l->order[l->column], &t->st.opened);
	buf_adds(&t->st.opened, "? again for all of help\n");
	t->st.explained = true;
	item_list_finish(&items);
	return true;
}

bool tui_opened_turn(struct tui *t, int code)
{
	int by = code == KEY_PAGE_DOWN ? t->st.opened_page
		 : code == KEY_PAGE_UP ? -t->st.opened_page
				       : 0;

	t->st.opened_top += by;
	if (t->st.opened_top < 0)
		t->st.opened_top = 0;
	return by;
}

/* The figures of a row change while one looks at them; what is known of one that is gone stays. */
void tui_opened_refresh(struct tui *t)
{
	struct item_list items;
	size_t i;

	if (!t->st.opened.len || !t->st.opened_id)
		return;
	item_list_init(&items, tui_model(t), &t->st, t->st.opened_pane);
	for (i = 0; i < items.n && item_id(&items, i) != t->st.opened_id; i++)
		;
	if (i < items.n) {
		buf_reset(&t->st.opened);
		item_describe(&items, i, &t->st.opened);
	}
	item_list_finish(&items);
}

/* The next row of the focused list that holds the text, round the end. */
void tui_cursor_find_next(struct tui *t)
{
	struct list *l = &t->st.lists[t->st.focus];
	cleanup_buf struct buf text = BUF_INIT;
	struct item_list items;
	size_t i, at, start;
	bool found = false;

	if (t->st.screen->find) {
		if (*l->search && !t->st.screen->find(tui_timeline(t), &t->st))
			tui_say(t, ROLE_HINT, "no task that was recorded has this in its name");
		return;
	}
	item_list_init(&items, tui_model(t), &t->st, t->st.focus);
	start = (l->follow && !l->table) || l->sel < 0 ? items.n : (size_t)l->sel + 1;
	for (i = 0; *l->search && i < items.n && !found; i++) {
		at = (start + i) % items.n;
		buf_reset(&text);
		item_text(&items, at, &text);
		found = sheet_text_has(buf_text(&text), l->search);
		if (found) {
			l->sel = (int)at;
			l->id = item_id(&items, at);
			l->follow = l->follow && l->table;
		}
	}
	item_list_finish(&items);
	if (!found && *l->search)
		tui_say(t, ROLE_HINT, "not found in the focused list; Tab goes to another");
}
