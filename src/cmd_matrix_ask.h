/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_matrix_ask - what is asked of `scxplore matrix SCENARIO ...`: from words, from the head of a
 * file that is gone on with, and from what the scenario itself says, to one complete question.
 */
#ifndef CMD_MATRIX_ASK_H
#define CMD_MATRIX_ASK_H

#include "cmd_matrix_engine.h"
#include "cmd_matrix_report.h"
#include "matrix/feasible.h"
#include "session/load.h"

#define MATRIX_JOBS_MAX 64

struct matrix_ask {
	struct mx_head head;
	bool repeat_said, warmup_said, shard_said;
	const char *out, *resume; /* borrowed from argv */
	bool pin, dry_run;
	unsigned jobs, max_cpus;
	struct matrix_engine_options engine;
	struct matrix_report_options report;
	struct guest_options guest;
	char **option_words; /* what `guest` is borrowed from, when a file said it; owned */
	struct loaded loaded;
	char **rest; /* words of argv that are none of the above; owned list of borrowed words */
};

/* Words: 0, or the exit status of a wrong use; told. matrix_ask_finish() in every case. */
int matrix_ask_parse(struct matrix_ask *a, const struct command *cmd, int argc, char **argv);
/* What was not said is as it was in the file that is gone on with. */
int matrix_ask_like(struct matrix_ask *a, const struct mx_head *head, struct err *err);
/* Loads the scenario and fills every axis. */
int matrix_ask_complete(struct matrix_ask *a, struct err *err);
void matrix_ask_finish(struct matrix_ask *a);

#endif
