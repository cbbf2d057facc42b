/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scenario - ops in order and the picture of what exists after them.
 *
 * The list is kept here; the picture of things is scenario_picture.c's, the judging of an op
 * scenario_check.c's, of bodies scenario_body.c's, blocks of text are read by scenario_text.c.
 * Invariant: the picture is what applying every op of the list in order gives.
 */
#include "base/die.h"
#include "ops/scenario_private.h"

#include <stdlib.h>

struct scenario *scenario_create(unsigned cpus)
{
	struct scenario *s = xcalloc(1, sizeof(*s));

	s->cpus = cpus;
	return s;
}

void scenario_destroy(struct scenario *s)
{
	size_t i;

	if (!s)
		return;
	scenario_drop_things(s);
	for (i = 0; i < s->nops; i++)
		op_destroy(s->ops[i]);
	free(s->ops);
	free(s);
}

int scenario_add(struct scenario *s, struct op *op, struct err *err)
{
	int r = scenario_check(s, op, err);

	if (r < 0)
		return r;
	s->ops = xreallocarray(s->ops, s->nops + 1, sizeof(*s->ops));
	s->ops[s->nops++] = op;
	scenario_apply(s, op, s->nops - 1);
	return 0;
}

struct scenario *scenario_clone(const struct scenario *s)
{
	struct scenario *copy = scenario_create(s->cpus);
	size_t i;

	copy->ops = xcalloc(s->nops + 1, sizeof(*copy->ops));
	for (i = 0; i < s->nops; i++) {
		copy->ops[copy->nops++] = op_clone(s->ops[i]);
		scenario_apply(copy, copy->ops[i], i);
	}
	/* what the guest alone has told */
	for (i = 0; copy->nthings == s->nthings && i < s->nthings; i++)
		copy->things[i].pub.ended = s->things[i].pub.ended;
	return copy;
}

/* The op did not happen: list and picture are made again without it (the session file keeps the
 * record). */
void scenario_undo(struct scenario *s, uint64_t seq)
{
	size_t i, keep = 0;
	bool found = false;

	/* a body whose op failed in some round is a body all the same */
	if (scenario_in_body(s, seq))
		return;

	for (i = 0; i < s->nops; i++) {
		if (s->ops[i]->seq == seq && seq) {
			op_destroy(s->ops[i]);
			found = true;
		} else {
			s->ops[keep++] = s->ops[i];
		}
	}
	s->nops = keep;
	if (!found)
		return;
	scenario_drop_things(s);
	for (i = 0; i < s->nops; i++)
		scenario_apply(s, s->ops[i], i);
}

void scenario_ended(struct scenario *s, const char *name)
{
	struct thing *t = scenario_find(s, false, name);

	if (t)
		t->pub.ended = true;
}

/* Back to the first n ops. */
void scenario_truncate(struct scenario *s, size_t n)
{
	size_t i;

	while (s->nops > n)
		op_destroy(s->ops[--s->nops]);
	scenario_drop_things(s);
	for (i = 0; i < s->nops; i++)
		scenario_apply(s, s->ops[i], i);
}

size_t scenario_len(const struct scenario *s)
{
	return s->nops;
}

const struct op *scenario_at(const struct scenario *s, size_t i)
{
	return i < s->nops ? s->ops[i] : NULL;
}

struct op *scenario_edit_at(struct scenario *s, size_t i)
{
	return i < s->nops ? s->ops[i] : NULL;
}

size_t scenario_things(const struct scenario *s)
{
	return s->nthings;
}

const struct scenario_thing *scenario_thing_at(const struct scenario *s, size_t i)
{
	return i < s->nthings ? &s->things[i].pub : NULL;
}

unsigned scenario_steps(const struct scenario *s)
{
	return s->steps;
}

void scenario_teardown_text(const struct scenario *s, struct buf *out)
{
	size_t i;

	for (i = 0; i < s->nthings; i++) {
		const struct scenario_thing *t = &s->things[i].pub;

		if (t->ended || !scenario_ends_with_step(s, &s->things[i]))
			continue;
		buf_adds(out, out->len ? ", " : "");
		if (t->is_cgroup)
			buf_addf(out, "removes %s", t->name);
		else if (t->made_by->id == OP_EVERY)
			buf_addf(out, "stops %s", t->name);
		else
			buf_addf(out, "kills %s (%u task%s)", t->name, t->count,
				 t->count == 1 ? "" : "s");
	}
}
