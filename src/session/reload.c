/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reload - see reload.h. The folders are watched, not the files: an editor that saves makes a new
 * file and renames it, a build links one there. A file counts as saved when it was closed by who
 * wrote it, or has got its name whole, and its inode, size or time has changed.
 */
#include "session/reload.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/err.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define SETTLE_NS UINT64_C(100000000) /* an editor saves in several steps */

enum {
	FILES = 128,
	EVENTS = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR,
};

struct stamp {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec time;
};

struct watched {
	char *path;
	char *real; /* where links lead */
	struct stamp stamp;
	bool told; /* of something that may be its saving */
	bool kept; /* while the list is renewed */
};

struct reload {
	struct loop *loop;
	const struct reload_ops *ops;
	void *arg;
	int fd; /* -1 = nothing is watched */
	loop_id source, timer;
	struct watched files[FILES];
	size_t n;
	uint64_t pending; /* the restart that has not ended */
	bool again;       /* something was saved meanwhile */
	bool announced;   /* all that is watched */
};

static void on_settled(void *arg);

struct reload *reload_create(struct loop *loop, const struct reload_ops *ops, void *arg)
{
	struct reload *r = xcalloc(1, sizeof(*r));

	*r = (struct reload){.loop = loop, .ops = ops, .arg = arg, .fd = -1, .source = -1};
	r->timer = loop_add_timer(loop, on_settled, r);
	return r;
}

static void drop(struct reload *r, size_t i)
{
	free(r->files[i].path);
	free(r->files[i].real);
	r->files[i] = r->files[--r->n];
}

static void stop(struct reload *r)
{
	while (r->n)
		drop(r, r->n - 1);
	loop_arm(r->loop, r->timer, 0, 0);
	loop_remove(r->loop, r->source);
	r->source = -1;
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
	r->again = false;
}

void reload_destroy(struct reload *r)
{
	if (!r)
		return;
	stop(r);
	loop_remove(r->loop, r->timer);
	free(r);
}

size_t reload_count(const struct reload *r)
{
	return r->n;
}

static void say(struct reload *r, int level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void say(struct reload *r, int level, const char *fmt, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	r->ops->log(r->arg, level, text);
}

/* ---- something was saved -------------------------------------------------------------------- */

static bool look(const char *path, struct stamp *s)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return false;
	memset(s, 0, sizeof(*s));
	s->dev = st.st_dev;
	s->ino = st.st_ino;
	s->size = st.st_size;
	s->time = st.st_mtim;
	return true;
}

static bool same(const struct stamp *a, const struct stamp *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	       a->time.tv_sec == b->time.tv_sec && a->time.tv_nsec == b->time.tv_nsec;
}

static void restart(struct reload *r)
{
	r->again = r->pending || !r->ops->may(r->arg);
	if (!r->again)
		r->pending = r->ops->restart(r->arg);
}

