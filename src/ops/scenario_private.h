/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scenario_private - what scenario.c (the list of ops), scenario_picture.c (what exists after
 * them), scenario_check.c, scenario_body.c and scenario_text.c share; for nobody else.
 */
#ifndef OPS_SCENARIO_PRIVATE_H
#define OPS_SCENARIO_PRIVATE_H

#include "ops/scenario.h"

struct thing {
	struct scenario_thing pub;
	char *name, *cgroup;
	uint64_t seq;
	size_t made;       /* index of the op */
	char gone_why[96]; /* "was torn down at the end of step 1" */
	bool waited;       /* a wait for it has come back */
};

struct scenario {
	unsigned cpus;
	struct op **ops;
	size_t nops;
	struct thing *things;
	size_t nthings;
	unsigned step;  /* current; 0 = backdrop */
	unsigned steps; /* begun so far */
	size_t body;    /* index + 1 of the 'every' that is open; 0 = none */
};

/* The text of an argument; NULL when the op has none. */
static inline const char *scenario_str(const struct op *op, enum wire_arg tag)
{
	const struct op_val *v = op_arg(op, tag);

	return v ? v->str : NULL;
}

/* scenario.c */
void scenario_truncate(struct scenario *s, size_t n); /* back to the first n ops */

/* scenario_picture.c */
struct thing *scenario_find(const struct scenario *s, bool cgroup, const char *name); /* newest */
void scenario_apply(struct scenario *s, const struct op *op, size_t index);
void scenario_drop_things(struct scenario *s);
/* Made in the step, or moved into a cgroup that was: what is in a cgroup goes with it. */
bool scenario_ends_with_step(const struct scenario *s, const struct thing *t);

/* scenario_check.c for scenario.c; scenario_body.c for scenario_check.c */
int scenario_check_body(const struct scenario *s, const struct op *op, struct err *err);

#endif
