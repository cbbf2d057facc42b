/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_printk - the tracefs instance in which bpf_printk() is heard, and reading it.
 * Invariant: nothing outside that instance is changed.
 */
#include "guest/hand.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INSTANCE "/sys/kernel/tracing/instances/scxplore"

int hand_printk_open(struct hand *h, struct job_reply *r)
{
	static const struct {
		const char *file, *value;
	} settings[] = {
		{"buffer_size_kb", "64"}, /* of each CPU */
		{"trace_clock", "mono"},
		{"events/bpf_trace/bpf_trace_printk/enable", "1"},
	};
	cleanup_fd int dir = -1;
	size_t i;
	int e;

	if (mkdir(INSTANCE, 0700) < 0 && errno != EEXIST)
		return hand_fail_sys(h, errno, "make the tracefs instance '%s'", INSTANCE);
	dir = open(INSTANCE, O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return hand_fail_sys(h, errno, "open '%s'", INSTANCE);
	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		e = hand_write_at(dir, settings[i].file, settings[i].value);
		if (e < 0)
			return hand_fail_sys(h, -e, "write '%s' to '%s/%s'", settings[i].value,
					     INSTANCE, settings[i].file);
	}
	r->fds[0] = openat(dir, "trace_pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (r->fds[0] < 0)
		return hand_fail_sys(h, errno, "open '%s/trace_pipe'", INSTANCE);
	r->nfds = 1;
	return 0;
}

/* Whole lines: the kernel gives no part of one. */
int hand_printk_read(struct hand *h, struct job_reply *r)
{
	static char text[32768];
	size_t len = 0;
	ssize_t n;

	if (h->nfds != 1)
		return hand_fail(h, EINVAL, "no descriptor to read");
	while (len + 8192 < sizeof(text)) {
		n = read(h->fds[0], text + len, 8192);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			return hand_fail_sys(h, errno, "read '%s/trace_pipe'", INSTANCE);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	r->data = text;
	r->data_len = len;
	return 0;
}
