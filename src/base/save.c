/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * save - see save.h. The data goes to a file beside it first. Invariant: after an error that one is
 * gone.
 */
#include "base/save.h"
#include "base/cleanup.h"
#include "base/die.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int save_check(const char *path, bool force, struct err *err)
{
	if (force || access(path, F_OK) < 0)
		return 0;
	return err_set(err, EEXIST, "'%s' exists already; --force replaces it", path);
}

int save_fd(int fd, const struct buf *data)
{
	size_t at = 0;

	while (at < data->len) {
		ssize_t n = write(fd, data->data + at, data->len - at);

		if (n < 0 && errno != EINTR)
			return -errno;
		at += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static int put_in_place(const char *path, const char *temp, bool force, struct err *err)
{
	if (force)
		return rename(temp, path) < 0 ? err_sys(err, errno, "replace '%s'", path) : 0;
	if (link(temp, path) == 0) {
		unlink(temp);
		return 0;
	}
	/* a file system without hard links: the check for an existing file was made before */
	if (errno != EEXIST && access(path, F_OK) < 0 && rename(temp, path) == 0)
		return 0;
	return err_sys(err, errno, "create '%s'", path);
}

int save_file(const char *path, const struct buf *data, mode_t mode, bool force, struct err *err)
{
	cleanup_free char *temp = xasprintf("%s.XXXXXX", path);
	cleanup_fd int fd = -1;
	mode_t mask;
	int r = save_check(path, force, err);

	if (r < 0)
		return r;
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, errno, "create '%s'", path);
	mask = umask(0);
	umask(mask);
	r = save_fd(fd, data);
	if (r == 0 && fchmod(fd, mode & ~mask) < 0)
		r = -errno;
	r = r < 0 ? err_sys(err, -r, "write '%s'", path) : put_in_place(path, temp, force, err);
	if (r < 0)
		unlink(temp);
	return r;
}
