/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reduce - the smallest part of a scenario that still shows what its last op fails by.
 *
 * Greedy delta debugging: chunks of ops, from the end and ever smaller, then single ops of bodies,
 * then single words (cgroups, limits, numbers), until none of them can be left out. Nothing is
 * known here of guests: who asks carries a candidate out.
 * Source: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input" (2002).
 */
#ifndef OPS_REDUCE_H
#define OPS_REDUCE_H

#include "ops/scenario.h"

struct reduce_ops {
	/* 1 = the last op of the candidate fails still, 0 = it does not, -errno with err: give up.
	 */
	int (*fails)(void *arg, const struct scenario *candidate, struct err *err);
	/* One that does, smaller than all before; may be NULL. */
	void (*smaller)(void *arg, const struct scenario *candidate);
	void *arg;
};

/*
 * from: a valid scenario whose last op fails; it is not carried out again. cpus as for
 * scenario_create(). No candidate is carried out twice, none that is not valid is at all. Returns
 * what is left, which the caller destroys; after a failure of fails() that is the smallest so far,
 * and err is set.
 */
struct scenario *reduce(const struct scenario *from, unsigned cpus, const struct reduce_ops *ops,
			struct err *err);

#endif
