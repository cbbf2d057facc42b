/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * list - selection and scrolling, the same in every pane.
 */
#include "tui/keys.h"
#include "tui/state.h"

static void move_column(struct list *l, int by)
{
	l->column += by;
	if (l->column >= l->norder)
		l->column = l->norder - 1;
	if (l->column < 0)
		l->column = 0;
}

bool list_key(struct list *l, int code)
{
	int page = l->height > 1 ? l->height - 1 : 1;

	switch (code) {
	case KEY_GO_UP:
	case 'k':
		l->sel--;
		break;
	case KEY_GO_DOWN:
	case 'j':
		l->sel++;
		break;
	case KEY_PAGE_UP:
		l->sel -= page;
		break;
	case KEY_PAGE_DOWN:
		l->sel += page;
		break;
	case KEY_GO_HOME:
	case 'g':
		l->sel = 0;
		break;
	case KEY_GO_END:
	case 'G':
		l->sel = l->count - 1;
		break;
	case KEY_GO_LEFT:
	case KEY_GO_RIGHT:
		if (!l->table)
			return false;
		move_column(l, code == KEY_GO_LEFT ? -1 : 1);
		return true;
	default:
		return false;
	}
	if (l->sel >= l->count)
		l->sel = l->count - 1;
	if (l->sel < 0)
		l->sel = 0;
	if (l->table) {
		l->id = 0; /* it is on another row now */
		return true;
	}
	/* at the end of a growing list the person stays with what comes */
	l->follow = l->count && l->sel == l->count - 1 && (code == 'G' || code == KEY_GO_END);
	return true;
}

void list_fit(struct list *l, int count, int height)
{
	l->count = count;
	l->height = height;
	if ((l->follow && !l->table) || l->sel >= count)
		l->sel = count - 1;
	if (l->sel < 0)
		l->sel = 0;
	if (l->sel < l->top)
		l->top = l->sel;
	if (height > 0 && l->sel >= l->top + height)
		l->top = l->sel - height + 1;
	if (l->top > count - height)
		l->top = count - height;
	if (l->top < 0)
		l->top = 0;
}
