/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_tasks - who is in a cgroup of either kind, for the hands. Paths are relative to the mount.
 */
#ifndef GUEST_HAND_TASKS_H
#define GUEST_HAND_TASKS_H

#include "guest/hand.h"

/* Returns 0 to go on, or what hand_fail() returned. */
typedef int (*hand_number_fn)(struct hand *h, void *arg, uint64_t number);

bool hand_is_threaded(const char *path);
int hand_each_thread(struct hand *h, const char *path, hand_number_fn fn, void *arg);
/* Also those that have but a thread in a threaded cgroup; they may come twice then. */
int hand_each_process(struct hand *h, const char *path, hand_number_fn fn, void *arg);

#endif
