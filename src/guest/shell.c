/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shell - creates it, carries its bytes, tells its end; see shell.h.
 *
 * Invariant: EV_SHELL_END is the last word of a shell, after all output that was there when it
 * ended, and there is exactly one for each that was asked for.
 */
#include "guest/shell_private.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/text.h"
#include "guest/hand_start.h"
#include "guest/pool.h"
#include "guest/port.h"
#include "guest/start.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

/* What still holds the output open when the shell itself has ended is not waited for longer. */
#define LINGER_NS 500000000ull

struct shell shell_now;
static struct loop *loop;
static loop_id linger_timer;

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void reset(void)
{
	loop_arm(loop, linger_timer, 0, 0);
	shell_unwatch(&shell_now.status_source);
	close_fd(&shell_now.status);
	close_fd(&shell_now.go);
	shell_close_stream(&shell_now.in);
	shell_close_stream(&shell_now.out[0]);
	shell_close_stream(&shell_now.out[1]);
	shell_now.phase = SHELL_NONE;
	shell_now.pid = 0;
}

static void refuse(uint64_t number, int code, const char *why)
{
	port_event(&(struct event){.type = EV_SHELL_END,
				   .index = number,
				   .pid = shell_now.pid,
				   .code = code,
				   .text = why});
}

static void fail(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* It never executed: a child that is still held ends by itself when its pipe closes. */
static void fail(int code, const char *fmt, ...)
{
	uint64_t number = shell_now.number;
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	refuse(number, code, text);
	reset();
}

void shell_finish(void)
{
	struct event ev = {.type = EV_SHELL_END, .index = shell_now.number, .pid = shell_now.pid};

	if (WIFSIGNALED(shell_now.exit_status))
		ev.signal = (uint64_t)WTERMSIG(shell_now.exit_status);
	else
		ev.code = WEXITSTATUS(shell_now.exit_status);
	port_event(&ev);
	reset();
}

static void on_linger(void *arg)
{
	/* a host that is slow to show what there is gets it all */
	if (shell_room() == 0)
		loop_arm(loop, linger_timer, LINGER_NS, 0);
	else
		shell_finish();
}

/* ---- beginning ------------------------------------------------------------------------------ */

static void set_size(struct wire_reader *p)
{
	struct winsize ws = {.ws_row = wire_get_u16(p), .ws_col = wire_get_u16(p)};

	/* the kernel tells the foreground job */
	if (!p->bad && shell_now.terminal && shell_now.in.fd >= 0)
		ioctl(shell_now.in.fd, TIOCSWINSZ, &ws);
}

/* The status pipe closes at exec, or says why there was none. */
static void on_status(void *arg, int fd, uint32_t events)
{
	struct start_status s;
	ssize_t n = read(shell_now.status, &s, sizeof(s));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	shell_unwatch(&shell_now.status_source);
	close_fd(&shell_now.status);
	if (n == (ssize_t)sizeof(s)) {
		s.what[sizeof(s.what) - 1] = '\0';
		fail(s.error, "%s '%s' in the guest: %s%s", start_stage_text(s.stage), s.what,
		     strerror(s.error),
		     s.stage == START_STAGE_EXEC && s.error == ENOENT
			     ? "; the shell and its tools come from busybox-static on the host, "
			       "the rest by --include"
			     : "");
		return;
	}
	shell_now.started = true;
	port_event(&(struct event){.type = EV_SHELL,
				   .index = shell_now.number,
				   .pid = shell_now.pid,
				   .cgroup = shell_now.cgroup,
				   .text = shell_now.command,
				   .flag = shell_now.terminal});
	shell_flush_input();
	shell_watch_output();
}

static void check_line(const char *line)
{
	char wanted[CGROUP_FULL_MAX + 8];

	snprintf(wanted, sizeof(wanted), "0::%s", shell_now.cgroup);
	if (strcmp(line, wanted))
		fail(EXDEV,
		     "the shell is not in its cgroup before exec: /proc says '%s', expected '%s'; "
		     "it "
		     "was never released",
		     line, wanted);
}

static void on_answer(void *arg, struct job_reply *r)
{
	/* of one that was given up meanwhile */
	if (shell_now.phase != SHELL_CREATE || (uintptr_t)arg != (uintptr_t)shell_now.number)
		return;
	if (!r->last) {
		shell_now.pid = (int)r->id;
		check_line(r->text);
		return;
	}
	if (r->code || !shell_now.pid) {
		fail(r->code ? r->code : EIO, "%s", r->code ? r->text : "no task was created");
		return;
	}
	/* it died while it was held: its end was told before its pid */
	if (kill(shell_now.pid, 0) < 0) {
		fail(ESRCH, "the shell died before it was released");
		return;
	}
	shell_now.phase = SHELL_RUN;
	shell_now.status_source = loop_add_fd(loop, shell_now.status, EPOLLIN, on_status, NULL);
	if (shell_now.status_source < 0 || write(shell_now.go, "", 1) != 1) {
		fail(EMFILE, "the shell cannot be watched: too many payloads run at once");
		return;
	}
	close_fd(&shell_now.go);
}

/* Our ends into sh, the child's (standard output, error, input) to fds. */
static int open_terminal(int *fds, int *nfds, const struct winsize *ws, struct err *err)
{
	int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	int unlock = 0, slave, i;

	if (master < 0)
		return err_sys(err, errno, "open '/dev/ptmx' for a terminal");
	shell_now.out[0].fd = master;
	shell_now.in.fd = fcntl(master, F_DUPFD_CLOEXEC, 3);
	if (shell_now.in.fd < 0 || ioctl(master, TIOCSPTLCK, &unlock) < 0)
		return err_sys(err, errno, "unlock a terminal");
	ioctl(master, TIOCSWINSZ, ws);
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		return err_sys(err, errno, "open the shell's side of a terminal");
	fds[(*nfds)++] = slave;
	for (i = 0; i < 2; i++) {
		int copy = fcntl(slave, F_DUPFD_CLOEXEC, 3);

		if (copy < 0)
			return err_sys(err, errno, "open the shell's side of a terminal");
		fds[(*nfds)++] = copy;
	}
	return 0;
}

static int open_pipes(int *fds, int *nfds, struct err *err)
{
	int i, p[2];

	for (i = 0; i < 3; i++) {
		bool input = i == 2;

		if (pipe2(p, O_CLOEXEC) < 0)
			return err_sys(err, errno, "make a pipe");
		fds[(*nfds)++] = p[!input];
		fcntl(p[input], F_SETFL, O_NONBLOCK);
		if (input)
			shell_now.in.fd = p[1];
		else
			shell_now.out[i].fd = p[0];
	}
	return 0;
}

static int open_all(int *fds, int *nfds, const struct winsize *ws, struct err *err)
{
	int go[2], status[2];

	if (pipe2(go, O_CLOEXEC) < 0)
		return err_sys(err, errno, "make a pipe");
	fds[(*nfds)++] = go[0];
	shell_now.go = go[1];
	if (pipe2(status, O_CLOEXEC) < 0)
		return err_sys(err, errno, "make a pipe");
	fds[(*nfds)++] = status[1];
	shell_now.status = status[0];
	fcntl(shell_now.status, F_SETFL, O_NONBLOCK);
	return shell_now.terminal ? open_terminal(fds, nfds, ws, err) : open_pipes(fds, nfds, err);
}

struct order {
	struct winsize ws;
	const char *term, *cgroup;
	const char *argv[WIRE_LIST_MAX];
	uint32_t argc;
	bool terminal;
};

static bool read_order(struct wire_reader *p, struct order *o)
{
	uint32_t i;

	o->terminal = wire_get_u8(p);
	o->ws = (struct winsize){.ws_row = wire_get_u16(p)};
	o->ws.ws_col = wire_get_u16(p);
	o->term = wire_get_str(p);
	o->cgroup = wire_get_str(p);
	o->argc = wire_get_u32(p);
	if (o->argc < 1 || o->argc > WIRE_LIST_MAX)
		return false;
	for (i = 0; i < o->argc; i++)
		o->argv[i] = wire_get_str(p);
	return wire_reader_done(p) && *o->term && *o->argv[0];
}

static int send_start(const struct order *o, struct err *err)
{
	static const struct wire_op plain = {.id = OP_RUN};
	struct wire_writer *w = pool_job(JOB_START);
	int fds[5], nfds = 0, r = open_all(fds, &nfds, &o->ws, err);
	uint32_t i;

	if (r) {
		while (nfds)
			close(fds[--nfds]);
		return r;
	}
	wire_put_str(w, "shell");
	wire_put_u32(w, 1);
	wire_put_u32(w, UINT32_MAX);
	wire_put_str(w, shell_now.cgroup);
	wire_put_u8(w, true);
	wire_put_str(w, "");
	wire_put_str(w, o->term);
	wire_put_u32(w, o->argc);
	for (i = 0; i < o->argc; i++)
		wire_put_str(w, o->argv[i]);
	start_put_attributes(w, &plain);
	return pool_send(w, fds, nfds, POOL_DEADLINE_NS, "shell", on_answer,
			 (void *)(uintptr_t)shell_now.number, err);
}

static void begin(uint64_t number, struct wire_reader *p)
{
	static struct order o;
	struct err err = ERR_INIT;
	uint32_t i;

	if (shell_now.phase != SHELL_NONE) {
		refuse(number, EBUSY, "a shell runs already: end it first ('exit')");
		return;
	}
	if (!read_order(p, &o)) {
		refuse(number, EINVAL, "the order to start a shell makes no sense");
		return;
	}
	shell_now.phase = SHELL_CREATE;
	shell_now.number = number;
	shell_now.terminal = o.terminal;
	shell_now.started = shell_now.input_end = false;
	shell_now.sent = shell_now.shown = shell_now.taken = 0;
	shell_now.input_len = 0;
	shell_now.command[0] = '\0';
	for (i = 0; i < o.argc; i++) {
		size_t at = strlen(shell_now.command);

		snprintf(shell_now.command + at, sizeof(shell_now.command) - at, "%s%s",
			 i ? " " : "", o.argv[i]);
	}
	if (cgroup_resolve(*o.cgroup ? o.cgroup : NULL, shell_now.cgroup, &err) ||
	    send_start(&o, &err))
		fail(err.code, "%s", err.msg);
}

void shell_frame(const struct wire_header *h, struct wire_reader *p)
{
	uint64_t shown;

	if (h->type == WIRE_SHELL) {
		begin(h->seq, p);
		return;
	}
	/* late words to one that has ended */
	if (shell_now.phase == SHELL_NONE || h->seq != shell_now.number)
		return;
	if (h->type == WIRE_SHELL_INPUT) {
		shell_add_input(p);
	} else if (h->type == WIRE_SHELL_SIZE) {
		set_size(p);
	} else {
		shown = wire_get_u64(p);
		if (shown > shell_now.shown && shown <= shell_now.sent)
			shell_now.shown = shown;
		if (shell_now.started)
			shell_watch_output();
	}
}

bool shell_reaped(int pid, int status)
{
	if (shell_now.phase != SHELL_RUN || pid != shell_now.pid)
		return false;
	if (shell_now.status >= 0)
		on_status(NULL, shell_now.status, EPOLLIN);
	if (shell_now.phase != SHELL_RUN)
		return true;
	shell_now.exit_status = status;
	shell_now.phase = SHELL_EXITED;
	loop_arm(loop, linger_timer, LINGER_NS, 0);
	shell_read_output(&shell_now.out[0]);
	if (shell_now.phase == SHELL_EXITED)
		shell_read_output(&shell_now.out[1]);
	return true;
}

bool shell_has(int pid)
{
	return shell_now.phase == SHELL_RUN && shell_now.started && pid != shell_now.pid &&
	       getsid(pid) == shell_now.pid;
}

void shell_init(struct loop *l)
{
	loop = l;
	shell_stream_init(l);
	shell_now.go = shell_now.status = shell_now.in.fd = shell_now.out[0].fd =
		shell_now.out[1].fd = -1;
	shell_now.status_source = shell_now.in.source = shell_now.out[0].source =
		shell_now.out[1].source = -1;
	linger_timer = loop_add_timer(loop, on_linger, NULL);
}
