/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel - guest kernels: found, unpacked, kept, fetched, judged.
 *
 * Cache: CACHE/kernels/RELEASE/{vmlinux,vmlinuz,config,modules/NN-name.ko,modules/list}.
 * kernel_resolve() is what a boot needs; the rest serves `scxplore kernel`.
 */
#ifndef VMM_KERNEL_H
#define VMM_KERNEL_H

#include "base/buf.h"
#include "vmm/kernel_image.h"

struct kernel {
	char *release;  /* "7.3.4+deb13-cloud-amd64" */
	char *image;    /* unpacked vmlinux with a PVH note */
	char **modules; /* host paths of module files to load before the wire works, in order;
			   NULL-terminated; NULL = none */
};

/*
 * spec: release (or its beginning), image path, build tree; NULL or "" = the newest usable one of
 * the cache. A packed image is unpacked into the cache. ENOTSUP when there is none that works.
 */
int kernel_resolve(const char *spec, struct kernel *out, struct err *err);
void kernel_finish(struct kernel *k);

/* Look at an image or build tree without keeping it. */
int kernel_check(const char *path, struct kernel_facts *facts, struct err *err);

/* Unpack PATH (image, packed or not, or build tree) into the cache; *release (freed by the caller)
 * names it. */
int kernel_add(const char *path, char **release, struct err *err);

/*
 * The newest sched_ext-capable Debian kernel (cloud flavour), or the newest that begins with
 * `version`, through apt's configured mirror and signatures. progress(arg, percent, what) may be
 * NULL.
 */
int kernel_fetch(const char *version,
		 void (*progress)(void *arg, unsigned percent, const char *what), void *arg,
		 char **release, struct err *err);

/* Every kernel known: fn(arg, release, path, in_cache). */
void kernel_each(void (*fn)(void *arg, const char *release, const char *path, bool cached),
		 void *arg);

#endif
