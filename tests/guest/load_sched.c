/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load_sched - loads a sched_ext object in the guest, waits until the kernel has ejected it, and
 * says how long it lasted. With words behind the object it has a statistics socket (stats_server.h). A copy of the program with another mark in it is a changed program.
 */
#include "stats_server.h"

#include <bpf/libbpf.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char mark[] = "made as [first ]";

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ll + ts.tv_nsec / 1000000;
}

static int enabled(void)
{
	char text[32] = "";
	FILE *f = fopen("/sys/kernel/sched_ext/state", "r");

	if (f) {
		if (!fgets(text, sizeof(text), f))
			text[0] = '\0';
		fclose(f);
	}
	return !strncmp(text, "enabl", 5);
}

int main(int argc, char **argv)
{
	struct bpf_object *o = argc > 1 ? bpf_object__open_file(argv[1], NULL) : NULL;
	struct bpf_map *m;
	struct bpf_link *link = NULL;
	long long start;

	if (!o || bpf_object__load(o)) {
		fprintf(stderr, "cannot load %s\n", argc > 1 ? argv[1] : "(no object named)");
		return 2;
	}
	puts(mark);
	puts("objects=1");
	fflush(stdout);
	start = now_ms();
	bpf_object__for_each_map(m, o)
		if (bpf_map__type(m) == BPF_MAP_TYPE_STRUCT_OPS)
			link = bpf_map__attach_struct_ops(m);
	if (!link) {
		fprintf(stderr, "cannot attach\n");
		return 2;
	}
	if (argc > 2 && stats_server_start(argv + 2)) {
		fprintf(stderr, "cannot serve statistics\n");
		return 2;
	}
	while (enabled())
		sched_yield();
	printf("lasted %lld ms\n", now_ms() - start);
	return 0;
}
