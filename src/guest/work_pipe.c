/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work_pipe - work types whose workers wake each other through descriptors: pipes, eventfds,
 * datagrams. What is sent is the time, so that who is woken knows how long that took.
 * Invariant: the descriptors were made before any member of the group (hand_start.c).
 */
#include "guest/work.h"

#include "base/cleanup.h"
#include "base/loop.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static void send_time(const struct work *w, uint32_t to)
{
	uint64_t now = loop_now_ns();

	if (write(w->fds[2 * to + 1], &now, sizeof(now)) != (ssize_t)sizeof(now))
		work_cannot(errno);
}

/* A pipe keeps words of 8 bytes whole: they are shorter than PIPE_BUF. */
static uint64_t take_time(const struct work *w, uint32_t from)
{
	uint64_t then;

	if (read(w->fds[2 * from], &then, sizeof(then)) != (ssize_t)sizeof(then))
		work_cannot(errno);
	return then;
}

/* Two members: the first begins. */
static void ping_pong(struct work *w, uint8_t *memory)
{
	uint32_t other = !w->member;

	if (w->member == 0)
		send_time(w, other);
	for (;;) {
		work_woke(w, take_time(w, w->member));
		if (memory)
			work_walk(memory, w->p[0], 64, w->p[1]);
		else
			work_turns(w->p[0]);
		work_did(w);
		send_time(w, other);
	}
}

void work_pipe_io(struct work *w)
{
	ping_pong(w, NULL);
}

void work_cache_pipe(struct work *w)
{
	ping_pong(w, work_memory(w->p[0]));
}

/* A ring by futex: each member has a word that counts and a time. */
struct hop {
	uint32_t count;
	uint64_t time_ns;
};

static void futex_chain(struct work *w)
{
	struct hop *hops = w->shared, *mine = &hops[w->member],
		   *next = &hops[(w->member + 1) % w->members];
	uint32_t seen = 0;

	/* the first member sets the ring going, as if it had been woken */
	if (w->member == 0)
		__atomic_fetch_add(&mine->count, 1, __ATOMIC_RELEASE);
	for (;;) {
		work_await(&mine->count, seen);
		seen++;
		work_woke(w, mine->time_ns);
		work_compute_for(w, w->p[2]);
		work_did(w);
		next->time_ns = loop_now_ns();
		__atomic_fetch_add(&next->count, 1, __ATOMIC_RELEASE);
		work_futex_wake(&next->count, 1);
	}
}

void work_wake_chain(struct work *w)
{
	uint32_t next = (w->member + 1) % w->members;

	if (w->p[1])
		futex_chain(w);
	if (w->member == 0)
		send_time(w, 0);
	for (;;) {
		work_woke(w, take_time(w, w->member));
		work_compute_for(w, w->p[2]);
		work_did(w);
		send_time(w, next);
	}
}

/* All share the first member's pipe: full, producers wait; empty, consumers do. */
void work_producer_consumer(struct work *w)
{
	uint64_t due = loop_now_ns(), period = 1000000000ull / w->p[2];

	while (w->member < w->p[0]) {
		due += period;
		if (due > loop_now_ns())
			work_sleep(due - loop_now_ns());
		else
			due = loop_now_ns();
		send_time(w, 0);
		work_did(w);
	}
	for (;;) {
		work_woke(w, take_time(w, 0));
		work_turns(w->p[3]);
		work_did(w);
	}
}

/* Producers signal the events of all consumers; the events carry counts, the page the time. */
void work_epoll_storm(struct work *w)
{
	uint32_t producers = (uint32_t)w->p[0], i, n;
	uint64_t *times = w->shared, one = 1, count;
	struct epoll_event ev = {.events = EPOLLIN | EPOLLET};
	int ep;

	while (w->member < producers) {
		for (n = 0; n < w->p[2]; n++) {
			i = producers + n % (w->members - producers);
			times[i] = loop_now_ns();
			if (write(w->fds[i], &one, sizeof(one)) < 0)
				work_cannot(errno);
			work_unit(w);
		}
		work_did(w);
		work_sleep(1000000);
	}
	ep = epoll_create1(EPOLL_CLOEXEC);
	if (ep < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, w->fds[w->member], &ev) < 0)
		work_cannot(errno);
	for (;;) {
		if (epoll_wait(ep, &ev, 1, -1) < 1)
			continue;
		work_woke(w, times[w->member]);
		if (read(w->fds[w->member], &count, sizeof(count)) < 0)
			work_cannot(errno);
		work_did(w);
	}
}

/* ---- loopback ---- */

static int bind_socket(uint32_t *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		work_cannot(errno);
	*port = ntohs(a.sin_port);
	return fd;
}

static void send_all(int fd, const void *data, size_t size, uint64_t n)
{
	while (n--)
		while (send(fd, data, size, 0) < 0)
			if (errno != EINTR && errno != ECONNREFUSED)
				work_cannot(errno);
}

/*
 * The first member asks with a burst, the second answers with one when it has all of it. Loopback
 * loses nothing as long as a burst fits the receive buffer, and one side is always waiting.
 */
void work_net_traffic(struct work *w)
{
	uint32_t *ports = w->shared, port, mine;
	uint64_t *message = work_memory(w->p[0]), n;
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = bind_socket(&mine), room = 4 << 20;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	work_post(&ports[w->member], mine, 1);
	port = work_await(&ports[!w->member], 0);
	a.sin_port = htons((uint16_t)port);
	if (connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		work_cannot(errno);
	message[0] = loop_now_ns();
	if (w->member == 0)
		send_all(fd, message, w->p[0], w->p[1]);
	for (;;) {
		for (n = 0; n < w->p[1]; n++) {
			if (recv(fd, message, w->p[0], 0) < 0)
				work_cannot(errno);
			if (n == 0)
				work_woke(w, message[0]);
			work_unit(w);
		}
		work_did(w);
		message[0] = loop_now_ns();
		send_all(fd, message, w->p[0], w->p[1]);
	}
}
