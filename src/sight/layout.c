/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layout - resolving the table of fields against a kernel's BTF, see layout.h.
 * Invariant: a field lies wholly in its structure, and a structure is at most SIZE_LIMIT.
 */
#include "sight/layout.h"
#include "base/cleanup.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>

#define SIZE_LIMIT (1u << 20)
#define DEPTH_MAX  8

static const struct {
	const char *type, *path;
	size_t place;
} fields[] = {
#define X(name, type, path) {#type, path, offsetof(struct layout, name)},
	LAYOUT(X)
#undef X
};

static const struct {
	const char *type;
	size_t place;
} sizes[] = {
#define X(name, type) {#type, offsetof(struct layout, name)},
	LAYOUT_SIZES(X)
#undef X
};

static const struct btf_type *plain(const struct btf *btf, uint32_t id)
{
	int depth;
	const struct btf_type *t = btf__type_by_id(btf, id);

	for (depth = 0; t && depth < 2 * DEPTH_MAX; depth++) {
		if (!btf_is_mod(t) && !btf_is_typedef(t))
			return t;
		t = btf__type_by_id(btf, t->type);
	}
	return NULL;
}

static void describe(const struct btf *btf, uint32_t type, uint64_t bit, unsigned bits,
		     struct field *f)
{
	const struct btf_type *t = plain(btf, type);
	int64_t size = btf__resolve_size(btf, type);

	f->offset = (uint32_t)(bit / 8);
	f->size = size > 0 && size <= UINT8_MAX ? (uint8_t)size : UINT8_MAX;
	f->is_signed = (t && btf_is_int(t) && btf_int_encoding(t) & BTF_INT_SIGNED) ||
		       (t && btf_is_any_enum(t) && btf_kflag(t));
	if (!size) { /* an array without a length: a place only */
		f->size = UINT8_MAX;
	} else if (bits && size <= 8) {
		/* the unit of its type that it is in */
		f->offset = (uint32_t)(bit / 8 / (uint64_t)size * (uint64_t)size);
		f->shift = (uint8_t)(bit - 8 * (uint64_t)f->offset);
		f->bits = (uint8_t)bits;
	}
}

/* path within the structure t, whose first bit is bit; dots lead into named members. */
static bool find_member(const struct btf *btf, const struct btf_type *t, const char *path,
			uint64_t bit, int depth, struct field *f)
{
	const struct btf_member *m = btf_members(t);
	size_t len = strcspn(path, ".");
	uint16_t i;

	for (i = 0; depth < DEPTH_MAX && i < btf_vlen(t); i++) {
		const char *name = btf__name_by_offset(btf, m[i].name_off);
		uint64_t at = bit + btf_member_bit_offset(t, i);
		const struct btf_type *inner = plain(btf, m[i].type);
		bool nested = inner && btf_is_composite(inner);

		if (!name || !*name) {
			if (nested && find_member(btf, inner, path, at, depth + 1, f))
				return true;
			continue;
		}
		if (strncmp(name, path, len) || name[len])
			continue;
		if (path[len])
			return nested && find_member(btf, inner, path + len + 1, at, depth + 1, f);
		describe(btf, m[i].type, at, btf_member_bitfield_size(t, i), f);
		return true;
	}
	return false;
}

static void take_struct(const struct btf *btf, const struct btf_type *t, const char *name,
			struct layout *out)
{
	size_t i;

	if (t->size > SIZE_LIMIT)
		return;
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		if (!strcmp(sizes[i].type, name))
			*(uint32_t *)(void *)((char *)out + sizes[i].place) = t->size;
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		struct field *at = (struct field *)(void *)((char *)out + fields[i].place), f = {0};

		if (at->size || strcmp(fields[i].type, name))
			continue;
		if (find_member(btf, t, fields[i].path, 0, 0, &f) && f.offset <= t->size &&
		    (f.size == UINT8_MAX || f.size <= t->size - f.offset))
			*at = f;
	}
}

static void take_events(const struct btf *btf, const struct btf_type *t, struct layout *out)
{
	const struct btf_member *m = btf_members(t);
	uint16_t i;

	for (i = 0; i < btf_vlen(t) && out->nevents < SAMPLE_SCX_MAX; i++) {
		struct layout_event *e = &out->events[out->nevents];

		describe(btf, m[i].type, btf_member_bit_offset(t, i), 0, &e->field);
		if (e->field.size != 8 || e->field.offset > t->size - 8)
			continue;
		snprintf(e->name, sizeof(e->name), "%s", btf__name_by_offset(btf, m[i].name_off));
		out->nevents++;
	}
}

static void take_subsystems(const struct btf *btf, const struct btf_type *t, struct layout *out)
{
	const struct btf_enum *e = btf_enum(t);
	uint16_t i;

	for (i = 0; i < btf_vlen(t); i++) {
		const char *name = btf__name_by_offset(btf, e[i].name_off);

		if (e[i].val < 0 || e[i].val > 64)
			continue;
		if (name && !strcmp(name, "cpu_cgrp_id"))
			out->cpu_subsys = e[i].val;
		if (name && !strcmp(name, "cpuset_cgrp_id"))
			out->cpuset_subsys = e[i].val;
	}
}

/* Several structures may have one name: the first that has the field counts, as CO-RE does it. */
static void take_all(const struct btf *btf, struct layout *out)
{
	uint32_t i, n = btf__type_cnt(btf);

	for (i = 1; i < n; i++) {
		const struct btf_type *t = btf__type_by_id(btf, i);
		const char *name;

		if (!btf_is_struct(t) && !btf_is_enum(t))
			continue;
		name = btf__name_by_offset(btf, t->name_off);
		if (!name || !*name)
			continue;
		if (btf_is_enum(t) && !strcmp(name, "cgroup_subsys_id"))
			take_subsystems(btf, t, out);
		if (!btf_is_struct(t))
			continue;
		take_struct(btf, t, name, out);
		if (!strcmp(name, "scx_event_stats") && !out->nevents)
			take_events(btf, t, out);
	}
}

static int missing(const struct layout *l, struct err *err)
{
	const struct {
		const struct field *field;
		const char *name;
	} needed[] = {
		{&l->rq_nr_running, "rq.nr_running"},
		{&l->rq_curr, "rq.curr"},
		{&l->rq_clock, "rq.clock"},
		{&l->task_state, "task_struct.__state"},
		{&l->task_pid, "task_struct.pid"},
		{&l->task_tgid, "task_struct.tgid"},
		{&l->task_tasks, "task_struct.tasks"},
		{&l->task_comm, "task_struct.comm"},
		{&l->task_signal, "task_struct.signal"},
		{&l->task_thread_node, "task_struct.thread_node"},
		{&l->task_class, "task_struct.sched_class"},
		{&l->signal_threads, "signal_struct.thread_head"},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(needed); i++)
		if (!needed[i].field->size)
			return err_set(err, ENOTSUP, "the kernel's types have no %s",
				       needed[i].name);
	return 0;
}

int layout_read(const void *data, size_t len, struct layout *out, struct err *err)
{
	struct btf *btf;

	*out = (struct layout){.cpu_subsys = -1, .cpuset_subsys = -1};
	libbpf_set_print(NULL);
	btf = len <= UINT32_MAX ? btf__new(data, (uint32_t)len) : NULL;
	if (!btf)
		return err_set(err, ENOEXEC, "read the kernel's types (BTF): %s", strerror(errno));
	take_all(btf, out);
	btf__free(btf);
	return missing(out, err);
}
