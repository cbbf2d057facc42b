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
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* ':' or ';' between the folders, relative ones and "" (this one) count, as ld.so has it. */
static char *try_variable(const char *name, const char *origin)
{
	const char *list = getenv("LD_LIBRARY_PATH");
	char here[PATH_MAX];

	while (list && *list) {
		size_t len = strcspn(list, ":;");
		cleanup_free char *dir = expand(list, len, origin), *whole = NULL;
		char *found = NULL;

		if (*dir == '/')
			whole = STEAL(dir);
		else if (getcwd(here, sizeof(here)))
			whole = xasprintf("%s/%s", here, dir);
		if (whole)
			found = try_dir(whole, strlen(whole), name);
		if (found)
			return found;
		list += len;
		/* "a:" names two folders */
		if (*list && !*++list)
			list = ".";
	}
	return NULL;
}

/* The guest has neither ld.so.cache nor LD_LIBRARY_PATH. */
static bool is_default(const char *path)
{
	size_t len = (size_t)(strrchr(path, '/') - path), i;

	for (i = 0; i < ARRAY_SIZE(default_dirs); i++)
		if (strlen(default_dirs[i]) == len && !strncmp(default_dirs[i], path, len))
			return true;
	return false;
}

static char *try_rpath(const struct elf_object *o, const char *name)
{
	return o->needs->runpath ? NULL : try_list(o->needs->rpath, name, o->origin);
}

char *library_find(const char *name, const struct elf_object *by, const struct elf_object *program,
		   bool *standard)
{
	char *found;
	size_t i;

	*standard = true;
	if (strchr(name, '/'))
		return fits(name) ? xstrdup(name) : NULL;
	found = try_rpath(by, name);
	/* counts for the libraries of its libraries, too */
	if (!found && program && !by->needs->runpath)
		found = try_rpath(program, name);
	if (found)
		return found;
	found = try_variable(name, program ? program->origin : by->origin);
	if (!found && (found = try_list(by->needs->runpath, name, by->origin)))
		return found;
	if (!found)
		found = try_conf("/etc/ld.so.conf", name, 0);
	for (i = 0; !found && i < ARRAY_SIZE(default_dirs); i++)
		found = try_dir(default_dirs[i], strlen(default_dirs[i]), name);
	*standard = !found || is_default(found);
	return found;
}
