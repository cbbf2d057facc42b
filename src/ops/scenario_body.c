/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scenario_body - bodies (every ... end): what may stand in one, and that its second round makes
 * sense after its first.
 */
#include "ops/scenario_private.h"

#include <errno.h>

#define BODY_OPS_MAX 250 /* the agent keeps 256 */
#define BODIES_MAX   16

/*
 * A body is done again and again: its second round must make sense after its first.
 */
static int check_second_round(const struct scenario *s, struct err *err)
{
	struct scenario *copy = scenario_clone(s);
	size_t i;
	int r = 0;

	for (i = s->body; r == 0 && i < s->nops; i++) {
		r = scenario_check(copy, s->ops[i], err);
		if (r == 0)
			scenario_apply(copy, s->ops[i], i);
		else
			err_wrap(err, "in the second round of '%s', op %zu of the body",
				 scenario_str(s->ops[s->body - 1], WARG_NAME), i - s->body + 1);
	}
	scenario_destroy(copy);
	return r;
}

static unsigned bodies(const struct scenario *s)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < s->nthings; i++)
		n += s->things[i].pub.made_by->id == OP_EVERY && !s->things[i].pub.gone;
	return n;
}

int scenario_check_body(const struct scenario *s, const struct op *op, struct err *err)
{
	const char *word = op->def->words[0];

	if (op->def->flags & OPF_BODY_END) {
		if (!s->body)
			return err_set(err, EINVAL,
				       "'%s': there is no body to end; 'every' begins one", word);
		if (s->body == s->nops)
			return err_set(err, EINVAL, "'%s': the body of '%s' is empty", word,
				       scenario_str(s->ops[s->body - 1], WARG_NAME));
		return check_second_round(s, err);
	}
	if (s->body && (op->def->flags & OPF_MAIN))
		return err_set(err, EINVAL,
			       "'%s' has no place in the body of '%s': write 'end' first", word,
			       scenario_str(s->ops[s->body - 1], WARG_NAME));
	if (s->body && s->nops - s->body >= BODY_OPS_MAX)
		return err_set(err, E2BIG, "a body has at most %d ops", BODY_OPS_MAX);
	if ((op->def->flags & OPF_BODY) && bodies(s) >= BODIES_MAX)
		return err_set(err, E2BIG, "at most %d bodies run at the same time: kill one first",
			       BODIES_MAX);
	return 0;
}

bool scenario_in_body(const struct scenario *s, uint64_t seq)
{
	bool in = false;
	size_t i;

	for (i = 0; seq && i < s->nops; i++) {
		if (s->ops[i]->def->flags & OPF_BODY_END)
			in = false;
		if (s->ops[i]->seq == seq)
			return in;
		if (s->ops[i]->def->flags & OPF_BODY)
			in = true;
	}
	return false;
}

bool scenario_body_open(const struct scenario *s)
{
	return s->body != 0;
}
