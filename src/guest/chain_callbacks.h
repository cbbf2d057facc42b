/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * chain_callbacks - probes on the callbacks of a scheduler that is loaded and not in force yet:
 * each is a BPF program, and gets two of its own (bpf/chain.bpf.c) at its entry and exit. For a
 * hand.
 */
#ifndef GUEST_CHAIN_CALLBACKS_H
#define GUEST_CHAIN_CALLBACKS_H

#include "guest/chain.h"

#define CHAIN_LINKS_MAX 60 /* of one scheduler */
enum { CHAIN_MAP_RECORDS, CHAIN_MAP_LOST, CHAIN_MAPS };

struct bpf_object;
struct bpf_map;

struct chain_callbacks {
	int maps[CHAIN_MAPS]; /* where records go; borrowed */
	uint32_t first;       /* the number of the first callback */
	/* filled: */
	struct chain_target targets[CHAIN_LINKS_MAX / 2];
	size_t n;
	int links[CHAIN_LINKS_MAX]; /* close-on-exec; whoever has this closes them */
	int nlinks;
	char without[256]; /* callbacks that could not be probed, a space between */
};

/* ops: its sched_ext_ops, of that type in the object's BTF. What cannot be probed is left out: a
 * scheduler is loaded all the same. */
void chain_callbacks_attach(struct chain_callbacks *c, struct bpf_object *o, struct bpf_map *ops,
			    int type);

#endif
