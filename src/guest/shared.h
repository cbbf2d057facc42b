/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shared - memory and descriptors that the agent sets up before the first hand is forked.
 *
 * Rows of samples are too many for a message: the hand that reads them writes them here, the
 * agent looks only after its answer. Invariant: one writer at a time, by the agent's own order.
 */
#ifndef GUEST_SHARED_H
#define GUEST_SHARED_H

#include "guest/wire_sample.h"

#include "base/err.h"

#define SHARED_GROUPS 512 /* GROUPS_MAX */

struct shared {
	char root[64];					  /* workload root, "/scxplore" */
	struct sample_cgroup cgroups[SAMPLE_CGROUPS_MAX]; /* JOB_SCAN */
	struct sample_task tasks[SAMPLE_TASKS_MAX];       /* JOB_SAMPLE */
	struct sample_mask masks[SAMPLE_MASKS_MAX]; /* JOB_SAMPLE: where the tasks may run */
	uint32_t nmasks;
	struct sample_mask cpusets[SAMPLE_CGROUPS_MAX]; /* JOB_SCAN: one each; all 0 = not known */
	uint64_t nr_running[SAMPLE_CPUS_MAX]; /* JOB_SAMPLE; SAMPLE_ABSENT = not known */
	uint64_t steal_ns;                    /* JOB_SCAN; the same */
	uint64_t first_run_ns[SHARED_GROUPS]; /* CLOCK_MONOTONIC, by row of the group; 0 = not yet */
};

#define SHARED_CGROUP_FD 512 /* the same number in every process */

extern struct shared *shared_rows; /* mapped shared with every hand */
extern int shared_cgroup_fd;       /* a private mount of cgroup2: its root directory */

/* Both are ready after this; needs cgroup2 mounted at /sys/fs/cgroup. */
int shared_init(struct err *err);

#endif
