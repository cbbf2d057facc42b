/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cgroup - the agent's book of cgroups below the workload root, and the ops that change them.
 *
 * Paths in the book are relative to the root, "a/b"; on the wire and for hands they are full,
 * from the cgroup mount: "/scxplore/a/b". Invariant: a row exists from the kernel's "yes" to its
 * removal, whoever did it.
 */
#ifndef GUEST_CGROUP_H
#define GUEST_CGROUP_H

#include "base/err.h"
#include "guest/wire_op.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CGROUP_ROWS_MAX = 512, CGROUP_REL_MAX = 208, CGROUP_FULL_MAX = 288 };

struct line;

struct cgroup {
	bool used;
	bool ours; /* made by an op */
	char path[CGROUP_REL_MAX];
	uint64_t id;
	unsigned step; /* whose end removes it; 0 = backdrop */
	const struct line *doomed; /* the line whose tear-down has chosen it; NULL = none */
};

/* "/NAME": refused when it is no plain path. */
int cgroup_set_root(const char *root, struct err *err);
const char *cgroup_root(void);
void cgroup_set_root_id(uint64_t id);

struct cgroup *cgroup_find(const char *path);
struct cgroup *cgroup_at(unsigned i); /* i < CGROUP_ROWS_MAX; NULL when unused */
/* seq: the op that made it; 0 = none did. */
struct cgroup *cgroup_add(const char *path, uint64_t id, uint64_t seq, unsigned step);
/* Sends EV_CGROUP_REMOVED and frees the row. */
void cgroup_gone(struct cgroup *c, uint64_t seq, bool by_op);
/* A direct or further child in the book, or NULL. */
struct cgroup *cgroup_child(const char *path);

/*
 * Full path of what an op names: "/" or NULL is the system's root; else it must be in the book.
 * dst has CGROUP_FULL_MAX bytes.
 */
int cgroup_resolve(const char *name, char *dst, struct err *err);
void cgroup_full(const char *rel, char *dst); /* no check */
/* Part of a full path below the root, or NULL when it is not below it. */
const char *cgroup_rel(const char *full);
/* "/", the root or a row's full path by kernel id; false when the id is not in the book. */
bool cgroup_path_by_id(uint64_t id, char *dst);
bool cgroup_name_ok(const char *path);

/* For random:N: another one each time, the same ones in every run. */
uint64_t cgroup_next_seed(void);

/* Handlers. */
void cgroup_op_add(struct line *l, const struct wire_op *op);
void cgroup_op_def(struct line *l, const struct wire_op *op); /* goes on as start_op_spawn() */
void cgroup_op_set(struct line *l, const struct wire_op *op);
void cgroup_op_remove(struct line *l, const struct wire_op *op);

#endif
