/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel - a guest kernel that can be booted: its unpacked image and what goes with it.
 *
 * Cache: CACHE/kernels/RELEASE/{vmlinux,config,modules.list,modules/}. kernel_resolve() is what a
 * boot needs; finding, fetching and judging kernels is in kernel_*.c and `scxplore kernel`.
 */
#ifndef VMM_KERNEL_H
#define VMM_KERNEL_H

#include "base/err.h"

#include <stddef.h>

struct kernel {
	char *release;	/* "7.3.4+deb13-cloud-amd64" */
	char *image;	/* vmlinux with a PVH note */
	char **modules; /* host paths of module files to load before the wire works, in order; NULL-terminated */
};

/* spec: release (or its beginning), image path, build tree; NULL or "" = the newest usable one. */
int kernel_resolve(const char *spec, struct kernel *out, struct err *err);
void kernel_finish(struct kernel *k);

#endif
