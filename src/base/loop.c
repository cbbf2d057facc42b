/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop - epoll, timerfd and signalfd behind one small table of sources.
 * Invariant: a source removed (or replaced) by a callback gets no event of the same batch; the
 * serial number in the epoll data tells an old registration from a new one in the same slot.
 */
#include "base/loop.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { KIND_FD, KIND_TIMER, KIND_SIGNAL };

uint64_t loop_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

int loop_init(struct loop *loop, struct err *err)
{
	size_t i;

	memset(loop, 0, sizeof(*loop));
	for (i = 0; i < LOOP_SOURCES_MAX; i++)
		loop->sources[i].fd = -1;
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll_fd < 0)
		return err_sys(err, errno, "create the event loop");
	return 0;
}

void loop_finish(struct loop *loop)
{
	loop_id i;

	for (i = 0; i < LOOP_SOURCES_MAX; i++)
		loop_remove(loop, i);
	if (loop->epoll_fd >= 0)
		close(loop->epoll_fd);
	loop->epoll_fd = -1;
}

static loop_id add(struct loop *loop, int fd, int kind, uint32_t events, void *arg)
{
	struct epoll_event ev = {.events = events};
	loop_id i;

	for (i = 0; i < LOOP_SOURCES_MAX && loop->sources[i].fd >= 0; i++)
		;
	if (i == LOOP_SOURCES_MAX)
		return -ENOSPC;
	loop->serial++;
	ev.data.u64 = (uint64_t)loop->serial << 32 | (uint32_t)i;
	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &ev) < 0)
		return -errno;
	loop->sources[i] =
		(struct loop_source){.fd = fd, .serial = loop->serial, .kind = kind, .arg = arg};
	return i;
}

loop_id loop_add_fd(struct loop *loop, int fd, uint32_t events, loop_fd_fn fn, void *arg)
{
	loop_id id = add(loop, fd, KIND_FD, events, arg);

	if (id >= 0)
		loop->sources[id].on_fd = fn;
	return id;
}

int loop_mod_fd(struct loop *loop, loop_id id, uint32_t events)
{
	struct loop_source *s = &loop->sources[id];
	struct epoll_event ev = {.events = events,
				 .data.u64 = (uint64_t)s->serial << 32 | (uint32_t)id};

	return epoll_ctl(loop->epoll_fd, EPOLL_CTL_MOD, s->fd, &ev) < 0 ? -errno : 0;
}

loop_id loop_add_timer(struct loop *loop, loop_timer_fn fn, void *arg)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	loop_id id;

	if (fd < 0)
		return -errno;
	id = add(loop, fd, KIND_TIMER, EPOLLIN, arg);
	if (id < 0)
		close(fd);
	else
		loop->sources[id].on_timer = fn;
	return id;
}

static struct timespec to_timespec(uint64_t ns)
{
	return (struct timespec){.tv_sec = (time_t)(ns / 1000000000ull),
				 .tv_nsec = (long)(ns % 1000000000ull)};
}

void loop_arm(struct loop *loop, loop_id id, uint64_t ns, uint64_t every_ns)
{
	struct itimerspec its = {.it_value = to_timespec(ns), .it_interval = to_timespec(every_ns)};

	if (id >= 0)
		timerfd_settime(loop->sources[id].fd, 0, &its, NULL);
}

loop_id loop_add_signals(struct loop *loop, const sigset_t *set, loop_signal_fn fn, void *arg)
{
	loop_id id;
	int fd;

	if (sigprocmask(SIG_BLOCK, set, NULL) < 0)
		return -errno;
	fd = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	id = add(loop, fd, KIND_SIGNAL, EPOLLIN, arg);
	if (id < 0)
		close(fd);
	else
		loop->sources[id].on_signal = fn;
	return id;
}

void loop_remove(struct loop *loop, loop_id id)
{
	struct loop_source *s;

	if (id < 0 || loop->sources[id].fd < 0)
		return;
	s = &loop->sources[id];
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, s->fd, NULL);
	if (s->kind != KIND_FD)
		close(s->fd);
	s->fd = -1;
}

static void dispatch(struct loop *loop, const struct epoll_event *ev)
{
	loop_id id = (loop_id)(ev->data.u64 & 0xffffffff);
	struct loop_source *s = &loop->sources[id];
	uint32_t serial = (uint32_t)(ev->data.u64 >> 32);
	struct signalfd_siginfo info;
	uint64_t ticks;

	if (s->fd < 0 || s->serial != serial)
		return;
	switch (s->kind) {
	case KIND_FD:
		s->on_fd(s->arg, s->fd, ev->events);
		break;
	case KIND_TIMER:
		if (read(s->fd, &ticks, sizeof(ticks)) == sizeof(ticks))
			s->on_timer(s->arg);
		break;
	case KIND_SIGNAL:
		while (s->fd >= 0 && s->serial == serial &&
		       read(s->fd, &info, sizeof(info)) == sizeof(info))
			s->on_signal(s->arg, &info);
		break;
	}
}

int loop_turn(struct loop *loop, int timeout_ms)
{
	struct epoll_event evs[32];
	int n, i;

	n = epoll_wait(loop->epoll_fd, evs, 32, timeout_ms);
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	for (i = 0; i < n; i++)
		dispatch(loop, &evs[i]);
	return n;
}

int loop_run(struct loop *loop)
{
	while (!loop->stop) {
		int r = loop_turn(loop, -1);

		if (r < 0)
			return r;
	}
	return loop->exit_code;
}

void loop_stop(struct loop *loop, int code)
{
	loop->stop = true;
	loop->exit_code = code;
}
