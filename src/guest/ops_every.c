/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ops_every - every ... end, and hold loop, see ops_every.h and line.h.
 * Invariant: a hold loop ends only when its body has ended.
 */
#include "guest/ops_every.h"

#include "base/text.h"
#include "guest/group.h"
#include "guest/step.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void every_begin(struct line *l, const struct wire_op *op)
{
	const char *name = wire_op_str(op, WARG_NAME);
	struct err err = ERR_INIT;

	if (!name || !*name || strlen(name) >= LINE_NAME_MAX)
		line_failed(l, EINVAL, "a name of 1 to %d bytes is needed", LINE_NAME_MAX - 1);
	else if (line_side(name) || group_find(name))
		line_failed(l, EEXIST, "the name '%s' is taken", name);
	else if (line_collecting())
		line_failed(l, EINVAL, "a body cannot contain another: close '%s' with 'end' first",
			    line_name(line_collecting()));
	else if (!line_collect(name, wire_op_u64(op, WARG_PERIOD, 0), wire_op_u64(op, WARG_FOR, 0),
			       step_current(), &err))
		line_failed_err(l, &err);
	else
		line_done(l, "the body of %s begins", name);
}

void every_end(struct line *l, const struct wire_op *op)
{
	struct line *side = line_collecting();

	if (!side) {
		line_failed(l, EINVAL, "there is no body to end: 'every' begins one");
		return;
	}
	line_done(l, "%s runs beside what follows: %u ops", line_name(side), line_body_ops(side));
	line_run_body(side);
}

struct loop_hold {
	char name[LINE_NAME_MAX];
	bool cut;
	int code;
	char why[96];
};

void every_loop_begin(struct line *l, const struct wire_op *op)
{
	struct loop_hold *h = line_state(l);
	struct err err = ERR_INIT;

	snprintf(h->name, sizeof(h->name), "loop-%llu", (unsigned long long)line_seq(l));
	if (!line_repeat(h->name, wire_op_u64(op, WARG_PERIOD, 0), wire_op_u64(op, WARG_FOR, 0),
			 step_current(), &err))
		line_failed_err(l, &err);
}

void every_loop_poke(struct line *l)
{
	struct loop_hold *h = line_state(l);
	uint64_t rounds = 0, failures = 0;
	char text[32];

	if (line_side(h->name) || !line_ended(h->name, &rounds, &failures))
		return;
	text_format_time(text, sizeof(text), line_elapsed_ns(l));
	if (h->cut && h->code != ECANCELED)
		line_failed(l, h->code, "%s: looped for %s", h->why, text);
	else if (failures)
		line_failed(l, EIO, "%llu ops failed in %llu rounds", (unsigned long long)failures,
			    (unsigned long long)rounds);
	else
		line_done(l, "%llu rounds in %s%s", (unsigned long long)rounds, text,
			  h->cut ? ", cut short" : "");
}

void every_loop_cancel(struct line *l, int code, const char *why)
{
	struct loop_hold *h = line_state(l);
	struct line *side = line_side(h->name);

	h->cut = true;
	h->code = code;
	text_copy(h->why, sizeof(h->why), why);
	if (side)
		line_stop(side);
	else
		every_loop_poke(l);
}
