/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * library_find - the host side of elfdeps: where a library name leads, in the order of ld.so(8).
 * Invariant: only files that are 64-bit x86 ELF are taken, as the loader itself does.
 */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "vmm/elfdeps.h"

#include <elf.h>
#include <fcntl.h>
#include <glob.h>
#include <string.h>

/* built into the ld.so of Debian (multiarch) and of Fedora, openSUSE, Arch */
static const char *const default_dirs[] = {
	"/lib/x86_64-linux-gnu",
	"/usr/lib/x86_64-linux-gnu",
	"/lib64",
	"/usr/lib64",
	"/lib",
	"/usr/lib",
};

static bool fits(const char *path)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	unsigned char head[20];

	return fd >= 0 && read(fd, head, sizeof(head)) == (ssize_t)sizeof(head) &&
	       !memcmp(head, ELFMAG, SELFMAG) && head[EI_CLASS] == ELFCLASS64 &&
	       head[18] == EM_X86_64;
}

static char *try_dir(const char *dir, size_t len, const char *name)
{
	cleanup_free char *path = xasprintf("%.*s/%s", (int)len, dir, name);

	return fits(path) ? STEAL(path) : NULL;
}

/* $ORIGIN, ${ORIGIN}; $LIB and $PLATFORM are rare enough to be left unexpanded (and not found). */
static char *expand(const char *dir, size_t len, const char *origin)
{
	cleanup_buf struct buf out = BUF_INIT;
	size_t i = 0;

	while (i < len) {
		if (len - i >= 9 && !strncmp(dir + i, "${ORIGIN}", 9)) {
			buf_adds(&out, origin);
			i += 9;
		} else if (len - i >= 7 && !strncmp(dir + i, "$ORIGIN", 7)) {
			buf_adds(&out, origin);
			i += 7;
		} else {
			buf_addc(&out, dir[i++]);
		}
	}
	return buf_steal(&out);
}

static char *try_list(const char *list, const char *name, const char *origin)
{
	while (list && *list) {
		size_t len = strcspn(list, ":");
		cleanup_free char *dir = expand(list, len, origin);
		char *found = *dir ? try_dir(dir, strlen(dir), name) : NULL;

		if (found)
			return found;
		list += len + (list[len] == ':');
	}
	return NULL;
}

static char *try_conf(const char *file, const char *name, unsigned depth)
{
	cleanup_file FILE *f = depth < 4 ? fopen(file, "re") : NULL;
	char line[4096], *found = NULL;

	while (f && !found && fgets(line, sizeof(line), f)) {
		char *p = line + strspn(line, " \t");

		p[strcspn(p, "#\n")] = '\0';
		if (!strncmp(p, "include", 7) && (p[7] == ' ' || p[7] == '\t')) {
			glob_t g;
			size_t i;

			p += 7 + strspn(p + 7, " \t");
			if (glob(p, 0, NULL, &g) == 0) {
				for (i = 0; i < g.gl_pathc && !found; i++)
					found = try_conf(g.gl_pathv[i], name, depth + 1);
				globfree(&g);
			}
		} else if (*p == '/') {
			found = try_dir(p, strcspn(p, " \t="), name);
		}
	}
	return found;
}

char *library_find(const char *name, const struct elf_needs *needs, const char *origin,
		   bool *standard)
{
	char *found = NULL;
	size_t i;

	*standard = true;
	if (strchr(name, '/'))
		return fits(name) ? xstrdup(name) : NULL;
	if (!needs->runpath)
		found = try_list(needs->rpath, name, origin);
	if (!found)
		found = try_list(needs->runpath, name, origin);
	for (i = 0; !found && i < ARRAY_SIZE(default_dirs); i++)
		found = try_dir(default_dirs[i], strlen(default_dirs[i]), name);
	if (!found) {
		*standard = false; /* the guest has no ld.so.cache */
		found = try_conf("/etc/ld.so.conf", name, 0);
	}
	return found;
}
