/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * folder - the one place that knows the XDG base directory specification.
 */
#include "base/folder.h"
#include "base/cleanup.h"
#include "base/die.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static const struct {
	const char *variable, *below_home;
} kinds[] = {
	[FOLDER_CACHE] = {"XDG_CACHE_HOME", ".cache"},
	[FOLDER_STATE] = {"XDG_STATE_HOME", ".local/state"},
};

char *folder_path(enum folder_kind kind, const char *sub)
{
	const char *base = getenv(kinds[kind].variable), *home = getenv("HOME");

	if (base && *base == '/')
		return xasprintf("%s/scxplore/%s", base, sub);
	if (home && *home == '/')
		return xasprintf("%s/%s/scxplore/%s", home, kinds[kind].below_home, sub);
	return xasprintf("/tmp/scxplore-%u/%s", (unsigned)getuid(), sub);
}

int folder_make(const char *path, struct err *err)
{
	cleanup_free char *copy = xstrdup(path);
	char *p;

	for (p = copy + 1;; p++) {
		char c = *p;

		if (c && c != '/')
			continue;
		*p = '\0';
		if (mkdir(copy, 0700) < 0 && errno != EEXIST)
			return err_sys(err, errno, "create folder '%s'", copy);
		*p = c;
		if (!c)
			return 0;
	}
}
