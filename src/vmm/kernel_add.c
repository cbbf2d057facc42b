/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_add - takes a kernel image or build tree into the cache: unpacked, judged, with the
 * modules it cannot do without. Invariant: an entry appears in the cache whole or not at all
 * (made beside it, then renamed).
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "vmm/kernel.h"
#include "vmm/kernel_modules.h"
#include "vmm/paths.h"
#include "vmm/spawn.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define IMAGE_MAX  (2ull << 30)
#define CONFIG_MAX (1u << 20)

struct image {
	char *path;
	char *config; /* text or NULL */
	void *map;
	size_t len;
	struct buf unpacked; /* of a packed image */
};

static void image_finish(struct image *im)
{
	if (im->map)
		munmap(im->map, im->len);
	free(im->path);
	free(im->config);
	buf_finish(&im->unpacked);
}

static const void *elf_of(const struct image *im, size_t *len)
{
	*len = im->unpacked.len ? im->unpacked.len : im->len;
	return im->unpacked.len ? im->unpacked.data : im->map;
}

static char *read_text(const char *path)
{
	cleanup_file FILE *f = fopen(path, "re");
	char *text;
	size_t n;

	if (!f)
		return NULL;
	text = xcalloc(1, CONFIG_MAX + 1);
	n = fread(text, 1, CONFIG_MAX, f);
	text[n] = '\0';
	return text;
}

static int map_image(struct image *im, struct err *err)
{
	cleanup_fd int fd = open(im->path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, errno, "read kernel '%s'", im->path);
	if (!S_ISREG(st.st_mode) || st.st_size <= 0 || (unsigned long long)st.st_size > IMAGE_MAX)
		return err_set(err, ENOEXEC, "kernel '%s' is not a file of 1 byte to 2 GiB",
			       im->path);
	im->len = (size_t)st.st_size;
	im->map = mmap(NULL, im->len, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (im->map == MAP_FAILED) {
		im->map = NULL;
		return err_sys(err, errno, "read kernel '%s'", im->path);
	}
	return 0;
}

static int unpack(struct image *im, struct err *err)
{
	const char *program;
	size_t offset, size;
	int r;

	if (kernel_is_elf(im->map, im->len))
		return 0;
	r = kernel_payload(im->map, im->len, &offset, &size, &program, err);
	if (r < 0)
		return err_wrap(err, "kernel '%s'", im->path);
	/* the payload is followed by its size in four bytes that are not the packer's: exit 2 of
	 * gzip, 1 of others */
	r = spawn_run(&(struct spawn){.argv = (const char *const[]){program, "-dc", NULL},
				      .in_data = (char *)im->map + offset,
				      .in_len = size,
				      .out_fd = -1,
				      .out = &im->unpacked,
				      .ok_exit = strcmp(program, "gzip") ? 1 : 2},
		      err);
	if (r < 0)
		return err_wrap(err, "unpack kernel '%s'", im->path);
	if (!kernel_is_elf(im->unpacked.data, im->unpacked.len))
		return err_set(err, ENOEXEC,
			       "unpack kernel '%s' with %s: what came out is no ELF image",
			       im->path, program);
	return 0;
}

/* The places where a configuration lies beside an image: /boot, a build tree, a packed cache entry.
 */
static void find_config(struct image *im, const char *tree)
{
	const char *base = strrchr(im->path, '/');
	cleanup_free char *dir =
		base ? xstrndup(im->path, (size_t)(base - im->path)) : xstrdup(".");
	const char *dash = base ? strchr(base, '-') : NULL;
	cleanup_free char *beside =
		tree ? xasprintf("%s/.config", tree) : xasprintf("%s/config", dir);
	cleanup_free char *named = dash ? xasprintf("%s/config%s", dir, dash) : NULL;

	im->config = read_text(beside);
	if (!im->config && named)
		im->config = read_text(named);
}

static int open_image(const char *path, struct image *im, struct err *err)
{
	struct stat st;
	int r;

	*im = (struct image){0};
	if (stat(path, &st) < 0)
		return err_sys(err, errno, "read kernel '%s'", path);
	if (S_ISDIR(st.st_mode)) {
		im->path = xasprintf("%s/vmlinux", path);
		if (access(im->path, R_OK) < 0)
			return err_set(
				err, ENOENT,
				"'%s' is no kernel build tree: it has no 'vmlinux'; build it first",
				path);
		find_config(im, path);
	} else {
		im->path = xstrdup(path);
		find_config(im, NULL);
	}
	r = map_image(im, err);
	return r < 0 ? r : unpack(im, err);
}

int kernel_check(const char *path, struct kernel_facts *facts, struct err *err)
{
	struct image im;
	const void *elf;
	size_t len;
	int r = open_image(path, &im, err);

	if (r == 0) {
		elf = elf_of(&im, &len);
		kernel_facts_read(elf, len, im.config, facts);
	}
	image_finish(&im);
	return r;
}

static int write_file(const char *dir, const char *name, const void *data, size_t len,
		      struct err *err)
{
	cleanup_free char *path = xasprintf("%s/%s", dir, name);
	FILE *f = fopen(path, "we");
	bool good = f && fwrite(data, 1, len, f) == len;

	if (f && fclose(f) != 0)
		good = false;
	return good ? 0 : err_sys(err, errno ? errno : EIO, "write '%s'", path);
}

void kernel_remove_tree(const char *path)
{
	struct dirent *d;
	DIR *h = opendir(path);

	while (h && (d = readdir(h))) {
		cleanup_free char *full = xasprintf("%s/%s", path, d->d_name);
		struct stat st;

		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, "..") || lstat(full, &st) < 0)
			continue;
		if (S_ISDIR(st.st_mode))
			kernel_remove_tree(full);
		else
			unlink(full);
	}
	if (h)
		closedir(h);
	rmdir(path);
}

