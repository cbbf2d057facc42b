/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slot - see slot.h. A hand is known to the probes as part of the observer from birth to death.
 * Invariant: a slot in use has a socket, or its hand is being waited for.
 */
#include "guest/slot.h"

#include "guest/hand.h"
#include "guest/probe.h"
#include "guest/shared.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SOCKET_BUFFER = 2 * JOB_MSG_MAX, HAND_SOCKET = 3 };

static struct loop *loop;
static loop_fd_fn on_message;
static struct slot slots[HANDS_MAX];
static uint64_t lost_cpu_ns;

void slot_init(struct loop *l, loop_fd_fn on_answer)
{
	int i;

	loop = l;
	on_message = on_answer;
	for (i = 0; i < HANDS_MAX; i++)
		slots[i] = (struct slot){.fd = -1, .source = -1};
}

struct slot *slot_at(unsigned i)
{
	return &slots[i];
}

struct slot *slot_find(enum hand_state state)
{
	size_t i;

	for (i = 0; i < HANDS_MAX; i++)
		if (slots[i].state == state)
			return &slots[i];
	return NULL;
}

unsigned slot_count(enum hand_state state)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < HANDS_MAX; i++)
		n += slots[i].state == state;
	return n;
}

struct slot *slot_by_pid(int pid)
{
	size_t i;

	for (i = 0; pid > 0 && i < HANDS_MAX; i++)
		if (slots[i].state != HAND_NONE && slots[i].pid == pid)
			return &slots[i];
	return NULL;
}

void slot_close(struct slot *s)
{
	loop_remove(loop, s->source);
	if (s->fd >= 0)
		close(s->fd);
	s->source = -1;
	s->fd = -1;
}

void slot_free(struct slot *s)
{
	probe_observer(s->pid, false);
	lost_cpu_ns += s->cpu_ns;
	slot_close(s);
	s->state = HAND_NONE;
}

void slot_born(struct slot *s, int pid)
{
	s->pid = pid;
	s->state = HAND_IDLE;
	probe_observer(pid, true);
}

int slot_open(struct slot *s)
{
	int fds[2], size = SOCKET_BUFFER, i;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return -errno;
	for (i = 0; i < 2; i++)
		setsockopt(fds[i], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	*s = (struct slot){.state = HAND_COMING, .fd = fds[0]};
	s->source = loop_add_fd(loop, s->fd, EPOLLIN, on_message, s);
	return fds[1];
}

bool slot_fork(void)
{
	struct sched_param param = {.sched_priority = HAND_PRIORITY};
	struct slot *s = slot_find(HAND_NONE);
	int end, pid;

	if (!s || (end = slot_open(s)) < 0)
		return false;
	pid = fork();
	if (pid == 0) {
		if (end != HAND_SOCKET)
			dup3(end, HAND_SOCKET, O_CLOEXEC);
		close_range(HAND_SOCKET + 1, SHARED_CGROUP_FD - 1, 0);
		close_range(SHARED_CGROUP_FD + 1, ~0u, 0);
		hand_main(HAND_SOCKET);
	}
	close(end);
	if (pid < 0) {
		slot_free(s);
		return false;
	}
	sched_setscheduler(pid, SCHED_FIFO | SCHED_RESET_ON_FORK, &param);
	slot_born(s, pid);
	return true;
}

uint64_t slot_cpu_ns(void)
{
	uint64_t sum = lost_cpu_ns;
	size_t i;

	for (i = 0; i < HANDS_MAX; i++)
		if (slots[i].state != HAND_NONE)
			sum += slots[i].cpu_ns;
	return sum;
}
