/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * complete_path - see complete_path.h. It runs at every key, so that only so much of a folder is
 * read.
 */
#include "ops/complete_path.h"
#include "base/cleanup.h"
#include "base/die.h"

#include <dirent.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

enum { READ_MAX = 4096 };

/* Can it stand in an op line as it is? */
static bool is_plain(const char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name <= ' ' || *name == 0x7f || strchr("'\"\\#", *name))
			return false;
	return true;
}

static bool is_folder(DIR *dir, const char *name)
{
	struct stat st;

	return fstatat(dirfd(dir), name, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

void complete_path(const char *typed, void (*offer)(void *arg, const char *path), void *arg)
{
	const char *slash = strrchr(typed, '/'), *base = slash ? slash + 1 : typed;
	cleanup_free char *folder = slash ? xstrndup(typed, (size_t)(base - typed)) : xstrdup(".");
	DIR *dir = opendir(folder);
	struct dirent *d;
	unsigned n = 0;

	while (dir && n++ < READ_MAX && (d = readdir(dir))) {
		cleanup_free char *path = NULL;

		if (strncmp(d->d_name, base, strlen(base)) || !is_plain(d->d_name) ||
		    (d->d_name[0] == '.' && *base != '.') || !strcmp(d->d_name, ".") ||
		    !strcmp(d->d_name, ".."))
			continue;
		path = xasprintf("%.*s%s%s", (int)(base - typed), typed, d->d_name,
				 is_folder(dir, d->d_name) ? "/" : "");
		offer(arg, path);
	}
	if (dir)
		closedir(dir);
}
