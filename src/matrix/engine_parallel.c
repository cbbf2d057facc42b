/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * engine_parallel - GNU parallel: one command a shard, each on a host that is free, over ssh.
 *
 * Commands go to it on standard input, so that it replaces nothing in them. It puts each one's
 * output into a file of the folder, "part-K" and "part-K.err", K counted from 1: the errors are
 * told while they come, and an output that is a saved matrix becomes the shard's file, whichever K
 * it had.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "matrix/engine_command.h"
#include "matrix/engine_private.h"
#include "matrix/save.h"
#include "vmm/spawn.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define PART      "part-"
#define ERRORS    ".err"
#define JOBLOG    "joblog"
#define HEAR_MAX  65536 /* bytes of errors that are told at a time */
#define HOST_MAX  128
#define LINES_MAX 65536

/* ---- parts become shards' files ---- */

static size_t runs_in(const char *path)
{
	struct mx_runs runs;
	struct err err = ERR_INIT;
	size_t n = mx_load(path, &runs, &err) == 0 ? runs.n : 0;

	mx_runs_finish(&runs);
	return n;
}

/* One that has fewer runs than what is there is not taken: nothing that was made is lost. */
static int adopt(struct mx_call *c, const char *part, struct err *err)
{
	cleanup_free char *path = NULL;
	size_t missing;
	struct err why = ERR_INIT;
	struct stat st;
	unsigned shard = mx_call_shard_of(c, part, &missing, &why);

	/* nothing came of a host that failed; of another scenario by this name there is something */
	if (!shard && stat(part, &st) == 0 && st.st_size)
		mx_call_say(c, "what came back does not belong here: %s", why.msg);
	if (!shard)
		return 0;
	path = mx_engine_file(c->folder, shard, c->task->shards);
	if (access(path, F_OK) == 0 && runs_in(path) >= runs_in(part))
		return 0;
	return rename(part, path) < 0 ? err_sys(err, errno, "name '%s'", path) : 0;
}

static bool is_own(const char *name)
{
	return !strncmp(name, PART, strlen(PART)) || !strcmp(name, JOBLOG);
}

/* Also those that an earlier call left when it was killed. clean: takes away what is left. */
static int each_part(struct mx_call *c, bool clean, struct err *err)
{
	DIR *dir = opendir(c->folder);
	struct dirent *e;
	int r = 0;

	if (!dir)
		return err_sys(err, errno, "read '%s'", c->folder);
	while (r == 0 && (e = readdir(dir))) {
		cleanup_free char *path = xasprintf("%s/%s", c->folder, e->d_name);

		if (!is_own(e->d_name))
			continue;
		if (strcmp(e->d_name, JOBLOG) && !strchr(e->d_name, '.'))
			r = adopt(c, path, err);
		if (clean && r == 0 && unlink(path) < 0 && errno != ENOENT)
			r = err_sys(err, errno, "take away '%s'", path);
	}
	closedir(dir);
	return r;
}

static int collect(struct mx_call *c, struct err *err)
{
	return each_part(c, false, err);
}

/* ---- what the shards say meanwhile ---- */

/* Whole lines of part-K.err that were not told yet. */
static void hear(struct mx_call *c, size_t which)
{
	cleanup_free char *path = xasprintf("%s/" PART "%zu" ERRORS, c->folder, which + 1);
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	cleanup_free char *text = xcalloc(1, HEAR_MAX + 1);
	struct stat st;
	char *line = text, *nl;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return;
	if ((uint64_t)st.st_size < c->heard[which])
		c->heard[which] = 0; /* another host has it now */
	n = pread(fd, text, HEAR_MAX, (off_t)c->heard[which]);
	if (n <= 0)
		return;
	for (; (nl = memchr(line, '\n', (size_t)(text + n - line))); line = nl + 1) {
		*nl = '\0';
		line[strcspn(line, "\r")] = '\0';
		if (*line)
			mx_call_say(c, "shard %u/%u: %s", c->shard[which], c->task->shards, line);
	}
	if (line == text && n == HEAR_MAX)
		line = text + n; /* a line without end */
	c->heard[which] += (uint64_t)(line - text);
	if (line != text && n == HEAR_MAX)
		hear(c, which);
}

static void on_change(void *arg, int fd, uint32_t events)
{
	struct mx_call *c = arg;
	_Alignas(struct inotify_event) char chunk[16384];
	ssize_t n = read(fd, chunk, sizeof(chunk));
	const char *p;

	for (p = chunk; n > 0 && p < chunk + n;) {
		const struct inotify_event *e = (const struct inotify_event *)p;
		char *dot = NULL;
		unsigned long k = 0;

		p += sizeof(*e) + e->len;
		if (e->len && !strncmp(e->name, PART, strlen(PART)))
			k = strtoul(e->name + strlen(PART), &dot, 10);
		if (k >= 1 && k <= c->n && !strcmp(dot, ERRORS))
			hear(c, k - 1);
	}
}

