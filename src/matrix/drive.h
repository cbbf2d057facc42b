/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * drive - carries out the turns of a plan, each in a guest of its own, so many at a time as asked,
 * on one loop. Runs are told as they end; SIGINT, SIGTERM and SIGHUP end the guests and the rest.
 */
#ifndef MATRIX_DRIVE_H
#define MATRIX_DRIVE_H

#include "matrix/plan.h"
#include "session/load.h"

struct mx_drive {
	const struct mx_plan *plan;
	const struct loaded *loaded;         /* the scenario, and the session it may be from */
	const struct guest_options *options; /* of all guests */
	const bool *todo;                    /* by turn */
	unsigned jobs;
	bool pin;
	unsigned first_turn; /* number of the first run that ends, from 1 */
	/* A run has ended; it is the callee's to copy. < 0 ends the matrix (err is set). */
	int (*run)(void *arg, const struct mx_run *run, uint64_t took_ns, struct err *err);
	/* Something a person should know of a run that goes on. */
	void (*say)(void *arg, const struct mx_plan_cell *cell, const char *text);
	void *arg;
};

/* 0 = all turns have run; -EINTR: a signal ended it; else the error of run(). */
int mx_drive(const struct mx_drive *d, struct err *err);

#endif
