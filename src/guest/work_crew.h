/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work_crew - what the workers of one spawn have in common: their reports and their groups' pages
 * in one shared mapping, and the descriptors of the group that is just being created.
 *
 * The agent makes the memory (report.c), a hand fills it in, clones the workers and lets go of all
 * of it (hand_start.c). Invariant: a worker inherits the descriptors of no group but its own.
 */
#ifndef GUEST_WORK_CREW_H
#define GUEST_WORK_CREW_H

#include "guest/wire_custom.h"
#include "guest/work.h"

struct crew {
	enum work_id id;
	const struct work_type *type; /* NULL = no workers */
	struct work_values values;
	bool is_custom;
	struct custom_work custom;
	const char *const *params; /* of custom work: KEY, VALUE, ...; borrowed */
	uint32_t nparams;
	uint32_t count, group; /* workers, and how many of them make a group */
	uint8_t *memory;
	int fds[2 * WORK_GROUP_MAX];
	unsigned nfds;
};

/* Reports first, then a page for each group. */
static inline size_t crew_reports_size(uint32_t count)
{
	return (count * sizeof(struct work_report) + 4095) & ~(size_t)4095;
}

static inline size_t crew_size(uint32_t count, uint32_t group)
{
	return crew_reports_size(count) + (size_t)(count / group) * WORK_SHARED_SIZE;
}

/* Type, parameters as KEY, VALUE and count from an op; checked. 0 or -errno. */
int crew_init(struct crew *c, const char *work, const char *const *params, uint32_t nparams,
	      uint64_t count, struct err *err);
/* In a hand: map the memory (fd stays the caller's) and clear it. */
int crew_map(struct crew *c, int fd, struct err *err);
/* In a hand, before worker `index` is cloned: a new group's descriptors in place of the last. */
int crew_next(struct crew *c, uint32_t index, struct err *err);
void crew_finish(struct crew *c);
/* In a worker. */
void crew_worker(const struct crew *c, uint32_t index, struct work *w);

#endif
