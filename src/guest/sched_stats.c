/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_stats - see sched_stats.h. A hand opens the socket, which may wait in the kernel; what is
 * said on it does not, for the descriptor never blocks. One connection as long as it holds: some
 * schedulers answer with what has come since the last question of the same one.
 * Invariant: at most one answer a second is on its way, of STATS_ANSWER_MAX bytes; a fault is told
 * once until something else is wrong or an answer has come.
 */
#include "guest/sched_stats.h"

#include "guest/group.h"
#include "guest/pool.h"
#include "guest/port.h"
#include "guest/wire_stats.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define FIRST_NS    100000000ull  /* after it has come into force */
#define EVERY_NS    1000000000ull /* between two questions, and two looks for a socket */
#define SELDOM_NS   5000000000ull /* the same, when there was none so often */
#define DEADLINE_NS 5000000000ull /* of an answer */

enum { LOOKS_OFTEN = 10, PIECE = 16 << 10 };

static struct loop *loop;
static loop_id timer, source = -1;
static bool wanted, opening, asked;
static unsigned looks; /* in vain, one after the other */
static unsigned life;  /* a connection of another scheduler is none of this one's */
static int sock = -1;
static uint64_t peer, session; /* pids; 0 = not known */
static char answer[STATS_ANSWER_MAX];
static size_t len;
static char told[160]; /* what is wrong with it; "" = nothing */

/* The payload whose process it is, or a child of one: each leads a session. */
static const char *group_name(void)
{
	const struct task *t = peer ? group_task_by_pid((int)peer) : NULL;

	if (!t && session)
		t = group_task_by_pid((int)session);
	return t ? group_of(t)->name : "";
}

static void tell(int code, const char *text, size_t n)
{
	port_event(&(struct event){.type = EV_SCHED_STATS,
				   .name = group_name(),
				   .pid = (int64_t)peer,
				   .code = code,
				   .text = text,
				   .data = answer,
				   .data_len = n});
}

static void hang_up(void)
{
	loop_remove(loop, source);
	source = -1;
	if (sock >= 0)
		close(sock);
	sock = -1;
	asked = false;
	len = 0;
}

static void fault(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void fault(int code, const char *fmt, ...)
{
	char text[sizeof(told)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	hang_up();
	if (strcmp(told, text)) {
		memcpy(told, text, sizeof(told));
		tell(code, told, 0);
	}
	loop_arm(loop, timer, EVERY_NS, 0);
}

static void ask(void)
{
	static const char request[] = STATS_REQUEST;
	ssize_t n = send(sock, request, sizeof(request) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && (errno == EPIPE || errno == ECONNRESET)) {
		hang_up();
		loop_arm(loop, timer, EVERY_NS, 0);
		return;
	}
	if (n != (ssize_t)sizeof(request) - 1) {
		fault(EAGAIN, "it does not read what it is asked");
		return;
	}
	asked = true;
	len = 0;
	loop_arm(loop, timer, DEADLINE_NS, 0);
}

static void on_answer(void)
{
	const char *end = memchr(answer, '\n', len);
	size_t n;

	if (!end) {
		if (len == sizeof(answer))
			fault(EMSGSIZE, "its answer is longer than %u KiB", STATS_ANSWER_MAX >> 10);
		return;
	}
	n = (size_t)(end - answer);
	asked = false;
	/* the host is behind: this one is left out, the next will say the same of later */
	if (port_takes_bulk(n + 4096)) {
		tell(0, "", n);
		told[0] = '\0';
	}
	if (n + 1 < len)
		fault(EPROTO, "it says more than it was asked for");
	else
		loop_arm(loop, timer, EVERY_NS, 0);
}

/* One piece a turn: who writes without end has no more of the agent than others. */
static void on_socket(void *arg, int fd, uint32_t events)
{
	size_t room = sizeof(answer) - len;
	char unasked;
	ssize_t n;

	if (asked)
		n = recv(fd, answer + len, room < PIECE ? room : PIECE, MSG_DONTWAIT);
	else
		n = recv(fd, &unasked, 1, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		/* it ends: that is told by whoever ends it */
		hang_up();
		loop_arm(loop, timer, EVERY_NS, 0);
	} else if (!asked) {
		fault(EPROTO, "it says more than it was asked for");
	} else {
		len += (size_t)n;
		on_answer();
	}
}

static void on_open(void *arg, struct job_reply *r)
{
	bool of_now = (uintptr_t)arg == life;

	opening = false;
	if (!wanted || !of_now) {
		while (r->nfds > 0)
			close(r->fds[--r->nfds]);
		if (wanted)
			loop_arm(loop, timer, FIRST_NS, 0);
		return;
	}
	if (r->code || r->nfds != 1) {
		/* none is there, or nobody listens at one that was left behind */
		looks += looks < LOOKS_OFTEN;
		peer = session = 0;
		if (r->code != ENOENT && r->code != ECONNREFUSED && r->code != ENOTDIR)
			fault(r->code, "%s", r->text);
		loop_arm(loop, timer, looks < LOOKS_OFTEN ? EVERY_NS : SELDOM_NS, 0);
		return;
	}
	looks = 0;
	peer = r->num;
	session = r->id;
	sock = r->fds[0];
	r->nfds = 0;
	source = loop_add_fd(loop, sock, EPOLLIN, on_socket, NULL);
	if (source < 0)
		fault(ENOSPC, "the agent has no room for its socket");
	else
		ask();
}

static void on_timer(void *arg)
{
	if (!wanted || opening)
		return;
	if (asked) {
		fault(ETIMEDOUT, "it has not answered within %.0f s", (double)DEADLINE_NS / 1e9);
	} else if (sock >= 0) {
		ask();
	} else {
		opening = !pool_send(pool_job(JOB_SCHED_STATS), NULL, 0, POOL_DEADLINE_NS,
				     STATS_SOCKET, on_open, (void *)(uintptr_t)life, NULL);
		if (!opening)
			loop_arm(loop, timer, SELDOM_NS, 0);
	}
}

void sched_stats_watch(bool in_force)
{
	hang_up();
	life++;
	wanted = in_force;
	looks = 0;
	told[0] = '\0';
	loop_arm(loop, timer, in_force ? FIRST_NS : 0, 0);
}

int sched_stats_init(struct loop *l, struct err *err)
{
	loop = l;
	timer = loop_add_timer(loop, on_timer, NULL);
	return timer < 0 ? err_set(err, ENOSPC, "no timer for a scheduler's statistics") : 0;
}
