/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * list - selection and scrolling, the same in every pane.
 */
#include "tui/keys.h"
#include "tui/state.h"

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
	default:
		return false;
	}
	if (l->sel >= l->count)
		l->sel = l->count - 1;
	if (l->sel < 0)
		l->sel = 0;
	/* at the end of a growing list the person stays with what comes */
	l->follow = l->count && l->sel == l->count - 1 && (code == 'G' || code == KEY_GO_END);
	return true;
}

void list_fit(struct list *l, int count, int height)
{
	l->count = count;
	l->height = height;
	if (l->follow || l->sel >= count)
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
