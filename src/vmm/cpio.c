/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cpio - newc archive writer. Invariant: every entry is padded to four bytes, and after the first
 * failure nothing more is written.
 */
#include "vmm/cpio.h"
#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX (1ull << 31)

void cpio_begin(struct cpio *c, int fd)
{
	*c = (struct cpio){.fd = fd, .ino = 1};
}

static void put(struct cpio *c, const void *data, size_t len)
{
	const char *p = data;

	while (len && !c->err.code) {
		ssize_t n = write(c->fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			err_sys(&c->err, n < 0 ? errno : EIO, "write the initramfs");
			return;
		}
		p += n;
		len -= (size_t)n;
		c->pos += (size_t)n;
	}
}

static void pad(struct cpio *c)
{
	put(c, "\0\0\0", (4 - c->pos % 4) % 4);
}

struct entry {
	const char *path;
	unsigned mode, major, minor;
	size_t len;
};

static void head(struct cpio *c, const struct entry *e)
{
	const char *name = e->path[0] == '/' ? e->path + 1 : e->path;
	char text[111];

	snprintf(text, sizeof(text), "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
		 c->ino++, e->mode, 0, 0, 1, 0, (unsigned)e->len, 0, 0, e->major, e->minor,
		 (unsigned)strlen(name) + 1, 0);
	put(c, text, 110);
	put(c, name, strlen(name) + 1);
	pad(c);
}

void cpio_dir(struct cpio *c, const char *path, unsigned mode)
{
	head(c, &(struct entry){.path = path, .mode = S_IFDIR | mode});
}

void cpio_data(struct cpio *c, const char *path, unsigned mode, const void *data, size_t len)
{
	head(c, &(struct entry){.path = path, .mode = S_IFREG | mode, .len = len});
	put(c, data, len);
	pad(c);
}

void cpio_symlink(struct cpio *c, const char *path, const char *target)
{
	head(c, &(struct entry){.path = path, .mode = S_IFLNK | 0777, .len = strlen(target)});
	put(c, target, strlen(target));
	pad(c);
}

void cpio_chardev(struct cpio *c, const char *path, unsigned mode, unsigned major, unsigned minor)
{
	head(c,
	     &(struct entry){.path = path, .mode = S_IFCHR | mode, .major = major, .minor = minor});
}

void cpio_host_file(struct cpio *c, const char *path, unsigned mode, const char *host)
{
	cleanup_fd int fd = open(host, O_RDONLY | O_CLOEXEC);
	char chunk[65536];
	struct stat st;
	size_t left;

	if (c->err.code)
		return;
	if (fd < 0 || fstat(fd, &st) < 0) {
		err_sys(&c->err, errno, "read '%s' to pack it", host);
		return;
	}
	if ((unsigned long long)st.st_size > FILE_MAX) {
		err_set(&c->err, EFBIG, "pack '%s': larger than 2 GiB", host);
		return;
	}
	left = (size_t)st.st_size;
	head(c, &(struct entry){.path = path, .mode = S_IFREG | mode, .len = left});
	while (left && !c->err.code) {
		ssize_t n = read(fd, chunk, left < sizeof(chunk) ? left : sizeof(chunk));

		if (n <= 0) {
			err_set(&c->err, EIO, "pack '%s': it became shorter while it was read",
				host);
			return;
		}
		put(c, chunk, (size_t)n);
		left -= (size_t)n;
	}
	pad(c);
}

int cpio_end(struct cpio *c, struct err *err)
{
	head(c, &(struct entry){.path = "TRAILER!!!"});
	put(c, (char[512]){0}, (512 - c->pos % 512) % 512);
	if (c->err.code) {
		if (err)
			*err = c->err;
		return -c->err.code;
	}
	return 0;
}
