/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel_modules - reads modules.dep (depmod(8)): "path: dependency dependency ...", where the
 * dependencies of dependencies are listed, too, the last first to be loaded.
 */
#include "vmm/kernel_modules.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "vmm/spawn.h"

#include <errno.h>
#include <stdbool.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define DEP_MAX (8u << 20)

static bool names_module(const char *path, size_t len, const char *module)
{
	size_t n = strlen(module), start = len;

	while (start && path[start - 1] != '/')
		start--;
	return len - start > n && !strncmp(path + start, module, n) && path[start + n] == '.';
}

static void add_once(struct buf *out, const char *path, size_t len)
{
	cleanup_free char *line = xasprintf("%.*s\n", (int)len, path);
	const char *at = strstr(buf_text(out), line);

	if (at && (at == buf_text(out) || at[-1] == '\n'))
		return;
	buf_adds(out, line);
}

void kernel_modules_order(const char *dep, const char *module, struct buf *out)
{
	while (*dep) {
		size_t line = strcspn(dep, "\n"), head = strcspn(dep, ":\n");
		const char *end = dep + line, *p = end;

		if (head < line && names_module(dep, head, module)) {
			while (p > dep + head + 1) {
				const char *stop = p;

				while (p > dep + head + 1 && p[-1] != ' ')
					p--;
				if (stop > p)
					add_once(out, p, (size_t)(stop - p));
				if (p > dep + head + 1)
					p--;
			}
			add_once(out, dep, head);
			return;
		}
		dep = *end ? end + 1 : end;
	}
}

static const char *unpacker(const char *path)
{
	const char *dot = strrchr(path, '.');

	if (!dot)
		return NULL;
	return !strcmp(dot, ".xz")    ? "xz"
	       : !strcmp(dot, ".zst") ? "zstd"
	       : !strcmp(dot, ".gz")  ? "gzip"
				      : NULL;
}

static int pack_one(const char *root, const char *path, const char *entry, size_t index,
		    struct buf *list, struct err *err)
{
	cleanup_free char *from = xasprintf("%s/%s", root, path), *to = NULL, *name = NULL;
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path,
		   *program = unpacker(path);
	cleanup_fd int fd = -1;

	name = xasprintf("%02zu-%.*s.ko", index, (int)strcspn(base, "."), base);
	to = xasprintf("%s/modules/%s", entry, name);
	buf_addf(list, "%s\n", name);
	fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(err, errno, "write '%s'", to);
	return spawn_run(
		&(struct spawn){.argv = program ? (const char *const[]){program, "-dc", from, NULL}
						: (const char *const[]){"cat", from, NULL, NULL},
				.out_fd = fd},
		err);
}

int kernel_modules_pack(const char *release, const char *entry, struct err *err)
{
	static const char *const wanted[] = {"virtio_pci", "virtio_console"};
	cleanup_free char *root = xasprintf("/lib/modules/%s", release),
			  *dep = xasprintf("%s/modules.dep", root);
	cleanup_free char *text = xcalloc(1, DEP_MAX + 1), *dir = xasprintf("%s/modules", entry);
	cleanup_buf struct buf order = BUF_INIT, list = BUF_INIT;
	cleanup_free char *list_path = xasprintf("%s/list", dir);
	cleanup_file FILE *f = fopen(dep, "re"), *out = NULL;
	size_t i, n = 0;
	char *p;

	if (!f)
		return err_sys(err, errno,
			       "virtio console is a module of this kernel, and its modules cannot "
			       "be read: '%s'",
			       dep);
	text[fread(text, 1, DEP_MAX, f)] = '\0';
	for (i = 0; i < ARRAY_SIZE(wanted); i++)
		kernel_modules_order(text, wanted[i], &order);
	if (mkdir(dir, 0700) < 0)
		return err_sys(err, errno, "create '%s'", dir);
	for (p = order.data; p && *p; p += strlen(p) + 1, n++) {
		p[strcspn(p, "\n")] = '\0';
		if (pack_one(root, p, entry, n, &list, err) < 0)
			return err_wrap(err, "pack module '%s'", p);
	}
	out = fopen(list_path, "we");
	if (!out || fputs(buf_text(&list), out) == EOF)
		return err_sys(err, errno, "write '%s'", list_path);
	return 0;
}
