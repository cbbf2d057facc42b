/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printk - see printk.h. The descriptor is watched; when there is something, a hand reads it, and
 * it is not watched until the hand has answered.
 */
#include "guest/printk.h"

#include "guest/pool.h"
#include "guest/port.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { BURST = 200 };
#define SECOND_NS   1000000000ull
#define DEADLINE_NS 30000000000ull

static struct loop *loop;
static loop_id source = -1, pause_timer;
static int pipe_fd = -1;
static uint64_t window_ns, missing;
static unsigned in_window;

static void tell(const struct printk_line *l)
{
	uint64_t now = loop_now_ns();

	missing += l->lost;
	if (now - window_ns > SECOND_NS) {
		window_ns = now;
		in_window = 0;
	}
	if (!l->text)
		return;
	if (++in_window > BURST) {
		missing++;
		return;
	}
	port_event(&(struct event){.type = EV_PRINTK,
				   .t_ns = l->t_ns < now ? l->t_ns : now,
				   .name = l->task,
				   .count = missing,
				   .text = l->text});
	missing = 0;
}

static void watch(void *arg);

static void on_read(void *arg, struct job_reply *r)
{
	static char text[JOB_MSG_MAX];
	struct printk_line l;
	char *line, *rest;
	size_t n = r->data_len < sizeof(text) - 1 ? r->data_len : sizeof(text) - 1;

	if (r->code) {
		port_log(4, "bpf_printk is not heard any more: %s", r->text);
		return;
	}
	memcpy(text, r->data, n);
	text[n] = '\0';
	for (rest = text; (line = strsep(&rest, "\n"));) {
		printk_parse(line, &l);
		tell(&l);
	}
	/* what comes without end is fetched in turns, and counted when its window is over */
	if (in_window > BURST)
		loop_arm(loop, pause_timer, SECOND_NS / 4, 0);
	else
		watch(NULL);
}

static void on_pipe(void *arg, int fd, uint32_t events)
{
	struct wire_writer *w = pool_job(JOB_PRINTK_READ);
	int copy = fcntl(pipe_fd, F_DUPFD_CLOEXEC, 3);

	loop_remove(loop, source);
	source = -1;
	if (copy < 0 || pool_send(w, &copy, 1, DEADLINE_NS, "bpf_printk", on_read, NULL, NULL))
		port_log(4, "bpf_printk is not heard any more");
}

/* Also what was left out last, when nothing comes behind it. */
static void watch(void *arg)
{
	if (arg == NULL && missing && in_window > BURST) {
		port_event(&(struct event){.type = EV_PRINTK, .count = missing, .name = "", .text = ""});
		missing = 0;
		in_window = 0;
	}
	source = loop_add_fd(loop, pipe_fd, EPOLLIN, on_pipe, NULL);
}

static void on_open(void *arg, struct job_reply *r)
{
	if (r->code || r->nfds != 1) {
		port_log(5, "bpf_printk is not heard: %s", r->text);
		return;
	}
	pipe_fd = r->fds[0];
	r->nfds = 0;
	watch(NULL);
}

void printk_init(struct loop *l)
{
	loop = l;
	pause_timer = loop_add_timer(loop, watch, NULL);
	pool_send(pool_job(JOB_PRINTK_OPEN), NULL, 0, DEADLINE_NS, "bpf_printk", on_open, NULL,
		  NULL);
}
