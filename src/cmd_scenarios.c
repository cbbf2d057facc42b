/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_scenarios - `scxplore scenarios`: those that come with the program, and what each is for.
 */
#include "base/cleanup.h"
#include "cmd.h"
#include "session/canned.h"

#include <stdio.h>

static int run_scenarios(int argc, char **argv)
{
	struct err err = ERR_INIT;
	struct canned *list;
	size_t n, i;

	if (argc > 1)
		return command_usage(&cmd_scenarios, "'%s' is not understood here", argv[1]);
	list = canned_list(&n, &err);
	if (!list)
		return command_error(&cmd_scenarios, &err);
	for (i = 0; i < n; i++)
		printf("%-24s %s\n", list[i].name, list[i].purpose);
	canned_free(list, n);
	return 0;
}

const struct command cmd_scenarios = {
	.name = "scenarios",
	.synopsis = "scenarios",
	.summary = "the scenarios that come with the program; 'scxplore run NAME' runs one",
	.run = run_scenarios,
};
