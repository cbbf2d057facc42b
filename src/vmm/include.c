/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * include - collects files, folders and their closure of libraries and interpreters.
 * Invariant: no guest path appears twice; whatever an entry needs is in the set after
 * include_add().
 */
#include "vmm/include.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "vmm/elfdeps.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

static const struct include_entry *find(const struct include_set *set, const char *guest)
{
	size_t i;

	for (i = 0; i < set->n; i++)
		if (!strcmp(set->entries[i].guest, guest))
			return &set->entries[i];
	return NULL;
}

static int put(struct include_set *set, enum include_kind kind, const char *guest,
	       const char *source, unsigned mode, const char *why, struct err *err)
{
	const struct include_entry *old = find(set, guest);

	if (old) {
		if (old->kind == kind && !strcmp(old->source, source))
			return 0;
		return err_set(err, EEXIST,
			       "two files for '%s' in the guest: '%s' (%s) and '%s' (%s); leave "
			       "one out or rename it",
			       guest, old->source, old->why, source, why);
	}
	if (set->n == INCLUDE_FILES_MAX)
		return err_set(err, E2BIG, "more than %d files to include; name fewer",
			       INCLUDE_FILES_MAX);
	set->entries = xreallocarray(set->entries, set->n + 1, sizeof(*set->entries));
	set->entries[set->n++] = (struct include_entry){.kind = kind,
							.guest = xstrdup(guest),
							.source = xstrdup(source),
							.mode = mode & 07777,
							.why = xstrdup(why)};
	return 0;
}

/*
 * An absolute path without ".", ".." and empty parts, as a loader with "$ORIGIN/../lib" walks it:
 * the folder that it turns round in must be in the guest. NULL = that is no folder here.
 */
static char *straighten(struct include_set *set, const char *path, const char *why,
			struct err *err)
{
	cleanup_buf struct buf out = BUF_INIT;

	while (*(path += strspn(path, "/"))) {
		size_t len = strcspn(path, "/");
		char real[PATH_MAX], *slash;

		if (len == 2 && !strncmp(path, "..", 2)) {
			const char *folder = out.len ? buf_text(&out) : "/";

			if (!realpath(folder, real)) {
				err_sys(err, errno, "%s: find '%s'", why, folder);
				return NULL;
			}
			if (out.len && !strcmp(real, folder) && !find(set, folder) &&
			    put(set, INCLUDE_FOLDER, folder, folder, 0755, why, err) < 0)
				return NULL;
			slash = strrchr(real, '/');
			*slash = '\0';
			buf_reset(&out);
			buf_adds(&out, real);
		} else if (len != 1 || *path != '.') {
			buf_addf(&out, "/%.*s", (int)len, path);
		}
		path += len;
	}
	return buf_steal(&out);
}

/*
 * A host path as it is named: the real file under its real path, and a link where the name differs,
 * so that "#!/bin/sh" and an absolute path typed by a person lead to it.
 */
static int put_file(struct include_set *set, const char *path, const char *why, struct err *err)
{
	cleanup_free char *name = NULL;
	char real[PATH_MAX];
	struct stat st;
	int r;

	if (!realpath(path, real) || stat(real, &st) < 0)
		return err_sys(err, errno, "%s: read '%s'", why, path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, EINVAL, "%s: '%s' is neither a file nor a folder", why, path);
	r = put(set, INCLUDE_FILE, real, real, st.st_mode, why, err);
	if (r < 0 || !strcmp(real, path))
		return r;
	name = straighten(set, path, why, err);
	if (!name)
		return -err->code;
	return strcmp(real, name) ? put(set, INCLUDE_LINK, name, real, 0777, why, err) : 0;
}

char *include_find(const char *name)
{
	const char *path = getenv("PATH");

	if (!path || !*path)
		path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	while (*path) {
		size_t len = strcspn(path, ":");
		cleanup_free char *full = xasprintf("%.*s/%s", (int)len, path, name);
		struct stat st;

		if (len && *path == '/' && stat(full, &st) == 0 && S_ISREG(st.st_mode) &&
		    access(full, X_OK) == 0)
			return STEAL(full);
		path += len + (path[len] == ':');
	}
	return NULL;
}

