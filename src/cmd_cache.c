/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_cache - `scxplore cache list|clean`: the saved guests that warm starts begin from.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "cmd.h"
#include "vmm/warm.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { SHORT = 12 }; /* letters of a name that are shown, and enough to clean it */

static void print(const struct warm_entry *e)
{
	char size[32], day[32];
	time_t t = (time_t)e->used_s;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(day, sizeof(day), "%Y-%m-%d %H:%M", &tm);
	text_format_size(size, sizeof(size), e->bytes);
	printf("%-*.*s %8s  %s  ", SHORT, SHORT, e->name, size, day);
	if (e->usable)
		printf("%s %s %u MiB\n", e->head.release, e->head.topology,
		       (unsigned)(e->head.memory >> 20));
	else
		printf("cannot be used: %s\n", e->why);
}

static int do_list(int argc, char **argv)
{
	cleanup_free struct warm_entry *all = NULL;
	struct err err = ERR_INIT;
	char size[32], bound[32];
	uint64_t bytes = 0;
	int n = warm_list(&all, &err), i;

	if (n < 0)
		return command_error(&cmd_cache, &err);
	for (i = 0; i < n; i++) {
		print(&all[i]);
		bytes += all[i].bytes;
	}
	text_format_size(size, sizeof(size), bytes);
	text_format_size(bound, sizeof(bound), warm_bound());
	printf("%d saved guest%s, %s of at most %s\n", n, n == 1 ? "" : "s", size, bound);
	return 0;
}

static int do_clean(int argc, char **argv)
{
	struct err err = ERR_INIT;
	char size[32];
	uint64_t bytes;
	int n = warm_clean(argc > 1 ? argv[1] : NULL, &bytes, &err);

	if (n < 0)
		return command_error(&cmd_cache, &err);
	text_format_size(size, sizeof(size), bytes);
	printf("%d removed, %s\n", n, size);
	return argc > 1 && !n ? EXIT_FAILED : 0;
}

static int run_cache(int argc, char **argv)
{
	if (argc < 2 || (argc == 2 && !strcmp(argv[1], "list")))
		return do_list(argc, argv);
	if (!strcmp(argv[1], "clean") && argc <= 3)
		return do_clean(argc - 1, argv + 1);
	return command_usage(&cmd_cache, "'%s' is none of list, clean", argv[argc - 1]);
}

const struct command cmd_cache = {
	.name = "cache",
	.synopsis = "cache list | clean [NAME]",
	.summary = "the saved guests that warm starts begin from: list them, remove them",
	.run = run_cache,
};