static int listen_to(struct mx_call *c, struct err *err)
{
	c->heard = xcalloc(c->n, sizeof(*c->heard));
	c->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (c->inotify < 0 || inotify_add_watch(c->inotify, c->folder, IN_MODIFY) < 0 ||
	    loop_add_fd(&c->loop, c->inotify, EPOLLIN, on_change, c) < 0)
		return err_sys(err, errno, "watch '%s'", c->folder);
	return 0;
}

/* ---- the call ---- */

/* Another program of this name exists (moreutils); it would take the commands for files. */
static int is_gnu(struct err *err)
{
	cleanup_buf struct buf out = BUF_INIT;
	const struct spawn s = {.argv = (const char *const[]){"parallel", "--version", NULL},
				.out_fd = -1,
				.out = &out};
	struct err why = ERR_INIT;

	if (spawn_run(&s, &why) == 0 && !strncmp(buf_text(&out), "GNU parallel", 12))
		return 0;
	return err_set(err, EINVAL, "the program 'parallel' in PATH is not GNU parallel%s%s",
		       *why.msg ? ": " : "", why.msg);
}

static int prepare(struct mx_call *c, struct err *err)
{
	const struct mx_engine_task *t = c->task;
	size_t i;
	int r;

	if (!t->hosts)
		return err_set(err, EINVAL,
			       "--engine parallel needs --hosts: names with commas between, or a "
			       "file as 'parallel --sshloginfile' takes it");
	r = is_gnu(err);
	if (r == 0)
		r = each_part(c, true, err);
	if (r == 0)
		r = listen_to(c, err);
	for (i = 0; i < c->n && r == 0; i++) {
		r = mx_engine_command(t, environ, c->shard[i], &c->script, err);
		buf_addc(&c->script, '\0');
	}
	if (r < 0)
		return r;
	/* a shard takes a whole host: what else runs there would colour it */
	static const char *const words[] = {"env",      "PARALLEL_SHELL=/bin/sh",
					    "parallel", "--plain",
					    "--null",   "--jobs",
					    "1",        "--results",
					    PART "{#}", "--joblog",
					    JOBLOG,     "--retries",
					    "3"};

	for (i = 0; i < ARRAY_SIZE(words); i++)
		mx_call_add(c, words[i]);
	/* it runs in the folder */
	c->hosts = realpath(t->hosts, NULL);
	mx_call_add(c, c->hosts ? "--sshloginfile" : "--sshlogin");
	mx_call_add(c, c->hosts ? c->hosts : t->hosts);
	for (i = 0; c->args && c->args[i]; i++)
		mx_call_add(c, c->args[i]);
	return 0;
}

/* It prints the names of the files it has written. */
static void line(struct mx_call *c, const char *text)
{
}

/* It ends its jobs itself, and what they have started on the hosts ends with their connection. */
static void cancel(struct mx_call *c)
{
	if (c->signals == 1)
		mx_call_say(c, "the shards are being ended");
	child_signal(c->child, c->signals > 1 ? SIGKILL : SIGINT);
}

/* Seq, Host, Starttime, JobRuntime, Send, Receive, Exitval, Signal, Command. */
static bool logged(struct mx_call *c, size_t which, char host[HOST_MAX], int *status)
{
	cleanup_free char *path = xasprintf("%s/" JOBLOG, c->folder);
	cleanup_file FILE *f = fopen(path, "re");
	cleanup_free char *text = NULL;
	char name[HOST_MAX];
	size_t size = 0, seq, lines = 0;
	bool found = false;
	int exit, signal;

	while (f && getline(&text, &size, f) >= 0 && lines++ < LINES_MAX) {
		if (sscanf(text, "%zu %127s %*s %*s %*s %*s %d %d", &seq, name, &exit, &signal) !=
			    4 ||
		    seq != which + 1)
			continue;
		text_sanitise(host, HOST_MAX, name, strlen(name));
		*status = signal ? 128 + signal : exit;
		found = true;
	}
	return found;
}

static void reason(struct mx_call *c, size_t which, struct buf *out)
{
	cleanup_free char *errors = xasprintf(PART "%zu" ERRORS, which + 1);
	char host[HOST_MAX], last[300];
	int status;

	mx_call_last_line(c, errors, last, sizeof(last));
	if (logged(c, which, host, &status))
		buf_addf(out, "on %s (status %d)", host, status);
	else
		buf_adds(out, "it did not come to its end");
	buf_addf(out, ": %s", *last ? last : "without a word");
}

const struct mx_engine mx_engine_parallel = {.name = "parallel",
					     .tool = "parallel",
					     .package = "GNU parallel, package parallel",
					     .stop_signal = SIGINT,
					     .prepare = prepare,
					     .line = line,
					     .cancel = cancel,
					     .collect = collect,
					     .is_own = is_own,
					     .reason = reason};
