/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * output - draining of payload pipes, see output.h.
 * Invariant: one callback reads at most TURN_MAX bytes, so that a chatty payload starves nobody.
 */
#include "guest/output.h"
#include "guest/fault_switch.h"

#include "guest/line.h"
#include "guest/port.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { CHUNK = 32 << 10, TURN_MAX = 256 << 10, PIPE_SIZE = 1 << 20 };

static struct loop *loop;
static char chunk[CHUNK + 1];

void output_init(struct loop *l)
{
	loop = l;
}

static void close_pipe(struct group_pipe *p)
{
	loop_remove(loop, p->source);
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
	p->source = -1;
}

static void send_chunk(struct group *g, int stream, size_t len)
{
	struct group_pipe *p = &g->out[stream];
	size_t keep = len;

	if (fault_is(FAULT_OUTPUT_LOST))
		return;
	if (keep > OUTPUT_KEPT_MAX - p->kept)
		keep = OUTPUT_KEPT_MAX - p->kept;
	if (!port_takes_bulk(keep + 4096))
		keep = 0;
	/* the last word on a stream that was cut is its count, so the first loss is told at once */
	if (!keep && p->lost) {
		p->lost += len;
		return;
	}
	p->kept += keep;
	p->lost += len - keep;
	chunk[keep] = '\0';
	port_event(&(struct event){.type = EV_OUTPUT,
				   .seq = g->seq,
				   .name = g->name,
				   .stream = (uint64_t)stream + 1,
				   .data = chunk,
				   .data_len = keep,
				   .count = p->lost});
}

/* Reads up to max bytes; false at the end of the stream. */
static bool read_some(struct group *g, int stream, size_t max)
{
	struct group_pipe *p = &g->out[stream];
	size_t total = 0;
	ssize_t n;

	while (p->fd >= 0 && total < max) {
		n = read(p->fd, chunk, CHUNK);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		if (n == 0)
			return false;
		total += (size_t)n;
		send_chunk(g, stream, (size_t)n);
	}
	return true;
}

/* The final count of a cut stream. */
static void tell_lost(struct group *g, int stream)
{
	if (g->out[stream].lost)
		port_event(&(struct event){.type = EV_OUTPUT,
					   .seq = g->seq,
					   .name = g->name,
					   .stream = (uint64_t)stream + 1,
					   .data = "",
					   .count = g->out[stream].lost});
}

static void read_pipe(struct group *g, int stream, size_t max)
{
	if (g->out[stream].fd < 0 || read_some(g, stream, max))
		return;
	close_pipe(&g->out[stream]);
	tell_lost(g, stream);
	line_poke();
}

static void on_pipe(void *arg, int fd, uint32_t events)
{
	struct group *g = arg;

	read_pipe(g, g->out[1].fd == fd, TURN_MAX);
}

int output_open(struct group *g, int out, int err_fd, struct err *err)
{
	int i, fds[2] = {out, err_fd};

	for (i = 0; i < 2; i++) {
		struct group_pipe *p = &g->out[i];

		/* a large pipe lets a payload go on while the agent is busy */
		fcntl(fds[i], F_SETPIPE_SZ, PIPE_SIZE);
		fcntl(fds[i], F_SETFL, O_NONBLOCK);
		*p = (struct group_pipe){.fd = fds[i]};
		p->source = loop_add_fd(loop, p->fd, EPOLLIN, on_pipe, g);
	}
	if (g->out[0].source >= 0 && g->out[1].source >= 0)
		return 0;
	output_close(g);
	return err_set(err, EMFILE, "too many payloads run at once: end some, or use spawn");
}

void output_drain(struct group *g)
{
	int i;

	for (i = 0; i < 2; i++) {
		read_pipe(g, i, 4 * PIPE_SIZE);
		if (g->out[i].fd >= 0 && !g->live)
			tell_lost(g, i);
	}
}

bool output_closed(const struct group *g)
{
	return g->out[0].fd < 0 && g->out[1].fd < 0;
}

void output_close(struct group *g)
{
	close_pipe(&g->out[0]);
	close_pipe(&g->out[1]);
}
