/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * save - a file that appears whole or not at all, and replaces nothing unless it is told to.
 */
#ifndef BASE_SAVE_H
#define BASE_SAVE_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <sys/types.h>

/* There is no such file, or force: 0; else -EEXIST with words. */
int save_check(const char *path, bool force, struct err *err);
/* mode is cut by the umask. 0 or -errno. */
int save_file(const char *path, const struct buf *data, mode_t mode, bool force, struct err *err);
/* All of it to a descriptor; 0 or -errno. */
int save_fd(int fd, const struct buf *data);

#endif