static int need_libraries(struct include_set *set, const char *path, const struct elf_needs *needs,
			  const struct elf_object *program, struct err *err)
{
	cleanup_free char *origin = xstrdup(path), *why = xasprintf("needed by %s", path);
	const struct elf_object by = {needs, origin};
	size_t i;

	*strrchr(origin, '/') = '\0';
	for (i = 0; i < needs->n; i++) {
		bool standard;
		cleanup_free char *found = library_find(needs->needed[i], &by, program, &standard);
		cleanup_free char *link = NULL;
		char real[PATH_MAX];
		int r;

		if (!found)
			return err_set(err, ENOENT,
				       "library '%s' needed by '%s' is not on this machine; "
				       "install the package that has it, or name its folder in "
				       "LD_LIBRARY_PATH",
				       needs->needed[i], path);
		r = put_file(set, found, why, err);
		if (r == 0 && !standard && realpath(found, real)) {
			link = xasprintf("/usr/lib/%s", needs->needed[i]);
			r = put(set, INCLUDE_LINK, link, real, 0777, why, err);
		}
		if (r < 0)
			return r;
	}
	return 0;
}

/* "#!/usr/bin/env bash" wants bash as well. */
static int need_script(struct include_set *set, const char *path, const struct elf_needs *needs,
		       struct err *err)
{
	const char *base = strrchr(needs->interpreter, '/') + 1;
	cleanup_free char *why = xasprintf("interpreter of %s", path), *found = NULL, *link = NULL;
	int r = put_file(set, needs->interpreter, why, err);

	if (r < 0 || strcmp(base, "env") || !needs->interpreter_arg ||
	    needs->interpreter_arg[0] == '-')
		return r;
	found = include_find(needs->interpreter_arg);
	if (!found)
		return err_set(err, ENOENT, "interpreter '%s' of script '%s' is not in PATH",
			       needs->interpreter_arg, path);
	r = put_file(set, found, why, err);
	if (r < 0)
		return r;
	link = xasprintf(INCLUDE_DIR "/%s", needs->interpreter_arg);
	return put(set, INCLUDE_LINK, link, found, 0777, why, err);
}

static int close_over(struct include_set *set, struct err *err)
{
	struct elf_needs program = {0};
	cleanup_free char *origin = NULL;
	int r = 0;

	for (; r == 0 && set->scanned < set->n; set->scanned++) {
		cleanup_free char *path = NULL;
		struct elf_needs needs;

		if (set->entries[set->scanned].kind != INCLUDE_FILE)
			continue;
		path = xstrdup(set->entries[set->scanned].source);
		r = elf_needs_file(path, &needs, err);
		if (r == 0 && needs.kind == FILE_SCRIPT)
			r = need_script(set, path, &needs, err);
		if (r == 0 && needs.kind == FILE_ELF && needs.interpreter) {
			cleanup_free char *why = xasprintf("interpreter of %s", path);

			r = put_file(set, needs.interpreter, why, err);
		}
		if (r == 0 && needs.kind == FILE_ELF)
			r = need_libraries(set, path, &needs,
					   origin ? &(struct elf_object){&program, origin} : NULL,
					   err);
		if (!origin && needs.kind == FILE_ELF) {
			program = needs;
			origin = STEAL(path);
			*strrchr(origin, '/') = '\0';
		} else {
			elf_needs_finish(&needs);
		}
	}
	elf_needs_finish(&program);
	return r;
}

/* `to`: its place in the guest. */
static int add_folder(struct include_set *set, const char *path, const char *to, const char *why,
		      unsigned depth, struct err *err)
{
	DIR *dir = opendir(path);
	struct dirent *d;
	int r;

	if (!dir)
		return err_sys(err, errno, "%s: read folder '%s'", why, path);
	r = depth < 32 ? put(set, INCLUDE_FOLDER, to, path, 0755, why, err)
		       : err_set(err, ELOOP, "%s: '%s' is nested too deeply", why, path);
	while (r == 0 && (d = readdir(dir))) {
		cleanup_free char *full = xasprintf("%s/%s", path, d->d_name);
		cleanup_free char *there = xasprintf("%s/%s", to, d->d_name);
		char target[PATH_MAX];
		struct stat st;
		ssize_t n;

		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
			continue;
		if (lstat(full, &st) < 0) {
			r = err_sys(err, errno, "%s: read '%s'", why, full);
		} else if (S_ISDIR(st.st_mode)) {
			r = add_folder(set, full, there, why, depth + 1, err);
		} else if (S_ISREG(st.st_mode)) {
			r = put(set, INCLUDE_FILE, there, full, st.st_mode, why, err);
		} else if (S_ISLNK(st.st_mode)) {
			n = readlink(full, target, sizeof(target) - 1);
			target[n > 0 ? n : 0] = '\0';
			r = put(set, INCLUDE_LINK, there, target, 0777, why, err);
		}
		/* sockets, pipes and devices have no content to pack */
	}
	closedir(dir);
	return r;
}

