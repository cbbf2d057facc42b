/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cpio - writes a "newc" archive, the form the kernel unpacks as initramfs, to a descriptor.
 *
 * Errors stick: check cpio_end(). Paths are absolute guest paths. Source: Linux
 * Documentation/driver-api/early-userspace/buffer-format.rst.
 */
#ifndef VMM_CPIO_H
#define VMM_CPIO_H

#include "base/err.h"

#include <stddef.h>

struct cpio {
	int fd;
	unsigned ino;
	size_t pos;
	struct err err; /* the first failure */
};

void cpio_begin(struct cpio *c, int fd);
void cpio_dir(struct cpio *c, const char *path, unsigned mode);
void cpio_data(struct cpio *c, const char *path, unsigned mode, const void *data, size_t len);
void cpio_host_file(struct cpio *c, const char *path, unsigned mode, const char *host);
void cpio_symlink(struct cpio *c, const char *path, const char *target);
void cpio_chardev(struct cpio *c, const char *path, unsigned mode, unsigned major, unsigned minor);
int cpio_end(struct cpio *c, struct err *err);

#endif
