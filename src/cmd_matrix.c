/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_matrix - `scxplore matrix`: one scenario in many guests, and what came of it.
 */
#include "cmd_matrix_report.h"
#include "cmd_matrix_run.h"

#include <string.h>

static int run_matrix(int argc, char **argv)
{
	static const struct {
		const char *word;
		int (*run)(const struct command *cmd, int argc, char **argv);
	} words[] = {
		{"report", matrix_report_main},
		{"merge", matrix_merge_main},
		{"topologies", matrix_topologies_main},
	};
	size_t i;

	for (i = 0; argc > 1 && i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(argv[1], words[i].word))
			return words[i].run(&cmd_matrix, argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], "--help"))
		return command_by_name("help")->run(2, (char *[]){"help", "matrix", NULL});
	return matrix_run_main(&cmd_matrix, argc, argv);
}

const struct command cmd_matrix = {
	.name = "matrix",
	.synopsis = "matrix " MATRIX_RUN_SYNOPSIS " | report SAVED " MATRIX_REPORT_SYNOPSIS,
	.summary = "a scenario on every combination of topologies, schedulers and kernels, each run in a "
		   "fresh guest; saved, compared and judged",
	.boots = true,
	.run = run_matrix,
};
