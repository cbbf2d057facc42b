/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timeline - what the Timeline screen looks at: which stretch of time, how wide a cell is, where
 * the cursor stands, which task is followed. Holds no trace data; timeline_*.c draw from the model.
 *
 * Invariant: a cell begins at a multiple of step_ns, so that what is drawn does not flicker as time
 * goes on.
 */
#ifndef TUI_TIMELINE_H
#define TUI_TIMELINE_H

#include "ops/model.h"
#include "ops/trace.h"
#include "tui/canvas.h"

#define TIMELINE_SYMBOLS 26
#define TIMELINE_LABEL   8 /* columns before the cells: node, LLC, CPU */
#define TIMELINE_CPUS    SAMPLE_CPUS_MAX

struct timeline {
	uint64_t from_ns, step_ns; /* left edge; time of a cell; 0 = not looked at yet */
	bool held;                 /* the person has scrolled back: else the end stays in sight */
	bool by_task;              /* letters are tasks; else cgroups */
	bool figures;              /* the histograms take the lower part, however small */
	uint64_t at_ns;            /* the cursor's cell begins here */
	unsigned row, top;         /* the cursor's CPU and the first shown, as places in the list */
	int32_t tid;               /* followed across CPUs; 0 = none */
	uint64_t begin_ns; /* from when on there is something: in the store or in the file */
	int cols, rows;    /* cells in a row, CPUs in sight, of the last draw */
	struct {
		uint64_t key;   /* tid or cgroup id + 1; 0 = free */
		uint64_t drawn; /* when it was last in sight */
	} symbols[TIMELINE_SYMBOLS];
	uint64_t draws;
};

struct timeline_key {
	int key, twin;
	const char *shown, *summary;
	/* says a word when there is nothing to do, or NULL */
	const char *(*act)(struct timeline *v, const struct model *m);
};
const struct timeline_key *timeline_key_at(size_t i); /* NULL past the end */

/* True when the screen takes the key; `said` gets a word for the person, or NULL. */
bool timeline_key(struct timeline *v, const struct model *m, int code, const char **said);
/* The next slice, after the cursor, of a task whose name holds the text: the cursor goes there and
 * the task is followed. */
bool timeline_find(struct timeline *v, const struct model *m, const char *text);
/* The moment is in the middle, and under the cursor. */
void timeline_show(struct timeline *v, const struct model *m, uint64_t t_ns);

/* ---- for the files that draw ---------------------------------------------------------------- */

/* Settles edges and cursor for a picture of that many cells. */
void timeline_fit(struct timeline *v, const struct model *m, int cols);
uint64_t timeline_end(const struct model *m); /* the newest moment */
unsigned timeline_cpus(const struct model *m);

struct timeline_place {
	unsigned node, llc; /* counted through */
	bool known;
};
struct timeline_place timeline_place(const struct model *m, unsigned cpu);

/* "worker.1", "comm[12]", "[12]", "idle", "not known" */
void timeline_name(const struct model *m, int32_t tid, uint64_t t_ns, char *dst, size_t size);
/* The path of the cgroup it was in then; "-" = not known. */
void timeline_cgroup(const struct model *m, int32_t tid, uint64_t t_ns, char *dst, size_t size);
uint64_t timeline_cgroup_id(const struct model *m, int32_t tid, uint64_t t_ns); /* 0 = not known */
/* The letter of what is drawn in a cell (its place, 0 to 25), or -1 when there are too many. */
int timeline_symbol(struct timeline *v, uint64_t key);

/* 12.345678s, with as many digits as a step of step_ns needs. */
void timeline_time(char *dst, size_t size, uint64_t t_ns, uint64_t step_ns);

void timeline_draw_cpus(struct timeline *v, const struct model *m, struct canvas *c, struct rect r);
int timeline_detail_rows(int rows); /* of a screen that high */
void timeline_draw_detail(struct timeline *v, const struct model *m, struct canvas *c,
			  struct rect r);
void timeline_draw_figures(struct timeline *v, const struct model *m, struct canvas *c,
			   struct rect r);

#endif
