/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bpf_parts - see bpf_parts.h. No look at the kernel's own BTF: parsing it takes longer than all
 * the rest.
 */
#include "guest/bpf_parts.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { VALUE_MAX = 4096, BTFS_MAX = 16, PROG_IDS_MAX = 512 };

static struct {
	uint32_t id;
	struct btf *btf;
} btfs[BTFS_MAX]; /* of this process: a hand leaves after its look */

static struct btf *btf_of(uint32_t id)
{
	size_t i;

	for (i = 0; id && i < BTFS_MAX; i++) {
		if (btfs[i].id == id)
			return btfs[i].btf;
		if (btfs[i].id)
			continue;
		btfs[i].id = id;
		btfs[i].btf = btf__load_from_kernel_by_id(id);
		return btfs[i].btf;
	}
	return NULL;
}

/* The value of the youngest struct_ops map that holds this scheduler; its length, 0 = none. */
static size_t find_ops(const char *name, uint8_t value[VALUE_MAX])
{
	uint32_t id = 0, zero = 0, len;
	static uint8_t seen[VALUE_MAX];
	size_t found = 0, n = strlen(name) + 1;

	while (bpf_map_get_next_id(id, &id) == 0) {
		struct bpf_map_info info = {0};
		cleanup_fd int fd = bpf_map_get_fd_by_id(id);

		len = sizeof(info);
		if (fd < 0 || bpf_map_get_info_by_fd(fd, &info, &len) ||
		    info.type != BPF_MAP_TYPE_STRUCT_OPS || info.value_size > VALUE_MAX)
			continue;
		if (bpf_map_lookup_elem(fd, &zero, seen) || !memmem(seen, info.value_size, name, n))
			continue;
		memcpy(value, seen, info.value_size);
		found = info.value_size;
	}
	return found;
}

static bool holds_id(const uint8_t *value, size_t len, uint32_t id)
{
	uint64_t word;
	size_t at;

	for (at = 0; at + sizeof(word) <= len; at += sizeof(word)) {
		memcpy(&word, value + at, sizeof(word));
		if (word == id)
			return true;
	}
	return false;
}

/* The kernel keeps 15 bytes of a name; its BTF has all of it. */
static void full_name(int fd, const struct bpf_prog_info *known, char *dst, size_t size)
{
	struct bpf_prog_info info = {0};
	struct bpf_func_info func = {0};
	struct btf *btf = btf_of(known->btf_id);
	const struct btf_type *t;
	uint32_t len = sizeof(info);
	const char *name = NULL;

	info.func_info = (uint64_t)(uintptr_t)&func;
	info.nr_func_info = 1;
	info.func_info_rec_size = sizeof(func);
	if (btf && !bpf_prog_get_info_by_fd(fd, &info, &len)) {
		t = btf__type_by_id(btf, func.type_id);
		name = t ? btf__name_by_offset(btf, t->name_off) : NULL;
	}
	if (!name || !*name)
		name = known->name;
	text_sanitise(dst, size, name, strnlen(name, size - 1));
}

static bool add_map(struct bpf_parts *p, uint32_t id)
{
	struct bpf_part_map *m = &p->maps[p->nmaps];
	uint32_t len = sizeof(m->info), i;

	for (i = 0; i < p->nmaps; i++)
		if (p->maps[i].info.id == id)
			return true;
	if (p->nmaps == BPF_PARTS_MAPS)
		return false;
	memset(m, 0, sizeof(*m));
	m->fd = bpf_map_get_fd_by_id(id);
	if (m->fd < 0)
		return false;
	if (bpf_map_get_info_by_fd(m->fd, &m->info, &len)) {
		close(m->fd);
		return false;
	}
	p->nmaps++;
	return true;
}

static bool has_map(const struct bpf_parts *p, uint32_t id)
{
	uint32_t i;

	for (i = 0; i < p->nmaps; i++)
		if (p->maps[i].info.id == id)
			return true;
	return false;
}

/* pass 0: the callbacks, which bring their maps; pass 1: who else uses these. */
static void look_at_prog(struct bpf_parts *p, uint32_t id, int pass, const uint8_t *value,
			 size_t len)
{
	uint32_t map_ids[BPF_PARTS_MAPS] = {0}, size = sizeof(struct bpf_prog_info), i;
	struct bpf_prog_info info = {.nr_map_ids = BPF_PARTS_MAPS,
				     .map_ids = (uint64_t)(uintptr_t)map_ids};
	cleanup_fd int fd = bpf_prog_get_fd_by_id(id);
	bool callback, ours;

	if (fd < 0 || bpf_prog_get_info_by_fd(fd, &info, &size) || p->nprogs == BPF_PARTS_PROGS)
		return;
	if (info.nr_map_ids > BPF_PARTS_MAPS)
		info.nr_map_ids = BPF_PARTS_MAPS;
	callback = info.type == BPF_PROG_TYPE_STRUCT_OPS && holds_id(value, len, id);
	ours = pass ? false : callback;
	for (i = 0; pass && !callback && i < info.nr_map_ids; i++)
		ours |= has_map(p, map_ids[i]);
	if (!ours)
		return;
	p->progs[p->nprogs] = (struct bpf_part_prog){
		.id = id, .callback = callback, .runs = info.run_cnt, .run_ns = info.run_time_ns};
	full_name(fd, &info, p->progs[p->nprogs].name, sizeof(p->progs[0].name));
	p->nprogs++;
	for (i = 0; i < info.nr_map_ids; i++)
		add_map(p, map_ids[i]);
}

/* A frozen map, or one made so, takes no value from user space. */
static bool writable(const struct bpf_part_map *m)
{
	char path[48], line[128];
	cleanup_file FILE *f = NULL;
	int frozen = 0;

	if (m->info.map_flags & BPF_F_RDONLY)
		return false;
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", m->fd);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "frozen: %d", &frozen) == 1)
			break;
	return !frozen;
}

int bpf_parts_open(struct bpf_parts *p, const char *name, struct err *err)
{
	static uint8_t value[VALUE_MAX];
	uint32_t id, i;
	size_t len;
	int pass;

	memset(p, 0, sizeof(*p));
	len = *name ? find_ops(name, value) : 0;
	if (!len)
		return err_set(err, ENOENT,
			       "the struct_ops map of scheduler '%.60s' is not there: it has gone",
			       name);
	for (pass = 0; pass < 2; pass++)
		for (id = 0; bpf_prog_get_next_id(id, &id) == 0;)
			look_at_prog(p, id, pass, value, len);
	for (i = 0; i < p->nmaps; i++) {
		p->maps[i].btf = btf_of(p->maps[i].info.btf_id);
		p->maps[i].writable = writable(&p->maps[i]);
	}
	return 0;
}

void bpf_parts_close(struct bpf_parts *p)
{
	uint32_t i;

	for (i = 0; i < p->nmaps; i++)
		close(p->maps[i].fd);
	p->nmaps = 0;
}