char *include_link(const char *path)
{
	cleanup_free char *name = xstrdup(path);
	char real[PATH_MAX], *base;

	while (strlen(name) > 1 && name[strlen(name) - 1] == '/')
		name[strlen(name) - 1] = '\0';
	base = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
	/* "." and ".." are no names, what they lead to has one */
	if ((!*base || !strcmp(base, ".") || !strcmp(base, "..")) && realpath(name, real))
		base = strrchr(real, '/') + 1;
	return xasprintf(INCLUDE_DIR "/%s", base);
}

static int add_named(struct include_set *set, const char *path, const char *why, struct err *err)
{
	cleanup_free char *link = NULL, *absolute = NULL;
	char real[PATH_MAX];
	struct stat st;
	int r;

	if (!realpath(path, real) || stat(real, &st) < 0)
		return err_sys(err, errno, "%s: read '%s'", why, path);
	/* a relative name says nothing about the guest: its real place does */
	absolute = xstrdup(*path == '/' ? path : real);
	link = include_link(path);
	r = S_ISDIR(st.st_mode) ? add_folder(set, real, real, why, 0, err)
				: put_file(set, absolute, why, err);
	if (r == 0)
		r = put(set, INCLUDE_LINK, link, real, 0777, why, err);
	return r == 0 ? close_over(set, err) : r;
}

/* No link and no name of its own: it was said where it goes. */
static int add_there(struct include_set *set, const char *path, const char *to, const char *why,
		     struct err *err)
{
	char real[PATH_MAX];
	struct stat st;
	int r;

	if (!realpath(path, real) || stat(real, &st) < 0)
		return err_sys(err, errno, "%s: read '%s'", why, path);
	if (S_ISDIR(st.st_mode))
		r = add_folder(set, real, to, why, 0, err);
	else if (S_ISREG(st.st_mode))
		r = put(set, INCLUDE_FILE, to, real, st.st_mode, why, err);
	else
		r = err_set(err, EINVAL, "%s: '%s' is neither a file nor a folder", why, path);
	return r == 0 ? close_over(set, err) : r;
}

int include_add_path(struct include_set *set, const char *path, const char *to, const char *why,
		     struct err *err)
{
	return to ? add_there(set, path, to, why, err) : add_named(set, path, why, err);
}

int include_merge(struct include_set *set, const struct include_set *src, struct err *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < src->n && r == 0; i++) {
		const struct include_entry *e = &src->entries[i];

		r = put(set, e->kind, e->guest, e->source, e->mode, e->why, err);
	}
	return r;
}

int include_add(struct include_set *set, const char *name, struct err *err)
{
	cleanup_free char *why = xasprintf("--include %s", name), *found = NULL;

	if (strchr(name, '/') || access(name, F_OK) == 0) {
		if (!strchr(name, '/') && (found = include_find(name)))
			return add_named(set, found, why, err);
		return add_named(set, name, why, err);
	}
	found = include_find(name);
	if (!found)
		return err_set(err, ENOENT,
			       "--include '%s': no such program in PATH; give its path", name);
	return add_named(set, found, why, err);
}

int include_add_tool(struct include_set *set, const char *folder, const char *name,
		     const char *const *links, struct err *err)
{
	cleanup_free char *found = include_find(name), *guest = xasprintf("%s/%s", folder, name);
	char real[PATH_MAX];
	int r;

	if (!found || !realpath(found, real))
		return -ENOENT;
	r = put(set, INCLUDE_FILE, guest, real, 0755, folder, err);
	for (; r == 0 && *links; links++) {
		cleanup_free char *link = xasprintf("%s/%s", folder, *links);

		r = put(set, INCLUDE_LINK, link, name, 0777, folder, err);
	}
	return r == 0 ? close_over(set, err) : r;
}

void include_finish(struct include_set *set)
{
	size_t i;

	for (i = 0; i < set->n; i++) {
		free(set->entries[i].guest);
		free(set->entries[i].source);
		free(set->entries[i].why);
	}
	free(set->entries);
	*set = (struct include_set){0};
}
