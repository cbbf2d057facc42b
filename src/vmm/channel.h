/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * channel - one non-blocking byte stream to QEMU: collects what comes, queues what goes, tells of
 * both.
 */
#ifndef VMM_CHANNEL_H
#define VMM_CHANNEL_H

#include "base/buf.h"
#include "base/loop.h"

#include <stdbool.h>
#include <stddef.h>

struct channel {
	struct loop *loop;
	loop_id source;
	int fd; /* owned */
	size_t out_max;
	struct buf in, out;
	/* New bytes stand in `in`; the handler drops what it has used. */
	void (*data)(void *arg, struct channel *c);
	void (*closed)(void *arg, struct channel *c); /* may be NULL */
	void *arg;
};

/* Takes ownership of fd, a socket. out_max: bytes that may wait to be written. */
int channel_open(struct channel *c, struct loop *loop, int fd, size_t out_max,
		 void (*data)(void *arg, struct channel *c),
		 void (*closed)(void *arg, struct channel *c), void *arg);
void channel_close(struct channel *c); /* also of one never opened ({.fd = -1}) or closed before */
/* Take what is still to be read of a peer that has ended. */
void channel_drain(struct channel *c);
int channel_write(struct channel *c, const void *data, size_t len); /* 0, -EPIPE, -ENOBUFS */
/* With a descriptor, which stays the caller's; at once or not at all: -EAGAIN while something waits. */
int channel_write_fd(struct channel *c, const void *data, size_t len, int fd);

#endif
