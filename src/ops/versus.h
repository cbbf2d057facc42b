/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * versus - two sessions side by side: their ops in lockstep, and at a moment of both what differs
 * between them: placement, share, latency, switches, migrations, counters, numbers, verdicts.
 *
 * Things are joined by what they are called (a task of a group by its group and number, a cgroup by
 * its path, a CPU by its number), never by pid. Figures are those of the tables (sheet.h). Pure; a
 * comparison holds texts of its own and no pointer into the models. Invariant: what is not known on
 * one side is said so and is no difference; what only one side has is a row of its own.
 */
#ifndef OPS_VERSUS_H
#define OPS_VERSUS_H

#include "ops/sheet.h"

/* ---- ops in lockstep ----------------------------------------------------------------------- */

#define VERSUS_NONE UINT32_MAX

struct versus_step {   /* an op of both, or of one alone */
	uint32_t a, b; /* row of model.ops; VERSUS_NONE = it has none */
};

struct versus_steps {
	struct versus_step *rows; /* owned */
	size_t n;
};

/* The longest common run of lines (op texts) stands side by side, what lies between alone. */
void versus_align(const struct model *a, const struct model *b, struct versus_steps *out);
void versus_steps_finish(struct versus_steps *s);
/*
 * The moment of b that belongs to a moment of a: as long after the end of the last op that both
 * have, but before the end of the next; 0 in and 0 out = the end of the session.
 */
uint64_t versus_moment(const struct versus_steps *s, const struct model *a, const struct model *b,
		       uint64_t a_ns);

/* ---- what differs --------------------------------------------------------------------------- */

enum versus_mark {
	VERSUS_SAME,
	VERSUS_LESS, /* b has less */
	VERSUS_MORE,
	VERSUS_DIFFERS, /* no number, or none that is more or less */
	VERSUS_ONLY_A,
	VERSUS_ONLY_B,
	VERSUS_UNKNOWN, /* on one side */
};

struct versus_row {
	char *thing, *a, *b; /* owned; sanitised; "-" = not known, "" = it has none */
	const char *table;
	const struct sheet_column *column; /* NULL: the thing itself */
	enum versus_mark mark;
	char said[32]; /* "+25%", "x12", "differs", "only in A", ... */
	double weight; /* how far apart: 0 = same, 1 = twice as much or half; to sort by */
};

struct versus {
	struct versus_row *rows; /* owned */
	size_t n, differ;        /* of them, all but SAME and UNKNOWN */
	char *a, *b;             /* names; owned */
};

/* all: what is the same, too. */
void versus_build(struct versus *v, const struct model *a, const char *a_name,
		  const struct model *b, const char *b_name, bool all);
void versus_finish(struct versus *v);
/* '=' '<' '>' '!' 'A' 'B' '?' */
char versus_sign(enum versus_mark mark);

/* sheet_ask.versus of the table sheet_compare, which has no row without one. */
extern const struct sheet_def sheet_compare;

#endif
