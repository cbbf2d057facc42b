/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_shell - `scxplore shell`: a shell, or one command, in a fresh guest; its exit code is ours.
 *
 * At a terminal every key goes to the guest's terminal, but ^] which leaves; otherwise standard
 * input, output and error are plain streams. Invariant: whatever ends this, the terminal is as it
 * was before.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "cmd.h"
#include "session/load.h"
#include "session/shell.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <termios.h>

#define LEAVE 0x1d /* ^] */

enum { EXIT_NOT_STARTED = 127 };

struct stream {
	struct buf text; /* waits to be written; at most a window of the wire */
	loop_id source;  /* -1 = not watched */
};

struct app {
	struct loop loop;
	struct session *session;
	struct shell shell;
	const char *const *argv;
	bool terminal, ended, left, told_gone;
	loop_id input; /* -1 = not watched */
	bool input_end;
	struct stream out[2];
	int signal, status;
	char why[512]; /* what ended it otherwise; "" = nothing did */
};

/* ---- the terminal --------------------------------------------------------------------------- */

static struct termios cooked;
static bool raw;

static void leave_raw(void)
{
	if (raw)
		tcsetattr(0, TCSADRAIN, &cooked);
	raw = false;
}

/* Restores, then dies of the same signal, so that a core and the exit status are true. */
static void on_crash(int sig)
{
	leave_raw();
	signal(sig, SIG_DFL);
	raise(sig);
}

static void enter_raw(void)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
	struct termios t;
	size_t i;

	if (tcgetattr(0, &cooked) < 0)
		return;
	for (i = 0; i < ARRAY_SIZE(signals); i++)
		signal(signals[i], on_crash);
	die_set_hook(leave_raw);
	t = cooked;
	cfmakeraw(&t);
	raw = tcsetattr(0, TCSADRAIN, &t) == 0;
}

static void window(struct winsize *ws)
{
	if (ioctl(0, TIOCGWINSZ, ws) < 0 || !ws->ws_row || !ws->ws_col)
		*ws = (struct winsize){.ws_row = 24, .ws_col = 80};
}

/* ---- from the guest ---------------------------------------------------------------------------
 */

static void maybe_stop(struct app *a)
{
	if (a->out[0].text.len || a->out[1].text.len)
		return;
	shell_shown(&a->shell);
	if (a->ended)
		loop_stop(&a->loop, 0);
}

static void on_writable(void *arg, int fd, uint32_t events)
{
	struct app *a = arg;
	struct stream *s = &a->out[fd - 1];
	/* no more than a pipe that is writable takes without blocking */
	ssize_t n = write(fd, s->text.data, s->text.len < 4096 ? s->text.len : 4096);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	/* nobody reads what it prints: the guest's program goes on all the same */
	buf_drop(&s->text, n < 0 ? s->text.len : (size_t)n);
	if (!s->text.len) {
		loop_remove(&a->loop, s->source);
		s->source = -1;
	}
	maybe_stop(a);
}

static void on_output(void *arg, unsigned stream, const void *data, size_t len)
{
	struct app *a = arg;
	struct stream *s = &a->out[stream - 1];

	buf_add(&s->text, data, len);
	if (s->source < 0)
		s->source = loop_add_fd(&a->loop, (int)stream, EPOLLOUT, on_writable, a);
	/* a plain file cannot be waited for, and is always ready */
	while (s->source < 0 && s->text.len)
		on_writable(a, (int)stream, 0);
}

static void on_ended(void *arg, const struct event *ev)
{
	struct app *a = arg;

	a->ended = true;
	a->status = ev->signal ? 128 + (int)ev->signal : (int)ev->code & 255;
	if (*ev->text) {
		a->status = EXIT_NOT_STARTED;
		snprintf(a->why, sizeof(a->why), "%s", ev->text);
	}
	maybe_stop(a);
}

/* ---- from the person ------------------------------------------------------------------------- */

static void leave(struct app *a)
{
	a->left = true;
	loop_stop(&a->loop, 0);
}

static void on_input(void *arg, int fd, uint32_t events);

/* Standard input is watched only while the guest takes more of it. */
static void watch_input(struct app *a)
{
	bool want = a->shell.state == SHELL_RUNS && shell_room(&a->shell) && !a->input_end;

	if (!want && a->input >= 0) {
		loop_remove(&a->loop, a->input);
		a->input = -1;
	} else if (want && a->input < 0) {
		a->input = loop_add_fd(&a->loop, 0, EPOLLIN, on_input, a);
		/* a plain file: each time the guest has taken some, there is more */
		if (a->input == -EPERM)
			on_input(a, 0, EPOLLIN);
	}
}

static void on_input(void *arg, int fd, uint32_t events)
{
	struct app *a = arg;
	char chunk[16384], *mark;
	size_t room = shell_room(&a->shell);
	ssize_t n = read(0, chunk, room < sizeof(chunk) ? room : sizeof(chunk));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		a->input_end = true;
		if (a->terminal)
			leave(a); /* the terminal is gone */
		else
			shell_input(&a->shell, "", 0, NULL);
		watch_input(a);
		return;
	}
	mark = a->terminal ? memchr(chunk, LEAVE, (size_t)n) : NULL;
	if (mark)
		n = mark - chunk;
	if (n)
		shell_input(&a->shell, chunk, (size_t)n, NULL);
	if (mark)
		leave(a);
	if (a->input >= 0)
		watch_input(a);
}

