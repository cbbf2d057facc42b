/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * terminal - see terminal.h. Invariant: after terminal_finish() the program has ended: it hears the
 * hang-up, and is killed when it does not.
 */
#include "bench/terminal.h"
#include "bench/figures.h"
#include "base/cleanup.h"
#include "tui/vt.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define END_MS 20000.0

static void child(const char *tty, char *const *argv, char *const *settings,
		  const struct winsize *size)
{
	sigset_t none;
	int fd;

	setsid();
	fd = open(tty, O_RDWR);
	if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) < 0 || ioctl(fd, TIOCSWINSZ, size) < 0)
		_exit(126);
	dup2(fd, 0);
	dup2(fd, 1);
	dup2(fd, 2);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (; *settings; settings++)
		putenv(*settings);
	execv("/proc/self/exe", argv);
	_exit(127);
}

int terminal_start(struct terminal *t, char *const *argv, char *const *settings, int rows, int cols,
		   struct err *err)
{
	const struct winsize size = {.ws_row = (unsigned short)rows,
				     .ws_col = (unsigned short)cols};
	char tty[64], state[100];

	*t = (struct terminal){.fd = -1, .rows = rows, .cols = cols};
	snprintf(t->home, sizeof(t->home), "/tmp/scxplore-bench-XXXXXX");
	if (!mkdtemp(t->home)) {
		t->home[0] = '\0';
		return err_sys(err, errno, "make a folder in /tmp");
	}
	snprintf(state, sizeof(state), "XDG_STATE_HOME=%s", t->home);
	t->vt = vt_create(rows, cols);
	t->fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (t->fd < 0 || grantpt(t->fd) < 0 || unlockpt(t->fd) < 0 ||
	    ptsname_r(t->fd, tty, sizeof(tty)))
		return err_sys(err, errno, "open a pseudo-terminal");
	t->pid = fork();
	if (t->pid < 0) {
		t->pid = 0;
		return err_sys(err, errno, "start the program in a terminal");
	}
	if (!t->pid) {
		putenv(state);
		child(tty, argv, settings, &size);
	}
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	return remove(path);
}

void terminal_finish(struct terminal *t)
{
	double end = wall_ms() + END_MS;
	struct err err = ERR_INIT;

	if (t->pid)
		kill(t->pid, SIGTERM);
	/* what it still says is read, so that it does not wait for room */
	while (t->pid && !t->ended && wall_ms() < end)
		terminal_turn(t, 100, &err);
	if (t->fd >= 0)
		close(t->fd);
	if (t->pid && !t->ended)
		kill(t->pid, SIGKILL);
	if (t->pid)
		waitpid(t->pid, NULL, 0);
	vt_destroy(t->vt);
	buf_finish(&t->picture);
	if (*t->home)
		nftw(t->home, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int terminal_write(struct terminal *t, const char *keys, struct err *err)
{
	size_t len = strlen(keys), at = 0;

	while (at < len) {
		ssize_t n = write(t->fd, keys + at, len - at);

		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return err_sys(err, errno, "type into the terminal");
		at += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

int terminal_turn(struct terminal *t, double ms, struct err *err)
{
	struct pollfd p = {.fd = t->fd, .events = POLLIN};
	char data[65536];
	ssize_t n;

	if (poll(&p, 1, ms > 0 ? (int)ms + 1 : 0) <= 0)
		return 0;
	while ((n = read(t->fd, data, sizeof(data))) > 0)
		vt_feed(t->vt, data, (size_t)n);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	/* nobody has the other side any more */
	t->ended = true;
	return err_set(err, EPIPE,
		       "the program in the terminal has ended; its last picture:\n%.160s",
		       buf_text(&t->picture));
}

bool terminal_sees(struct terminal *t, const char *text)
{
	struct canvas c;

	canvas_init(&c, t->rows, t->cols, false);
	vt_draw(t->vt, &c, canvas_all(&c));
	buf_reset(&t->picture);
	canvas_dump(&c, &t->picture);
	canvas_finish(&c);
	return strstr(buf_text(&t->picture), text);
}

int terminal_wait(struct terminal *t, const char *text, bool gone, double limit_ms, struct err *err)
{
	double end = wall_ms() + limit_ms;
	int r = 0;

	while (r == 0 && terminal_sees(t, text) == gone) {
		if (wall_ms() > end)
			return err_set(err, ETIMEDOUT, "'%s' %s on the screen in time", text,
				       gone ? "did not go from" : "did not come");
		r = terminal_turn(t, end - wall_ms(), err);
	}
	return r;
}

int terminal_idle(struct terminal *t, double ms, struct err *err)
{
	double end = wall_ms() + ms, left;
	int r = 0;

	while (r == 0 && (left = end - wall_ms()) > 0)
		r = terminal_turn(t, left, err);
	return r;
}
