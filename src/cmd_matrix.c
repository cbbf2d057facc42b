/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_matrix - `scxplore matrix`: one scenario in many guests, and what came of it.
 */
#include "cmd_matrix_report.h"

#include <string.h>

static int run_matrix(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "report"))
		return matrix_report_main(&cmd_matrix, argc - 1, argv + 1);
	return command_usage(&cmd_matrix, "say 'report' and a saved matrix");
}

const struct command cmd_matrix = {
	.name = "matrix",
	.synopsis = "matrix report SAVED " MATRIX_REPORT_SYNOPSIS,
	.summary = "what the runs of a saved matrix say, compared and judged",
	.run = run_matrix,
};
