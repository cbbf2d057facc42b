/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_files - files of the host's put into the guest's file system, and read out of it.
 *
 * A file is written without a name (O_TMPFILE) and gets one when it is whole, in one rename: a
 * transfer that is cut leaves nothing. Invariant: what the agent lives of is never written over,
 * whatever links lead there.
 */
#include "guest/hand.h"

#include "base/cleanup.h"
#include "base/sha256.h"
#include "guest/paths_inside.h"
#include "guest/wire_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define RESERVE (16u << 20) /* what stays for everything else that runs */

enum { HASH_STEP = 4 << 20 };

/* ---- where it may go ---- */

/* The folder that is there already on the way to path; what follows it in *rest, without '/'. */
static int open_ancestor(const char *path, const char **rest)
{
	char dir[FILES_PATH_MAX];
	int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	const char *p = path + 1, *slash;

	while (fd >= 0 && (slash = strchr(p, '/'))) {
		int next;

		snprintf(dir, sizeof(dir), "%.*s", (int)(slash - p), p);
		next = openat(fd, dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (next < 0 && errno == ENOENT)
			break;
		close(fd);
		fd = next;
		p = slash + 1;
	}
	*rest = p;
	return fd;
}

static bool is_agent(int dir, const char *name)
{
	struct stat self, there;

	return stat("/proc/self/exe", &self) == 0 && fstatat(dir, name, &there, 0) == 0 &&
	       self.st_ino == there.st_ino && self.st_dev == there.st_dev;
}

/* Where a descriptor leads once all links are followed decides, not what the path says. */
static int may_write(struct hand *h, int dir, const char *name, const char *path)
{
	static const char *const own[] = {"/proc", "/sys", "/dev", "/modules", SHELL_TOOLS_DIR};
	char link[64], real[FILES_PATH_MAX];
	ssize_t n;
	size_t i;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", dir);
	n = readlink(link, real, sizeof(real) - 1);
	if (n <= 0)
		return hand_fail_sys(h, errno, "find the folder of '%.200s' in the guest", path);
	if ((size_t)n + strlen(name) + 2 > sizeof(real))
		return hand_fail(h, ENAMETOOLONG, "'%.200s' leads to a path that is too long", path);
	snprintf(real + n, sizeof(real) - (size_t)n, "%s%s", n > 1 ? "/" : "", name);
	for (i = 0; i < ARRAY_SIZE(own); i++) {
		size_t len = strlen(own[i]);

		if (!strncmp(real, own[i], len) && (!real[len] || real[len] == '/'))
			return hand_fail(h, EPERM,
					 "'%.200s' lies in '%s' of the guest, which belongs to the kernel "
					 "or to the agent: choose another place with to=",
					 path, own[i]);
	}
	if (!strcmp(real, "/init") || is_agent(dir, name))
		return hand_fail(h, EPERM,
				 "'%.200s' is the agent itself: choose another place with to=", path);
	return 0;
}

/* ---- is it there already? ---- */

static int same_content(struct hand *h, int fd, const uint8_t *hash, bool *same)
{
	static uint8_t chunk[64 << 10];
	struct job_reply going_on = {.path = "", .text = "", .data = ""};
	uint8_t got[SHA256_SIZE];
	struct sha256 s;
	size_t step = 0;
	ssize_t n;

	sha256_init(&s);
	while ((n = read(fd, chunk, sizeof(chunk))) > 0) {
		sha256_add(&s, chunk, (size_t)n);
		step += (size_t)n;
		/* a long file is no hang */
		if (step >= HASH_STEP) {
			hand_tell(h, &going_on);
			step = 0;
		}
	}
	if (n < 0)
		return errno;
	sha256_end(&s, got);
	*same = !memcmp(got, hash, sizeof(got));
	return 0;
}

static bool same_link(int dir, const char *name, const char *target)
{
	char there[FILES_PATH_MAX];
	ssize_t n = readlinkat(dir, name, there, sizeof(there) - 1);

	if (n < 0)
		return false;
	there[n] = '\0';
	return !strcmp(there, target);
}

int hand_file_check(struct hand *h, struct job_reply *r)
{
	struct files_entry e;
	cleanup_fd int dir = -1, fd = -1;
	const char *name;
	struct stat st;
	int code;

	if (!files_get_entry(&h->in, &e) || e.kind == FILES_END)
		return hand_fail(h, EPROTO, "what the host says of a file makes no sense");
	dir = open_ancestor(e.path, &name);
	if (dir < 0)
		return hand_fail_sys(h, errno, "put '%.200s' into the guest", e.path);
	code = may_write(h, dir, name, e.path);
	if (code || strchr(name, '/'))
		return code;
	if (e.kind == FILES_LINK) {
		r->flag = same_link(dir, name, e.target);
		return 0;
	}
	if (fstatat(dir, name, &st, 0) < 0)
		return 0;
	if (S_ISDIR(st.st_mode) != (e.kind == FILES_FOLDER))
		return hand_fail(h, e.kind == FILES_FOLDER ? ENOTDIR : EISDIR,
				 "'%.200s' is %s in the guest: choose another place with to=", e.path,
				 e.kind == FILES_FOLDER ? "a file" : "a folder");
	if (e.kind == FILES_FOLDER) {
		r->flag = true;
		return 0;
	}
	if (!S_ISREG(st.st_mode))
		return hand_fail(h, EINVAL, "'%.200s' is no plain file in the guest", e.path);
	if ((uint64_t)st.st_size != e.size || (st.st_mode & 07777) != e.mode)
		return 0;
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	code = fd < 0 ? errno : same_content(h, fd, e.hash, &r->flag);
	return code ? hand_fail_sys(h, code, "compare '%.200s' in the guest", e.path) : 0;
}

static uint64_t memory_available(void)
{
	char text[4096], *at;
	ssize_t n = hand_read_at(AT_FDCWD, "/proc/meminfo", text, sizeof(text));

	at = n > 0 ? strstr(text, "MemAvailable:") : NULL;
	return at ? strtoull(at + strlen("MemAvailable:"), NULL, 10) << 10 : 0;
}

int hand_file_room(struct hand *h, struct job_reply *r)
{
	uint64_t need = wire_get_u64(&h->in), room = memory_available(), disk;
	struct statvfs fs;

	if (statvfs("/", &fs) == 0 && fs.f_blocks) {
		disk = (uint64_t)fs.f_bavail * fs.f_frsize;
		room = disk < room ? disk : room;
	}
	if (need + RESERVE <= room)
		return 0;
	return hand_fail(h, ENOSPC,
			 "%llu MiB are to be sent and the guest has room for %llu MiB (its files are in "
			 "its memory, %u MiB stay free): start it with more --memory",
			 (unsigned long long)(need >> 20) + 1,
			 (unsigned long long)((room > RESERVE ? room - RESERVE : 0) >> 20),
			 RESERVE >> 20);
}

/* ---- putting it there ---- */

/* Makes the folders on the way and opens the last; *made = how many are new. */
static int make_folders(const char *path, const char **name, uint64_t *made)
{
	int fd = open_ancestor(path, name);
	char part[FILES_PATH_MAX];
	const char *slash;

	*made = 0;
	while (fd >= 0 && (slash = strchr(*name, '/'))) {
		int next;

		snprintf(part, sizeof(part), "%.*s", (int)(slash - *name), *name);
		if (mkdirat(fd, part, 0755) == 0)
			++*made;
		next = openat(fd, part, O_PATH | O_DIRECTORY | O_CLOEXEC);
		close(fd);
		fd = next;
		*name = slash + 1;
	}
	return fd;
}

/* Beside its place: what will be there, then what was there, until all of the op's files are. */
static void name_aside(char dst[64], uint32_t index)
{
	snprintf(dst, 64, ".scxplore-%u", index);
}

/* What is aside gets its name, over what is there; keep = that is aside afterwards (r->num). */
static int rename_over(int dir, const char *aside, const char *name, bool keep, struct job_reply *r)
{
	struct stat st;
	bool there = fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
	int code;

	r->flag = !there;
	r->num = there && keep && !S_ISDIR(st.st_mode) &&
		 renameat2(dir, aside, dir, name, RENAME_EXCHANGE) == 0;
	if (r->num || renameat(dir, aside, dir, name) == 0)
		return 0;
	code = errno;
	unlinkat(dir, aside, 0);
	return code;
}

static int put_link(int dir, const char *name, const struct files_entry *e, bool keep,
		    struct job_reply *r)
{
	char aside[64];

	name_aside(aside, e->index);
	unlinkat(dir, aside, 0);
	return symlinkat(e->target, dir, aside) < 0 ? errno
						    : rename_over(dir, aside, name, keep, r);
}

static int put_folder(int dir, const char *name, unsigned mode, bool *is_new)
{
	*is_new = mkdirat(dir, name, mode) == 0;
	return *is_new || errno == EEXIST ? 0 : errno;
}

/* A file: opened without a name, where it will have one. A link or folder: made. */
int hand_file_make(struct hand *h, struct job_reply *r)
{
	struct files_entry e;
	cleanup_fd int dir = -1;
	bool keep = wire_get_u8(&h->in);
	char at[64];
	const char *name;
	int code, fd;

	if (!files_get_entry(&h->in, &e) || e.kind == FILES_END)
		return hand_fail(h, EPROTO, "what the host says of a file makes no sense");
	dir = e.kind == FILES_FILE ? open_ancestor(e.path, &name)
				   : make_folders(e.path, &name, &r->id);
	if (dir < 0)
		return hand_fail_sys(h, errno, "make the folder of '%.200s' in the guest", e.path);
	code = may_write(h, dir, name, e.path);
	if (code)
		return code;
	if (e.kind != FILES_FILE) {
		code = e.kind == FILES_LINK ? put_link(dir, name, &e, keep, r)
					    : put_folder(dir, name, e.mode, &r->flag);
		return code ? hand_fail_sys(h, code, "make '%.200s' in the guest", e.path) : 0;
	}
	snprintf(at, sizeof(at), "/proc/self/fd/%d", dir);
	fd = open(at, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return hand_fail_sys(h, errno, "make room for '%.200s' in the guest", e.path);
	r->fds[r->nfds++] = fd;
	return 0;
}

int hand_file_write(struct hand *h, struct job_reply *r)
{
	struct files_chunk c;
	size_t at = 0;

	if (!files_get_chunk(&h->in, &c) || h->nfds != 1)
		return hand_fail(h, EPROTO, "a piece of a file makes no sense");
	while (at < c.len) {
		ssize_t n = pwrite(h->fds[0], (const char *)c.data + at, c.len - at,
				   (off_t)(c.offset + at));

		if (n <= 0)
			return hand_fail_sys(h, n < 0 ? errno : EIO, "write a file in the guest");
		at += (size_t)n;
	}
	r->num = c.offset + c.len;
	return 0;
}

/* The file is whole: its mode, and its name in one step. */
int hand_file_place(struct hand *h, struct job_reply *r)
{
	const char *path = wire_get_str(&h->in), *name;
	unsigned mode = wire_get_u32(&h->in);
	uint32_t index = wire_get_u32(&h->in);
	bool keep = wire_get_u8(&h->in);
	char at[64], aside[64];
	cleanup_fd int dir = -1;
	int code;

	if (h->in.bad || !files_path_fits(path) || h->nfds != 1)
		return hand_fail(h, EPROTO, "where a file goes makes no sense");
	dir = make_folders(path, &name, &r->id);
	if (dir < 0)
		return hand_fail_sys(h, errno, "make the folder of '%.200s' in the guest", path);
	code = may_write(h, dir, name, path);
	if (code)
		return code;
	name_aside(aside, index);
	unlinkat(dir, aside, 0);
	snprintf(at, sizeof(at), "/proc/self/fd/%d", h->fds[0]);
	if (fchmod(h->fds[0], mode) < 0 ||
	    linkat(AT_FDCWD, at, dir, aside, AT_SYMLINK_FOLLOW) < 0)
		return hand_fail_sys(h, errno, "put '%.200s' in its place in the guest", path);
	code = rename_over(dir, aside, name, keep, r);
	return code ? hand_fail_sys(h, code, "put '%.200s' in its place in the guest", path) : 0;
}

static void undo(const struct files_made *m)
{
	char path[FILES_PATH_MAX], *slash;
	unsigned above = m->above;

	strcpy(path, m->path);
	if (unlink(path) < 0 && errno == EISDIR)
		rmdir(path);
	while (above-- && (slash = strrchr(path, '/')) && slash > path) {
		*slash = '\0';
		if (rmdir(path) < 0)
			break;
	}
}

/* What an op has put there, the last first: kept, or, when it was cut, as it was before. */
int hand_file_settle(struct hand *h, struct job_reply *r)
{
	static struct files_made made[FILES_MADE_MAX];
	bool keep = wire_get_u8(&h->in);
	uint32_t n = wire_get_u32(&h->in), i;

	for (i = 0; i < n && i < FILES_MADE_MAX; i++)
		files_get_made(&h->in, &made[i]);
	if (!wire_reader_done(&h->in) || i < n)
		return hand_fail(h, EPROTO, "what was sent makes no sense");
	while (n--) {
		const struct files_made *m = &made[n];
		char aside[FILES_PATH_MAX + 64], name[64];

		name_aside(name, m->index);
		snprintf(aside, sizeof(aside), "%.*s/%s", (int)(strrchr(m->path, '/') - m->path),
			 m->path, name);
		if (m->replaced && (keep ? unlink(aside) : rename(aside, m->path)) < 0)
			return hand_fail_sys(h, errno, "%s '%.200s' in the guest",
					     keep ? "tidy up beside" : "take back", m->path);
		if (!m->replaced && !keep)
			undo(m);
	}
	return 0;
}

/* ---- reading out ---- */

int hand_file_open(struct hand *h, struct job_reply *r)
{
	const char *path = wire_get_str(&h->in);
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return hand_fail_sys(h, errno, "read '%.200s' in the guest", path);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return hand_fail(h, EINVAL, "'%.200s' is %s in the guest, only files can be pulled",
				 path, S_ISDIR(st.st_mode) ? "a folder" : "no plain file");
	}
	r->num = (uint64_t)st.st_size;
	r->id = st.st_mode & 0777;
	r->fds[r->nfds++] = fd;
	return 0;
}

int hand_file_part(struct hand *h, struct job_reply *r)
{
	static char data[FILES_CHUNK];
	uint64_t offset = wire_get_u64(&h->in);
	uint32_t max = wire_get_u32(&h->in);
	ssize_t n;

	if (h->in.bad || h->nfds != 1 || max > sizeof(data))
		return hand_fail(h, EPROTO, "a piece of a file makes no sense");
	n = pread(h->fds[0], data, max, (off_t)offset);
	if (n < 0)
		return hand_fail_sys(h, errno, "read a file of the guest");
	r->data = data;
	r->data_len = (size_t)n;
	return 0;
}

/* ---- is there a program of this name? ---- */

int hand_file_look(struct hand *h, struct job_reply *r)
{
	const char *name = wire_get_str(&h->in), *dirs = wire_get_str(&h->in);
	char path[FILES_PATH_MAX];

	if (h->in.bad || !*name)
		return hand_fail(h, EINVAL, "a program has no name");
	if (*name == '/') {
		r->flag = access(name, F_OK) == 0;
		return 0;
	}
	if (strchr(name, '/'))
		dirs = "/tmp"; /* where payloads begin */
	for (; *dirs && !r->flag; dirs += strcspn(dirs, ":"), dirs += *dirs == ':') {
		snprintf(path, sizeof(path), "%.*s/%s", (int)strcspn(dirs, ":"), dirs, name);
		r->flag = access(path, F_OK) == 0;
	}
	return 0;
}
