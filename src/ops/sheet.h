/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sheet - a table of things and their figures: a row a thing, a column a figure, described once for
 * the screens, `scxplore show`, the export, the sorting and the help.
 *
 * A sheet is built from a model, holds numbers of its rows and no pointers into them, and is valid
 * until the model changes; nobody keeps one across a loop turn. A figure that is not known is
 * SHEET_ABSENT with the reason, one that a kind of row does not have is SHEET_BLANK.
 */
#ifndef OPS_SHEET_H
#define OPS_SHEET_H

#include "base/buf.h"
#include "base/err.h"
#include "ops/model.h"

struct versus;

enum sheet_unit {
	SHEET_TEXT,
	SHEET_COUNT, /* whole */
	SHEET_NS,
	SHEET_SIGNED_NS, /* whole is an int64_t */
	SHEET_PERCENT,
	SHEET_PER_S,
	SHEET_MOMENT, /* of guest time; whole in ns */
	SHEET_REAL,   /* number, in a unit that the row tells */
};

enum sheet_is { SHEET_ABSENT, SHEET_BLANK, SHEET_KNOWN };

enum sheet_mark {
	SHEET_PLAIN,
	SHEET_DIM,
	SHEET_OK,
	SHEET_WARN,
	SHEET_FAIL,
	SHEET_RUNNING,
	SHEET_WAITING,
	SHEET_CGROUP,
};

struct sheet_value {
	enum sheet_is is;
	enum sheet_mark mark;
	double number;   /* what is sorted by, but for SHEET_TEXT; ns, percent, a second */
	uint64_t whole;  /* the same exactly, for SHEET_COUNT and SHEET_NS */
	const char *why; /* absent: the reason at this moment; NULL = the column's */
	char text[160];  /* SHEET_TEXT; sanitised */
	const char *more; /* SHEET_TEXT: all of it, where `text` has no room; of the model, sanitised; NULL = none */
};

struct sheet_row {
	uint8_t kind;          /* of the sheet's own */
	uint8_t depth;         /* how far its name is indented */
	uint32_t index;        /* in the model's rows of that kind; MODEL_NONE = in none */
	uint32_t first, below; /* members that are folded into it: from this one in sheet.members */
	uint64_t id;           /* the same for the same thing in every sheet of that name */
};

struct sheet;

struct sheet_column {
	const char *key;  /* in exports and for sorting: letters, digits, '_' */
	const char *head; /* on a screen */
	enum sheet_unit unit;
	uint8_t width; /* least columns on a screen */
	uint8_t most;  /* grows up to here where there is room; 0 = does not */
	uint8_t rank;  /* the higher, the sooner it goes as it gets narrower; 0 = never */
	bool left;
	bool sum;  /* of a folded row: that of all its members together */
	bool watched; /* only wake-ups and switches tell it, which are looked at while it is asked for: it
			 never stands by itself */
	size_t at; /* for value() */
	void (*value)(const struct sheet *s, const struct sheet_row *r,
		      const struct sheet_column *c, struct sheet_value *v);
	const char *says;   /* what it is */
	const char *from;   /* where it comes from */
	const char *absent; /* why there may be none */
};

enum sheet_outline {                    /* of a tree */
		     OUTLINE_THREADS,   /* everything */
		     OUTLINE_PROCESSES, /* threads folded into their process */
		     OUTLINE_GROUPS,    /* what things are in, without them */
		     OUTLINE_FLAT,      /* only the things */
		     OUTLINES
};

struct sheet_ask {
	const char
		*filter; /* a text, or COLUMN then < <= > >= = != then a value; "" or NULL = all */
	unsigned sort;   /* column + 1; 0 = the sheet's own order */
	bool reverse;    /* numbers go from the largest, texts from A; reversed the other way */
	enum sheet_outline outline;
	const struct versus *versus; /* of the table of two sessions; borrowed */
	uint64_t from_ns, to_ns; /* of a table of a stretch of time (.timed); to_ns 0 = to its end */
};

struct sheet_def {
	const char *name;    /* "tasks" */
	const char *summary; /* a row is ... */
	const char *empty;   /* said where there is no row */
	const struct sheet_column *columns;
	size_t ncolumns;
	bool tree;  /* has outlines */
	bool timed; /* of the trace between two moments, not of one moment */
	const char *const *wanted; /* keys that an export has unless others are asked for; NULL = all */
	void (*build)(struct sheet *s);
	/* What search and filter look at, besides the first column; may be NULL. */
	void (*text)(const struct sheet *s, const struct sheet_row *r, struct buf *out);
	/* What is known besides the columns, a fact a line; may be NULL. */
	void (*describe)(const struct sheet *s, const struct sheet_row *r, struct buf *out);
	/* An "expect ..." line for the figure that holds now; false: there is none. May be NULL. */
	bool (*expect)(const struct sheet *s, const struct sheet_row *r,
		       const struct sheet_column *c, struct buf *out);
};

