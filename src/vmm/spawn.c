/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spawn - one child, its streams served together by poll, so that no pipe can block another.
 */
#include "vmm/spawn.h"
#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum { IN, OUT, ERR, STATUS, STREAMS };

struct streams {
	int ours[STREAMS], theirs[STREAMS];
	size_t written;
	struct buf err, status;
};

static int open_streams(const struct spawn *s, struct streams *st, struct err *err)
{
	int i;

	for (i = 0; i < STREAMS; i++)
		st->ours[i] = st->theirs[i] = -1;
	for (i = 0; i < STREAMS; i++) {
		int p[2];

		if ((i == STATUS && !s->status) || (i == IN && !s->in_data) ||
		    (i == OUT && s->out_fd >= 0))
			continue;
		if (pipe2(p, O_CLOEXEC) < 0)
			return err_sys(err, errno, "make a pipe");
		st->ours[i] = p[i == IN];
		st->theirs[i] = p[i != IN];
		/* a blocking write could wait for a child that waits for us to read */
		if (i == IN)
			fcntl(st->ours[i], F_SETFL, O_NONBLOCK);
	}
	return 0;
}

static void __attribute__((noreturn)) child(const struct spawn *s, const struct streams *st)
{
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	dup2(st->theirs[IN] >= 0 ? st->theirs[IN] : null, 0);
	dup2(s->out_fd >= 0 ? s->out_fd : st->theirs[OUT], 1);
	dup2(st->theirs[ERR], 2);
	if (st->theirs[STATUS] == 3)
		fcntl(3, F_SETFD, 0);
	else if (st->theirs[STATUS] >= 0)
		dup2(st->theirs[STATUS], 3);
	if (s->dir && chdir(s->dir) < 0)
		_exit(126);
	execvp(s->argv[0], (char *const *)s->argv);
	dprintf(2, "%s", strerror(errno));
	_exit(127);
}

static void close_ours(struct streams *st, int i)
{
	if (st->ours[i] >= 0)
		close(st->ours[i]);
	st->ours[i] = -1;
}

static void status_lines(const struct spawn *s, struct streams *st)
{
	char *nl;

	while (st->status.len && (nl = memchr(st->status.data, '\n', st->status.len))) {
		*nl = '\0';
		s->status(s->arg, st->status.data);
		buf_drop(&st->status, (size_t)(nl - st->status.data) + 1);
	}
	if (st->status.len > 65536)
		buf_reset(&st->status);
}

static void read_stream(const struct spawn *s, struct streams *st, int i)
{
	struct buf *to = i == OUT ? s->out : i == ERR ? &st->err : &st->status;
	char chunk[16384];
	ssize_t n = read(st->ours[i], chunk, sizeof(chunk));

	if (n <= 0) {
		close_ours(st, i);
		return;
	}
	if (!to)
		return;
	buf_add(to, chunk, (size_t)n);
	if (i == ERR && to->len > 65536)
		buf_drop(to, to->len - 32768);
	if (i == STATUS)
		status_lines(s, st);
}

static void write_stream(const struct spawn *s, struct streams *st)
{
	size_t left = s->in_len - st->written;
	ssize_t n = left ? write(st->ours[IN], (const char *)s->in_data + st->written,
				 left < 65536 ? left : 65536)
			 : -1;

	if (n < 0 && left && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		close_ours(st, IN);
		return;
	}
	st->written += (size_t)n;
	if (st->written == s->in_len)
		close_ours(st, IN);
}

static void serve(const struct spawn *s, struct streams *st)
{
	for (;;) {
		struct pollfd p[STREAMS];
		bool open = false;
		int i;

		for (i = 0; i < STREAMS; i++) {
			p[i] = (struct pollfd){.fd = st->ours[i],
					       .events = i == IN ? POLLOUT : POLLIN};
			open |= st->ours[i] >= 0;
		}
		if (!open)
			return;
		if (poll(p, STREAMS, -1) < 0 && errno != EINTR)
			return;
		for (i = 0; i < STREAMS; i++) {
			if (!p[i].revents)
				continue;
			if (i == IN)
				write_stream(s, st);
			else
				read_stream(s, st, i);
		}
	}
}

int spawn_run(const struct spawn *s, struct err *err)
{
	struct streams st = {.written = 0};
	char tail[300];
	int i, status = 0, r;
	pid_t pid;

	r = open_streams(s, &st, err);
	pid = r == 0 ? fork() : -1;
	if (pid == 0)
		child(s, &st);
	for (i = 0; i < STREAMS; i++)
		if (st.theirs[i] >= 0)
			close(st.theirs[i]);
	if (pid > 0) {
		serve(s, &st);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (!WIFEXITED(status) ||
		    (WEXITSTATUS(status) && WEXITSTATUS(status) != s->ok_exit)) {
			const char *text = buf_text(&st.err);
			size_t len = st.err.len,
			       keep = len < sizeof(tail) - 1 ? len : sizeof(tail) - 1;

			text_sanitise(tail, sizeof(tail), text + len - keep, keep);
			r = err_set(err, EIO, "'%s' failed (%s %d)%s%s", s->argv[0],
				    WIFEXITED(status) ? "exit" : "signal",
				    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status),
				    *tail ? ": " : "", tail);
		}
	} else if (r == 0) {
		r = err_sys(err, errno, "start '%s'", s->argv[0]);
	}
	for (i = 0; i < STREAMS; i++)
		close_ours(&st, i);
	buf_finish(&st.err);
	buf_finish(&st.status);
	return r;
}
