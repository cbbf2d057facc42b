/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_kernel - see model_kernel.h.
 * Invariant: what a session file says is bounded like everything else of it.
 */
#include "ops/model_kernel.h"

#include "base/die.h"
#include "base/text.h"
#include "ops/model.h"

#include <stdlib.h>
#include <string.h>

enum { LOOKS_MAX = 20000 };

void model_kernel_apply(struct model *m, const struct event *ev)
{
	char text[PLACE_VALUE_MAX];
	struct model_kernel *k;

	if (m->nkernel_looks == LOOKS_MAX)
		return;
	text_sanitise(text, sizeof(text), ev->text, strlen(ev->text));
	m->kernel_looks =
		xreallocarray(m->kernel_looks, m->nkernel_looks + 1, sizeof(*m->kernel_looks));
	k = &m->kernel_looks[m->nkernel_looks++];
	*k = (struct model_kernel){.seq = ev->seq,
				   .what = xstrdup(ev->name),
				   .text = xstrdup(text),
				   .bits = ev->id,
				   .kind = ev->code,
				   .written = ev->flag};
}

void model_kernel_finish(struct model *m)
{
	size_t i;

	for (i = 0; i < m->nkernel_looks; i++) {
		free(m->kernel_looks[i].what);
		free(m->kernel_looks[i].text);
	}
	free(m->kernel_looks);
}

const struct model_kernel *model_kernel_of(const struct model *m, uint64_t seq)
{
	size_t i;

	for (i = 0; i < m->nkernel_looks; i++)
		if (m->kernel_looks[i].seq == seq)
			return &m->kernel_looks[i];
	return NULL;
}

const struct model_kernel *model_kernel_nth(const struct model *m, const char *what, size_t nth)
{
	size_t i;

	for (i = 0; i < m->nkernel_looks; i++)
		if (!strcmp(m->kernel_looks[i].what, what) && !nth--)
			return &m->kernel_looks[i];
	return NULL;
}

/* -1, 0 or 1: what was seen against what is wanted. */
static int order(const struct model_kernel *k, uint64_t wanted, bool wanted_negative)
{
	bool negative = (k->kind == PLACE_SIGNED || k->kind == PLACE_ENUM) && k->bits >> 63;

	if (negative != wanted_negative)
		return negative ? -1 : 1;
	/* of two negative ones, too, the larger has the larger two's complement */
	return k->bits < wanted ? -1 : k->bits > wanted;
}

static bool holds(int order, const char *compare)
{
	switch (compare[0]) {
	case '=':
		return !order;
	case '!':
		return order;
	case '<':
		return order < 0 || (compare[1] && !order);
	default:
		return order > 0 || (compare[1] && !order);
	}
}

/* false = the two cannot be compared so. */
static bool compare_them(const struct model_kernel *k, const char *compare, const char *value,
			 bool *out)
{
	bool negative, number = place_number(value, &(uint64_t){0}, &negative);
	bool equality = (compare[0] == '=' || compare[0] == '!');
	uint64_t wanted;

	if (k->kind == PLACE_TEXT || (k->kind == PLACE_ENUM && !number)) {
		*out = holds(strcmp(k->text, value), compare);
		return equality;
	}
	if (!number || k->kind < PLACE_UNSIGNED || k->kind > PLACE_TEXT)
		return false;
	place_number(value, &wanted, &negative);
	*out = holds(order(k, wanted, negative), compare);
	return true;
}

enum verdict check_kernel(const struct model *m, uint64_t seq, const char *what,
			  const char *compare, const char *value, struct buf *why)
{
	const struct model_kernel *k = model_kernel_of(m, seq);
	bool so;

	if (!k) {
		buf_addf(why, "'%s' was not read", what);
		return VERDICT_INCONCLUSIVE;
	}
	if (!compare_them(k, compare, value, &so)) {
		buf_addf(why,
			 "'%s' is %s, which cannot be compared with '%s' by %s: give a number, or "
			 "for a "
			 "text or the name of an enum's value == or !=",
			 what, k->text, value, compare);
		return VERDICT_INCONCLUSIVE;
	}
	if (so)
		buf_addf(why, "'%s' is %s", what, k->text);
	else
		buf_addf(why, "expected %s %s, '%s' is %s", compare, value, what, k->text);
	return so ? VERDICT_PASS : VERDICT_FAIL;
}
