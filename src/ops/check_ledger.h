/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_ledger - verdicts on what groups did at every switch, from the look an op has taken.
 *
 * seq: the op that looked. Each writes a sentence to why. A look that is missing or incomplete is
 * inconclusive, unless what it has is enough for a fail.
 */
#ifndef OPS_CHECK_LEDGER_H
#define OPS_CHECK_LEDGER_H

#include "base/buf.h"
#include "ops/model.h"

#define SHARE_TOLERANCE 100000 /* millionths: 10% */

/* cgroup: below the workload root, or "/". */
enum verdict check_stayed(const struct model *m, uint64_t seq, const char *name, const char *cgroup,
			  struct buf *why);
/* Under an emulator or on a loaded host too late is inconclusive: the time is not the guest's own. */
enum verdict check_ran(const struct model *m, uint64_t seq, const char *name, uint64_t within_ns,
		       struct buf *why);
/* pair "B/A"; ratio and tolerance in millionths. */
enum verdict check_share(const struct model *m, uint64_t seq, const char *pair, int64_t ratio,
			 int64_t tolerance, struct buf *why);
enum verdict check_cpus(const struct model *m, uint64_t seq, const char *name, const char *list,
			struct buf *why);
enum verdict check_confined(const struct model *m, uint64_t seq, const char *name, struct buf *why);

/* For an expect op that looks. VERDICT_NONE = it is another. */
enum verdict check_ledger_op(const struct model *m, const struct op *op, uint64_t seq,
			     struct buf *why);

/* What check_share() judges; false = it was not measured. */
bool check_share_ratio(const struct model *m, uint64_t seq, const char *pair, double *ratio);

#endif
