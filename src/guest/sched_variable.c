/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_variable - constants of a scheduler object, found by name through its own BTF.
 *
 * Integers of any size, enums, booleans and char arrays can be set; a value "@a/b" is the kernel's
 * id of that cgroup. Numbers of the kernel's enums are taken from the running kernel.
 * Invariant: a value that does not fit its variable is refused, never cut.
 */
#include "guest/sched_object.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "guest/shared.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>

enum { CPUS_MAX = 1024 };

struct place { /* one variable in a map's initial value */
	const struct btf *btf;
	int type; /* without typedefs and qualifiers */
	void *data;
	size_t size;
};

static const struct btf_type *real_type(const struct btf *btf, int *id)
{
	const struct btf_type *t = btf__type_by_id(btf, (uint32_t)*id);

	while (t && (btf_is_typedef(t) || btf_is_mod(t))) {
		*id = (int)t->type;
		t = btf__type_by_id(btf, t->type);
	}
	return t;
}

static struct bpf_map *rodata(struct bpf_object *o)
{
	const char *name;
	struct bpf_map *m;
	size_t n;

	bpf_object__for_each_map(m, o)
	{
		name = bpf_map__name(m);
		n = strlen(name);
		if (n >= 7 && !strcmp(name + n - 7, ".rodata"))
			return m;
	}
	return NULL;
}

static bool find(struct bpf_object *o, const char *name, struct place *p)
{
	const struct btf *btf = bpf_object__btf(o);
	int sec = btf ? btf__find_by_name_kind(btf, ".rodata", BTF_KIND_DATASEC) : -1, i;
	struct bpf_map *m = rodata(o);
	const struct btf_var_secinfo *v;
	const struct btf_type *t;
	size_t size;
	char *data = m ? bpf_map__initial_value(m, &size) : NULL;

	if (sec < 0 || !data)
		return false;
	t = btf__type_by_id(btf, (uint32_t)sec);
	for (i = 0; i < btf_vlen(t); i++) {
		const struct btf_type *var;

		v = btf_var_secinfos(t) + i;
		var = btf__type_by_id(btf, v->type);
		if (strcmp(btf__name_by_offset(btf, var->name_off), name) ||
		    (size_t)v->offset + v->size > size)
			continue;
		*p = (struct place){.btf = btf,
				    .type = (int)var->type,
				    .data = data + v->offset,
				    .size = v->size};
		real_type(btf, &p->type);
		return true;
	}
	return false;
}

static int set_number(const struct place *p, const char *name, const char *value, bool is_signed,
		      struct err *err)
{
	unsigned bits = (unsigned)p->size * 8;
	char *end;
	uint64_t u;
	bool fits;

	errno = 0;
	if (*value == '-') {
		int64_t s = strtoll(value, &end, 0);

		fits = is_signed && (bits == 64 || s >= -(1ll << (bits - 1)));
		u = (uint64_t)s;
	} else {
		u = strtoull(value, &end, 0);
		fits = bits == 64 || u < 1ull << (bits - is_signed);
	}
	if (!*value || *end || errno || !fits)
		return err_set(err, ERANGE, "%s='%.60s' is no %s number of %u bits", name, value,
			       is_signed ? "signed" : "unsigned", bits);
	memcpy(p->data, &u, p->size); /* little-endian */
	return 0;
}

static int set_cgroup(const struct place *p, const char *name, const char *rel, struct err *err)
{
	char path[400];
	struct stat st;

	/* below the workload root, as everywhere; "@/" is the system's root */
	if (!strcmp(rel, "/"))
		snprintf(path, sizeof(path), ".");
	else
		snprintf(path, sizeof(path), "%s/%s", shared_rows->root + 1, rel);
	if (p->size != sizeof(uint64_t))
		return err_set(err, EINVAL, "%s is no 64-bit number: it cannot hold a cgroup's id",
			       name);
	if (fstatat(shared_cgroup_fd, path, &st, 0) < 0)
		return err_sys(err, errno, "%s: look at cgroup '%.200s'", name, rel);
	memcpy(p->data, &st.st_ino, p->size);
	return 0;
}

static int set_bool(const struct place *p, const char *name, const char *value, struct err *err)
{
	bool yes = !strcmp(value, "1") || !strcmp(value, "true") || !strcmp(value, "yes");

	if (!yes && strcmp(value, "0") && strcmp(value, "false") && strcmp(value, "no"))
		return err_set(err, EINVAL, "%s='%.60s' is neither true nor false", name, value);
	*(uint8_t *)p->data = yes;
	return 0;
}

/* A name of the enum's own. */
static bool enum_value(const struct btf *btf, const struct btf_type *t, const char *name,
		       uint64_t *value)
{
	int i;

	for (i = 0; i < btf_vlen(t); i++) {
		uint32_t off = btf_is_enum(t) ? btf_enum(t)[i].name_off : btf_enum64(t)[i].name_off;

		if (strcmp(btf__name_by_offset(btf, off), name))
			continue;
		*value = btf_is_enum(t) ? (uint64_t)(int64_t)btf_enum(t)[i].val
					: btf_enum64_value(&btf_enum64(t)[i]);
		return true;
	}
	return false;
}

