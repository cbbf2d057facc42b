/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * collect - what one guest has shown, as a run of a saved matrix. Pure.
 */
#ifndef MATRIX_COLLECT_H
#define MATRIX_COLLECT_H

#include "matrix/runs.h"

/*
 * Verdict, its reason, the numbers of all groups as "GROUP:NAME", the kernel's counters of the
 * scheduler as "sched:NAME", and what the model knows of the conditions. `failed`: why the guest or
 * the run broke off, NULL = it came to its end. command: QEMU's.
 */
void mx_collect(struct mx_run *run, const struct model *m, const char *title, const char *failed,
		const char *command);

#endif
