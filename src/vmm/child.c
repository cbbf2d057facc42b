/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * child - see child.h. Invariant: every line is told before the end is; a grandchild that keeps the
 * pipes open does not put the end off.
 */
#include "vmm/child.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/die.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define CHUNK 16384
#define DRAIN_MAX                                                                                  \
	(1048576 / CHUNK) /* a pipe has at most so many chunks, unless it is told otherwise */

enum { OUT, ERR, STREAMS };

struct child {
	struct loop *loop;
	struct child_spec spec; /* argv, dir and in_data are not used after the start */
	pid_t pid;
	int pidfd, fd[STREAMS];
	loop_id watch, source[STREAMS];
	struct buf line[STREAMS];
};

static void __attribute__((noreturn))
execute(const struct child_spec *s, int in, const int out[STREAMS], pid_t parent)
{
	sigset_t none;

	/* a terminal's Ctrl-C is ours to pass on */
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, s->stop_signal);
	if (getppid() != parent)
		_exit(1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	dup2(in, 0);
	dup2(out[OUT], 1);
	dup2(out[ERR], 2);
	if (s->dir && chdir(s->dir) < 0) {
		dprintf(2, "folder '%s': %s\n", s->dir, strerror(errno));
		_exit(126);
	}
	execvp(s->argv[0], (char *const *)s->argv);
	dprintf(2, "run '%s': %s\n", s->argv[0], strerror(errno));
	_exit(127);
}

static void tell(struct child *c, int i, size_t len)
{
	char after = c->line[i].data[len];

	c->line[i].data[len] = '\0';
	c->spec.line(c->spec.arg, i == ERR, c->line[i].data, len);
	c->line[i].data[len] = after;
}

static void tell_lines(struct child *c, int i, bool end)
{
	struct buf *b = &c->line[i];
	char *nl;

	while (b->len && (nl = memchr(b->data, '\n', b->len))) {
		tell(c, i, (size_t)(nl - b->data));
		buf_drop(b, (size_t)(nl - b->data) + 1);
	}
	if (b->len && (end || b->len >= CHILD_LINE_MAX)) {
		tell(c, i, b->len);
		buf_reset(b);
	}
}

/* Is there more to come? */
static bool read_some(struct child *c, int i)
{
	char chunk[CHUNK];
	ssize_t n = read(c->fd[i], chunk, sizeof(chunk));

	if (n > 0)
		buf_add(&c->line[i], chunk, (size_t)n);
	if (n > 0)
		tell_lines(c, i, false);
	return n > 0 || (n < 0 && errno == EINTR);
}

static void on_stream(void *arg, int fd, uint32_t events)
{
	struct child *c = arg;
	int i = fd == c->fd[ERR] ? ERR : OUT;

	if (read_some(c, i) || errno == EAGAIN)
		return;
	loop_remove(c->loop, c->source[i]);
	c->source[i] = -1;
}

static void on_end(void *arg, int fd, uint32_t events)
{
	struct child *c = arg;
	int i, k, status = 0;

	loop_remove(c->loop, c->watch);
	c->watch = -1;
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	c->pid = -1;
	for (i = 0; i < STREAMS; i++) {
		/* what is in the pipe; no more, or a grandchild that writes on would hold us */
		for (k = 0; k < DRAIN_MAX && read_some(c, i); k++)
			;
		tell_lines(c, i, true);
	}
	c->spec.ended(c->spec.arg, status);
}

static int input(const struct child_spec *s, struct err *err)
{
	cleanup_fd int fd = s->in_data ? memfd_create("input", MFD_CLOEXEC)
				       : open("/dev/null", O_RDONLY | O_CLOEXEC);
	size_t done = 0;
	ssize_t n;

	if (fd < 0)
		return err_sys(err, errno, "make the input of '%s'", s->argv[0]);
	for (; s->in_data && done < s->in_len; done += (size_t)n) {
		n = write(fd, (const char *)s->in_data + done, s->in_len - done);
		if (n < 0)
			return err_sys(err, errno, "write the input of '%s'", s->argv[0]);
	}
	if (s->in_data)
		lseek(fd, 0, SEEK_SET);
	return STEAL_FD(fd);
}

static int watch(struct child *c, struct err *err)
{
	int i;

	c->pidfd = (int)syscall(SYS_pidfd_open, c->pid, 0);
	if (c->pidfd < 0)
		return err_sys(err, errno, "watch '%s'", c->spec.argv[0]);
	c->watch = loop_add_fd(c->loop, c->pidfd, EPOLLIN, on_end, c);
	for (i = 0; i < STREAMS; i++) {
		fcntl(c->fd[i], F_SETFL, O_NONBLOCK);
		c->source[i] = loop_add_fd(c->loop, c->fd[i], EPOLLIN, on_stream, c);
	}
	if (c->watch < 0 || c->source[OUT] < 0 || c->source[ERR] < 0)
		return err_set(err, ENOSPC, "watch '%s': the loop is full", c->spec.argv[0]);
	return 0;
}

static int start(struct child *c, struct err *err)
{
	const struct child_spec *s = &c->spec;
	cleanup_fd int in = input(s, err), out0 = -1, out1 = -1;
	int p[2], theirs[STREAMS], i;
	pid_t parent = getpid();

	if (in < 0)
		return -err->code;
	for (i = 0; i < STREAMS; i++) {
		if (pipe2(p, O_CLOEXEC) < 0)
			return err_sys(err, errno, "make a pipe for '%s'", s->argv[0]);
		c->fd[i] = p[0];
		theirs[i] = *(i == OUT ? &out0 : &out1) = p[1];
	}
	c->pid = fork();
	if (c->pid == 0)
		execute(s, in, theirs, parent);
	if (c->pid < 0)
		return err_sys(err, errno, "start '%s'", s->argv[0]);
	setpgid(c->pid, c->pid); /* here as well: a signal may be sent at once */
	return watch(c, err);
}

struct child *child_start(struct loop *loop, const struct child_spec *spec, struct err *err)
{
	struct child *c = xcalloc(1, sizeof(*c));

	*c = (struct child){.loop = loop,
			    .spec = *spec,
			    .pid = -1,
			    .pidfd = -1,
			    .fd = {-1, -1},
			    .watch = -1,
			    .source = {-1, -1}};
	if (start(c, err) == 0)
		return c;
	child_destroy(c);
	return NULL;
}

void child_signal(struct child *c, int signal)
{
	if (c->pid > 0)
		kill(-c->pid, signal ? signal : c->spec.stop_signal);
}

void child_destroy(struct child *c)
{
	int i;

	if (!c)
		return;
	loop_remove(c->loop, c->watch);
	if (c->pid > 0) {
		kill(-c->pid, SIGKILL);
		kill(c->pid, SIGKILL);
		while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (c->pidfd >= 0)
		close(c->pidfd);
	for (i = 0; i < STREAMS; i++) {
		loop_remove(c->loop, c->source[i]);
		if (c->fd[i] >= 0)
			close(c->fd[i]);
		buf_finish(&c->line[i]);
	}
	free(c);
}
