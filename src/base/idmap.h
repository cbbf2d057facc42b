/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * idmap - a number for an id: which row a kernel id or a pid stands in.
 *
 * Open addressing, grown by doubling; memory is at most some 32 bytes an id that was ever put and
 * not dropped. Ids 0 and UINT64_MAX cannot be put and are never found.
 */
#ifndef BASE_IDMAP_H
#define BASE_IDMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct idmap_slot {
	uint64_t id; /* 0 = free, UINT64_MAX = dropped */
	uint64_t value;
};

struct idmap { /* all zero = empty */
	struct idmap_slot *slots;
	size_t room; /* a power of two, or 0 */
	size_t used; /* slots that are not free, dropped ones among them */
	size_t kept; /* ids in it */
};

/* The value of an id that is there is replaced. */
void idmap_put(struct idmap *m, uint64_t id, uint64_t value);
bool idmap_get(const struct idmap *m, uint64_t id, uint64_t *value);
void idmap_drop(struct idmap *m, uint64_t id);
void idmap_finish(struct idmap *m); /* empty again */

#endif
