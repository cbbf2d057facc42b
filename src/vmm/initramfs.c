/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * initramfs - puts the archive together. It lives in a memfd: nothing is left on disk, whatever
 * kills this program. Invariant: a folder stands in the archive before anything in it.
 */
#include "vmm/initramfs.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "guest/wire.h"
#include "vmm/cpio.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

struct folders {
	char **path;
	size_t n;
};

static void add_folder(struct cpio *c, struct folders *f, const char *path)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		if (!strcmp(f->path[i], path))
			return;
	f->path = xreallocarray(f->path, f->n + 1, sizeof(*f->path));
	f->path[f->n++] = xstrdup(path);
	cpio_dir(c, path, strcmp(path, "/tmp") ? 0755 : 01777);
}

static void add_parents(struct cpio *c, struct folders *f, const char *path)
{
	cleanup_free char *p = xstrdup(path);
	char *slash;

	for (slash = strchr(p + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		add_folder(c, f, p);
		*slash = '/';
	}
}

static void add_modules(struct cpio *c, struct folders *f, const struct kernel *kernel)
{
	cleanup_buf struct buf list = BUF_INIT;
	size_t i;

	if (!kernel->modules || !kernel->modules[0])
		return;
	add_folder(c, f, "/modules");
	for (i = 0; kernel->modules[i]; i++) {
		const char *base = strrchr(kernel->modules[i], '/');
		cleanup_free char *path =
			xasprintf("/modules/%02zu-%s", i, base ? base + 1 : kernel->modules[i]);

		cpio_host_file(c, path, 0644, kernel->modules[i]);
		buf_addf(&list, "%s\n", path);
	}
	cpio_data(c, "/modules/list", 0644, list.data, list.len);
}

static void add_included(struct cpio *c, struct folders *f, const struct include_set *include)
{
	size_t i;

	for (i = 0; i < include->n; i++) {
		const struct include_entry *e = &include->entries[i];

		add_parents(c, f, e->guest);
		switch (e->kind) {
		case INCLUDE_FILE:
			cpio_host_file(c, e->guest, e->mode, e->source);
			break;
		case INCLUDE_LINK:
			cpio_symlink(c, e->guest, e->source);
			break;
		case INCLUDE_FOLDER:
			add_folder(c, f, e->guest);
			break;
		}
	}
}

int initramfs_pack(const char *agent, const struct kernel *kernel,
		   const struct include_set *include, const struct buf *script, struct err *err)
{
	static const char *const dirs[] = {"/proc", "/sys", "/dev",     "/run",
					   "/tmp",  "/etc", INCLUDE_DIR};
	cleanup_fd int fd = memfd_create("scxplore-initramfs", MFD_CLOEXEC);
	struct folders f = {0};
	struct cpio c;
	size_t i;
	int r;

	if (fd < 0)
		return err_sys(err, errno, "make room for the initramfs");
	cpio_begin(&c, fd);
	for (i = 0; i < ARRAY_SIZE(dirs); i++)
		add_folder(&c, &f, dirs[i]);
	cpio_chardev(&c, "/dev/console", 0600, 5, 1);
	cpio_chardev(&c, "/dev/null", 0666, 1, 3);
	/* programs that ask for a name get one */
	cpio_data(&c, "/etc/passwd", 0644, "root:x:0:0:root:/tmp:/bin/sh\n", 29);
	cpio_data(&c, "/etc/group", 0644, "root:x:0:\n", 10);
	cpio_host_file(&c, "/init", 0755, agent);
	add_modules(&c, &f, kernel);
	add_included(&c, &f, include);
	if (script->len)
		cpio_data(&c, WIRE_SCRIPT_PATH, 0600, script->data, script->len);
	r = cpio_end(&c, err);
	for (i = 0; i < f.n; i++)
		free(f.path[i]);
	free(f.path);
	return r < 0 ? r : STEAL_FD(fd);
}
