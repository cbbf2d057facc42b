/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shell_stream - the bytes of the shell: output within the host's window, input as it takes it.
 *
 * Invariant: a stream that has no room is not watched at all, so that a hang-up or a program that
 * never stops to write does not turn the loop.
 */
#include "guest/shell_private.h"

#include "guest/port.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { CHUNK = 16 << 10 };

static struct loop *loop;

void shell_stream_init(struct loop *l)
{
	loop = l;
}

void shell_unwatch(loop_id *source)
{
	loop_remove(loop, *source);
	*source = -1;
}

void shell_close_stream(struct shell_stream *s)
{
	shell_unwatch(&s->source);
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

/* ---- output --------------------------------------------------------------------------------- */

size_t shell_room(void)
{
	return WIRE_SHELL_OUTPUT_WINDOW - (size_t)(shell_now.sent - shell_now.shown);
}

static void on_output(void *arg, int fd, uint32_t events);

/* A stream without room is not watched at all: a hang-up would be told in every turn. */
void shell_watch_output(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		struct shell_stream *s = &shell_now.out[i];

		if (s->fd >= 0 && s->source < 0 && shell_room())
			s->source = loop_add_fd(loop, s->fd, EPOLLIN, on_output, s);
		else if (s->source >= 0 && !shell_room())
			shell_unwatch(&s->source);
	}
}

static void send_output(const struct shell_stream *s, const uint8_t *data, size_t len)
{
	if (!len)
		return;
	if (port_shell(WIRE_SHELL_OUTPUT, shell_now.number, (uint64_t)(s - shell_now.out) + 1, data,
		       len))
		shell_now.sent += len;
	else
		port_log(4, "%zu bytes of the shell's output found no room", len);
}

/* false at the end of the stream. A terminal gives little at a time: a frame holds several reads.
 */
static bool read_some(struct shell_stream *s)
{
	static uint8_t chunk[CHUNK];
	size_t len = 0, max = shell_room() < CHUNK ? shell_room() : CHUNK;
	ssize_t n = 1;

	while (len < max && (n = read(s->fd, chunk + len, max - len)) > 0)
		len += (size_t)n;
	send_output(s, chunk, len);
	/* EIO: nobody has the terminal open any more */
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

void shell_read_output(struct shell_stream *s)
{
	if (s->fd >= 0 && !read_some(s))
		shell_close_stream(s);
	shell_watch_output();
	if (shell_now.phase == SHELL_EXITED && shell_now.out[0].fd < 0 && shell_now.out[1].fd < 0)
		shell_finish();
}

static void on_output(void *arg, int fd, uint32_t events)
{
	shell_read_output(arg);
}

/* ---- input ---------------------------------------------------------------------------------- */

static void on_input(void *arg, int fd, uint32_t events)
{
	shell_flush_input();
}

void shell_flush_input(void)
{
	ssize_t n = 0;

	while (shell_now.in.fd >= 0 && shell_now.input_len) {
		n = write(shell_now.in.fd, shell_now.input, shell_now.input_len);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (n < 0) {
			/* nobody reads any more: as on a pipe, what is typed goes nowhere */
			n = (ssize_t)shell_now.input_len;
			shell_close_stream(&shell_now.in);
		}
		shell_now.taken += (uint64_t)n;
		memmove(shell_now.input, shell_now.input + n, shell_now.input_len - (size_t)n);
		shell_now.input_len -= (size_t)n;
		port_shell(WIRE_SHELL_TAKEN, shell_now.number, shell_now.taken, "", 0);
	}
	if (!shell_now.input_len && shell_now.input_end && !shell_now.terminal)
		shell_close_stream(&shell_now.in);
	if (shell_now.in.fd >= 0 && shell_now.input_len && shell_now.in.source < 0)
		shell_now.in.source = loop_add_fd(loop, shell_now.in.fd, EPOLLOUT, on_input, NULL);
	else if (shell_now.in.source >= 0 && !shell_now.input_len)
		shell_unwatch(&shell_now.in.source);
}

void shell_add_input(struct wire_reader *p)
{
	size_t len;
	const void *data = wire_get_bytes(p, &len);

	if (p->bad)
		return;
	if (!len)
		shell_now.input_end = true;
	if (shell_now.in.fd < 0 || len > sizeof(shell_now.input) - shell_now.input_len) {
		if (len && shell_now.in.fd >= 0)
			port_log(4, "%zu bytes typed into the shell found no room", len);
		shell_now.taken += len;
		port_shell(WIRE_SHELL_TAKEN, shell_now.number, shell_now.taken, "", 0);
		return;
	}
	memcpy(shell_now.input + shell_now.input_len, data, len);
	shell_now.input_len += len;
	if (shell_now.phase != SHELL_CREATE)
		shell_flush_input();
}
