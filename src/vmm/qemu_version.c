/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * qemu_version - which QEMU a binary is. It is asked once: starting it only for its version takes
 * longer than all else before a boot. Invariant: what was found counts only for the very file it
 * was found of.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "vmm/paths.h"
#include "vmm/qemu.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void qemu_version_line(const char *binary, char *dst, size_t size)
{
	cleanup_free char *command = NULL;
	FILE *p;

	*dst = '\0';
	if (strchr(binary, '\''))
		return;
	command = xasprintf("'%s' --version 2>/dev/null", binary);
	p = popen(command, "re");
	if (!p)
		return;
	if (!fgets(dst, (int)size, p))
		*dst = '\0';
	pclose(p);
	dst[strcspn(dst, "\n")] = '\0';
}

static char *note_path(int make)
{
	cleanup_free char *dir = paths_cache("accel", make, NULL);

	return dir ? xasprintf("%s/qemu-version", dir) : NULL;
}

/* NULL when it cannot be looked at. */
static char *file_key(const char *binary)
{
	struct stat st;

	if (stat(binary, &st) < 0)
		return NULL;
	return xasprintf("%s %ju %ju %jd %jd.%09ld %jd.%09ld", binary, (uintmax_t)st.st_dev,
			 (uintmax_t)st.st_ino, (intmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec,
			 st.st_mtim.tv_nsec, (intmax_t)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
}

/* Two lines: the file, its major version. 0 = not known. */
static int recall(const char *key)
{
	cleanup_free char *path = note_path(0);
	cleanup_file FILE *f = path ? fopen(path, "re") : NULL;
	char line[4400];
	uint64_t major;

	if (!f || !fgets(line, sizeof(line), f))
		return 0;
	line[strcspn(line, "\n")] = '\0';
	if (strcmp(line, key) || !fgets(line, sizeof(line), f))
		return 0;
	line[strcspn(line, "\n")] = '\0';
	return text_u64(line, 1, 1000, &major) ? (int)major : 0;
}

static void remember(const char *key, int major)
{
	cleanup_free char *path = note_path(1),
			  *tmp = path ? xasprintf("%s.%d", path, (int)getpid()) : NULL;
	FILE *f = tmp ? fopen(tmp, "we") : NULL;

	if (!f)
		return;
	fprintf(f, "%s\n%d\n", key, major);
	if (fclose(f) != 0 || rename(tmp, path) < 0)
		unlink(tmp);
}

int qemu_version(const char *binary)
{
	cleanup_free char *key = file_key(binary);
	int major = key ? recall(key) : 0;
	char line[256];
	const char *at;

	if (major)
		return major;
	qemu_version_line(binary, line, sizeof(line));
	at = strstr(line, "version ");
	major = at ? atoi(at + 8) : 0;
	if (key && major > 0)
		remember(key, major);
	return major;
}
