/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand - main loop of a helper process and the small things all jobs use.
 * Invariant: every job is answered with exactly one last answer, unless the kernel hangs in it.
 */
#include "guest/hand.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

static uint8_t inbox[JOB_MSG_MAX], outbox[JOB_MSG_MAX];
static char failure[1024];

static const hand_fn jobs[JOB_MAX] = {
#define X(e, words, fn) [JOB_##e] = fn,
	JOB_LIST(X)
#undef X
};

static uint64_t cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

static void send_reply(struct hand *h, struct job_reply *r)
{
	struct wire_writer w = {.data = outbox, .size = sizeof(outbox)};

	r->cpu_ns = cpu_ns();
	job_put_reply(&w, r);
	if (w.bad) {
		struct job_reply cut = {.last = r->last,
					.code = EMSGSIZE,
					.cpu_ns = r->cpu_ns,
					.text = "the answer is too long"};

		w = (struct wire_writer){.data = outbox, .size = sizeof(outbox)};
		job_put_reply(&w, &cut);
	}
	/* the agent gone means the machine is going down */
	if (job_send(h->sock, outbox, w.len, r->fds, r->nfds, 0) < 0)
		_exit(1);
}

void hand_tell(struct hand *h, struct job_reply *r)
{
	r->last = false;
	send_reply(h, r);
}

static int fail(struct hand *h, int code, bool sys, const char *fmt, va_list ap)
{
	int n = vsnprintf(failure, sizeof(failure), fmt, ap);

	if (sys && n >= 0 && (size_t)n < sizeof(failure))
		snprintf(failure + n, sizeof(failure) - (size_t)n, ": %s", strerror(code));
	h->text = failure;
	return code;
}

int hand_fail(struct hand *h, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fail(h, code, false, fmt, ap);
	va_end(ap);
	return code;
}

int hand_fail_sys(struct hand *h, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fail(h, code, true, fmt, ap);
	va_end(ap);
	return code;
}

ssize_t hand_read_at(int dir, const char *path, char *dst, size_t size)
{
	cleanup_fd int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	dst[0] = '\0';
	if (fd < 0)
		return -errno;
	while (len + 1 < size && (n = read(fd, dst + len, size - 1 - len)) != 0) {
		if (n < 0)
			return -errno;
		len += (size_t)n;
	}
	while (len && (dst[len - 1] == '\n' || dst[len - 1] == ' '))
		len--;
	dst[len] = '\0';
	return (ssize_t)len;
}

int hand_write_at(int dir, const char *path, const char *text)
{
	cleanup_fd int fd = openat(dir, path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, text, strlen(text));
	return n < 0 ? -errno : 0;
}

static void settle(void)
{
	sigset_t none;

	/* the agent reads its signals from a descriptor; a hand takes them plainly */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_NAME, "scx-hand");
}

void hand_main(int sock)
{
	struct hand h = {.sock = sock};
	ssize_t n;
	int i;

	settle();
	while ((n = job_recv(h.sock, inbox, sizeof(inbox), h.fds, &h.nfds, 0)) > 0) {
		struct job_reply r = {.last = true};
		uint32_t type;

		h.in = (struct wire_reader){.data = inbox, .len = (size_t)n};
		h.text = "";
		type = wire_get_u32(&h.in);
		r.code = type < JOB_MAX ? jobs[type](&h, &r) : ENOSYS;
		r.last = true;
		if (!r.text || r.code)
			r.text = h.text;
		send_reply(&h, &r);
		if (r.leaving)
			_exit(0);
		for (i = 0; i < h.nfds; i++)
			if (h.fds[i] >= 0)
				close(h.fds[i]);
		for (i = 0; i < r.nfds; i++)
			close(r.fds[i]);
	}
	_exit(0);
}

int hand_fork(struct hand *h, struct job_reply *r)
{
	/* with CLONE_PARENT the new hand is the agent's child, which alone reaps */
	struct clone_args args = {.flags = CLONE_PARENT};
	struct sched_param param = {.sched_priority = HAND_PRIORITY};
	long pid;

	if (h->nfds != 1)
		return hand_fail(h, EINVAL, "no socket for the new helper");
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0)
		return hand_fail_sys(h, errno, "cannot fork another helper");
	if (pid == 0) {
		close(h->sock);
		hand_main(h->fds[0]);
	}
	/* set from here: under a scheduler that starves it the child could not do so itself */
	sched_setscheduler((pid_t)pid, SCHED_FIFO | SCHED_RESET_ON_FORK, &param);
	r->num = (uint64_t)pid;
	return 0;
}
