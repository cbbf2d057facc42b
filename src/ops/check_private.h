/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_private - what the files of checks share; for nobody else.
 */
#ifndef OPS_CHECK_PRIVATE_H
#define OPS_CHECK_PRIVATE_H

#include "ops/check.h"

/* The group, when it was started; else NULL, and `why` says so. */
const struct model_group *check_group_of(const struct model *m, const char *name, struct buf *why);
/* Were all tasks started that were asked for, and did they begin to execute? */
bool check_all_started(const struct model *m, const struct model_group *g, struct buf *why);

/* A limit was missed that depends on how fast the machine is: a fail, or inconclusive with the
 * reason where the time was not the guest's own. */
enum verdict check_time_missed(const struct model *m, struct buf *why);

static inline double check_seconds(uint64_t ns)
{
	return (double)ns / 1e9;
}

#endif
