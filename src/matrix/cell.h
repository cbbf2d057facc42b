/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cell - the scenario of one cell: the one that was named, on this topology, under this scheduler.
 *
 * A scenario that loads a scheduler in one place gets the cell's there instead; one that loads none
 * gets it before its first op, or as soon as the cgroups are there that the scheduler's constants
 * name. Under "none" nothing is loaded and nothing unloaded. `expect sched == NAME` follows; of a
 * scheduler whose name in the kernel only its object knows, it is left out (that the one loaded is
 * the one that ran is judged in any case). A scenario that is about certain schedulers (several of
 * them, restart, dump, eject, how one ends) runs with MX_OWN only.
 */
#ifndef MATRIX_CELL_H
#define MATRIX_CELL_H

#include "ops/scenario.h"
#include "vmm/guest.h"

/* May other schedulers take the place of the scenario's own? The error names the line. */
int mx_scenario_takes(const struct scenario *base, struct err *err);

/* The op "sched load WORD"; checked, and its files are there. -ENOENT: there is no such file. */
int mx_sched_op(const char *word, struct op **out, struct err *err);

/*
 * base is not changed. -ERANGE: this topology has not what the scenario names; any other error is
 * the scheduler's. *out is the caller's.
 */
int mx_cell_scenario(const struct scenario *base, const struct topology *topology,
		     const char *sched, struct scenario **out, struct err *err);

/* The same for who looks at it: without what a matrix reads in the guest (below). */
int mx_scenario_under(const struct scenario *base, const struct topology *topology,
		      const char *sched, struct scenario **out, struct err *err);

/* What each run reads in the guest. First: how it keeps time, and which weaknesses of the CPU its
 * kernel works round. First and last: the time stolen from it. Last, and before a scheduler is
 * taken back: the kernel's counters of it. A file that is not there is no failure. */
#define MX_CLOCK_FILE "/sys/devices/system/clocksource/clocksource0/current_clocksource"
#define MX_STAT_FILE  "/proc/stat"
#define MX_SCHED_FILE "/sys/kernel/sched_ext/root/events"
/* Paths: those whose cure makes system calls and switches dearer. NULL past the end. */
const char *mx_vulnerability_at(size_t i);

#endif