static void on_settled(void *arg)
{
	struct reload *r = arg;
	const char *saved = NULL;
	size_t i;

	for (i = 0; i < r->n; i++) {
		struct stamp now;

		/* one that is gone is on its way to be another: it will be told of */
		if (!r->files[i].told)
			continue;
		r->files[i].told = false;
		if (!look(r->files[i].path, &now) || same(&now, &r->files[i].stamp))
			continue;
		r->files[i].stamp = now;
		saved = r->files[i].path;
	}
	if (!saved)
		return;
	say(r, 6, "reload    '%.400s' was saved", saved);
	restart(r);
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A new name is a new file that somebody begins to write, or one that was linked there. */
static bool is_whole(const struct watched *w, uint32_t mask)
{
	struct stat st;

	return !(mask & IN_CREATE) ||
	       (lstat(w->path, &st) == 0 && (S_ISLNK(st.st_mode) || st.st_nlink > 1));
}

static void on_told(void *arg, int fd, uint32_t events)
{
	char told[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	struct reload *r = arg;
	bool any = false;
	ssize_t n, at;

	while ((n = read(fd, told, sizeof(told))) > 0) {
		for (at = 0; at < n;) {
			const struct inotify_event *ev = (const void *)(told + at);
			const char *name = ev->len ? ev->name : "";
			size_t i;

			for (i = 0; i < r->n; i++) {
				struct watched *w = &r->files[i];
				bool its = !strcmp(name, base_of(w->path)) ||
					   !strcmp(name, base_of(w->real));

				if ((ev->mask & IN_Q_OVERFLOW) || (its && is_whole(w, ev->mask)))
					any = w->told = true;
			}
			at += (ssize_t)(sizeof(*ev) + ev->len);
		}
	}
	if (any)
		loop_arm(r->loop, r->timer, SETTLE_NS, 0);
}

/* ---- what is watched ------------------------------------------------------------------------- */

static int watch_folder(struct reload *r, const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	cleanup_free char *folder = !slash          ? xstrdup(".")
				    : slash == path ? xstrdup("/")
						    : xstrndup(path, (size_t)(slash - path));

	if (r->fd < 0) {
		r->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
		if (r->fd < 0)
			return err_sys(err, errno, "watch files");
		r->source = loop_add_fd(r->loop, r->fd, EPOLLIN, on_told, r);
		if (r->source < 0) {
			close(r->fd);
			r->fd = -1;
			return err_set(err, EMFILE, "watch files: too many things are watched");
		}
	}
	if (inotify_add_watch(r->fd, folder, EVENTS) < 0)
		return err_sys(err, errno,
			       "watch folder '%s' (a limit is fs.inotify.max_user_watches)",
			       folder);
	return 0;
}

static void add(struct reload *r, const char *path)
{
	struct watched *w;
	struct err err = ERR_INIT;
	char real[PATH_MAX];
	size_t i;

	/* clang says "mine.h" of what is named "./mine.h": what is known of it stays */
	if (!realpath(path, real))
		snprintf(real, sizeof(real), "%s", path);
	for (i = 0; i < r->n; i++)
		if (!strcmp(r->files[i].real, real)) {
			r->files[i].kept = true;
			return;
		}
	if (r->n == FILES) {
		say(r, 4, "reload    '%.400s' is not watched: %d files are", path, FILES);
		return;
	}
	/* where it is named, and where a link leads */
	if (watch_folder(r, path, &err) < 0 ||
	    (strcmp(real, path) && watch_folder(r, real, &err) < 0)) {
		say(r, 4, "reload    '%.300s' is not watched: %s", path, err.msg);
		return;
	}
	w = &r->files[r->n++];
	*w = (struct watched){.path = xstrdup(path), .real = xstrdup(real), .kept = true};
	look(path, &w->stamp);
	r->announced = false;
}

void reload_files(struct reload *r, const struct op *op, const char *const *paths, size_t n,
		  bool all)
{
	size_t i;

	if (!op || !op_arg(op, WARG_WATCH) || !n)
		return;
	for (i = 0; i < r->n; i++)
		r->files[i].kept = !all;
	for (i = 0; i < n; i++)
		add(r, paths[i]);
	for (i = 0; i < r->n;) {
		if (r->files[i].kept) {
			i++;
			continue;
		}
		drop(r, i);
	}
	if (!all || !r->n || r->announced)
		return;
	r->announced = true;
	say(r, 6, "reload    '%.400s'%s %s watched: saving restarts the scheduler", paths[0],
	    r->n > 1 ? " and what it includes" : "", r->n > 1 ? "are" : "is");
}

void reload_done(struct reload *r, const struct op *op)
{
	/* an op that has a scheduler's name and no watch=, or one that takes it back */
	bool other =
		op_arg(op, WARG_SCHED) && (op->def->flags & OPF_TAKES) && !op_arg(op, WARG_WATCH);

	if (!r->n || !(other || op->def->id == OP_SCHED_UNLOAD))
		return;
	stop(r);
	say(r, 6, "reload    no file is watched any more");
}

void reload_ended(struct reload *r, uint64_t seq)
{
	if (seq == r->pending)
		r->pending = 0;
	if (!r->pending && r->again)
		restart(r);
}
