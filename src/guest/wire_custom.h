/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wire_custom - custom work: "custom:PROGRAM:FUNCTION", a function of a program that a person
 * wrote.
 *
 * The agent executes the program inside the cgroup with the variables below; libscxplore in it finds
 * them, maps the worker's report, says to the status pipe that it begins, and calls the function, or
 * says why it cannot. A program that ends without a word has not done the work.
 * Invariant: program and agent agree on the version, or the work is refused.
 */
#ifndef GUEST_WIRE_CUSTOM_H
#define GUEST_WIRE_CUSTOM_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

#define CUSTOM_PREFIX "custom:"

/* Variables of the worker's environment; numbers are decimal. */
#define CUSTOM_FUNCTION "SXP_WORKER"         /* the name of the function: this is a worker */
#define CUSTOM_VERSION  "SXP_WORKER_VERSION" /* custom_version() */
#define CUSTOM_STATUS   "SXP_WORKER_STATUS"  /* descriptor of the status pipe */
#define CUSTOM_REPORTS  "SXP_WORKER_REPORTS" /* descriptor of the reports of its spawn */
#define CUSTOM_INDEX    "SXP_WORKER_INDEX"   /* from 1 */
#define CUSTOM_COUNT    "SXP_WORKER_COUNT"
#define CUSTOM_COMM     "SXP_WORKER_COMM" /* the name it is to show */
#define CUSTOM_PARAM    "SXP_PARAM_"      /* and the parameter's key */

enum { CUSTOM_PROGRAM_MAX = 1024, CUSTOM_FUNCTION_MAX = 64, CUSTOM_KEY_MAX = 64 };

enum start_stage {
	START_STAGE_EXEC,
	START_STAGE_LOADER, /* the program is there, what it needs to be loaded is not */
	START_STAGE_FDS,
	START_STAGE_DIR,
	START_STAGE_ATTR,
	START_STAGE_CUSTOM, /* error 0: the function begins; else what = why it cannot */
};

struct start_status { /* through the status pipe, which closes by itself at exec */
	uint32_t index;
	int32_t error;
	uint32_t stage; /* enum start_stage */
	char what[244];
};

struct custom_work {
	char program[CUSTOM_PROGRAM_MAX]; /* absolute; "" = named by the caller of the library */
	char function[CUSTOM_FUNCTION_MAX];
};

bool custom_is(const char *work); /* does it begin as custom work does? */
/* Errors say what is wrong with the text. A program left out is refused unless bare is allowed. */
int custom_parse(const char *work, bool bare, struct custom_work *out, struct err *err);
/* KEY of a parameter: letters, digits, '_' and '-'. */
int custom_check_key(const char *key, struct err *err);
/* Of what both sides share: it changes with the layout of a report. */
uint32_t custom_version(void);

#endif
