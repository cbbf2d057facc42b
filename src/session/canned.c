/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * canned - see canned.h.
 */
#include "session/canned.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SUFFIX	  ".scx"
#define HEAD_LINE_MAX 512
#define FILES_MAX 1000

static const char *folder(void)
{
	const char *env = getenv("SXP_SCENARIOS");

	return env && *env ? env : SCXPLORE_SCENARIOS_DIR;
}

char *canned_path(const char *name)
{
	char *path;

	if (!*name || strchr(name, '/') || *name == '.')
		return NULL;
	path = xasprintf("%s/%s" SUFFIX, folder(), name);
	if (access(path, R_OK) == 0)
		return path;
	free(path);
	return NULL;
}

/* The nth comment line at the head of a file, without its "# "; "" = there is none. */
static void head_line(const char *path, unsigned n, char *dst, size_t size)
{
	cleanup_file FILE *f = fopen(path, "re");
	char line[HEAD_LINE_MAX];

	dst[0] = '\0';
	while (f && fgets(line, sizeof(line), f) && line[0] == '#') {
		if (n--)
			continue;
		line[strcspn(line, "\n")] = '\0';
		text_sanitise(dst, size, line + 1 + strspn(line + 1, " "),
			      strlen(line + 1 + strspn(line + 1, " ")));
		return;
	}
}

char *canned_topology(const char *path)
{
	static const char key[] = "topology: ";
	char line[HEAD_LINE_MAX];
	unsigned n;

	for (n = 0; n < 4; n++) {
		head_line(path, n, line, sizeof(line));
		if (!strncmp(line, key, sizeof(key) - 1))
			return xstrdup(line + sizeof(key) - 1);
	}
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct canned *)a)->name, ((const struct canned *)b)->name);
}

struct canned *canned_list(size_t *n, struct err *err)
{
	DIR *dir = opendir(folder());
	struct canned *list = xcalloc(1, sizeof(*list));
	struct dirent *e;

	*n = 0;
	if (!dir) {
		err_sys(err, errno, "list the scenarios in '%s'", folder());
		free(list);
		return NULL;
	}
	while ((e = readdir(dir)) && *n < FILES_MAX) {
		size_t len = strlen(e->d_name), tail = strlen(SUFFIX);
		cleanup_free char *path = xasprintf("%s/%s", folder(), e->d_name);
		char line[HEAD_LINE_MAX];

		if (len <= tail || strcmp(e->d_name + len - tail, SUFFIX) || *e->d_name == '.')
			continue;
		head_line(path, 0, line, sizeof(line));
		list = xreallocarray(list, *n + 1, sizeof(*list));
		list[(*n)++] = (struct canned){.name = xstrndup(e->d_name, len - tail),
					       .purpose = xstrdup(line)};
	}
	closedir(dir);
	qsort(list, *n, sizeof(*list), by_name);
	return list;
}

void canned_free(struct canned *list, size_t n)
{
	while (list && n--) {
		free(list[n].name);
		free(list[n].purpose);
	}
	free(list);
}
