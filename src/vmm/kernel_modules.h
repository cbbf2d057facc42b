/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_modules - the modules a guest cannot do without (virtio console, virtio PCI), in loading
 * order.
 */
#ifndef VMM_KERNEL_MODULES_H
#define VMM_KERNEL_MODULES_H

#include "base/buf.h"
#include "base/err.h"

/* Unpacks them from /lib/modules/RELEASE to ENTRY/modules and writes ENTRY/modules/list. */
int kernel_modules_pack(const char *release, const char *entry, struct err *err);

/*
 * From the text of a modules.dep file: the paths (one a line) that loading `module` needs,
 * dependencies first, itself last; nothing when it is not there. `out` may hold paths of earlier
 * calls: none is added twice.
 */
void kernel_modules_order(const char *dep, const char *module, struct buf *out);

/* Shared with kernel_add.c and kernel_fetch.c: rm -r of a folder of our own. */
void kernel_remove_tree(const char *path);

#endif
