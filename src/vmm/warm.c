/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * warm - see warm.h. A file that somebody else writes at the same time has another name until it is
 * whole.
 */
#include "vmm/warm.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/sha256.h"
#include "base/text.h"
#include "vmm/paths.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <time.h>

#define FORMAT      "1" /* goes up when the agent's or QEMU's part of a copy changes its meaning */
#define STALE_S     3600
#define ENTRIES_MAX 4096

/* ---- the name ---- */

static void add_text(struct sha256 *s, const char *text)
{
	sha256_add(s, text ? text : "", text ? strlen(text) + 1 : 1);
}

static int add_file(struct sha256 *s, const char *path, struct err *err)
{
	char text[200];
	struct stat st;

	if (stat(path, &st) < 0)
		return err_sys(err, errno, "look at '%s'", path);
	snprintf(text, sizeof(text), "%ju %ju %jd %jd.%09ld %jd.%09ld", (uintmax_t)st.st_dev,
		 (uintmax_t)st.st_ino, (intmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec,
		 st.st_mtim.tv_nsec, (intmax_t)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
	add_text(s, path);
	add_text(s, text);
	return 0;
}

static int add_included(struct sha256 *s, const struct include_set *set, struct err *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < set->n && r == 0; i++) {
		const struct include_entry *e = &set->entries[i];
		char mode[32];

		snprintf(mode, sizeof(mode), "%d %o", e->kind, e->mode);
		add_text(s, mode);
		add_text(s, e->guest);
		if (e->kind == INCLUDE_FILE)
			r = add_file(s, e->source, err);
		else
			add_text(s, e->source);
	}
	return r;
}

/* A saved guest knows the CPU it was made on: how fast its counter runs, and under KVM all of it.
 */
static void add_host(struct sha256 *s)
{
	cleanup_file FILE *f = fopen("/proc/cpuinfo", "re");
	char line[512];
	struct utsname u;

	if (uname(&u) == 0) {
		add_text(s, u.machine);
		add_text(s, u.release);
	}
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "model name", 10) || !strncmp(line, "flags", 5)) {
			add_text(s, line);
			if (*line == 'f')
				break;
		}
}

int warm_key(const struct warm_of *of, char dst[WARM_KEY_MAX], struct err *err)
{
	cleanup_free char *arguments = NULL;
	struct qemu_spec spec = *of->spec;
	uint8_t hash[SHA256_SIZE];
	struct sha256 s;
	char text[32];
	size_t i;
	int r;

	/* what is told in other words below, or looked at when it is used */
	spec.tsc_khz = 0;
	spec.version = 0;
	arguments = qemu_arguments(&spec);
	sha256_init(&s);
	add_text(&s, FORMAT);
	add_text(&s, arguments);
	add_host(&s);
	snprintf(text, sizeof(text), "%" PRIu64, of->watchdog_ns);
	add_text(&s, text);
	add_text(&s, of->root);
	r = add_file(&s, spec.binary, err);
	if (r == 0)
		r = add_file(&s, of->agent, err);
	if (r == 0)
		r = add_file(&s, of->kernel->image, err);
	for (i = 0; r == 0 && of->kernel->modules && of->kernel->modules[i]; i++)
		r = add_file(&s, of->kernel->modules[i], err);
	if (r == 0)
		r = add_included(&s, of->include, err);
	if (r < 0)
		return r;
	sha256_end(&s, hash);
	sha256_hex(hash, dst);
	return 0;
}

char *warm_path(const char *key, struct err *err)
{
	cleanup_free char *dir = paths_cache("warm", 1, err);

	return dir ? xasprintf("%s/%s" WARM_SUFFIX, dir, key) : NULL;
}

/* ---- what lies there ---- */

static bool ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n > m && !strcmp(name + n - m, end);
}

static void look_inside(const char *path, struct warm_entry *e)
{
	struct warm_file f;
	struct err err = ERR_INIT;

	if (warm_file_open(&f, path, &err) < 0) {
		text_copy(e->why, sizeof(e->why), err.msg);
		return;
	}
	e->usable = true;
	e->head = f.head;
	e->head.state = e->head.console = NULL;
	warm_file_close(&f);
}

static int newest_first(const void *a, const void *b)
{
	const struct warm_entry *x = a, *y = b;

	return x->used_s < y->used_s ? 1 : x->used_s > y->used_s ? -1 : strcmp(x->name, y->name);
}

