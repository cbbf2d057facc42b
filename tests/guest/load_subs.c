/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load_subs - puts a scheduler in force and another below it, for a cgroup:
 * load_subs PARENT.bpf.o CHILD.bpf.o CGROUP. Both go when it is ended. At most 64 CPUs.
 */
#include "sub_sched.h"

#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARENA_BYTES (1024ul * 4096)

static struct bpf_map *find_ops(struct bpf_object *o)
{
	struct bpf_map *m;

	bpf_object__for_each_map(m, o) if (bpf_map__type(m) == BPF_MAP_TYPE_STRUCT_OPS) return m;
	return NULL;
}

static struct bpf_object *open_object(const char *path)
{
	struct bpf_object *o = bpf_object__open_file(path, NULL);

	if (!o || !find_ops(o)) {
		fprintf(stderr, "cannot open %s\n", path);
		exit(2);
	}
	return o;
}

static void attach(struct bpf_object *o, const char *path)
{
	if (!bpf_map__attach_struct_ops(find_ops(o))) {
		fprintf(stderr, "cannot attach %s\n", path);
		exit(2);
	}
}

static void load(struct bpf_object *o, const char *path)
{
	if (bpf_object__load(o)) {
		fprintf(stderr, "cannot load %s\n", path);
		exit(2);
	}
}

/* libbpf has mapped the arena; where, only the kernel tells. */
static void *arena(void)
{
	unsigned long from, to;
	void *at = NULL;
	char line[512];
	FILE *f = fopen("/proc/self/maps", "r");

	while (f && fgets(line, sizeof(line), f))
		if (strstr(line, "bpf-map") && sscanf(line, "%lx-%lx", &from, &to) == 2 &&
		    to - from == ARENA_BYTES)
			at = (void *)from;
	if (f)
		fclose(f);
	return at;
}

int main(int argc, char **argv)
{
	struct sched_ext_ops_cid *ops;
	struct bpf_object *parent, *child;
	struct sub_config config = {0};
	struct sub_cmask *cids;
	unsigned first = 0;
	struct stat st;
	size_t size;

	if (argc != 4 || stat(argv[3], &st)) {
		fprintf(stderr, "load_subs PARENT.bpf.o CHILD.bpf.o CGROUP\n");
		return 2;
	}
	parent = open_object(argv[1]);
	load(parent, argv[1]);
	cids = arena();
	if (!cids) {
		fprintf(stderr, "there is no arena\n");
		return 2;
	}
	*cids = (struct sub_cmask){.nr_cids = (unsigned)sysconf(_SC_NPROCESSORS_CONF),
				   .alloc_words = 2};
	cids->bits[0] = (1ull << cids->nr_cids) - 1;
	config.child = st.st_ino;
	config.cids = (unsigned long)cids;
	if (bpf_map__update_elem(bpf_object__find_map_by_name(parent, ".data.config"), &first,
				 sizeof(first), &config, sizeof(config), 0)) {
		fprintf(stderr, "cannot write the configuration\n");
		return 2;
	}
	attach(parent, argv[1]);
	child = open_object(argv[2]);
	ops = bpf_map__initial_value(find_ops(child), &size);
	ops->sub_cgroup_id = st.st_ino;
	load(child, argv[2]);
	attach(child, argv[2]);
	puts("attached");
	fflush(stdout);
	pause();
	return 0;
}
