/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exact - see exact.h.
 */
#include "session/exact.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "session/supply.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdio.h>
#include <string.h>

#define SEED 1 /* of random numbers, where nobody asks for one */

struct came {
	uint64_t seq;
	char *path;
};

struct exact {
	uint64_t seed;
	struct include_set files;
	struct came *came;
	size_t n;
};

struct exact *exact_create(uint64_t seed)
{
	struct exact *e = xcalloc(1, sizeof(*e));

	e->seed = seed;
	return e;
}

void exact_destroy(struct exact *e)
{
	size_t i;

	if (!e)
		return;
	for (i = 0; i < e->n; i++)
		free(e->came[i].path);
	free(e->came);
	include_finish(&e->files);
	free(e);
}

static int refused(const struct op *op, const struct supply *s, struct err *err)
{
	if (s && s->source)
		return err_set(
			err, EINVAL,
			"an exact run compiles nothing on its way: compile '%s' first, and load "
			"the object",
			s->source);
	if (op_arg(op, WARG_WATCH) && !strcmp(op_arg(op, WARG_WATCH)->str, "yes"))
		return err_set(
			err, EINVAL,
			"watch=yes: nothing reaches an exact run from outside while it runs; "
			"leave it out");
	if (op->def->flags & OPF_ASKS)
		return err_set(
			err, EINVAL,
			"'%s%s%s' is done from outside while the run goes on, which an exact run does "
			"not bear: leave it out, or run without --exact",
			op->def->words[0], op->def->words[1] ? " " : "",
			op->def->words[1] ? op->def->words[1] : "");
	if (op->def->flags & OPF_BRINGS)
		return err_set(
			err, EINVAL,
			"'pull' hands a file over while the run goes on, which an exact run does "
			"not do: read it with 'read file', or run without --exact");
	return 0;
}

int exact_take(struct exact *e, const struct op *op, struct err *err)
{
	bool program = op_arg(op, WARG_ARGV) && !op_arg(op, WARG_SCHED);
	struct supply s = {.set = {0}};
	int r = refused(op, NULL, err);

	if (r < 0 || !(op->def->flags & OPF_TAKES))
		return r;
	/* a program may be the guest's own, made by an op before */
	if (supply_find(&s, op, program ? NULL : err) < 0)
		return program ? 0 : -err->code;
	r = refused(op, &s, err);
	if (r == 0)
		r = include_merge(&e->files, &s.set, err);
	if (r == 0 && s.program) {
		e->came = xreallocarray(e->came, e->n + 1, sizeof(*e->came));
		e->came[e->n++] = (struct came){.seq = op->seq, .path = xstrdup(s.program)};
	}
	supply_finish(&s);
	return r;
}

void exact_put_config(const struct exact *e, struct wire_writer *w)
{
	char number[24];
	size_t i;

	snprintf(number, sizeof(number), "%" PRIu64, e->seed ? e->seed : SEED);
	wire_put_str(w, WIRE_CONFIG_SEED);
	wire_put_str(w, number);
	if (e->seed) {
		wire_put_str(w, WIRE_CONFIG_SHAKE);
		wire_put_str(w, number);
	}
	wire_put_str(w, WIRE_CONFIG_CAME);
	wire_put_str(w, "0 ");
	for (i = 0; i < e->n; i++) {
		cleanup_free char *text =
			xasprintf("%" PRIu64 " %s", e->came[i].seq, e->came[i].path);

		wire_put_str(w, WIRE_CONFIG_CAME);
		wire_put_str(w, text);
	}
}

const struct include_set *exact_files(const struct exact *e)
{
	return &e->files;
}