static int list(const char *dir, bool inside, struct warm_entry **out)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	size_t n = 0;

	*out = NULL;
	while (d && (e = readdir(d)) && n < ENTRIES_MAX) {
		cleanup_free char *path = xasprintf("%s/%s", dir, e->d_name);
		struct warm_entry *to;
		struct stat st;

		if ((!ends_in(e->d_name, WARM_SUFFIX) && !ends_in(e->d_name, WARM_UNFINISHED)) ||
		    lstat(path, &st) < 0 || !S_ISREG(st.st_mode))
			continue;
		*out = xreallocarray(*out, n + 1, sizeof(**out));
		to = &(*out)[n++];
		*to = (struct warm_entry){.bytes = (uint64_t)st.st_size,
					  .used_s = st.st_mtim.tv_sec};
		text_copy(to->name, sizeof(to->name), e->d_name);
		if (inside)
			look_inside(path, to);
	}
	if (d)
		closedir(d);
	if (n)
		qsort(*out, n, sizeof(**out), newest_first);
	return (int)n;
}

int warm_list(struct warm_entry **out, struct err *err)
{
	cleanup_free char *dir = paths_cache("warm", 0, err);

	*out = NULL;
	return dir ? list(dir, true, out) : -err->code;
}

int warm_clean(const char *name, uint64_t *bytes, struct err *err)
{
	cleanup_free char *dir = paths_cache("warm", 0, err);
	cleanup_free struct warm_entry *all = NULL;
	int n = dir ? list(dir, false, &all) : -err->code, i, gone = 0;

	*bytes = 0;
	for (i = 0; i < n; i++) {
		cleanup_free char *path = xasprintf("%s/%s", dir, all[i].name);

		if (name && strncmp(all[i].name, name, strlen(name)))
			continue;
		if (unlink(path) < 0 && errno != ENOENT)
			return err_sys(err, errno, "remove '%s'", path);
		*bytes += all[i].bytes;
		gone++;
	}
	return n < 0 ? n : gone;
}

/* What was left by a program that was killed while it wrote. */
static void sweep(const char *dir, const struct warm_entry *all, int n)
{
	int64_t now = time(NULL);
	int i;

	for (i = 0; i < n; i++) {
		cleanup_free char *path = xasprintf("%s/%s", dir, all[i].name);

		if (ends_in(all[i].name, WARM_UNFINISHED) && all[i].used_s < now - STALE_S)
			unlink(path);
	}
}

uint64_t warm_bound(void)
{
	const char *env = getenv("SXP_WARM_BOUND");
	uint64_t mib;

	return env && text_u64(env, 0, UINT32_MAX, &mib) ? mib << 20 : WARM_BOUND;
}

static int leaves_free(const char *dir, uint64_t size, uint64_t spare, const char *advice,
		       struct err *err)
{
	struct statvfs fs;
	uint64_t left;

	if (statvfs(dir, &fs) < 0)
		return err_sys(err, errno, "look at the room in '%s'", dir);
	left = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (left >= size + spare)
		return 0;
	return err_set(err, ENOSPC,
		       "'%s' has %" PRIu64 " MiB left; %" PRIu64 " are needed, and %" PRIu64
		       " are left free%s",
		       dir, left >> 20, size >> 20, spare >> 20, advice);
}

int warm_make_room(const char *path, uint64_t size, struct err *err)
{
	uint64_t bound = warm_bound(), total = size;
	cleanup_free char *dir = xstrdup(path);
	cleanup_free struct warm_entry *all = NULL;
	int n, i;

	*strrchr(dir, '/') = '\0';
	if (size > bound)
		return err_set(err, ENOSPC,
			       "a saved guest of %" PRIu64
			       " MiB is more than the cache may take (%" PRIu64
			       " MiB, SXP_WARM_BOUND)",
			       size >> 20, bound >> 20);
	n = list(dir, false, &all);
	sweep(dir, all, n);
	for (i = 0; i < n; i++) {
		cleanup_free char *old = xasprintf("%s/%s", dir, all[i].name);

		if (strcmp(old, path) && ends_in(old, WARM_SUFFIX) &&
		    (total += all[i].bytes) > bound)
			unlink(old);
	}
	return leaves_free(dir, size, WARM_SPARE, ": see 'scxplore cache'", err);
}

int warm_has_room(const char *path, uint64_t size, struct err *err)
{
	const char *slash = strrchr(path, '/');
	cleanup_free char *dir =
		slash ? xstrndup(path, slash > path ? (size_t)(slash - path) : 1) : xstrdup(".");

	return leaves_free(dir, size, SPARE_BESIDE, "", err);
}

void warm_touch(const char *path)
{
	utimensat(AT_FDCWD, path, NULL, 0);
}
