/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_partition - see hand_partition.h. Source of the rules: Linux
 * Documentation/admin-guide/cgroup-v2.rst, "cpuset.cpus.partition".
 */
#include "guest/hand_partition.h"
#include "guest/wire_cpus.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { DIR_SIZE = 512, FILE_SIZE = 768, LIST_SIZE = 4096 };

/* Without the line's end; "" when it cannot be read. */
static void read_file(const char *dir, const char *name, char *dst, size_t size)
{
	char file[FILE_SIZE];

	snprintf(file, sizeof(file), "%s/%s", dir, name);
	if (hand_read_at(shared_cgroup_fd, file, dst, size) < 0)
		*dst = '\0';
	dst[strcspn(dst, "\n")] = '\0';
}

static int write_file(const char *dir, const char *name, const char *value)
{
	char file[FILE_SIZE];

	snprintf(file, sizeof(file), "%s/%s", dir, name);
	return hand_write_at(shared_cgroup_fd, file, value);
}

static bool is_partition(const char *dir)
{
	char text[256];

	read_file(dir, "cpuset.cpus.partition", text, sizeof(text));
	return !strcmp(text, "root") || !strcmp(text, "isolated");
}

/* To what it has: a partition has its own CPUs already, and would lose those not named here. */
static int lend(const char *dir, const struct cpu_mask *cpus)
{
	struct cpu_mask mask = {.bits = {0}};
	char text[LIST_SIZE];
	size_t i;

	if (is_partition(dir))
		return 0;
	read_file(dir, "cpuset.cpus.exclusive", text, sizeof(text));
	if (*text && cpu_mask_parse(text, &mask, NULL))
		return -EINVAL;
	for (i = 0; i < sizeof(mask.bits) / sizeof(mask.bits[0]); i++)
		mask.bits[i] |= cpus->bits[i];
	cpu_mask_format(&mask, text, sizeof(text));
	return write_file(dir, "cpuset.cpus.exclusive", text);
}

/* From the top down: nobody lends what it has not. */
static int lend_from_above(struct hand *h, const char *path)
{
	struct cpu_mask cpus;
	char text[LIST_SIZE], dir[DIR_SIZE];
	const char *p;
	int r;

	snprintf(dir, sizeof(dir), "%.*s",
		 (int)(strrchr(path, '/') ? strrchr(path, '/') - path : 0), path);
	if (!*dir || is_partition(dir))
		return 0;
	read_file(path, "cpuset.cpus.exclusive", text, sizeof(text));
	if (!*text)
		read_file(path, "cpuset.cpus", text, sizeof(text));
	if (!*text)
		return hand_fail(
			h, EINVAL,
			"'/%s' cannot be a partition: it has no CPUs of its own; give it some "
			"with cpuset.cpus first",
			path);
	if (cpu_mask_parse(text, &cpus, NULL))
		return hand_fail(h, EINVAL, "'/%s' cannot be a partition: its CPUs read '%.80s'",
				 path, text);
	for (p = strchr(path, '/'); p; p = strchr(p + 1, '/')) {
		snprintf(dir, sizeof(dir), "%.*s", (int)(p - path), path);
		r = lend(dir, &cpus);
		if (r)
			return hand_fail(
				h, -r,
				"'/%s' cannot be a partition: CPUs %.80s cannot be kept for it "
				"in cpuset.cpus.exclusive of '/%s': %s",
				path, text, dir, strerror(-r));
	}
	return 0;
}

int hand_partition(struct hand *h, const char *path, const char *value)
{
	char text[256];
	int r;

	if (strcmp(value, "member") != 0) {
		r = lend_from_above(h, path);
		if (r)
			return r;
	}
	r = write_file(path, "cpuset.cpus.partition", value);
	if (r)
		return hand_fail(h, -r, "cannot set cpuset.cpus.partition of '/%s' to '%s': %s",
				 path, value, strerror(-r));
	read_file(path, "cpuset.cpus.partition", text, sizeof(text));
	if (!strstr(text, "invalid"))
		return 0;
	write_file(path, "cpuset.cpus.partition", "member");
	return hand_fail(h, EINVAL, "'/%s' cannot be a partition: the kernel says '%.200s'", path,
			 text);
}
