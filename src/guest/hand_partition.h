/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_partition - making a cgroup a partition of CPUs, in a hand.
 *
 * The kernel takes a word for cpuset.cpus.partition and then says in the same file that the
 * partition is invalid; and below a cgroup that is no partition it wants the CPUs in
 * cpuset.cpus.exclusive of all above. Here the one is met, the other is a failure with its words.
 */
#ifndef GUEST_HAND_PARTITION_H
#define GUEST_HAND_PARTITION_H

#include "guest/hand.h"

/*
 * path is relative to the mount; value is what cpuset.cpus.partition takes. 0, or a positive errno
 * that is told already; the cgroup is a member then, as every other. CPUs that were lent by those
 * above stay lent: without a partition below that means nothing.
 */
int hand_partition(struct hand *h, const char *path, const char *value);

#endif
