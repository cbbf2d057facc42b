/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bare - QEMU with the same machine, kernel and arguments as a guest of ours, and an init that only
 * prints and echoes (bare_init.c): what cannot be undercut.
 */
#ifndef BENCH_BARE_H
#define BENCH_BARE_H

#include "bench/bench.h"
#include "vmm/kernel.h"
#include "vmm/memory.h"
#include "vmm/qemu.h"

struct bare {
	struct kernel kernel;
	struct memory memory;
	struct qemu qemu;
	char *binary, *init;
	int initramfs_fd;
};

/* Starts it and waits until its init has printed: ms from the start of QEMU. bare_end() in any
 * case. */
int bare_boot(struct bare *b, const struct guest_config *config, double *ms, struct err *err);
/* One line there and back. */
int bare_echo(struct bare *b, double *ms, struct err *err);
void bare_end(struct bare *b);

#endif
