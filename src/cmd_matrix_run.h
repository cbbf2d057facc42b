/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_matrix_run - `scxplore matrix SCENARIO ...`, `matrix merge` and `matrix topologies`.
 */
#ifndef CMD_MATRIX_RUN_H
#define CMD_MATRIX_RUN_H

#include "cmd_matrix_engine.h"
#include "cmd_matrix_report.h"

#define MATRIX_RUN_SYNOPSIS                                                                        \
	"SCENARIO [--topology A,B] [--sched X,Y] [--kernel V,W] [--repeat N] [--warmup N] "        \
	"[--jobs N] [--out FILE] [--shard I/N] [--pin] [--max-cpus N] [--dry-run] " MATRIX_ENGINE_SYNOPSIS " | "              \
	"--resume FILE | merge FILE... --out FILE | topologies"

/* argv[0] is "matrix", "merge", "topologies". The exit status. */
int matrix_run_main(const struct command *cmd, int argc, char **argv);
int matrix_merge_main(const struct command *cmd, int argc, char **argv);
int matrix_topologies_main(const struct command *cmd, int argc, char **argv);

/* Saved matrices as one, saved as `out` (NULL = not), and the report. The exit status. */
int matrix_merge_files(const struct command *cmd, const char *const *paths, size_t n,
		       const char *out, const struct matrix_report_options *report);

#endif
