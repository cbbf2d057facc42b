/* SPDX-License-Identifier: BSD-2-Clause */
/* open_export - see open_export.h. */
#include "open_export.h"

#include "base/cleanup.h"
#include "base/die.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SAID_MAX = 65536 };

static void done(struct open_export *e)
{
	cleanup_free char *text = NULL;
	bool well;
	int status = 0;

	loop_remove(e->loop, e->source);
	close(e->fd);
	waitpid(e->pid, &status, 0);
	e->pid = 0;
	while (e->said.len && e->said.data[e->said.len - 1] == '\n')
		e->said.data[--e->said.len] = '\0';
	well = WIFEXITED(status) && !WEXITSTATUS(status);
	if (well)
		text = xasprintf("wrote %s", e->file);
	else
		text = xstrdup(e->said.len ? buf_text(&e->said) : "the export failed");
	buf_reset(&e->said);
	e->ended(e->arg, well, text);
}

static void on_output(void *arg, int fd, uint32_t events)
{
	struct open_export *e = arg;
	char chunk[4096];
	ssize_t n = read(fd, chunk, sizeof(chunk));

	if (n > 0 && e->said.len < SAID_MAX)
		buf_add(&e->said, chunk, (size_t)n);
	else if (n <= 0 && !(n < 0 && (errno == EAGAIN || errno == EINTR)))
		done(e);
}

static void become(const struct open_export_ask *ask, int out)
{
	const char *argv[11] = {"scxplore", "export", ask->session, "--to", ask->format,
				"-o",	    ask->file};
	int null = open("/dev/null", O_RDWR);
	sigset_t none;
	size_t n = 7;

	if (ask->branch) {
		argv[n++] = "--branch";
		argv[n++] = ask->branch;
	}
	if (ask->force)
		argv[n++] = "--force";
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	dup2(null, 0);
	dup2(out, 1);
	dup2(out, 2);
	execv("/proc/self/exe", (char *const *)argv);
	_exit(127);
}

int open_export_start(struct open_export *e, struct loop *loop, const struct open_export_ask *ask,
		      void (*ended)(void *arg, bool well, const char *text), void *arg,
		      struct err *err)
{
	int p[2];

	if (e->pid)
		return err_set(err, EBUSY, "an export is running already");
	if (pipe2(p, O_CLOEXEC) < 0)
		return err_sys(err, errno, "start the export");
	e->pid = fork();
	if (e->pid == 0)
		become(ask, p[1]);
	close(p[1]);
	if (e->pid < 0) {
		int why = errno;

		close(p[0]);
		e->pid = 0;
		return err_sys(err, why, "start the export");
	}
	e->loop = loop;
	e->ended = ended;
	e->arg = arg;
	e->fd = p[0];
	free(e->file);
	e->file = xstrdup(ask->file);
	e->source = loop_add_fd(loop, p[0], EPOLLIN, on_output, e);
	return 0;
}

void open_export_finish(struct open_export *e)
{
	if (e->pid) {
		kill(e->pid, SIGTERM);
		waitpid(e->pid, NULL, 0);
	}
	buf_finish(&e->said);
	free(e->file);
	*e = (struct open_export){.pid = 0};
}
