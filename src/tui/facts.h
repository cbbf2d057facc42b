/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * facts - screens that are one list of facts under titles: what a row says, and what is behind it.
 *
 * Each row is text of its own, so that one pane draws, searches, filters and opens them all. A list
 * is valid until the model changes. Invariant: text in it is sanitised.
 */
#ifndef TUI_FACTS_H
#define TUI_FACTS_H

#include "tui/state.h"

#define FACTS_MAX 20000 /* rows; what is left out is said in the last one */

enum fact_kind {
	FACT_TITLE,
	FACT_TEXT,
	FACT_END,        /* a: life */
	FACT_LIFE,       /* a: life, an earlier one */
	FACT_CHAIN,      /* a: life, b: function of the chain */
	FACT_DUMP_CPU,   /* a: life, b: CPU of the dump */
	FACT_DUMP_TASK,  /* a: life, b: task of the dump */
	FACT_WAITER,     /* a: life, b: which */
	FACT_LAST_COUNT, /* a: life, b: which */
	FACT_IN_FORCE,   /* the scheduler of now */
	FACT_DSQ,        /* a: DSQ */
	FACT_QUEUED,     /* a: DSQ, b: task of the model */
	FACT_COUNTER,    /* a: counter of the model */
	FACT_SUB,        /* a: sub-scheduler of the model */
	FACT_STAT,       /* a: life, b: number of its own statistics */
	FACT_PROGRAM,    /* a: row of the parts; the next two as well */
	FACT_MAP,
	FACT_VALUE,
};

struct fact {
	enum fact_kind kind;
	enum role role;
	size_t a, b;
	char *text;
};

struct facts {
	struct fact *rows;
	size_t n, room, left_out;
	const char *filter; /* titles stay, other rows have it in their text */
};

void facts_post(const struct model *m, struct facts *f);
void facts_sched(const struct model *m, struct facts *f);
void facts_finish(struct facts *f);

void facts_add(struct facts *f, enum fact_kind kind, enum role role, size_t a, size_t b,
	       const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* Everything known about a row, a fact a line. */
void facts_describe(const struct model *m, const struct fact *f, struct buf *out);
void facts_post_describe(const struct model *m, const struct fact *f, struct buf *out);
void facts_sched_describe(const struct model *m, const struct fact *f, struct buf *out);
void facts_subs(const struct model *m, struct facts *f);
void facts_subs_describe(const struct model *m, const struct fact *f, struct buf *out);
void facts_stats(const struct model *m, struct facts *f);
void facts_stats_describe(const struct model *m, const struct fact *f, struct buf *out);
bool facts_stats_expect(const struct model *m, const struct fact *f, struct buf *out);
void facts_parts(const struct model *m, struct facts *f);
void facts_parts_describe(const struct model *m, const struct fact *f, struct buf *out);
/* "sched set ..." as far as its "=" (or "." where a field has to be named); false = nothing there
 * can be set. */
bool facts_set_line(const struct model *m, const struct fact *f, struct buf *out);
/* The expectation that holds of a row now; false when there is none. */
bool facts_expectation(const struct model *m, const struct fact *f, struct buf *out);
/* How the scheduler that was loaded last ended, as an expectation (it is about that one alone);
 * false when it has not, or in a way that has no name. */
bool facts_expect_end(const struct model *m, struct buf *out);

/* enum sample_held in words, with the DSQ where it is on one. */
void facts_held(uint64_t held, uint64_t dsq, uint64_t cpu, char *dst, size_t size);
/* "-" where it is SAMPLE_ABSENT. */
void facts_number(uint64_t value, char *dst, size_t size);
/* A value of sched_ext's counter NAME: a number, or a time. */
void facts_counter(const char *name, uint64_t value, char *dst, size_t size);

/* The list in a pane, under a rule with the title. */
void pane_facts(const struct model *m, struct tui_state *st, enum pane pane, const char *title,
		struct canvas *c, struct rect r);

#endif