static int fill_entry(const char *entry, const struct image *im, const struct kernel_facts *facts,
		      struct err *err)
{
	const void *elf;
	size_t len;
	int r;

	elf = elf_of(im, &len);
	r = write_file(entry, "vmlinux", elf, len, err);
	/* nothing starts it but who wants a kernel that moves itself (KASLR): an unpacked one does not */
	if (r == 0 && im->unpacked.len)
		r = write_file(entry, "vmlinuz", im->map, im->len, err);
	if (r == 0 && im->config)
		r = write_file(entry, "config", im->config, strlen(im->config), err);
	if (r == 0 &&
	    (facts->virtio_console == FEATURE_MODULE || facts->virtio_pci == FEATURE_MODULE))
		r = kernel_modules_pack(facts->release, entry, err);
	return r;
}

static int store(const struct image *im, const struct kernel_facts *facts, struct err *err)
{
	cleanup_free char *dir = paths_cache("kernels", 1, err);
	cleanup_free char *entry = NULL, *fresh = NULL;
	cleanup_fd int lock = -1;
	int r;

	if (!dir)
		return -err->code;
	entry = xasprintf("%s/%s", dir, facts->release);
	fresh = xasprintf("%s/.new", dir);
	lock = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock < 0 || flock(lock, LOCK_EX) < 0)
		return err_sys(err, errno, "lock '%s'", dir);
	/* the lock is ours: what lies here was left by a start that was killed */
	kernel_remove_tree(fresh);
	if (mkdir(fresh, 0700) < 0)
		return err_sys(err, errno, "create '%s'", fresh);
	r = fill_entry(fresh, im, facts, err);
	if (r == 0) {
		kernel_remove_tree(entry);
		if (rename(fresh, entry) < 0)
			r = err_sys(err, errno, "put the kernel into '%s'", entry);
	}
	if (r < 0)
		kernel_remove_tree(fresh);
	return r;
}

/* Unchanged since it was taken in: an image named by path at every start is not unpacked every
 * time. */
static bool up_to_date(const struct image *im, const char *release)
{
	cleanup_free char *dir = paths_cache("kernels", 0, NULL);
	cleanup_free char *image = dir ? xasprintf("%s/%s/vmlinux", dir, release) : NULL;
	struct stat cached, source;

	return image && stat(image, &cached) == 0 && stat(im->path, &source) == 0 &&
	       cached.st_mtime >= source.st_mtime && !im->unpacked.len &&
	       cached.st_size == source.st_size;
}

int kernel_add(const char *path, char **release, struct err *err)
{
	struct kernel_facts facts;
	struct image im;
	const void *elf;
	size_t len;
	int r = open_image(path, &im, err);

	*release = NULL;
	if (r == 0) {
		elf = elf_of(&im, &len);
		kernel_facts_read(elf, len, im.config, &facts);
		r = kernel_facts_usable(&facts, err);
		if (r == 0 && !facts.release[0])
			r = err_set(err, ENOEXEC, "it does not say which Linux version it is");
		if (r < 0)
			r = err_wrap(err, "kernel '%s' cannot be used", path);
	}
	if (r == 0 && !up_to_date(&im, facts.release))
		r = store(&im, &facts, err);
	if (r == 0)
		*release = xstrdup(facts.release);
	image_finish(&im);
	return r;
}
