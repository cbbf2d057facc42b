/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_dump - collects lines until somebody sends them: an exit, an op, or, for a dump that
 * nobody announced, a timer. Invariant: every line is sent or counted as lost.
 */
#include "guest/sched_dump.h"

#include "guest/port.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#define QUIET_NS                                                                                   \
	200000000ull /* a dump that nobody asked for is sent when no line came for so long */

enum { CHUNK = 32 << 10 };

static struct loop *loop;
static struct ring_buffer *ring;
static const volatile uint64_t *kernel_lost; /* lines the probe found no room for, ever */
static uint64_t told_lost, cut, lines, first_ns;
static char text[SCHED_DUMP_MAX];
static size_t len;
static loop_id quiet_timer;

/* One line, without its newline, NUL included in the size. */
static int on_line(void *arg, void *data, size_t size)
{
	const char *line = data;
	size_t n = strnlen(line, size);

	/* the kernel's moment, as near as the agent's waking up: it is woken by the line itself */
	if (!lines++)
		first_ns = loop_now_ns();
	if (n + 1 > sizeof(text) - len) {
		cut++;
		return 0;
	}
	memcpy(text + len, line, n);
	len += n;
	if (!n || line[n - 1] != '\n')
		text[len++] = '\n';
	return 0;
}

static void on_ring(void *arg, int fd, uint32_t events)
{
	ring_buffer__consume(ring);
	loop_arm(loop, quiet_timer, QUIET_NS, 0);
}

static void on_quiet(void *arg)
{
	sched_dump_send(0);
}

uint64_t sched_dump_send(uint64_t seq)
{
	uint64_t n, missing, index = 1;
	size_t at = 0, part;

	if (!ring)
		return 0;
	ring_buffer__consume(ring);
	loop_arm(loop, quiet_timer, 0, 0);
	missing = cut + (kernel_lost ? *kernel_lost - told_lost : 0);
	for (; at < len; at += part, index++) {
		part = len - at < CHUNK ? len - at : CHUNK;
		if (!port_takes_bulk(part + 4096)) {
			missing++;
			continue;
		}
		port_event(&(struct event){.type = EV_SCHED_DUMP,
					   .seq = seq,
					   .index = index,
					   .data = text + at,
					   .data_len = part,
					   .flag = at + part == len,
					   .id = first_ns,
					   .count = at + part == len ? missing : 0});
	}
	n = lines;
	told_lost = kernel_lost ? *kernel_lost : 0;
	len = 0;
	cut = lines = first_ns = 0;
	return n;
}

int sched_dump_attach(struct loop *l, const int *fds, int nfds, struct err *err)
{
	void *p = nfds == 3 ? mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ, MAP_SHARED,
				   fds[1], 0)
			    : MAP_FAILED;
	int i, e = 0;

	loop = l;
	if (p != MAP_FAILED)
		kernel_lost = p;
	ring = nfds == 3 ? ring_buffer__new(fds[0], on_line, NULL, NULL) : NULL;
	if (!ring)
		e = err_set(err, EIO, "read the ring of the dump's probe: %s", strerror(errno));
	quiet_timer = loop_add_timer(loop, on_quiet, NULL);
	if (!e && (quiet_timer < 0 ||
		   loop_add_fd(loop, ring_buffer__epoll_fd(ring), EPOLLIN, on_ring, NULL) < 0))
		e = err_set(err, ENOSPC, "watch the ring of the dump's probe");
	/* the ring and the link stay open: they are what keeps the probe attached */
	for (i = 0; e && i < nfds; i++)
		close(fds[i]);
	return e;
}
