/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * commands - what the prompt takes beside ops: commands of the screen itself, as one table.
 */
#ifndef TUI_COMMANDS_H
#define TUI_COMMANDS_H

#include "tui/tui.h"

struct tui_command {
	const char *name;
	const char *synopsis;
	const char *summary;
	int (*run)(struct tui *t, char **words, size_t n, struct err *err);
};

const struct tui_command *tui_command_at(size_t i); /* NULL past the end */
/* NULL-terminated names, for completion. */
const char *const *tui_command_names(void);

#endif
