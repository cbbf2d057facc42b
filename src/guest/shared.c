/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shared - sets up what agent and hands have in common.
 * Invariant: the cgroup directory is a detached mount of our own, so that a payload that unmounts
 * /sys/fs/cgroup takes nothing from us.
 */
#include "guest/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct shared *shared_rows;
int shared_cgroup_fd = -1;

int shared_init(struct err *err)
{
	void *p = mmap(NULL, sizeof(*shared_rows), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int fd;

	if (p == MAP_FAILED)
		return err_sys(err, errno, "map memory for samples");
	shared_rows = p;
	fd = (int)syscall(SYS_open_tree, AT_FDCWD, "/sys/fs/cgroup",
			  OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (fd < 0)
		return err_sys(err, errno, "open '/sys/fs/cgroup'");
	shared_cgroup_fd = dup3(fd, SHARED_CGROUP_FD, O_CLOEXEC);
	close(fd);
	if (shared_cgroup_fd < 0)
		return err_sys(err, errno, "keep '/sys/fs/cgroup' open");
	return 0;
}
