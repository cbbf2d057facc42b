/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_matrix_report - the reporting half of `scxplore matrix`: what a run of a matrix and `matrix
 * report FILE` have in common.
 */
#ifndef CMD_MATRIX_REPORT_H
#define CMD_MATRIX_REPORT_H

#include "cmd.h"
#include "matrix/report.h"

#define MATRIX_REPORT_SYNOPSIS                                                                     \
	"[--format text|ktap|junit|json] [--baseline SCHED] [--compare SAVED] "                    \
	"[--gate METRIC:+10%|+5us] [--histogram METRIC] [--all] [-o REPORT]"

struct matrix_report_options {
	const struct mx_report_format *format; /* NULL = text */
	const char *baseline;                  /* NULL = EEVDF where it is one of several */
	const char *compare;                   /* a saved matrix */
	const char *histogram;
	bool all;           /* also what is 0 in every run */
	const char *output; /* NULL or "-" = standard output */
	struct mx_gate gate[MX_GATES_MAX];
	size_t ngates;
};

/* Takes argv[*i], and its value, when it is one of these: 1; 0 = it is none; < 0 wrong use, told.
 */
int matrix_report_option(const struct command *cmd, struct matrix_report_options *o, int argc,
			 char **argv, int *i);
/* Before anything runs: may these options stand together? 0, or the exit status of a wrong use. */
int matrix_report_check(const struct command *cmd, const struct matrix_report_options *o);
/* Runs may be saved to standard output ("-"; NULL = not saved) only when the report goes elsewhere. 0,
 * or the exit status; told. */
int matrix_report_beside(const struct command *cmd, const struct matrix_report_options *o,
			 const char *out);
/* Compares, judges, writes; the exit status. */
int matrix_report_write(const struct command *cmd, const struct matrix_report_options *o,
			const struct mx_runs *runs);
/* `matrix report FILE [OPTIONS]`: argv[0] is "report". The exit status. */
int matrix_report_main(const struct command *cmd, int argc, char **argv);

#endif
