/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * job - codec and transport of the messages between the agent and its hands.
 * Invariant: descriptors that arrive are either handed to the caller or closed, never lost.
 */
#include "guest/job.h"

#include "base/cleanup.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static const char *const words[JOB_MAX] = {
#define X(e, w, fn) [JOB_##e] = w,
	JOB_LIST(X)
#undef X
};

const char *job_words(enum job_type type)
{
	return type < JOB_MAX ? words[type] : "?";
}

void job_put_reply(struct wire_writer *w, const struct job_reply *r)
{
	wire_put_u8(w, r->last);
	wire_put_u8(w, r->flag);
	wire_put_u8(w, r->leaving);
	wire_put_u32(w, (uint32_t)r->code);
	wire_put_u64(w, r->cpu_ns);
	wire_put_u64(w, r->num);
	wire_put_u64(w, r->id);
	wire_put_str(w, r->path);
	wire_put_str(w, r->text);
	wire_put_bytes(w, r->data_len ? r->data : "", r->data_len);
}

bool job_get_reply(struct wire_reader *in, struct job_reply *r)
{
	r->last = wire_get_u8(in);
	r->flag = wire_get_u8(in);
	r->leaving = wire_get_u8(in);
	r->code = (int)wire_get_u32(in);
	r->cpu_ns = wire_get_u64(in);
	r->num = wire_get_u64(in);
	r->id = wire_get_u64(in);
	r->path = wire_get_str(in);
	r->text = wire_get_str(in);
	r->data = wire_get_bytes(in, &r->data_len);
	return wire_reader_done(in);
}

int job_send(int sock, const void *data, size_t len, const int *fds, int nfds, int flags)
{
	struct iovec iov = {.iov_base = (void *)data, .iov_len = len};
	char control[CMSG_SPACE(sizeof(int) * JOB_FDS_MAX)] __attribute__((aligned(8))) = {0};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	struct cmsghdr *c;

	if (nfds > 0) {
		msg.msg_control = control;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)nfds);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)nfds);
		memcpy(CMSG_DATA(c), fds, sizeof(int) * (size_t)nfds);
	}
	while (sendmsg(sock, &msg, flags | MSG_NOSIGNAL) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

ssize_t job_recv(int sock, void *data, size_t size, int *fds, int *nfds, int flags)
{
	struct iovec iov = {.iov_base = data, .iov_len = size};
	char control[CMSG_SPACE(sizeof(int) * JOB_FDS_MAX)] __attribute__((aligned(8)));
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	struct cmsghdr *c;
	ssize_t n;

	*nfds = 0;
	do
		n = recvmsg(sock, &msg, flags | MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		*nfds = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
		memcpy(fds, CMSG_DATA(c), sizeof(int) * (size_t)*nfds);
	}
	if (msg.msg_flags & MSG_TRUNC) {
		while (*nfds > 0)
			close(fds[--*nfds]);
		return -EMSGSIZE;
	}
	return n;
}
