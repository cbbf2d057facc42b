/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_kernel - what `kernel read`, `kernel write` and `expect kernel` have seen in the guest's
 * kernel, and the judging of it.
 *
 * Each keeps its own copy, so that a verdict can be given again later. Invariant: its text is safe
 * for a terminal.
 */
#ifndef OPS_MODEL_KERNEL_H
#define OPS_MODEL_KERNEL_H

#include "guest/wire_event.h"
#include "guest/wire_place.h"
#include "ops/check.h"

#include <stddef.h>
#include <stdint.h>

struct model_kernel {
	uint64_t seq;  /* of the op */
	char *what;    /* as it was typed */
	char *text;    /* the value as it is shown */
	uint64_t bits; /* two's complement where it is signed */
	int64_t kind;  /* enum place_value_kind, or what a newer program knows */
	bool written;  /* by that op, and read after it */
};

void model_kernel_apply(struct model *m, const struct event *ev);
void model_kernel_finish(struct model *m);
/* What that op saw; NULL = nothing. */
const struct model_kernel *model_kernel_of(const struct model *m, uint64_t seq);
/* The nth look at this place, from 0; NULL when there is none. */
const struct model_kernel *model_kernel_nth(const struct model *m, const char *what, size_t nth);

/* `expect kernel`. */
enum verdict check_kernel(const struct model *m, uint64_t seq, const char *what,
			  const char *compare, const char *value, struct buf *why);

#endif
