/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scenario - a list of ops that is valid as a whole, and what would exist after them.
 *
 * Every op, typed or read, passes scenario_check() before it is journalled or sent: unknown or
 * duplicate names, cgroups, bad values, things that a step's end has removed. The static picture
 * (which cgroups and groups exist, in which step they were made) also tells what the next `step`
 * will tear down, what completion may offer, and what an exporter writes.
 */
#ifndef OPS_SCENARIO_H
#define OPS_SCENARIO_H

#include "base/buf.h"
#include "ops/op.h"

struct scenario;

struct scenario *scenario_create(unsigned cpus); /* cpus of the guest's topology; 0 = not known: CPU
						    lists are not range-checked */
struct scenario *scenario_clone(const struct scenario *s); /* deep copy */
void scenario_destroy(struct scenario *s);

/* Would this op be valid now? Nothing is changed. The error names argument and nearest valid word.
 */
int scenario_check(const struct scenario *s, const struct op *op, struct err *err);

/* Check, then append (takes ownership of op on success only). */
int scenario_add(struct scenario *s, struct op *op, struct err *err);

/*
 * A whole block (file, paste): parsed and checked as a whole before anything is appended; on error
 * nothing is, and the error begins with "NAME:LINE: " (name may be NULL: "line LINE: ").
 */
int scenario_add_text(struct scenario *s, const char *name, const char *text, size_t len,
		      struct err *err);
int scenario_add_file(struct scenario *s, const char *path,
		      struct err *err); /* "-" = standard input; at most 16 MiB */

size_t scenario_len(const struct scenario *s);
const struct op *scenario_at(const struct scenario *s, size_t i);
/* To change its limits; names and kinds stay as they were checked. NULL past the end. */
struct op *scenario_edit_at(struct scenario *s, size_t i);

/* What ending the current step now would remove, in words ("kills hogs (8 tasks), removes low"); ""
 * when nothing. */
void scenario_teardown_text(const struct scenario *s, struct buf *out);

/* Told by the session when the agent could not do an op, or when a thing is gone, so that the
 * picture stays true. */
void scenario_undo(struct scenario *s, uint64_t seq);

/* Told by the session when every task of a group has ended by itself: nothing of it is left to tear
 * down. */
void scenario_ended(struct scenario *s, const char *name);

/* Is the op one of a body, between every and end? */
bool scenario_in_body(const struct scenario *s, uint64_t seq);
bool scenario_body_open(const struct scenario *s);

struct scenario_thing {
	const char *name;   /* group name, or cgroup path below the root */
	const char *cgroup; /* groups: where it was started; NULL = root cgroup */
	bool is_cgroup;
	bool backdrop;  /* lives to the end */
	bool gone;      /* removed, killed or torn down */
	bool ended;     /* groups: all tasks have exited */
	unsigned step;  /* 0 = backdrop */
	unsigned count; /* tasks */
	const struct op_def *made_by;
};
size_t scenario_things(const struct scenario *s);
const struct scenario_thing *scenario_thing_at(const struct scenario *s, size_t i);
unsigned scenario_steps(const struct scenario *s); /* steps begun so far */

#endif
