/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * engine - see engine.h: what all engines have in common. The table of engines is here.
 */
#include "matrix/engine.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/folder.h"
#include "base/text.h"
#include "matrix/engine_private.h"
#include "matrix/plan.h"
#include "matrix/save.h"
#include "ops/op.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>

#define TAIL_MAX 16384 /* of a file of last words */

static const struct mx_engine *const engines[] = {&mx_engine_parallel, &mx_engine_slurm};

const struct mx_engine *mx_engine_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(engines); i++)
		if (!strcmp(engines[i]->name, name))
			return engines[i];
	return NULL;
}

const char *mx_engine_name(size_t i)
{
	return i < ARRAY_SIZE(engines) ? engines[i]->name : NULL;
}

unsigned mx_engine_shards_max(const struct mx_head *head)
{
	uint64_t blocks = (uint64_t)head->axis[MX_TOPOLOGY].n * head->axis[MX_KERNEL].n;

	return blocks < MX_COUNT_MAX ? (unsigned)blocks : MX_COUNT_MAX;
}

char *mx_engine_file(const char *folder, unsigned shard, unsigned shards)
{
	return xasprintf("%s/shard-%u-of-%u.jsonl", folder, shard, shards);
}

/* ---- for the engines ---- */

void mx_call_add(struct mx_call *c, const char *word)
{
	c->argv = xreallocarray(c->argv, c->nargv + 2, sizeof(*c->argv));
	c->argv[c->nargv++] = word;
	c->argv[c->nargv] = NULL;
}

void mx_call_say(struct mx_call *c, const char *fmt, ...)
{
	cleanup_buf struct buf text = BUF_INIT;
	char line[600];
	va_list ap;

	va_start(ap, fmt);
	buf_addv(&text, fmt, ap);
	va_end(ap);
	text_sanitise(line, sizeof(line), buf_text(&text), text.len);
	c->task->say(c->task->arg, line);
}

void mx_call_last_line(struct mx_call *c, const char *name, char *out, size_t size)
{
	cleanup_free char *path = xasprintf("%s/%s", c->folder, name);
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char text[TAIL_MAX];
	off_t end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	off_t from = end > TAIL_MAX ? end - TAIL_MAX : 0;
	ssize_t n = end < 0 ? -1 : pread(fd, text, sizeof(text), from);
	ssize_t start;

	*out = '\0';
	while (n > 0 && strchr("\r\n ", text[n - 1]))
		n--;
	if (n <= 0)
		return;
	for (start = n; start > 0 && text[start - 1] != '\n'; start--)
		;
	text_sanitise(out, size, text + start, (size_t)(n - start));
}

unsigned mx_call_shard_of(struct mx_call *c, const char *path, size_t *missing, struct err *err)
{
	struct mx_head head = {0};
	struct mx_runs runs;
	struct mx_plan plan = {0};
	unsigned shard = 0;

	if (mx_load(path, &runs, err) == 0 && mx_head_same(c->task->head, &runs.head, err) == 0) {
		if (runs.head.shards != c->task->shards) {
			err_set(err, EINVAL, "it is shard %u of %u, not of %u", runs.head.shard,
				runs.head.shards, c->task->shards);
		} else {
			mx_head_copy(&head, &runs.head);
			if (mx_plan_make(&plan, &head, err) == 0) {
				*missing = mx_plan_missing(&plan, runs.run, runs.n, NULL);
				shard = head.shard;
			}
		}
	}
	mx_plan_finish(&plan);
	mx_head_finish(&head);
	mx_runs_finish(&runs);
	return shard;
}

void mx_engine_clean(const char *folder, unsigned shards)
{
	DIR *dir = opendir(folder);
	struct dirent *e;
	unsigned i;

	for (i = 1; i <= shards; i++) {
		cleanup_free char *path = mx_engine_file(folder, i, shards);

		unlink(path);
	}
	while (dir && (e = readdir(dir)))
		for (i = 0; i < ARRAY_SIZE(engines); i++)
			if (engines[i]->is_own(e->d_name))
				unlinkat(dirfd(dir), e->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(folder); /* what others put there keeps it */
}

/* ---- which shards ---- */

/* Nothing was ever whole in it, not even what it answers. */
static bool is_blank(const char *path)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[4096];
	ssize_t n;

	while ((n = read(fd, text, sizeof(text))) > 0)
		if (memchr(text, '\n', (size_t)n))
			return false;
	return n == 0;
}

/* 1 = done; 0 = to be run; -errno: what is there is another's. */
static int is_done(struct mx_call *c, unsigned shard, struct err *err)
{
	cleanup_free char *path = mx_engine_file(c->folder, shard, c->task->shards);
	struct err why = ERR_INIT;
	size_t missing = 0;
	unsigned is;

	if (access(path, F_OK) < 0)
		return errno == ENOENT ? 0 : err_sys(err, errno, "read '%s'", path);
	if (is_blank(path)) {
		if (unlink(path) < 0)
			return err_sys(err, errno, "take away the empty '%s'", path);
		return 0;
	}
	is = mx_call_shard_of(c, path, &missing, &why);
	if (is == shard)
		return !missing;
	if (is)
		err_set(&why, EINVAL, "it is shard %u", is);
	return err_set(err, EEXIST,
		       "'%s' is of another matrix: %s; take it away or name another --out", path,
		       why.msg);
}

/* The numbers of those that are to be run; caller frees *out. */
static int list_shards(struct mx_call *c, unsigned **out, size_t *n, struct err *err)
{
	unsigned i;
	int r = 0;

	*n = 0;
	*out = xcalloc(c->task->shards, sizeof(**out));
	for (i = 1; i <= c->task->shards; i++) {
		r = is_done(c, i, err);
		if (r < 0)
			return r;
		if (r == 0)
			(*out)[(*n)++] = i;
	}
	return 0;
}

