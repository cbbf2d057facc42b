/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel - from what a person names (release, image, build tree, nothing) to a bootable kernel,
 * and the list of those there are. Invariant: `image` exists and is an ELF image when
 * kernel_resolve() returned 0.
 */
#include "vmm/kernel.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "vmm/paths.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

void kernel_finish(struct kernel *k)
{
	size_t i;

	for (i = 0; k->modules && k->modules[i]; i++)
		free(k->modules[i]);
	free(k->modules);
	free(k->release);
	free(k->image);
	*k = (struct kernel){0};
}

static char *newest(const char *dir, const char *prefix)
{
	char *best = NULL;
	struct dirent *d;
	DIR *h = opendir(dir);

	while (h && (d = readdir(h))) {
		cleanup_free char *image = xasprintf("%s/%s/vmlinux", dir, d->d_name);

		if (d->d_name[0] == '.' || strncmp(d->d_name, prefix, strlen(prefix)) ||
		    access(image, R_OK) < 0)
			continue;
		if (!best || strverscmp(d->d_name, best) > 0) {
			free(best);
			best = xstrdup(d->d_name);
		}
	}
	if (h)
		closedir(h);
	return best;
}

static void read_modules(const char *dir, struct kernel *out)
{
	cleanup_free char *list = xasprintf("%s/modules/list", dir);
	cleanup_file FILE *f = fopen(list, "re");
	char line[512];
	size_t n = 0;

	while (f && n < 64 && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		out->modules = xreallocarray(out->modules, n + 2, sizeof(*out->modules));
		out->modules[n++] = xasprintf("%s/modules/%s", dir, line);
		out->modules[n] = NULL;
	}
}

static int from_cache(const char *prefix, struct kernel *out, struct err *err)
{
	cleanup_free char *dir = paths_cache("kernels", 0, err), *entry = NULL;

	if (!dir)
		return -err->code;
	out->release = newest(dir, prefix);
	if (!out->release)
		return err_set(
			err, ENOTSUP,
			"no guest kernel%s%s in '%s'; get one with 'scxplore kernel fetch', or add "
			"one with 'scxplore kernel add PATH'",
			*prefix ? " " : "", prefix, dir);
	entry = xasprintf("%s/%s", dir, out->release);
	out->image = xasprintf("%s/vmlinux", entry);
	read_modules(entry, out);
	return 0;
}

/* A version that is not in the cache but installed on this machine is taken from there. */
static char *installed(const char *release)
{
	cleanup_free char *boot = xasprintf("/boot/vmlinuz-%s", release);
	cleanup_free char *modules = xasprintf("/lib/modules/%s/vmlinuz", release);

	if (access(boot, R_OK) == 0)
		return STEAL(boot);
	return access(modules, R_OK) == 0 ? STEAL(modules) : NULL;
}

int kernel_resolve(const char *spec, struct kernel *out, struct err *err)
{
	cleanup_free char *path = NULL, *release = NULL;
	int r;

	*out = (struct kernel){0};
	if (!spec)
		spec = "";
	if (strchr(spec, '/') || !strcmp(spec, ".") || !strcmp(spec, ".."))
		path = xstrdup(spec);
	else if (*spec && from_cache(spec, out, NULL) == 0)
		return 0;
	else if (*spec)
		path = installed(spec);
	if (path) {
		r = kernel_add(path, &release, err);
		return r < 0 ? r : from_cache(release, out, err);
	}
	return from_cache(spec, out, err);
}

static void each_in(const char *dir, const char *head, const char *tail, bool cached,
		    void (*fn)(void *, const char *, const char *, bool), void *arg)
{
	struct dirent **list;
	int n = scandir(dir, &list, NULL, versionsort), i;

	for (i = 0; i < n; i++) {
		const char *name = list[i]->d_name;
		cleanup_free char *path = xasprintf("%s/%s%s", dir, name, tail);

		if (name[0] != '.' && !strncmp(name, head, strlen(head)) && access(path, R_OK) == 0)
			fn(arg, name + strlen(head), path, cached);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

void kernel_each(void (*fn)(void *arg, const char *release, const char *path, bool cached),
		 void *arg)
{
	cleanup_free char *dir = paths_cache("kernels", 0, NULL);

	if (dir)
		each_in(dir, "", "/vmlinux", true, fn, arg);
	each_in("/boot", "vmlinuz-", "", false, fn, arg);
	each_in("/lib/modules", "", "/vmlinuz", false, fn, arg);
}
