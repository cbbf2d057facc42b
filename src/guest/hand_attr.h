/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_attr - what a task is given before it begins: CPUs, policy, nice, memory, identity, name.
 *
 * The hand sets from outside, while the child is held, what can be set so, and reads it back; the
 * child does the rest on its own. Order on the wire: str cpus, u64 seed, str policy, u8 has nice,
 * u64 nice, str mem, u8 has uid, u64 uid, u8 has gid, u64 gid, str comm. "" = not asked for.
 */
#ifndef GUEST_HAND_ATTR_H
#define GUEST_HAND_ATTR_H

#include "guest/hand.h"
#include "guest/wire_cpus.h"
#include "guest/wire_policy.h"

struct attr {
	bool has_cpus, has_policy, has_nice, has_mem, has_uid, has_gid;
	struct cpu_mask cpus;
	struct policy policy;
	struct mempolicy mem;
	int nice;
	uint32_t uid, gid;
	const char *comm; /* "" = its own; into the job's message */
};

/* 0, or a positive errno with h->text said. cgroup: where it will be, "/" = the root. */
int hand_attr_read(struct hand *h, struct attr *a, const char *cgroup);
/* On a held child, by the hand. */
int hand_attr_set(struct hand *h, const struct attr *a, int pid);
/* In the child itself: 0 or a positive errno, with what it was about. */
int hand_attr_become(const struct attr *a, const char **about);

#endif
