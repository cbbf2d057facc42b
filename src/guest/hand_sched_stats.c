/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_sched_stats - opens a scheduler's statistics socket, and says whose it is.
 * Invariant: it never waits for who listens there.
 */
#include "guest/hand.h"

#include "guest/wire_stats.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int hand_sched_stats(struct hand *h, struct job_reply *r)
{
	static const struct sockaddr_un addr = {.sun_family = AF_UNIX, .sun_path = STATS_SOCKET};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), e;
	struct ucred who = {0};
	socklen_t len = sizeof(who);
	pid_t session;

	if (fd < 0)
		return hand_fail_sys(h, errno, "make a socket for '%s'", STATS_SOCKET);
	/* EAGAIN: those that wait already are as many as it takes */
	if (connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) < 0) {
		e = errno;
		close(fd);
		return hand_fail_sys(h, e, "open '%s'", STATS_SOCKET);
	}
	if (!getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) && who.pid > 0) {
		r->num = (uint64_t)who.pid;
		session = getsid(who.pid);
		r->id = session > 0 ? (uint64_t)session : 0;
	}
	r->fds[r->nfds++] = fd;
	return 0;
}
