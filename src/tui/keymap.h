/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keymap - the single keys as data: what each does, in words; the help screen reads the same table.
 * Ops have their keys in the op table (op_def.shortcut): they open the prompt with the op's words.
 */
#ifndef TUI_KEYMAP_H
#define TUI_KEYMAP_H

#include <stddef.h>

enum action {
	ACT_NONE,
	ACT_PROMPT,
	ACT_SEARCH,
	ACT_FILTER,
	ACT_NEXT_PANE,
	ACT_PREVIOUS_PANE,
	ACT_ZOOM,
	ACT_FREEZE,
	ACT_FOLLOW,
	ACT_SORT,
	ACT_OUTLINE,
	ACT_EXPLAIN,
	ACT_HELP,
	ACT_EXPORT,
	ACT_BUG_REPORT,
	ACT_SET,
	ACT_EXPECT,
	ACT_PROMOTE,
	ACT_THEME,
	ACT_CANCEL,
	ACT_REDRAW,
	ACT_SUSPEND,
	ACT_QUIT,
	ACT_BACK,
	ACT_SEARCH_NEXT,
	ACT_OPEN,
	ACT_OP_BEFORE,
	ACT_OP_AFTER,
	ACT_STEP_BEFORE,
	ACT_STEP_AFTER,
	ACT_TIME_BEFORE,
	ACT_TIME_AFTER,
	ACT_MOMENT,
	ACT_UNDO,
	ACT_REDO,
	ACT_PAUSE,
	ACT_SLOW,
	ACT_ADVANCE_SWITCH,
	ACT_ADVANCE_TICK,
	ACT_ADVANCE_SPAN,
};

struct key_binding {
	int key;  /* keys.h */
	int twin; /* another key for the same, 0 = none */
	enum action action;
	const char *shown; /* as in help: "Tab" */
	const char *summary;
};

const struct key_binding *key_binding_at(size_t i); /* NULL past the end */
enum action key_action(int key);

#endif
