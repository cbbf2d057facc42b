/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compile - see compile.h. The object lies in a folder of its own, under the source's name, for
 * that is how libbpf names it. The child dies with this program.
 */
#include "session/compile.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "vmm/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEADLINE_NS UINT64_C(100000000000)
#define SAID_MAX    65536
#define RULE_MAX    65536

struct compile {
	struct loop *loop;
	compile_fn done;
	void *arg;
	char *folder, *object, *rule;
	struct buf said;
	pid_t pid; /* 0 = it has ended */
	int pidfd, out;
	loop_id exit_source, out_source, timer;
	bool late;
};

static void __attribute__((noreturn)) child(const char *const *argv, int out)
{
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	dup2(null, 0);
	dup2(out, 1);
	dup2(out, 2);
	execvp(argv[0], (char *const *)argv);
	dprintf(2, "cannot start '%s': %s; install clang\n", argv[0], strerror(errno));
	_exit(127);
}

static void read_all(struct compile *c)
{
	char chunk[4096];
	ssize_t n;

	while ((n = read(c->out, chunk, sizeof(chunk))) > 0)
		if (c->said.len < SAID_MAX)
			buf_add(&c->said, chunk, (size_t)n);
}

static void on_out(void *arg, int fd, uint32_t events)
{
	struct compile *c = arg;

	read_all(c);
	/* a closed pipe would be told in every turn: the rest is read when it has ended */
	if (events & (EPOLLHUP | EPOLLERR)) {
		loop_remove(c->loop, c->out_source);
		c->out_source = -1;
	}
}

static void on_ended(void *arg, int fd, uint32_t events)
{
	struct compile *c = arg;
	int status = 0;

	waitpid(c->pid, &status, 0);
	c->pid = 0;
	read_all(c);
	loop_remove(c->loop, c->exit_source);
	c->exit_source = -1;
	loop_arm(c->loop, c->timer, 0, 0);
	if (c->late)
		buf_addf(&c->said, "clang did not end within %d s and was killed\n",
			 (int)(DEADLINE_NS / UINT64_C(1000000000)));
	else if (WIFSIGNALED(status))
		buf_addf(&c->said, "clang was ended by signal %d\n", WTERMSIG(status));
	c->done(c->arg, WIFEXITED(status) && !WEXITSTATUS(status) ? c->object : NULL,
		buf_text(&c->said));
}

static void on_deadline(void *arg)
{
	struct compile *c = arg;

	c->late = true;
	kill(c->pid, SIGKILL);
}

static int start(struct compile *c, const char *const *argv, struct err *err)
{
	int p[2];

	if (pipe2(p, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_sys(err, errno, "make a pipe");
	c->out = p[0];
	c->pid = fork();
	if (c->pid == 0) {
		fcntl(p[1], F_SETFL, 0);
		child(argv, p[1]);
	}
	close(p[1]);
	if (c->pid < 0) {
		c->pid = 0;
		return err_sys(err, errno, "start '%s'", argv[0]);
	}
	c->pidfd = (int)syscall(SYS_pidfd_open, c->pid, 0);
	if (c->pidfd < 0)
		return err_sys(err, errno, "watch '%s'", argv[0]);
	c->exit_source = loop_add_fd(c->loop, c->pidfd, EPOLLIN, on_ended, c);
	c->out_source = loop_add_fd(c->loop, c->out, EPOLLIN, on_out, c);
	c->timer = loop_add_timer(c->loop, on_deadline, c);
	if (c->exit_source < 0 || c->out_source < 0 || c->timer < 0)
		return err_set(err, EMFILE, "watch '%s': too many things are watched", argv[0]);
	loop_arm(c->loop, c->timer, DEADLINE_NS, 0);
	return 0;
}

struct compile *compile_start(struct loop *loop, const char *source, compile_fn done, void *arg,
			      struct err *err)
{
	const char *base = strrchr(source, '/') ? strrchr(source, '/') + 1 : source;
	cleanup_free char *headers = paths_bpf_headers(), *cache = paths_cache("sched", 1, err);
	cleanup_free char *include = xasprintf("-I%s", headers);
	cleanup_free char *own = xasprintf("-I%.*s", base > source ? (int)(base - source) : 1,
					   base > source ? source : ".");
	struct compile *c;
	int r;

	if (!cache)
		return NULL;
	c = xcalloc(1, sizeof(*c));
	*c = (struct compile){.loop = loop, .done = done, .arg = arg, .pidfd = -1, .out = -1,
			      .exit_source = -1, .out_source = -1, .timer = -1};
	c->folder = xasprintf("%s/XXXXXX", cache);
	if (!mkdtemp(c->folder)) {
		r = err_sys(err, errno, "make a folder in '%s'", cache);
		free(c->folder);
		c->folder = NULL;
	} else {
		c->object = xasprintf("%s/%.*s.o", c->folder, (int)(strlen(base) - 2), base);
		c->rule = xasprintf("%s/rule", c->folder);
		r = start(c,
			  (const char *const[]){"clang", "-target", "bpf", "-g", "-O2", "-Wall",
						"-D__TARGET_ARCH_x86", "-fno-caret-diagnostics",
						"-fno-color-diagnostics", "-ferror-limit=3", own, include,
						"-MMD", "-MF", c->rule, "-c", source, "-o", c->object,
						NULL},
			  err);
	}
	if (r < 0) {
		compile_cancel(c);
		return NULL;
	}
	return c;
}

void compile_read_rule(const char *rule, char ***paths, size_t *n)
{
	const char *p = strchr(rule, ':');
	cleanup_buf struct buf path = BUF_INIT;

	*paths = NULL;
	*n = 0;
	for (p = p ? p + 1 : ""; *p || path.len; p += *p != '\0') {
		bool escaped = *p == '\\' && p[1] && strchr(" #\\", p[1]);

		if (escaped || (*p == '$' && p[1] == '$')) {
			buf_addc(&path, *++p);
		} else if (*p && !strchr(" \t\r\n", *p) && !(*p == '\\' && p[1] == '\n')) {
			buf_addc(&path, *p);
		} else if (path.len) {
			*paths = xreallocarray(*paths, *n + 1, sizeof(**paths));
			(*paths)[(*n)++] = xstrdup(buf_text(&path));
			buf_reset(&path);
		}
		if (!*p)
			break;
	}
}

int compile_depends(const struct compile *c, char ***paths, size_t *n)
{
	cleanup_free char *text = xcalloc(1, RULE_MAX + 1);
	cleanup_fd int fd = open(c->rule, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, text, RULE_MAX);

	if (len < 0)
		return -errno;
	compile_read_rule(text, paths, n);
	return 0;
}

void compile_cancel(struct compile *c)
{
	if (!c)
		return;
	loop_remove(c->loop, c->exit_source);
	loop_remove(c->loop, c->out_source);
	loop_remove(c->loop, c->timer);
	if (c->pid) {
		kill(c->pid, SIGTERM);
		waitpid(c->pid, NULL, 0);
	}
	if (c->pidfd >= 0)
		close(c->pidfd);
	if (c->out >= 0)
		close(c->out);
	if (c->object)
		unlink(c->object);
	if (c->rule)
		unlink(c->rule);
	if (c->folder)
		rmdir(c->folder);
	free(c->object);
	free(c->rule);
	free(c->folder);
	buf_finish(&c->said);
	free(c);
}