static void on_room(void *arg)
{
	watch_input(arg);
}

static void on_began(void *arg)
{
	struct app *a = arg;
	struct winsize ws;

	if (a->terminal) {
		enter_raw();
		/* it may have changed since it was told */
		window(&ws);
		shell_size(&a->shell, ws.ws_row, ws.ws_col);
	}
	watch_input(a);
}

static const struct shell_ops shell_ops = {
	.began = on_began, .output = on_output, .room = on_room, .ended = on_ended};

static void on_signal(void *arg, const struct signalfd_siginfo *info)
{
	struct app *a = arg;
	struct winsize ws;

	if (info->ssi_signo == SIGWINCH) {
		window(&ws);
		shell_size(&a->shell, ws.ws_row, ws.ws_col);
		return;
	}
	a->signal = (int)info->ssi_signo;
	loop_stop(&a->loop, 0);
}

/* ---- the session ------------------------------------------------------------------------------
 */

static void ask(struct app *a)
{
	struct shell_spec spec = {.terminal = a->terminal, .term = getenv("TERM"), .argv = a->argv};
	struct winsize ws;
	struct err err = ERR_INIT;

	window(&ws);
	spec.rows = ws.ws_row;
	spec.cols = ws.ws_col;
	if (shell_open(&a->shell, &spec, &err) == 0)
		return;
	a->status = EXIT_NOT_STARTED;
	snprintf(a->why, sizeof(a->why), "%s", err.msg);
	loop_stop(&a->loop, 0);
}

static void on_event(void *arg, const struct event *ev)
{
	struct app *a = arg;

	shell_event(&a->shell, ev);
	if (ev->type == EV_READY && a->shell.state == SHELL_NONE)
		ask(a);
}

static void on_shell(void *arg, const struct wire_header *h, struct wire_reader *payload)
{
	shell_frame(&((struct app *)arg)->shell, h, payload);
}

static void on_finished(void *arg, bool clean, const char *text)
{
	struct app *a = arg;

	if (!a->ended) {
		a->status = EXIT_UNJUDGED;
		snprintf(a->why, sizeof(a->why), "%s", text);
	}
	loop_stop(&a->loop, 0);
}

static const struct session_observer observer = {
	.event = on_event, .shell = on_shell, .finished = on_finished};

static int start(struct app *a, struct guest_options *options, struct err *err)
{
	struct session_config config = {.interactive = true};
	sigset_t set;
	int r = loop_init(&a->loop, err);

	if (r == 0)
		r = guest_options_default(options, err);
	if (r < 0)
		return r;
	config.guest = options->config;
	config.guest.shell_tools = true;
	a->session = session_create(&a->loop, &config, &observer, a, err);
	if (!a->session)
		return -err->code;
	shell_init(&a->shell, a->session, &shell_ops, a);
	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	loop_add_signals(&a->loop, &set, on_signal, a);
	r = session_boot(a->session, err);
	if (r == 0 && a->terminal)
		fprintf(stderr, "booting a guest with Linux %s; ^] leaves\n",
			guest_kernel_release(session_guest(a->session)));
	return r;
}

static int end(struct app *a, int r, struct err *err)
{
	bool was_raw = raw;
	int i, status = a->status;

	leave_raw();
	die_set_hook(NULL);
	session_destroy(a->session);
	if (a->loop.epoll_fd >= 0)
		loop_finish(&a->loop);
	for (i = 0; i < 2; i++)
		buf_finish(&a->out[i].text);
	/* whatever was printed last, the next word begins a line */
	if (was_raw && !a->ended)
		fputs("\r\n", stderr);
	if (r < 0)
		return command_error(&cmd_shell, err);
	if (*a->why)
		fprintf(stderr, "scxplore shell: %s\n", a->why);
	if (a->left)
		return EXIT_HELD;
	return a->signal ? 128 + a->signal : status;
}

static int parse(int argc, char **argv, const char *const **command)
{
	int i;

	*command = NULL;
	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--"))
			return command_usage(&cmd_shell,
					     "'%s' is not understood here; a command "
					     "follows after '--'",
					     argv[i]);
		*command = (const char *const *)argv + i + 1;
		return 0;
	}
	return 0;
}

static int run_shell(int argc, char **argv)
{
	struct app *a = xcalloc(1, sizeof(*a));
	struct guest_options options;
	struct err err = ERR_INIT;
	int r, status = 0;

	a->loop.epoll_fd = -1;
	a->input = a->out[0].source = a->out[1].source = -1;
	a->terminal = isatty(0) && isatty(1);
	r = guest_options_take(&options, &argc, argv, &err);
	if (r == 0 && argc > 1 && !strcmp(argv[1], "--help")) {
		status = command_by_name("help")->run(2, (char *[]){"help", "shell", NULL});
	} else if (r < 0 || (status = parse(argc, argv, &a->argv)) == 0) {
		if (r == 0)
			r = start(a, &options, &err);
		if (r == 0)
			r = loop_run(&a->loop);
		status = end(a, r, &err);
	}
	guest_options_finish(&options);
	free(a);
	return status;
}

const struct command cmd_shell = {
	.name = "shell",
	.synopsis = "shell [GUEST OPTIONS] [-- COMMAND ARGS...]",
	.summary =
		"a shell, or one command, in a fresh guest; ^] leaves, its exit code is passed on",
	.boots = true,
	.run = run_shell,
};