int sched_value_write(const struct btf *btf, int type, void *data, size_t size, const char *name,
		      const char *value, struct err *err)
{
	struct place p = {.btf = btf, .type = type, .data = data, .size = size};
	const struct btf_type *t = real_type(btf, &p.type), *item;
	uint64_t number;
	int id;

	if (*value == '@')
		return set_cgroup(&p, name, value + 1, err);
	if (t && btf_is_int(t) && btf_int_encoding(t) & BTF_INT_BOOL)
		return set_bool(&p, name, value, err);
	if (t && btf_is_int(t) && p.size <= 8)
		return set_number(&p, name, value, btf_int_encoding(t) & BTF_INT_SIGNED, err);
	if (t && btf_is_any_enum(t) && p.size <= 8) {
		if (!enum_value(btf, t, value, &number))
			return set_number(&p, name, value, btf_kflag(t), err);
		memcpy(p.data, &number, p.size); /* little-endian */
		return 0;
	}
	if (t && btf_is_array(t)) {
		id = (int)btf_array(t)->type;
		item = real_type(btf, &id);
		if (item && btf_is_int(item) && item->size == 1) {
			if (strlen(value) >= p.size)
				return err_set(err, ERANGE, "%.60s holds at most %zu bytes", name,
					       p.size - 1);
			memset(p.data, 0, p.size);
			memcpy(p.data, value, strlen(value));
			return 0;
		}
	}
	return err_set(err, EINVAL, "'%.60s' is neither a number nor a text", name);
}

int sched_variable_set(struct bpf_object *o, const char *name, const char *value, struct err *err)
{
	struct place p;

	if (!find(o, name, &p))
		return err_set(err, ENOENT, "the scheduler has no constant '%.60s' in .rodata",
			       name);
	return sched_value_write(p.btf, p.type, p.data, p.size, name, value, err);
}

/* ---- what the loader knows by itself ---- */

static bool kernel_enum(const struct btf *btf, const char *name, uint64_t *value)
{
	uint32_t id, i, n = btf__type_cnt(btf);

	for (id = 1; id < n; id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);

		if (!btf_is_any_enum(t))
			continue;
		for (i = 0; i < btf_vlen(t); i++) {
			uint32_t off = btf_is_enum(t) ? btf_enum(t)[i].name_off
						      : btf_enum64(t)[i].name_off;

			if (strcmp(btf__name_by_offset(btf, off), name))
				continue;
			*value = btf_is_enum(t) ? (uint64_t)(uint32_t)btf_enum(t)[i].val
						: btf_enum64_value(&btf_enum64(t)[i]);
			return true;
		}
	}
	return false;
}

/* SCX_X in our objects, __SCX_X in those built with the upstream headers. */
static void fill_enums(struct bpf_object *o)
{
	const struct btf *btf = bpf_object__btf(o);
	int sec = btf ? btf__find_by_name_kind(btf, ".rodata", BTF_KIND_DATASEC) : -1, i;
	struct btf *kernel = sec < 0 ? NULL : btf__load_vmlinux_btf();
	const struct btf_type *t;
	struct place p;
	uint64_t value;

	for (i = 0; kernel && i < btf_vlen(t = btf__type_by_id(btf, (uint32_t)sec)); i++) {
		const char *name = btf__name_by_offset(
			btf, btf__type_by_id(btf, btf_var_secinfos(t)[i].type)->name_off);
		const char *bare = name + strspn(name, "_");

		if (strncmp(bare, "SCX_", 4) || !find(o, name, &p) || p.size > sizeof(value))
			continue;
		if (kernel_enum(kernel, bare, &value))
			memcpy(p.data, &value, p.size);
	}
	btf__free(kernel);
}

/* The first CPU that shares the last-level cache; CPUs without that file share by package. */
static int first_of_llc(int cpu)
{
	static const char *const files[] = {"cache/index3/shared_cpu_list",
					    "topology/die_cpus_list", "topology/package_cpus_list"};
	char path[128];
	size_t i;
	int first;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		FILE *f;
		bool ok;

		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/%s", cpu, files[i]);
		f = fopen(path, "re");
		ok = f && fscanf(f, "%d", &first) == 1 && first >= 0 && first < CPUS_MAX;
		if (f)
			fclose(f);
		if (ok)
			return first;
	}
	return 0;
}

static void fill_topology(struct bpf_object *o)
{
	uint32_t llc_of_first[CPUS_MAX] = {0}, n = 0, cpu, ncpus = (uint32_t)get_nprocs_conf();
	struct place p;

	if (find(o, "nr_cpus", &p) && p.size == sizeof(ncpus))
		memcpy(p.data, &ncpus, sizeof(ncpus));
	if (!find(o, "cpu_llc", &p))
		return;
	for (cpu = 0; cpu < ncpus && cpu < CPUS_MAX && (cpu + 1) * sizeof(n) <= p.size; cpu++) {
		int first = first_of_llc((int)cpu);

		if (!llc_of_first[first])
			llc_of_first[first] = ++n;
		((uint32_t *)p.data)[cpu] = llc_of_first[first] - 1;
	}
	if (find(o, "nr_llcs", &p) && p.size == sizeof(n))
		memcpy(p.data, &n, sizeof(n));
}

void sched_variable_fill(struct bpf_object *o)
{
	fill_enums(o);
	fill_topology(o);
}
