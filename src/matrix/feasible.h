/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * feasible - which cells of a plan can be run on this machine; the others get the reason.
 */
#ifndef MATRIX_FEASIBLE_H
#define MATRIX_FEASIBLE_H

#include "matrix/plan.h"
#include "ops/scenario.h"

struct mx_limits {
	unsigned jobs;
	unsigned cpus_max;         /* of a guest; 0 = what this host sensibly runs */
	unsigned memory_asked_mib; /* --memory; 0 = by the topology */
	bool kvm;                  /* guests are expected to run under KVM */
	unsigned host_cpus;
	uint64_t host_memory_mib; /* 0 = not known */
};

/* cpus_max and the host's part from this machine, for guests with this accelerator. */
void mx_limits_of_host(struct mx_limits *l, enum accel asked);

/*
 * Sets `skip` of cells. Errors are what no cell could be run with: a scenario that takes no other
 * scheduler, a scheduler that does not exist under any name.
 */
int mx_plan_judge(struct mx_plan *plan, const struct scenario *base, const struct mx_limits *limits,
		  struct err *err);

#endif
