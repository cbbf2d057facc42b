/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * versus_steps - the ops of two sessions in lockstep. Invariant: every op of both stands in exactly
 * one row, in its own order.
 */
#include "ops/versus.h"

#include "base/cleanup.h"
#include "base/die.h"

#include <stdlib.h>
#include <string.h>

/* Above this many pairs a common run is looked for only at the beginning. */
#define PAIRS_MAX 4000000u

static bool same(const struct model *a, const struct model *b, size_t i, size_t k)
{
	return !strcmp(a->ops[i].text, b->ops[k].text);
}

static void add(struct versus_steps *out, uint32_t a, uint32_t b)
{
	out->rows[out->n++] = (struct versus_step){.a = a, .b = b};
}

/* longest[i * (nb + 1) + k]: the longest common run of a's ops from i on and b's from k on. */
static uint32_t *common(const struct model *a, const struct model *b)
{
	size_t wide = b->nops + 1, i, k;
	uint32_t *longest = xcalloc((a->nops + 1) * wide, sizeof(*longest));

	for (i = a->nops; i--;)
		for (k = b->nops; k--;) {
			uint32_t down = longest[(i + 1) * wide + k],
				 right = longest[i * wide + k + 1];

			longest[i * wide + k] = same(a, b, i, k)
							? longest[(i + 1) * wide + k + 1] + 1
						: down > right ? down
							       : right;
		}
	return longest;
}

void versus_align(const struct model *a, const struct model *b, struct versus_steps *out)
{
	bool whole = (uint64_t)(a->nops + 1) * (b->nops + 1) <= PAIRS_MAX;
	cleanup_free uint32_t *longest = whole ? common(a, b) : NULL;
	size_t wide = b->nops + 1, i = 0, k = 0;

	*out = (struct versus_steps){.rows = xcalloc(a->nops + b->nops + 1, sizeof(*out->rows))};
	while (i < a->nops && k < b->nops) {
		if (same(a, b, i, k))
			add(out, (uint32_t)i++, (uint32_t)k++);
		else if (!whole)
			break;
		else if (longest[(i + 1) * wide + k] >= longest[i * wide + k + 1])
			add(out, (uint32_t)i++, VERSUS_NONE);
		else
			add(out, VERSUS_NONE, (uint32_t)k++);
	}
	while (i < a->nops)
		add(out, (uint32_t)i++, VERSUS_NONE);
	while (k < b->nops)
		add(out, VERSUS_NONE, (uint32_t)k++);
}

void versus_steps_finish(struct versus_steps *s)
{
	free(s->rows);
	*s = (struct versus_steps){0};
}

/* When it was over; when it has not ended, when it began; 0 = neither. */
static uint64_t over(const struct model_op *op)
{
	return op->end_ns ? op->end_ns : op->begin_ns;
}

uint64_t versus_moment(const struct versus_steps *s, const struct model *a, const struct model *b,
		       uint64_t a_ns)
{
	uint64_t a_last = 0, b_last = 0, b_next = 0, at;
	size_t i;

	if (!a_ns)
		return 0;
	for (i = 0; i < s->n; i++) {
		if (s->rows[i].a == VERSUS_NONE || s->rows[i].b == VERSUS_NONE)
			continue;
		at = over(&a->ops[s->rows[i].a]);
		if (at && at <= a_ns && at >= a_last) {
			a_last = at;
			b_last = over(&b->ops[s->rows[i].b]);
			b_next = 0;
		} else if (at > a_ns && !b_next) {
			b_next = over(&b->ops[s->rows[i].b]);
		}
	}
	at = b_last + (a_ns - a_last);
	if (b_next > b_last && at >= b_next)
		at = b_next - 1;
	return at ? at : 1; /* 0 would be its end */
}