struct sheet {
	const struct sheet_def *def;
	const struct model *model;
	struct sheet_ask ask;
	struct sheet_row *rows;
	size_t n, room;
	uint32_t *members; /* see sheet_row.first */
	size_t nmembers;
	const unsigned *shown; /* columns in exports and their order; borrowed; NULL = def->wanted */
	size_t nshown;
};

const struct sheet_def *sheet_def_at(size_t i); /* NULL past the end */
const struct sheet_def *sheet_def_by_name(const char *name, struct err *err);
/* Column by its key or head, or the only one that begins so; -1 = there is none, or more than one.
 */
int sheet_column_by_name(const struct sheet_def *def, const char *name);

/* The table is sorted or filtered by a column that is `watched`. */
bool sheet_asks_watched(const struct sheet_def *def, const struct sheet_ask *ask);

void sheet_build(struct sheet *s, const struct sheet_def *def, const struct model *m,
		 const struct sheet_ask *ask);
void sheet_finish(struct sheet *s);

void sheet_value(const struct sheet *s, const struct sheet_row *r, size_t column,
		 struct sheet_value *v);
/* A value that is known, as exports have it: ns, no rounding. size >= 48; text that has no room is cut. */
void sheet_exact(const struct sheet_column *c, const struct sheet_value *v, char *dst, size_t size);
/* As a person reads it: "12.4s", "49", "-"; "" for a blank. */
void sheet_format(const struct sheet_column *c, const struct sheet_value *v, char *dst,
		  size_t size);
/* What a search for text would find: its name and def->text. */
void sheet_row_text(const struct sheet *s, const struct sheet_row *r, struct buf *out);
/* Every column of a row with its value, a few a line, after def->describe. */
void sheet_describe(const struct sheet *s, const struct sheet_row *r, struct buf *out);
/* What the column is, where it comes from, its unit, the value here exactly, or why there is none.
 * r may be NULL. */
void sheet_explain(const struct sheet *s, const struct sheet_row *r, size_t column,
		   struct buf *out);

/*
 * "pid,comm" to columns of the table in that order, into `to` (room for def->ncolumns each once);
 * 0 or -EINVAL.
 */
int sheet_columns(const struct sheet_def *def, const char *names, unsigned *to, size_t *n,
		  struct err *err);
/* All rows; numbers exact, absent is empty or null; CSV is quoted as RFC 4180 has it. */
void sheet_csv(const struct sheet *s, struct buf *out);
void sheet_json(const struct sheet *s, struct buf *out);
/* For reading: numbers as on the screen, aligned; columns of which no row has a figure are left out
 * unless they were asked for (s->shown). */
void sheet_plain(const struct sheet *s, struct buf *out);

struct sheet_writer {
	const char *name;   /* "csv" */
	const char *suffix; /* ".csv" */
	void (*write)(const struct sheet *s, struct buf *out);
};

const struct sheet_writer *sheet_writer_at(size_t i);            /* NULL past the end */
const struct sheet_writer *sheet_writer_by_suffix(const char *path); /* NULL = none is called so */

/* ---- for those who make sheets --------------------------------------------------------- */

struct sheet_row *sheet_add(struct sheet *s, struct sheet_row row); /* valid until the next */
/* The same for a row that is a thing, where the filter keeps it. */
void sheet_offer(struct sheet *s, struct sheet_row row);
/* One row each of the model's first n, in their order, then sorted as is asked. */
void sheet_offer_rows(struct sheet *s, size_t n);
/* Rows from `from` to the end, by the column asked for; nothing when none is. */
void sheet_sort(struct sheet *s, size_t from);
/* The filter's word on a row that is a thing. */
bool sheet_keeps(const struct sheet *s, const struct sheet_row *r);
bool sheet_text_has(const char *text, const char *part); /* whatever the case */

static inline void sheet_set(struct sheet_value *v, uint64_t whole)
{
	v->is = whole == SAMPLE_ABSENT ? SHEET_ABSENT : SHEET_KNOWN;
	v->whole = whole;
	v->number = (double)whole;
}

static inline void sheet_set_real(struct sheet_value *v, double number)
{
	v->is = SHEET_KNOWN;
	v->number = number;
}

/* Of the model, sanitised; NULL or "" = blank. */
void sheet_set_text(struct sheet_value *v, const char *text);

/* Of guest time; 0 = blank. */
static inline void sheet_set_moment(struct sheet_value *v, uint64_t ns)
{
	if (ns)
		sheet_set(v, ns);
}

/* "0-3,6" of a set of CPUs; terminated, cut at size. */
void sheet_mask_text(const struct sample_mask *mask, char *dst, size_t size);

/* "0x2a", "local 3", "global", "bypass"; cpu: SAMPLE_ABSENT = not known; "-" for an absent id. */
void sheet_dsq_name(uint64_t id, uint64_t cpu, char *dst, size_t size);

extern const struct sheet_def sheet_tasks, sheet_cpus, sheet_cgroups, sheet_scheds, sheet_dsqs,
	sheet_counters, sheet_parts, sheet_ops, sheet_steps, sheet_log, sheet_numbers,
	sheet_switches, sheet_marks, sheet_waits, sheet_subs;

#endif
