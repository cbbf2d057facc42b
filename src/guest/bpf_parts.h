/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bpf_parts - the BPF programs and maps of the sched_ext scheduler in force, whoever loaded it.
 *
 * The kernel puts the ids of a scheduler's programs into the value of its struct_ops map; the
 * programs know their maps; other programs that use one of these belong to it, too. Runs in a hand:
 * it allocates. Invariant: descriptors are closed with the parts.
 */
#ifndef GUEST_BPF_PARTS_H
#define GUEST_BPF_PARTS_H

#include "base/err.h"

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

#define BPF_PARTS_PROGS 96
#define BPF_PARTS_MAPS  64

struct btf;

struct bpf_part_prog {
	uint32_t id;
	bool callback;         /* in the struct_ops map; else it shares a map with one that is */
	char name[64];         /* whole, from its BTF */
	uint64_t runs, run_ns; /* counted while somebody has enabled the statistics */
};

struct bpf_part_map {
	int fd;
	struct bpf_map_info info;
	struct btf *btf; /* NULL = it has none */
	bool writable;   /* from user space */
};

struct bpf_parts {
	struct bpf_part_prog progs[BPF_PARTS_PROGS];
	uint32_t nprogs;
	struct bpf_part_map maps[BPF_PARTS_MAPS];
	uint32_t nmaps;
};

/* name: of the scheduler, as the kernel says it. 0 or -errno: -ENOENT = none of that name. */
int bpf_parts_open(struct bpf_parts *p, const char *name, struct err *err);
void bpf_parts_close(struct bpf_parts *p);

#endif
