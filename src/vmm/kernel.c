/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel - from what a person names (release, image, build tree, nothing) to a bootable kernel.
 * Invariant: `image` exists and is an unpacked ELF image when kernel_resolve() returned 0.
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

int kernel_resolve(const char *spec, struct kernel *out, struct err *err)
{
	cleanup_free char *dir = paths_cache("kernels", 0, err);

	*out = (struct kernel){0};
	if (!dir)
		return -err->code;
	if (spec && strchr(spec, '/')) {
		struct stat st;

		if (stat(spec, &st) < 0)
			return err_sys(err, errno, "read kernel '%s'", spec);
		out->image = S_ISDIR(st.st_mode) ? xasprintf("%s/vmlinux", spec) : xstrdup(spec);
		out->release = xstrdup(strrchr(spec, '/') + 1);
		return 0;
	}
	out->release = newest(dir, spec ? spec : "");
	if (!out->release)
		return err_set(err, ENOTSUP, "no kernel '%s' in '%s'; get one with 'scxplore kernel fetch'",
			       spec ? spec : "(any)", dir);
	out->image = xasprintf("%s/%s/vmlinux", dir, out->release);
	return 0;
}