/* ---- the engine's program ---- */

static void on_line(void *arg, bool is_error, const char *text, size_t len)
{
	struct mx_call *c = arg;

	if (!is_error) {
		c->task->engine->line(c, text);
		return;
	}
	if (!len)
		return;
	text_sanitise(c->last, sizeof(c->last), text, len);
	mx_call_say(c, "%s: %s", c->task->engine->name, c->last);
}

static void on_ended(void *arg, int status)
{
	struct mx_call *c = arg;

	c->ended = true;
	if (!*c->last && WIFSIGNALED(status))
		snprintf(c->last, sizeof(c->last), "%s was ended by signal %d",
			 c->task->engine->tool, WTERMSIG(status));
}

static void on_signal(void *arg, const struct signalfd_siginfo *info)
{
	struct mx_call *c = arg;

	c->signals++;
	c->cancelled = true;
	c->task->engine->cancel(c);
}

static int serve(struct mx_call *c, struct err *err)
{
	struct child_spec spec = {.argv = c->argv,
				  .dir = c->folder,
				  .in_data = buf_text(&c->script),
				  .in_len = c->script.len,
				  .stop_signal = c->task->engine->stop_signal,
				  .line = on_line,
				  .ended = on_ended,
				  .arg = c};
	int r = 0;

	c->child = child_start(&c->loop, &spec, err);
	if (!c->child)
		return -err->code;
	while (r >= 0 && (!c->ended || c->canceller))
		r = loop_turn(&c->loop, -1);
	return r < 0 ? err_sys(err, -r, "wait for %s", c->task->engine->name) : 0;
}

/* Files become shards' whatever happened; then what is missing is named. */
static int judge(struct mx_call *c, struct err *err)
{
	cleanup_free unsigned *left = NULL;
	size_t n = 0, i, k;
	int r = c->task->engine->collect(c, err);

	if (r == 0)
		r = list_shards(c, &left, &n, err);
	if (r < 0)
		return r;
	for (i = k = 0; i < c->n && k < n && !c->cancelled; i++) {
		cleanup_buf struct buf why = BUF_INIT;

		if (left[k] != c->shard[i])
			continue;
		k++;
		c->task->engine->reason(c, i, &why);
		mx_call_say(c, "shard %u/%u is not done: %s", c->shard[i], c->task->shards,
			    buf_text(&why));
	}
	if (c->cancelled)
		return err_set(err, EINTR,
			       "ended by a signal with %zu of %u shards to be done; the same words "
			       "again go on with them",
			       n, c->task->shards);
	if (!n)
		return 0;
	return err_set(err, EIO,
		       "%zu of %u shards are not done%s%s; the same words again go on with them, "
		       "what there is stays in '%s'",
		       n, c->task->shards, *c->last ? ": " : "", c->last, c->task->folder);
}

static int call(struct mx_call *c, struct err *err)
{
	sigset_t set;
	int r = loop_init(&c->loop, err);

	if (r < 0)
		return r;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	loop_add_signals(&c->loop, &set, on_signal, c);
	r = c->task->engine->prepare(c, err);
	if (r == 0)
		r = serve(c, err);
	if (r == 0)
		r = judge(c, err);
	child_destroy(c->canceller);
	child_destroy(c->child);
	loop_finish(&c->loop);
	return r;
}

static bool in_path(const char *program)
{
	const char *path = getenv("PATH");
	const char *p = path ? path : "/usr/bin:/bin";

	for (;;) {
		size_t n = strcspn(p, ":");
		cleanup_free char *file =
			xasprintf("%.*s/%s", n ? (int)n : 1, n ? p : ".", program);

		if (access(file, X_OK) == 0)
			return true;
		if (!p[n])
			return false;
		p += n + 1;
	}
}

/* The folder, and nobody else in it. The lock ends with the descriptor. */
static int enter(struct mx_call *c, struct err *err)
{
	const char *folder = c->task->folder;
	char real[PATH_MAX];
	int fd, r = folder_make(folder, err);

	if (r < 0)
		return r;
	if (!realpath(folder, real))
		return err_sys(err, errno, "find '%s'", folder);
	c->folder = xstrdup(real);
	fd = open(real, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, errno, "open '%s'", folder);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		close(fd);
		return err_set(err, EBUSY, "another scxplore is at work in '%s'", folder);
	}
	return fd;
}

int mx_engine_run(const struct mx_engine_task *t, struct err *err)
{
	struct mx_call *c = xcalloc(1, sizeof(*c));
	cleanup_fd int lock = -1;
	size_t nargs;
	int r = 0;

	c->task = t;
	c->inotify = -1;
	c->args = words_split(t->args, &nargs, err);
	if (!c->args && err->code)
		r = err_wrap(err, "--engine-args");
	if (r == 0 && !in_path(t->engine->tool))
		r = err_set(err, ENOENT,
			    "--engine %s needs the program '%s' (%s), which is not in PATH",
			    t->engine->name, t->engine->tool, t->engine->package);
	if (r == 0)
		r = lock = enter(c, err);
	if (r >= 0)
		r = list_shards(c, &c->shard, &c->n, err);
	if (r == 0 && c->n)
		r = call(c, err);
	words_free(c->args);
	buf_finish(&c->script);
	free(c->argv);
	free(c->shard);
	free(c->heard);
	free(c->hosts);
	if (c->inotify >= 0)
		close(c->inotify);
	free(c->folder);
	free(c);
	return r;
}
