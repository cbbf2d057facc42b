/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_parts - what was seen in a scheduler: its programs, variables, maps with their entries; as
 * the agent's lines say it (src/guest/hand_sched_parts.c).
 *
 * The lines are hostile. Invariant: texts are sanitised; a variable or entry stands behind its map
 * and names it by its place; lines that make no sense are left out.
 */
#ifndef OPS_SCHED_PARTS_H
#define OPS_SCHED_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCHED_PARTS_MAX 4096

enum sched_part_kind { PART_PROGRAM, PART_MAP, PART_VARIABLE, PART_ENTRY };

struct sched_part {
	enum sched_part_kind kind;
	uint32_t id; /* the kernel's, of the program or map */
	char *name;  /* an entry's: its key */
	char *value; /* VARIABLE, ENTRY; of a MAP: why not all of it is here, "" = it is */
	char *type;  /* MAP: "hash" */
	uint64_t runs, run_ns; /* PROGRAM */
	uint64_t max;          /* MAP: entries it may hold */
	bool callback;         /* PROGRAM: of the scheduler's table; else it shares a map with it */
	bool writable;         /* MAP, VARIABLE, ENTRY */
	size_t map;            /* VARIABLE, ENTRY: which row is its map */
};

struct sched_parts {
	char *name; /* of the scheduler */
	uint64_t t_ns;
	bool cut;     /* the agent had no room for all */
	bool counted; /* the kernel counts runs of programs at this time */
	struct sched_part *rows;
	size_t n;
};

/* Never NULL. */
struct sched_parts *sched_parts_read(const char *name, const char *data, size_t len);
void sched_parts_free(struct sched_parts *p); /* NULL is fine */

/* The row of the same program, variable or entry; NULL when there is none, or p is NULL. */
const struct sched_part *sched_parts_same(const struct sched_parts *p,
					  const struct sched_part *row);

#endif
