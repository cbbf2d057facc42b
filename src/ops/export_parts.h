/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export_parts - a scenario cut into what an exported C file has: the backdrop, then steps.
 *
 * Expectations become assertions and leave no op behind (but a file that is read is read at its
 * place). The time that lay between typed ops is kept: where its op is left out it goes to the next
 * one, at the end of a step to the step's hold. A session may go back to the backdrop after steps;
 * the C API knows one backdrop before all steps, so such a part is a step, too, whose things are
 * each promoted to live to the end. Invariant: the parts carry out the same ops at the same times.
 */
#ifndef OPS_EXPORT_PARTS_H
#define OPS_EXPORT_PARTS_H

#include "ops/scenario.h"

struct export_item {
	const struct op *op;
	uint64_t after_ns;
	bool promote; /* not op itself: promote what it has made */
};

struct export_part {
	const char *label; /* "" for none; borrowed */
	struct export_item *items;
	size_t n;
	uint64_t hold_ns;
	bool resumed; /* the backdrop went on here */
};

struct export_parts {
	struct export_part *v; /* [0] is the backdrop */
	size_t n;
};

void export_parts_build(struct export_parts *p, const struct scenario *s);
void export_parts_finish(struct export_parts *p);

/* The scenario that the exported file will carry out, appended to s: what is verified before
 * saving. */
int export_parts_replay(const struct export_parts *p, struct scenario *s, struct err *err);

#endif
