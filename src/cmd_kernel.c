/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_kernel - `scxplore kernel list|fetch|add|check`, and `ensure` for ./run.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "cmd.h"
#include "vmm/kernel.h"

#include <stdio.h>
#include <string.h>

static void progress(void *arg, unsigned percent, const char *what)
{
	static char last[64];
	bool tty = isatty(2);
	unsigned i;

	if (!tty) {
		/* a log wants each word once, not a bar */
		if (strcmp(last, what))
			fprintf(stderr, "kernel: %s\n", what);
		snprintf(last, sizeof(last), "%s", what);
		return;
	}
	if (percent > 100)
		percent = 100;
	fprintf(stderr, "\rkernel [");
	for (i = 0; i < 30; i++)
		fputc(i < percent * 30 / 100 ? '#' : '.', stderr);
	fprintf(stderr, "] %3u%% %-36.36s", percent, what);
}

static int fetch(const char *version)
{
	cleanup_free char *release = NULL;
	struct err err = ERR_INIT;
	int r = kernel_fetch(version, progress, NULL, &release, &err);

	if (isatty(2))
		fputc('\n', stderr);
	if (r < 0)
		return command_error(&cmd_kernel, &err);
	printf("kernel %s is ready\n", release);
	return 0;
}

static int do_fetch(int argc, char **argv)
{
	return fetch(argc > 1 ? argv[1] : NULL);
}

static int do_ensure(int argc, char **argv)
{
	struct kernel k;
	int r = kernel_resolve(NULL, &k, NULL);

	kernel_finish(&k);
	return r == 0 ? 0 : fetch(NULL);
}

static void list_one(void *arg, const char *release, const char *path, bool cached)
{
	size_t *n = arg;

	(*n)++;
	printf("%-40s %-9s %s\n", release, cached ? "ready" : "installed", path);
}

static int do_list(int argc, char **argv)
{
	size_t n = 0;

	kernel_each(list_one, &n);
	if (!n)
		printf("no kernel is known; get one with 'scxplore kernel fetch'\n");
	return 0;
}

static int do_add(int argc, char **argv)
{
	cleanup_free char *release = NULL;
	struct err err = ERR_INIT;

	if (argc < 2)
		return command_usage(&cmd_kernel, "add: name an image or a build tree");
	if (kernel_add(argv[1], &release, &err) < 0)
		return command_error(&cmd_kernel, &err);
	printf("kernel %s is ready\n", release);
	return 0;
}

static int do_check(int argc, char **argv)
{
	static const struct {
		const char *name;
		size_t offset;
	} rows[] = {
		{"sched_ext", offsetof(struct kernel_facts, sched_ext)},
		{"BTF", offsetof(struct kernel_facts, btf)},
		{"PVH entry", offsetof(struct kernel_facts, pvh)},
		{"virtio console", offsetof(struct kernel_facts, virtio_console)},
		{"virtio PCI", offsetof(struct kernel_facts, virtio_pci)},
		{"cpusets", offsetof(struct kernel_facts, cpusets)},
		{"schedstats", offsetof(struct kernel_facts, schedstats)},
	};
	struct kernel k = {0};
	struct kernel_facts facts;
	struct err err = ERR_INIT;
	const char *path = argc > 1 ? argv[1] : NULL;
	int r = 0;
	size_t i;

	if (!path) {
		r = kernel_resolve(NULL, &k, &err);
		path = k.image;
	}
	if (r == 0)
		r = kernel_check(path, &facts, &err);
	if (r < 0) {
		kernel_finish(&k);
		return command_error(&cmd_kernel, &err);
	}
	printf("%s\nLinux %s\n", path, facts.release[0] ? facts.release : "(version unknown)");
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		printf("  %-16s %s\n", rows[i].name,
		       feature_name(*(enum feature *)((char *)&facts + rows[i].offset)));
	r = kernel_facts_usable(&facts, &err);
	printf(r < 0 ? "cannot be used: %s\n" : "can be used\n", err.msg);
	kernel_finish(&k);
	return r < 0 ? EXIT_FAILED : EXIT_HELD;
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} verbs[] = {
	{"list", do_list},   {"fetch", do_fetch},   {"add", do_add},
	{"check", do_check}, {"ensure", do_ensure},
};

static int run_kernel(int argc, char **argv)
{
	size_t i;

	if (argc < 2)
		return command_usage(&cmd_kernel, "say what to do");
	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(argv[1], verbs[i].name))
			return verbs[i].run(argc - 1, argv + 1);
	return command_usage(&cmd_kernel, "'%s' is none of list, fetch, add, check", argv[1]);
}

const struct command cmd_kernel = {
	.name = "kernel",
	.synopsis = "kernel list | fetch [VERSION] | add PATH | check [PATH]",
	.summary = "find, fetch, add and judge guest kernels",
	.run = run_kernel,
};
