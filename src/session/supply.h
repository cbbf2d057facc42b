/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * supply - what files of this machine an op takes into the guest: those of `push`, the program of
 * `run` when the guest lacks it, the scheduler of `sched load` and `sched replace`.
 *
 * Where they are looked for is decided here and nowhere else. The same op takes the files anew each
 * time it is carried out, so that a replay tests what is there now.
 */
#ifndef SESSION_SUPPLY_H
#define SESSION_SUPPLY_H

#include "ops/op.h"
#include "vmm/include.h"

struct supply {
	struct include_set set; /* what was named is its first file */
	char *program;		/* in the guest: what is to be executed or loaded; owned */
	char *source;		/* a scheduler's source: to be compiled first; owned, else NULL */
};

/*
 * Looks for the op's files; libraries are in the set, too. Nothing found is an error that says
 * where was looked, except for a scheduler's absolute path, which may be one of the guest's alone
 * (an empty set). A source is found, not compiled: then the set is empty as well.
 */
int supply_find(struct supply *s, const struct op *op, struct err *err);
/* The object that the source was compiled to. */
int supply_object(struct supply *s, const char *object, struct err *err);
void supply_finish(struct supply *s);

/* Before an op is accepted: what it will surely need is there. 0 for ops that take nothing. */
int supply_check(const struct op *op, struct err *err);

/*
 * A user-space scheduler by its bare name: $SXP_SCHED_NAME (capitals, '_' for what is no letter or
 * digit), target/release and target/debug of the current folder, $PATH. Caller frees.
 */
char *supply_scheduler(const char *name, struct err *err);

#endif
