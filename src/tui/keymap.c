/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keymap - the table of single keys. Invariant: no key stands in it twice, none is an op's shortcut
 * (a test holds both).
 */
#include "tui/keymap.h"
#include "base/cleanup.h"
#include "tui/keys.h"

static const struct key_binding table[] = {
	{':', 0, ACT_PROMPT, ":",
	 "type an op or a command; Tab completes, arrows walk the history"},
	{'/', 0, ACT_SEARCH, "/", "search in the focused list"},
	{'N', 0, ACT_SEARCH_NEXT, "N", "next row found"},
	{KEY_RETURN, 0, ACT_OPEN, "Enter",
	 "open the row under the cursor: everything known about it"},
	{'f', 0, ACT_FILTER, "f", "show only what contains a text, or COLUMN>VALUE (waiting>1s)"},
	{'s', 0, ACT_SORT, "s",
	 "sort a table: Enter takes the column under the cursor; again turns it round, a third "
	 "time undoes it"},
	{'o', 0, ACT_OUTLINE, "o",
	 "a tree's outline: threads, processes, only groups, one flat list"},
	{KEY_TAB, 0, ACT_NEXT_PANE, "Tab", "focus the next pane"},
	{KEY_BACK_TAB, 0, ACT_PREVIOUS_PANE, "Shift-Tab", "focus the pane before"},
	{'z', 0, ACT_ZOOM, "z", "the focused pane alone, and back"},
	{' ', 0, ACT_FREEZE, "Space", "freeze the figures while the guest goes on: search, sort, open them; again thaws"},
	{'F', 0, ACT_FOLLOW, "F",
	 "stay at the end of the list, in a table on the row under the cursor; back to now from an "
	 "earlier moment"},
	{'[', 0, ACT_OP_BEFORE, "[", "look back: all screens as they were after the op before; F returns"},
	{']', 0, ACT_OP_AFTER, "]", "the same, after the next op"},
	{'{', 0, ACT_STEP_BEFORE, "{", "look back to the begin of a step"},
	{'}', 0, ACT_STEP_AFTER, "}", "the same, the next step"},
	{'(', 0, ACT_TIME_BEFORE, "(", "look back by a second"},
	{')', 0, ACT_TIME_AFTER, ")", "on by a second"},
	{'@', 0, ACT_MOMENT, "@", "look at all screens at the moment under the Timeline's cursor"},
	{'u', 0, ACT_UNDO, "u", "undo: guest and session go back to before the last op"},
	{'U', 0, ACT_REDO, "U", "on again, to where the last undo came from"},
	{'P', 0, ACT_PAUSE, "P", "pause the guest's time: every screen shows that moment; again goes on"},
	{'.', 0, ACT_ADVANCE_SWITCH, ".", "one step of a paused guest: to the next switch of any CPU"},
	{',', 0, ACT_ADVANCE_TICK, ",", "to the next tick"},
	{';', 0, ACT_ADVANCE_SPAN, ";", "by about 100 microseconds; how many passed is said"},
	{'%', 0, ACT_SLOW, "%", "slow motion: 1/10 of full speed, then 1/100, then full"},
	{'e', 0, ACT_EXPECT, "e", "make an expectation of what is under the cursor"},
	{'=', 0, ACT_SET, "=", "set the scheduler's variable or map entry under the cursor"},
	{'b', 0, ACT_PROMOTE, "b", "promote what is under the cursor to the backdrop"},
	{'x', 0, ACT_EXPORT, "x", "export the session as a C test"},
	{'M', 0, ACT_BUG_REPORT, "M", "export the session as a bug report in Markdown"},
	{'t', 0, ACT_THEME, "t", "next colour theme"},
	{KEY_CTRL_C, 0, ACT_CANCEL, "Ctrl-C",
	 "cut the running hold or wait short; never ends the session"},
	{KEY_CTRL_L, 0, ACT_REDRAW, "Ctrl-L", "draw everything anew"},
	{KEY_CTRL_Z, 0, ACT_SUSPEND, "Ctrl-Z", "back to the shell; 'fg' returns"},
	{KEY_ESCAPE, 0, ACT_BACK, "Esc", "leave help, zoom, filter, a frozen picture"},
	{'?', 0, ACT_EXPLAIN, "?",
	 "what the figure under the cursor is, its unit, where it comes from, why it is absent; "
	 "again: this help"},
	{KEY_FUNCTION + 1, 0, ACT_HELP, "F1", "this help"},
	{'q', KEY_FUNCTION + 10, ACT_QUIT, "q F10",
	 "end the session and leave; the record is kept"},
};

const struct key_binding *key_binding_at(size_t i)
{
	return i < ARRAY_SIZE(table) ? &table[i] : NULL;
}

enum action key_action(int key)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].key == key || (table[i].twin && table[i].twin == key))
			return table[i].action;
	return ACT_NONE;
}
