/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * channel - a descriptor in the loop with a buffer on each side.
 * Invariant: `in` never grows beyond IN_MAX: reading stops until the handler has taken some.
 */
#include "vmm/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define IN_MAX   (4u << 20)
#define CHUNK    65536
#define PER_TURN (1u << 20) /* so that one busy stream does not starve the others */

static void want(struct channel *c)
{
	if (c->fd >= 0)
		loop_mod_fd(c->loop, c->source, EPOLLIN | (c->out.len ? EPOLLOUT : 0));
}

static void flush(struct channel *c)
{
	size_t at = 0;

	while (at < c->out.len) {
		/* the other end may be gone: that is an error here, not a signal for the whole
		 * program */
		ssize_t n = send(c->fd, c->out.data + at, c->out.len - at, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		at += (size_t)n;
	}
	buf_drop(&c->out, at);
}

static void drop(struct channel *c)
{
	void (*closed)(void *, struct channel *) = c->closed;

	channel_close(c);
	if (closed)
		closed(c->arg, c);
}

static void on_fd(void *arg, int fd, uint32_t events)
{
	struct channel *c = arg;
	size_t got = 0;
	ssize_t n = -1;

	if (events & EPOLLOUT) {
		flush(c);
		want(c);
	}
	if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return;
	while (got < PER_TURN && c->in.len < IN_MAX) {
		buf_reserve(&c->in, CHUNK);
		n = read(fd, c->in.data + c->in.len, CHUNK);
		if (n <= 0)
			break;
		c->in.len += (size_t)n;
		c->in.data[c->in.len] = '\0';
		got += (size_t)n;
	}
	if (got)
		c->data(c->arg, c);
	if (c->fd == fd && (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) && !got)
		drop(c);
}

int channel_open(struct channel *c, struct loop *loop, int fd, size_t out_max,
		 void (*data)(void *arg, struct channel *c),
		 void (*closed)(void *arg, struct channel *c), void *arg)
{
	*c = (struct channel){.loop = loop,
			      .fd = fd,
			      .out_max = out_max,
			      .data = data,
			      .closed = closed,
			      .arg = arg};
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	c->source = loop_add_fd(loop, fd, EPOLLIN, on_fd, c);
	if (c->source < 0) {
		close(fd);
		c->fd = -1;
		return c->source;
	}
	return 0;
}

void channel_close(struct channel *c)
{
	if (c->loop && c->fd >= 0) {
		loop_remove(c->loop, c->source);
		close(c->fd);
	}
	c->fd = -1;
	buf_finish(&c->in);
	buf_finish(&c->out);
}

void channel_drain(struct channel *c)
{
	if (c->fd >= 0)
		on_fd(c, c->fd, EPOLLIN);
}

int channel_write(struct channel *c, const void *data, size_t len)
{
	if (c->fd < 0)
		return -EPIPE;
	if (c->out.len + len > c->out_max)
		return -ENOBUFS;
	buf_add(&c->out, data, len);
	flush(c);
	want(c);
	return 0;
}

int channel_write_fd(struct channel *c, const void *data, size_t len, int fd)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {.room = {0}};
	struct iovec part = {.iov_base = (void *)data, .iov_len = len};
	struct msghdr m = {.msg_iov = &part,
			   .msg_iovlen = 1,
			   .msg_control = control.room,
			   .msg_controllen = sizeof(control.room)};
	ssize_t n;

	if (c->fd < 0)
		return -EPIPE;
	if (c->out.len)
		return -EAGAIN;
	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	control.head.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.head), &fd, sizeof(int));
	n = sendmsg(c->fd, &m, MSG_NOSIGNAL);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : channel_write(c, (const char *)data + n, len - (size_t)n);
}
