/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * initramfs - the guest's first file system: agent as /init, modules, included files; in memory.
 *
 * Layout the agent relies on: /init; /modules/NN-name.ko and /modules/list (one path a line, in
 * loading order; absent when there is none); INCLUDE_DIR with links to included files; empty /proc
 * /sys /dev /run /tmp; /dev/console. The program's PATH in the guest is INCLUDE_DIR first.
 */
#ifndef VMM_INITRAMFS_H
#define VMM_INITRAMFS_H

#include "base/buf.h"
#include "base/err.h"
#include "vmm/include.h"
#include "vmm/kernel.h"

/*
 * `script`: what an exact guest carries out by itself, at WIRE_SCRIPT_PATH; empty = there is none.
 * Returns a memfd with the archive (close-on-exec off is the caller's affair) or -errno.
 */
int initramfs_pack(const char *agent, const struct kernel *kernel,
		   const struct include_set *include, const struct buf *script, struct err *err);

#endif
