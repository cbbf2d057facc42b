/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * made - a guest that is not there: samples as a busy one would send them, the same in every run.
 */
#ifndef BENCH_MADE_H
#define BENCH_MADE_H

#include "ops/model.h"

struct made {
	struct sample s; /* the last one; owned */
	uint64_t seed;
	uint32_t next_tid, next_cgroup;
	uint64_t gone_cgroup; /* with the last sample; 0 = none */
};

void made_init(struct made *m, uint32_t ncpus, uint32_t ntasks, uint32_t ncgroups);
void made_finish(struct made *m);
/*
 * The next sample, step_ns later: every tenth task has run; a share of them ends and others begin
 * in their place when churn is wanted, now and then a cgroup, too.
 */
void made_next(struct made *m, uint64_t step_ns, bool churn);
uint64_t made_random(struct made *m);

#endif
