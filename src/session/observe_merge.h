/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * observe_merge - what only the agent knows, put beside what is read from memory.
 *
 * A column that memory has is never replaced. Rows belong together by cgroup id, CPU number, thread
 * id and time of birth.
 */
#ifndef SESSION_OBSERVE_MERGE_H
#define SESSION_OBSERVE_MERGE_H

#include "guest/wire_sample.h"

struct merge;

struct merge *merge_create(void);
void merge_destroy(struct merge *m);                         /* NULL is fine */
void merge_take(struct merge *m, const struct sample *told); /* the agent's newest; copied */
void merge_into(const struct merge *m, struct sample *seen);

#endif
