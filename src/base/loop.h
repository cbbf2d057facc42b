/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop - the one epoll loop: file descriptors, timers and signals to callbacks.
 *
 * Used by the host program and by the agent: sources are fixed in number and nothing is
 * allocated after loop_init(). Callbacks never block; there is no second loop anywhere.
 */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include "base/err.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/signalfd.h>

#define LOOP_SOURCES_MAX 1024

struct loop;

/* events is a mask of EPOLLIN/EPOLLOUT/EPOLLHUP/EPOLLERR; for timers and signals see below. */
typedef void (*loop_fd_fn)(void *arg, int fd, uint32_t events);
typedef void (*loop_timer_fn)(void *arg);
typedef void (*loop_signal_fn)(void *arg, const struct signalfd_siginfo *info);

struct loop_source {
	int fd;          /* -1 = free */
	uint32_t serial; /* guards against an event of a source that was removed in this turn */
	int kind;
	union {
		loop_fd_fn on_fd;
		loop_timer_fn on_timer;
		loop_signal_fn on_signal;
	};
	void *arg;
};

struct loop {
	int epoll_fd;
	bool stop;
	int exit_code;
	uint32_t serial;
	struct loop_source sources[LOOP_SOURCES_MAX];
};

/* An id >= 0 of a source; stays valid until removed. */
typedef int loop_id;

int loop_init(struct loop *loop, struct err *err);
void loop_finish(struct loop *loop); /* closes timers and signal fds, not the callers' fds */

/* The loop borrows fd. Returns an id or -errno. */
loop_id loop_add_fd(struct loop *loop, int fd, uint32_t events, loop_fd_fn fn, void *arg);
int loop_mod_fd(struct loop *loop, loop_id id, uint32_t events);

/* A timer is created disarmed; loop_arm() sets it: first after `ns` (0 disarms), then each
 * `every_ns` (0 = once). */
loop_id loop_add_timer(struct loop *loop, loop_timer_fn fn, void *arg);
void loop_arm(struct loop *loop, loop_id id, uint64_t ns, uint64_t every_ns);

/* Blocks the signals of the set for the process and delivers them here. */
loop_id loop_add_signals(struct loop *loop, const sigset_t *set, loop_signal_fn fn, void *arg);

void loop_remove(struct loop *loop, loop_id id); /* negative ids are ignored */

/* Runs until loop_stop(); returns its code. loop_turn() waits at most timeout_ms (-1 = for ever)
 * and handles one batch. */
int loop_run(struct loop *loop);
int loop_turn(struct loop *loop, int timeout_ms);
void loop_stop(struct loop *loop, int code);

/* CLOCK_MONOTONIC in ns. */
uint64_t loop_now_ns(void);

#endif
