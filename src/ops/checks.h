/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checks - the one table of the standard checks of a scheduler, and the judging by it.
 *
 * `expect check`, its help and completion, what is judged without being asked for, exports and the
 * tests loop over the table. Checks of workers read their reports and the ledger, checks of the
 * machine the history of samples (model_monitor.h).
 * Invariant: a pass needs a value that was measured; what is absent is inconclusive, what does not
 * apply is skipped, each with the reason.
 */
#ifndef OPS_CHECKS_H
#define OPS_CHECKS_H

#include "base/buf.h"
#include "base/err.h"
#include "ops/metric.h"
#include "ops/model.h"
#include "ops/model_monitor.h"

#define CHECK_NO_LIMIT    (-1.0) /* has no default: it must be said */
#define CHECK_SAMPLES_MAX 1000
#define CHECK_OFF         "off" /* as a limit: not to be judged */

struct check_def;

/* What a check has measured. */
struct check_seen {
	double value;
	char where[160]; /* who, when, on which CPU; "" = all of them */
};

/* VERDICT_PASS = measured into *seen; else `why` says why not. */
typedef enum verdict (*check_measure_fn)(const struct model *m, uint64_t seq,
					 const struct check_def *def, const char *group,
					 unsigned samples, struct check_seen *seen,
					 struct buf *why);

struct check_def {
	const char *name;
	const char *summary; /* what it judges */
	const char *measure; /* what the number is: "longest gap" */
	enum metric_unit unit;
	double limit;	  /* by default, in the base of the unit; or CHECK_NO_LIMIT */
	bool at_least;	  /* the limit is the least that is good, else the most */
	bool timed;	  /* depends on how fast the machine is */
	bool opt_in;	  /* judges a design, or has no limit of its own: only when asked for */
	bool of_group;	  /* of a group's workers; else of the machine */
	bool sched_only;  /* means nothing without a sched_ext scheduler */
	unsigned samples; /* how many in a row must be beyond the limit; 0 = not sampled */
	const char *figure;  /* of a report (figures.h), where it is one */
	const char *counter; /* of sched_ext, where it is one */
	int monitor;	     /* enum monitor_value */
	check_measure_fn take;
};

const struct check_def *check_def_at(size_t i); /* NULL past the end */
const struct check_def *check_def_find(const char *name);
/* "2s", "15%": the limit as it is typed. "" when there is none. */
void check_def_limit(const struct check_def *def, char *dst, size_t size);

/* Do check, group, limit and samples of an op fit each other? 0 for ops that name no check. */
int checks_op_check(const struct op *op, struct err *err);

/* The value alone, as op `seq` left it (CHECK_AT_END: as it is now). */
enum verdict check_measure(const struct model *m, uint64_t seq, const struct check_def *def,
			   const char *group, unsigned samples, struct check_seen *seen,
			   struct buf *why);
/* samples 0, limit NULL: the defaults. replays: how many the limit was learnt from; 0 = none. */
enum verdict check_standard(const struct model *m, uint64_t seq, const struct check_def *def,
			    const char *group, const char *limit, unsigned samples,
			    unsigned replays, struct buf *why);

/*
 * What nobody asked for: the checks that are not opt-in, over each group of workers and the
 * machine. FAIL with the words of each that failed, else PASS; an expectation of the same check
 * and group stands in its place. What cannot be told, such as a time that is not the guest's own,
 * is not judged.
 */
enum verdict check_unasked(const struct model *m, struct buf *why);

/* In check_workers.c and check_machine.c. */
enum verdict check_take_figure(const struct model *m, uint64_t seq, const struct check_def *def,
			       const char *group, unsigned samples, struct check_seen *seen,
			       struct buf *why);
enum verdict check_take_spread(const struct model *m, uint64_t seq, const struct check_def *def,
			       const char *group, unsigned samples, struct check_seen *seen,
			       struct buf *why);
enum verdict check_take_parity(const struct model *m, uint64_t seq, const struct check_def *def,
			       const char *group, unsigned samples, struct check_seen *seen,
			       struct buf *why);
enum verdict check_take_rate(const struct model *m, uint64_t seq, const struct check_def *def,
			     const char *group, unsigned samples, struct check_seen *seen,
			     struct buf *why);
enum verdict check_take_migrations(const struct model *m, uint64_t seq,
				   const struct check_def *def, const char *group,
				   unsigned samples, struct check_seen *seen, struct buf *why);
enum verdict check_take_numa(const struct model *m, uint64_t seq, const struct check_def *def,
			     const char *group, unsigned samples, struct check_seen *seen,
			     struct buf *why);
enum verdict check_take_escapes(const struct model *m, uint64_t seq, const struct check_def *def,
				const char *group, unsigned samples, struct check_seen *seen,
				struct buf *why);
enum verdict check_take_monitor(const struct model *m, uint64_t seq, const struct check_def *def,
				const char *group, unsigned samples, struct check_seen *seen,
				struct buf *why);

#endif
