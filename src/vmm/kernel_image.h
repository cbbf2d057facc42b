/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_image - looking into kernel images: what a guest needs, and the ELF image inside a
 * bzImage.
 *
 * Works on untrusted bytes; every offset is checked. Sources: Linux Documentation/arch/x86/boot.rst
 * (setup header, payload), include/xen/interface/elfnote.h (PVH entry is note type 18).
 */
#ifndef VMM_KERNEL_IMAGE_H
#define VMM_KERNEL_IMAGE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum feature { FEATURE_UNKNOWN, FEATURE_ABSENT, FEATURE_MODULE, FEATURE_BUILTIN };

struct kernel_facts {
	char release[128]; /* from the "Linux version" banner; "" when it has none */
	enum feature sched_ext, btf, pvh, virtio_console, virtio_pci, cpusets, schedstats;
};

/* image: an unpacked ELF kernel. config: its configuration, or NULL (then the image's own is looked
 * for). */
void kernel_facts_read(const void *image, size_t len, const char *config, struct kernel_facts *out);

/* Everything a guest cannot do without is there; the sentence says what is missing. */
int kernel_facts_usable(const struct kernel_facts *facts, struct err *err);
const char *feature_name(enum feature f);

/* The compressed payload of a bzImage and the program that unpacks it ("zstd"). -ENOEXEC when it is
 * none. */
int kernel_payload(const void *image, size_t len, size_t *offset, size_t *size,
		   const char **program, struct err *err);
bool kernel_is_elf(const void *image, size_t len);

#endif
