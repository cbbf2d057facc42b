/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * journal - the writing side of session files: whole lines, appended, one write(2) each.
 * Invariant: a call that returned 0 has handed its line to the kernel; no buffer can be lost.
 */
#include "ops/journal.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "ops/event_json.h"
#include "ops/sample_json.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

struct journal {
	int fd;
	char *path;
	struct buf line;
	struct sample_lines samples;
};

void session_info_finish(struct session_info *info)
{
	size_t i;

	for (i = 0; info->include && info->include[i]; i++)
		free(info->include[i]);
	free(info->include);
	free(info->created);
	free(info->topology);
	free(info->kernel);
	free(info->accel);
	free(info->workload_root);
	free(info->append);
	free(info->version);
	*info = (struct session_info){0};
}

static void add_text(struct json_object *o, const char *key, const char *s)
{
	if (s && *s)
		json_object_object_add(o, key, json_object_new_string(s));
}

static void head_line(struct buf *out, const struct session_info *info)
{
	struct json_object *o = json_object_new_object(), *guest = json_object_new_object();
	struct json_object *include = json_object_new_array();
	size_t i;

	json_object_object_add(o, "scxplore", json_object_new_int(JOURNAL_VERSION));
	add_text(o, "version", info->version);
	add_text(o, "created", info->created);
	add_text(guest, "topology", info->topology);
	json_object_object_add(guest, "memory_mib", json_object_new_int64(info->memory_mib));
	add_text(guest, "kernel", info->kernel);
	add_text(guest, "accel", info->accel);
	add_text(guest, "workload_root", info->workload_root);
	for (i = 0; info->include && info->include[i]; i++)
		json_object_array_add(include, json_object_new_string(info->include[i]));
	json_object_object_add(guest, "include", include);
	json_object_object_add(guest, "watchdog_ns", json_object_new_uint64(info->watchdog_ns));
	json_object_object_add(guest, "duration_ns", json_object_new_uint64(info->duration_ns));
	add_text(guest, "append", info->append);
	if (info->exact)
		json_object_object_add(guest, "exact", json_object_new_boolean(true));
	if (info->seed)
		json_object_object_add(guest, "seed", json_object_new_uint64(info->seed));
	json_object_object_add(o, "guest", guest);
	buf_adds(out, json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
								JSON_C_TO_STRING_NOSLASHESCAPE));
	buf_addc(out, '\n');
	json_object_put(o);
}

static int put_line(struct journal *j, struct err *err)
{
	size_t at = 0;

	while (at < j->line.len) {
		ssize_t n = write(j->fd, j->line.data + at, j->line.len - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			int e = n < 0 ? errno : EIO;

			/* what was written of the line is cut off again, or reading would stop
			 * there */
			if (at && lseek(j->fd, 0, SEEK_END) >= (off_t)at &&
			    ftruncate(j->fd, lseek(j->fd, 0, SEEK_END) - (off_t)at) < 0)
				e = errno;
			return err_sys(err, e, "write session file '%s'", j->path);
		}
		at += (size_t)n;
	}
	return 0;
}

/* Others can tell that it is being written. */
static struct journal *new_journal(int fd, const char *path)
{
	struct journal *j = xcalloc(1, sizeof(*j));

	flock(fd, LOCK_EX | LOCK_NB);
	j->fd = fd;
	j->path = xstrdup(path);
	return j;
}

struct journal *journal_create(const char *path, const struct session_info *info, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
	struct journal *j;

	if (fd < 0) {
		err_sys(err, errno, "create session file '%s'%s", path,
			errno == EEXIST ? " (choose another name; sessions are never overwritten)"
					: "");
		return NULL;
	}
	j = new_journal(fd, path);
	head_line(&j->line, info);
	if (put_line(j, err) < 0) {
		journal_destroy(j);
		return NULL;
	}
	return j;
}

void journal_destroy(struct journal *j)
{
	if (!j)
		return;
	close(j->fd);
	sample_lines_finish(&j->samples);
	buf_finish(&j->line);
	free(j->path);
	free(j);
}

int journal_event(struct journal *j, const struct event *ev, struct err *err)
{
	buf_reset(&j->line);
	event_json_line(&j->line, ev);
	return put_line(j, err);
}

int journal_sample(struct journal *j, const struct sample *s, struct err *err)
{
	int r;

	buf_reset(&j->line);
	sample_lines_put(&j->samples, s, &j->line);
	r = put_line(j, err);
	if (r < 0)
		sample_lines_lost(&j->samples);
	return r;
}

int journal_trace(struct journal *j, const struct trace_json *t, struct err *err)
{
	buf_reset(&j->line);
	trace_json_lines(&j->line, t);
	return j->line.len ? put_line(j, err) : 0;
}

uint64_t journal_size(const struct journal *j)
{
	off_t end = lseek(j->fd, 0, SEEK_END);

	return end < 0 ? 0 : (uint64_t)end;
}

/* {"seq":12,"t_ns":34,"op":... as journal_event() writes it */
static bool is_op_from(const char *line, uint64_t from)
{
	uint64_t seq, t;
	int n = 0;

	return sscanf(line, "{\"seq\":%" SCNu64 ",\"t_ns\":%" SCNu64 ",\"op\":%n", &seq, &t, &n) == 2 && n &&
	       seq >= from;
}

static int copy_lines(struct journal *j, FILE *f, uint64_t bytes, uint64_t seq, struct err *err)
{
	cleanup_free char *line = NULL;
	size_t room = 0;
	ssize_t n;
	int r = 0;

	while (r == 0 && bytes && (n = getline(&line, &room, f)) > 0 && (uint64_t)n <= bytes) {
		bytes -= (uint64_t)n;
		if (is_op_from(line, seq))
			continue;
		buf_reset(&j->line);
		buf_add(&j->line, line, (size_t)n);
		r = put_line(j, err);
	}
	return r == 0 && bytes ? err_set(err, EIO, "the session file is shorter than it was") : r;
}

struct journal *journal_branch(const char *from, uint64_t bytes, uint64_t seq, const char *to,
			       struct err *err)
{
	cleanup_file FILE *f = fopen(from, "re");
	struct journal *j;
	int fd;

	if (!f) {
		err_sys(err, errno, "read session file '%s'", from);
		return NULL;
	}
	fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0) {
		err_sys(err, errno, "create session file '%s'", to);
		return NULL;
	}
	j = new_journal(fd, to);
	if (copy_lines(j, f, bytes, seq, err) == 0)
		return j;
	err_wrap(err, "branch session file '%s'", from);
	unlink(to);
	journal_destroy(j);
	return NULL;
}

struct journal *journal_resume(const char *path, uint64_t bytes, struct err *err)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	struct stat st;

	if (fd < 0) {
		err_sys(err, errno, "go on with session file '%s'", path);
		return NULL;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		err_sys(err, errno, "go on with session file '%s': another scxplore writes it", path);
	else if (fstat(fd, &st) < 0)
		err_sys(err, errno, "go on with session file '%s'", path);
	else if ((uint64_t)st.st_size != bytes)
		err_set(err, ESTALE, "go on with session file '%s': it has changed meanwhile", path);
	else
		return new_journal(fd, path);
	close(fd);
	return NULL;
}

const char *journal_path(const struct journal *j)
{
	return j->path;
}
