/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * save - see save.h.
 */
#include "matrix/save.h"
#include "base/cleanup.h"
#include "base/die.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

static int write_line(const struct mx_save *s, const struct buf *line, struct err *err)
{
	size_t done = 0;

	while (done < line->len) {
		ssize_t n = write(s->fd, line->data + done, line->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, errno, "write '%s'", s->path);
		done += (size_t)n;
	}
	/* a pipe or a terminal has nothing to keep */
	if (fdatasync(s->fd) < 0 && errno != EINVAL && errno != EROFS)
		return err_sys(err, errno, "write '%s' to the disk", s->path);
	return 0;
}

/* Two programs that append to the same file would run everything twice. */
static int lock(const struct mx_save *s, struct err *err)
{
	if (flock(s->fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno == EWOULDBLOCK)
		return err_set(err, EBUSY, "'%s' is being written by another scxplore", s->path);
	return err_sys(err, errno, "lock '%s'", s->path);
}

int mx_save_create(struct mx_save *s, const char *path, const struct mx_head *head, struct err *err)
{
	cleanup_buf struct buf line = BUF_INIT;
	int r;

	s->path = xstrdup(path);
	if (!strcmp(path, MX_SAVE_STDOUT)) {
		s->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
		if (s->fd < 0)
			return err_sys(err, errno, "write to standard output");
		mx_head_write(head, &line);
		return write_line(s, &line, err);
	}
	s->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
	if (s->fd < 0 && errno == EEXIST)
		return err_set(
			err, EEXIST,
			"'%s' is there already: --resume %s goes on with it; else name another",
			path, path);
	if (s->fd < 0)
		return err_sys(err, errno, "make '%s'", path);
	r = lock(s, err);
	if (r < 0)
		return r;
	mx_head_write(head, &line);
	return write_line(s, &line, err);
}

int mx_load(const char *path, struct mx_runs *runs, struct err *err)
{
	cleanup_file FILE *f = fopen(path, "re");

	*runs = (struct mx_runs){0};
	if (!f)
		return err_sys(err, errno, "open '%s'", path);
	return mx_runs_read(f, runs, err) < 0 ? err_wrap(err, "'%s'", path) : 0;
}

int mx_save_resume(struct mx_save *s, const char *path, struct mx_runs *runs, struct err *err)
{
	int r;

	*runs = (struct mx_runs){0};
	s->path = xstrdup(path);
	s->fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (s->fd < 0)
		return err_sys(err, errno, "open '%s'", path);
	r = lock(s, err);
	if (r == 0)
		r = mx_load(path, runs, err);
	if (r == 0 && runs->cut && ftruncate(s->fd, (off_t)runs->good) < 0)
		r = err_sys(err, errno, "cut the last line off '%s'", path);
	return r;
}

int mx_save_run(struct mx_save *s, const struct mx_run *run, struct err *err)
{
	cleanup_buf struct buf line = BUF_INIT;

	if (s->fd < 0)
		return 0;
	mx_run_write(run, &line);
	return write_line(s, &line, err);
}

void mx_save_finish(struct mx_save *s)
{
	if (s->fd >= 0)
		close(s->fd);
	free(s->path);
	*s = MX_SAVE_INIT;
}

/* ---- several files as one ---- */

/* In the order of the plan, one line of a skipped cell once. */
static void put_in_order(const struct mx_plan *plan, const struct mx_runs *all, struct mx_runs *out)
{
	cleanup_free bool *taken = xcalloc(all->n + 1, sizeof(*taken));
	size_t i, j;

	out->run = xcalloc(all->n + 1, sizeof(*out->run));
	for (i = 0; i < plan->nturns; i++)
		for (j = 0; j < all->n; j++)
			if (!taken[j] && mx_turn_is(plan, i, &all->run[j])) {
				taken[j] = true;
				mx_run_copy(&out->run[out->n++], &all->run[j]);
			}
}

static int take_runs(struct mx_runs *all, const struct mx_runs *more, const char *path,
		     const struct mx_plan *plan, struct err *err)
{
	size_t i, j;

	for (i = 0; i < more->n; i++) {
		const struct mx_run *run = &more->run[i];

		for (j = 0; j < plan->nturns && !mx_turn_is(plan, j, run); j++)
			;
		if (j == plan->nturns)
			return err_set(err, EINVAL, "'%s': run %zu is none of its own plan", path,
				       i + 1);
		for (j = 0; j < all->n; j++)
			if (mx_run_same(&all->run[j], run))
				return err_set(err, EEXIST,
					       "'%s': %s %s %s, %s %u, is in a file before it, too",
					       path, run->cell.topology, run->cell.sched,
					       run->cell.kernel, run->warmup ? "warm-up" : "run",
					       run->repeat);
		all->run = xreallocarray(all->run, all->n + 1, sizeof(*all->run));
		mx_run_copy(&all->run[all->n++], run);
	}
	return 0;
}

static int merge_one(const char *path, struct mx_runs *all, struct mx_plan *plan, struct err *err)
{
	struct mx_runs more;
	int r = mx_load(path, &more, err);

	if (r == 0 && !all->head.scenario) {
		mx_head_copy(&all->head, &more.head);
		all->head.shard = all->head.shards = 1;
		r = mx_plan_make(plan, &all->head, err);
		if (r < 0)
			err_wrap(err, "'%s'", path);
	} else if (r == 0 && mx_head_same(&all->head, &more.head, err) < 0) {
		r = err_wrap(err, "'%s' does not belong to the files before it", path);
	}
	if (r == 0)
		r = take_runs(all, &more, path, plan, err);
	mx_runs_finish(&more);
	return r;
}

int mx_merge(const char *const *paths, size_t n, struct mx_runs *out, size_t *missing,
	     struct err *err)
{
	struct mx_runs all = {0};
	struct mx_plan plan = {0};
	size_t i;
	int r = 0;

	*out = (struct mx_runs){0};
	for (i = 0; i < n && r == 0; i++)
		r = merge_one(paths[i], &all, &plan, err);
	if (r == 0) {
		mx_head_copy(&out->head, &all.head);
		put_in_order(&plan, &all, out);
		*missing = mx_plan_missing(&plan, out->run, out->n, NULL);
	}
	mx_plan_finish(&plan);
	mx_runs_finish(&all);
	return r;
}
