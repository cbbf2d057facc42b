/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check - judging: pure functions from the model to a verdict and its words.
 *
 * The same functions judge `expect` ops live, replays, and the asserts of exported C tests. A text
 * always says what was expected, what was seen (the very line read), when, by which task.
 */
#ifndef OPS_CHECK_H
#define OPS_CHECK_H

#include "base/buf.h"
#include "ops/model.h"

#define CHECK_AT_END UINT64_MAX /* instead of the op that noted: how it is now */

/*
 * The trace of an exact run has this hash. Of a run that is not exact, or whose trace could not be
 * had, inconclusive; skip where machine (NULL = any) says that it was made on another one.
 */
enum verdict check_trace(const struct model *m, const char *hash, const char *machine,
			 struct buf *why);
/* Judge an expect op that the agent has passed (its EV_DONE is applied). VERDICT_NONE when the op
 * is no expectation. */
enum verdict check_op(const struct model *m, const struct op *op, uint64_t seq, struct buf *why);

/*
 * Every task of the group was inside cgroup (below the workload root; "/" = system root) while
 * still held before its first instruction, and the exec probe, where it was attached, saw it there
 * too.
 */
enum verdict check_placed(const struct model *m, const char *name, const char *cgroup,
			  struct buf *why);
enum verdict check_exit(const struct model *m, const char *name, int64_t code,
			struct buf *why); /* 128+N for signal N is accepted as code */
enum verdict check_output(const struct model *m, const char *name, const char *text,
			  struct buf *why);
enum verdict check_file(const struct model *m, const char *path, size_t nth, const char *text,
			struct buf *why); /* trimmed */

/*
 * May wall times of this guest be trusted? false = no, and `why` gets the reason: it is emulated,
 * its host was loaded, or time was stolen from it or from its host. The only place that decides it,
 * in check_time.c.
 */
bool check_time_trusted(const struct model *m, struct buf *why);
/* The host's part of it, of the numbers of an EV_HOST. */
bool check_host_trusted(uint64_t wait, uint64_t steal, uint64_t load);

/* Each worker's report as op `seq` noted it (model_metric.h), or the last there is; see figures.h.
 * A figure that is missing leaves it inconclusive, as does a time that is missed where times are
 * not trusted. */
enum verdict check_report(const struct model *m, uint64_t seq, const char *name,
			  const char *figure, const char *op, const char *value, struct buf *why);

/* A number that a payload has printed or workers report together; see model_metric.h. tolerance:
 * millionths that the limit is loosened by. What was never printed by a program that has ended is a
 * fail. */
enum verdict check_metric(const struct model *m, uint64_t seq, const char *name, const char *key,
			  const char *op, const char *value, int64_t tolerance, struct buf *why);

/* Schedulers, in check_sched.c. The op's own seq tells up to where is looked. */
enum verdict check_sched(const struct model *m, const char *name, struct buf *why);
enum verdict check_sched_exit(const struct model *m, const char *kind, struct buf *why);
/*
 * A scenario that names a scheduler is about that one: FAIL when it did not come into force, was
 * another, or ended by itself and nothing expected that. SKIP when none was named.
 */
enum verdict check_sched_session(const struct model *m, struct buf *why);

/* Over all ops of the model: fail > inconclusive > pass; an op that failed or never ran leaves the
 * session inconclusive. */
enum verdict check_session(const struct model *m, struct buf *why);
int verdict_exit_code(enum verdict v); /* 0 pass or skip, 1 fail, 2 inconclusive */

#endif
