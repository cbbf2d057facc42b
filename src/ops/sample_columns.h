/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sample_columns - every row of a sample as columns: those of its own and those of
 * wire_sample_fields.h behind them. One table for the session file and for exports.
 *
 * Invariant: a column keeps its place for ever; new ones come at the end.
 */
#ifndef OPS_SAMPLE_COLUMNS_H
#define OPS_SAMPLE_COLUMNS_H

#include "guest/wire_sample.h"

enum column_type { COLUMN_U64, COLUMN_U32, COLUMN_I32, COLUMN_U8, COLUMN_I8, COLUMN_TEXT };

struct sample_column {
	const char *name;
	enum column_type type;
	size_t offset;
	size_t size; /* of a text: with its end */
	enum sample_unit unit;
};

enum sample_rows_of {
	ROWS_CPUS,
	ROWS_TASKS,
	ROWS_CGROUPS,
	ROWS_SCX,
	ROWS_DSQS,
	ROWS_MASKS,
	ROWS_SUBS,
	ROWS_HEAD, /* one row: what is told once */
	ROWS_KINDS
};

#define COLUMNS_NO_ID ((size_t)-1)

struct sample_table {
	const char *name; /* "tasks" */
	const struct sample_column *own;
	size_t nown, required;              /* columns that the oldest file has */
	const struct sample_fields *fields; /* behind those; NULL = none */
	size_t fields_offset;               /* of the struct they belong to */
	size_t row_size, max;
	size_t id; /* the column that says which row this is; COLUMNS_NO_ID: its place does */
};

extern const struct sample_table sample_tables[ROWS_KINDS];

#define SAMPLE_COLUMNS_MAX 96
/* All columns of the table; returns how many, at most SAMPLE_COLUMNS_MAX. */
size_t sample_table_columns(const struct sample_table *t, struct sample_column *dst);

/*
 * The rows and how many there are. What is told once is s itself. Writing the number of the last
 * is without effect.
 */
void *sample_table_rows(struct sample *s, enum sample_rows_of which);
const void *sample_table_rows_const(const struct sample *s, enum sample_rows_of which);
uint32_t sample_table_count(const struct sample *s, enum sample_rows_of which);
void sample_table_set_count(struct sample *s, enum sample_rows_of which, uint32_t n);

/* A number, sign-extended; absent is SAMPLE_ABSENT for COLUMN_U64 alone. Not for texts. */
uint64_t sample_column_get(const void *row, const struct sample_column *c);
void sample_column_set(void *row, const struct sample_column *c, uint64_t v);
static inline bool sample_column_absent(const struct sample_column *c, uint64_t v)
{
	return c->type == COLUMN_U64 && v == SAMPLE_ABSENT;
}

#endif
