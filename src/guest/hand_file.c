/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_file - reading a file of the guest, a look at the mounts, and the one file that is written.
 * The file may be anything, a FIFO that nobody writes included: that is what the deadline is for.
 */
#include "guest/hand.h"
#include "guest/fault_switch.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>

int hand_read(struct hand *h, struct job_reply *r)
{
	static char data[JOB_DATA_MAX + 1];
	const char *path = wire_get_str(&h->in);
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t len = 0;
	ssize_t n = 1;

	if (fd < 0) {
		r->id = (uint64_t)errno;
		return 0;
	}
	while (len < sizeof(data) && (n = read(fd, data + len, sizeof(data) - len)) > 0)
		len += (size_t)n;
	if (n < 0)
		r->id = (uint64_t)errno;
	if (fault_is(FAULT_FILE_ALTERED) && len)
		data[0] ^= 1;
	r->flag = len > JOB_DATA_MAX;
	r->data = data;
	r->data_len = r->flag ? JOB_DATA_MAX : len;
	return 0;
}

int hand_sysrq(struct hand *h, struct job_reply *r)
{
	char key = (char)wire_get_u8(&h->in);

	if (h->nfds != 1 || write(h->fds[0], &key, 1) != 1)
		return hand_fail_sys(h, errno, "cannot pass the sysrq key '%c' on", key);
	return 0;
}

int hand_mounts(struct hand *h, struct job_reply *r)
{
	struct statfs fs;

	r->flag = statfs("/sys/fs/cgroup", &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC;
	return 0;
}
