/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hand_sched_parts - the jobs that look into the scheduler in force, and change a value of its own.
 *
 * What is seen goes up as lines of fields with tabs between (ops/sched_parts.h reads them):
 *   p ID NAME callback|other RUNS NS       a program; counts only while the statistics are on
 *   m ID NAME TYPE MAX_ENTRIES rw|ro MORE  a map; MORE = why not all of it follows, "-" = it does
 *   v ID NAME VALUE                        a variable of the map
 *   e ID KEY VALUE                         an entry of it
 * Invariant: a write changes the bytes it names where the map can be mapped, else one entry.
 */
#include "guest/hand.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "guest/bpf_parts.h"
#include "guest/bpf_value.h"
#include "guest/sched_object.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
	LINES_MAX = 48 << 10,
	ENTRIES_MAX = 64,
	KEY_MAX = 512,
	VALUE_TEXT = 400,
	ENTRY_BYTES_MAX = 1 << 20,
	SETS_MAX = 32,
};

static char lines[LINES_MAX];
static size_t len;
static bool cut;

static void put(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A whole line, or none of it. */
static void put(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(lines + len, sizeof(lines) - len, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(lines) - len)
		cut = true;
	else
		len += (size_t)n;
}

static int quiet(enum libbpf_print_level level, const char *fmt, va_list args)
{
	return 0;
}

static const char *safe(const char *s, size_t n)
{
	static char text[BPF_OBJ_NAME_LEN + 80];

	text_sanitise(text, sizeof(text), s, strnlen(s, n));
	return text;
}

/* ---- maps ---- */

static bool per_cpu(uint32_t type)
{
	return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static bool readable(uint32_t type)
{
	return type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_ARRAY ||
	       type == BPF_MAP_TYPE_LRU_HASH || per_cpu(type);
}

static size_t stride(const struct bpf_part_map *m)
{
	return (m->info.value_size + 7) & ~(size_t)7;
}

static size_t entry_bytes(const struct bpf_part_map *m)
{
	return per_cpu(m->info.type) ? stride(m) * (size_t)libbpf_num_possible_cpus()
				     : m->info.value_size;
}

/* The section that a global map holds; NULL = it is no such map. */
static const struct btf_type *section(const struct bpf_part_map *m)
{
	const struct btf_type *t =
		m->btf ? btf__type_by_id(m->btf, m->info.btf_value_type_id) : NULL;

	return t && btf_is_datasec(t) ? t : NULL;
}

static void put_variables(const struct bpf_part_map *m, const struct btf_type *sec)
{
	cleanup_free uint8_t *value = calloc(1, m->info.value_size + 8);
	char text[VALUE_TEXT];
	uint32_t zero = 0;
	int i;

	if (!value || bpf_map_lookup_elem(m->fd, &zero, value))
		return;
	for (i = 0; i < btf_vlen(sec); i++) {
		const struct btf_var_secinfo *v = btf_var_secinfos(sec) + i;
		const struct btf_type *var = btf__type_by_id(m->btf, v->type);
		const char *name = var ? btf__name_by_offset(m->btf, var->name_off) : NULL;

		if (!name || !btf_is_var(var) || v->offset > m->info.value_size ||
		    v->size > m->info.value_size - v->offset)
			continue;
		/* the kernel's own numbers, which the loader has filled in */
		if (!strncmp(name + strspn(name, "_"), "SCX_", 4))
			continue;
		text[0] = '\0';
		bpf_value_text(m->btf, var->type, value + v->offset, v->size, text, 0,
			       sizeof(text));
		put("v\t%u\t%s\t%s\n", m->info.id, safe(name, 79), text);
	}
}

static void put_entry(const struct bpf_part_map *m, const uint8_t *key, const uint8_t *value)
{
	char k[200] = "", v[VALUE_TEXT] = "";
	size_t n = 0;
	int cpu, cpus = libbpf_num_possible_cpus();

	bpf_value_text(m->btf, m->info.btf_key_type_id, key, m->info.key_size, k, 0, sizeof(k));
	for (cpu = 0; per_cpu(m->info.type) && cpu < cpus && cpu < 16; cpu++) {
		int head = snprintf(v + n, sizeof(v) - n, "%scpu%d ", cpu ? " " : "", cpu);

		if (head < 0 || (size_t)head >= sizeof(v) - n)
			break;
		n = bpf_value_text(m->btf, m->info.btf_value_type_id,
				   value + (size_t)cpu * stride(m), m->info.value_size, v,
				   n + (size_t)head, sizeof(v));
	}
	if (!per_cpu(m->info.type))
		bpf_value_text(m->btf, m->info.btf_value_type_id, value, m->info.value_size, v, 0,
			       sizeof(v));
	put("e\t%u\t%s\t%s\n", m->info.id, k, v);
}

struct read_entries {
	uint8_t *keys, *values;
	uint32_t n;
	bool more;
};

/* In one call where the kernel can; a bucket that is too full for that is walked. */
static bool read_entries(const struct bpf_part_map *m, struct read_entries *r)
{
	size_t each = entry_bytes(m), fit = ENTRY_BYTES_MAX / (each ? each : 1);
	uint32_t max = fit < ENTRIES_MAX ? (uint32_t)fit : ENTRIES_MAX, size = m->info.key_size;
	static uint8_t batch[KEY_MAX], next[KEY_MAX];
	const uint8_t *before = NULL;
	int e;

	if (!max || size > KEY_MAX)
		return false;
	r->keys = calloc(max, size);
	r->values = calloc(max, each + 8);
	if (!r->keys || !r->values)
		return false;
	r->n = max;
	e = bpf_map_lookup_batch(m->fd, NULL, batch, r->keys, r->values, &r->n, NULL);
	if (!e || e == -ENOENT) {
		r->more = !e && (m->info.type != BPF_MAP_TYPE_ARRAY || r->n < m->info.max_entries);
		return r->n <= max;
	}
	for (r->n = 0; !bpf_map_get_next_key(m->fd, before, next);) {
		if (r->n == max) {
			r->more = true;
			break;
		}
		memcpy(r->keys + r->n * size, next, size);
		before = r->keys + r->n * size;
		/* it may go between the two calls */
		if (!bpf_map_lookup_elem(m->fd, before, r->values + r->n * each))
			r->n++;
		else
			break;
	}
	return true;
}

static void put_map(const struct bpf_part_map *m)
{
	const struct btf_type *sec = section(m);
	const char *type = libbpf_bpf_map_type_str((enum bpf_map_type)m->info.type), *more = "-";
	struct read_entries r = {0};
	uint32_t i;

	if (!sec && !readable(m->info.type))
		more = "not read: its values belong to tasks, cgroups or readers of their own";
	else if (!sec && !read_entries(m, &r))
		more = "not read: too large";
	else if (r.more)
		more = "there are more";
	put("m\t%u\t%s\t%s\t%u\t%s\t%s\n", m->info.id, safe(m->info.name, sizeof(m->info.name)),
	    type ? type : "unknown", m->info.max_entries, m->writable ? "rw" : "ro", more);
	if (sec)
		put_variables(m, sec);
	for (i = 0; i < r.n; i++)
		put_entry(m, r.keys + i * m->info.key_size, r.values + i * entry_bytes(m));
	free(r.keys);
	free(r.values);
}

int hand_sched_look(struct hand *h, struct job_reply *r)
{
	static struct bpf_parts parts;
	const char *name = wire_get_str(&h->in);
	bool statistics = wire_get_u8(&h->in);
	struct err err = ERR_INIT;
	uint32_t i;
	int fd;

	r->leaving = true;
	if (h->in.bad)
		return hand_fail(h, EINVAL, "the order to look into a scheduler makes no sense");
	libbpf_set_print(quiet);
	if (bpf_parts_open(&parts, name, &err) < 0)
		return hand_fail(h, err.code, "%s", err.msg);
	for (i = 0; i < parts.nprogs; i++)
		put("p\t%u\t%s\t%s\t%llu\t%llu\n", parts.progs[i].id, parts.progs[i].name,
		    parts.progs[i].callback ? "callback" : "other",
		    (unsigned long long)parts.progs[i].runs,
		    (unsigned long long)parts.progs[i].run_ns);
	/* variables first: they are few */
	for (i = 0; i < parts.nmaps; i++)
		if (section(&parts.maps[i]))
			put_map(&parts.maps[i]);
	for (i = 0; i < parts.nmaps; i++)
		if (!section(&parts.maps[i]))
			put_map(&parts.maps[i]);
	bpf_parts_close(&parts);
	fd = statistics ? bpf_enable_stats(BPF_STATS_RUN_TIME) : -1;
	if (fd >= 0)
		r->fds[r->nfds++] = fd;
	r->data = lines;
	r->data_len = len;
	r->flag = cut;
	return 0;
}

/* ---- a change ---- */

struct change {
	const char *target, *value;
	const struct bpf_part_map *map;
	struct bpf_place place;
	uint8_t key[KEY_MAX];
};

static bool find_variable(const struct bpf_parts *p, const char *name, size_t n, struct change *c,
			  uint32_t *type, size_t *at, size_t *size)
{
	uint32_t i;
	int k;

	for (i = 0; i < p->nmaps; i++) {
		const struct btf_type *sec = section(&p->maps[i]);

		for (k = 0; sec && k < btf_vlen(sec); k++) {
			const struct btf_var_secinfo *v = btf_var_secinfos(sec) + k;
			const struct btf_type *var = btf__type_by_id(p->maps[i].btf, v->type);
			const char *is = btf__name_by_offset(p->maps[i].btf, var->name_off);

			if (!is || strlen(is) != n || strncmp(is, name, n) ||
			    v->offset > p->maps[i].info.value_size ||
			    v->size > p->maps[i].info.value_size - v->offset)
				continue;
			c->map = &p->maps[i];
			*type = var->type;
			*at = v->offset;
			*size = v->size;
			return true;
		}
	}
	return false;
}

/* The kernel keeps 15 bytes of a map's name. */
static const struct bpf_part_map *find_map(const struct bpf_parts *p, const char *name, size_t n)
{
	size_t kept = n < BPF_OBJ_NAME_LEN - 1 ? n : BPF_OBJ_NAME_LEN - 1;
	uint32_t i;

	for (i = 0; i < p->nmaps; i++)
		if (!section(&p->maps[i]) && strlen(p->maps[i].info.name) == kept &&
		    !strncmp(p->maps[i].info.name, name, kept))
			return &p->maps[i];
	return NULL;
}

/* "[KEY]": a number, an enum's name or "@CGROUP". */
static int take_key(struct change *c, const char **at, struct err *err)
{
	const struct bpf_part_map *m = c->map;
	const char *end = **at == '[' ? strchr(*at, ']') : NULL;
	struct bpf_place key;
	char word[120];

	if (!end || end == *at + 1 || (size_t)(end - *at) > sizeof(word))
		return err_set(err, EINVAL, "'%.80s' is a map: %.60s[KEY].FIELD=VALUE",
			       m->info.name, m->info.name);
	snprintf(word, sizeof(word), "%.*s", (int)(end - *at - 1), *at + 1);
	*at = end + 1;
	if (m->info.key_size > KEY_MAX)
		return err_set(err, ENOTSUP, "keys of %u bytes cannot be typed", m->info.key_size);
	memset(c->key, 0, sizeof(c->key));
	if (!m->btf || !m->info.btf_key_type_id)
		return err_set(err, ENOTSUP, "map '%.40s' has no BTF that tells what its keys are",
			       m->info.name);
	if (bpf_value_find(m->btf, m->info.btf_key_type_id, m->info.key_size, "", &key, err) < 0 ||
	    bpf_value_write(&key, c->key, "the key", word, err) < 0)
		return -err->code;
	return 0;
}

static int resolve(const struct bpf_parts *p, struct change *c, struct err *err)
{
	size_t n = strcspn(c->target, ".["), at = 0, size;
	const char *rest = c->target + n;
	uint32_t type;

	if (find_variable(p, c->target, n, c, &type, &at, &size)) {
		memset(c->key, 0, sizeof(c->key));
		if (!c->map->writable)
			return err_set(
				err, EPERM,
				"'%.60s' is a constant of .rodata: the kernel takes no other "
				"value once it is loaded; 'sched replace' with %.60s=VALUE "
				"loads it anew",
				c->target, c->target);
	} else if ((c->map = find_map(p, c->target, n))) {
		if (!readable(c->map->info.type))
			return err_set(
				err, ENOTSUP,
				"map '%.40s' is no array or hash: its values cannot be set from "
				"outside",
				c->map->info.name);
		if (!c->map->writable)
			return err_set(err, EPERM, "map '%.40s' is read-only for user space",
				       c->map->info.name);
		if (take_key(c, &rest, err) < 0)
			return -err->code;
		type = c->map->info.btf_value_type_id;
		size = c->map->info.value_size;
	} else {
		return err_set(
			err, ENOENT,
			"the scheduler has neither a variable nor a map '%.*s'; screen 3 shows "
			"what it has",
			(int)(n < 60 ? n : 60), c->target);
	}
	if (bpf_value_find(c->map->btf, type, size, rest, &c->place, err) < 0)
		return -err->code;
	c->place.at += at;
	return 0;
}

/* One store where the size allows it: the scheduler sees the old value or the new one. */
static void store(uint8_t *to, const uint8_t *from, size_t size)
{
	uint64_t v = 0;

	if (size <= 8)
		memcpy(&v, from, size);
	if (size == 8 && !((uintptr_t)to & 7))
		__atomic_store_n((uint64_t *)(void *)to, v, __ATOMIC_RELAXED);
	else if (size == 4 && !((uintptr_t)to & 3))
		__atomic_store_n((uint32_t *)(void *)to, (uint32_t)v, __ATOMIC_RELAXED);
	else if (size == 2 && !((uintptr_t)to & 1))
		__atomic_store_n((uint16_t *)(void *)to, (uint16_t)v, __ATOMIC_RELAXED);
	else
		memcpy(to, from, size);
}

static int write_mapped(const struct change *c, const uint8_t *value, struct err *err)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t all = (stride(c->map) * c->map->info.max_entries + page - 1) & ~(page - 1);
	uint32_t index;
	uint8_t *p = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_SHARED, c->map->fd, 0);

	if (p == MAP_FAILED)
		return err_sys(err, errno, "map '%.40s' into memory", c->map->info.name);
	memcpy(&index, c->key, sizeof(index));
	store(p + index * stride(c->map) + c->place.at, value + c->place.at, c->place.size);
	munmap(p, all);
	return 0;
}

static int change(struct change *c, char *words, size_t room, struct err *err)
{
	size_t bytes = entry_bytes(c->map), at = strlen(words);
	cleanup_free uint8_t *value = calloc(1, bytes + 8);
	int cpu, cpus = per_cpu(c->map->info.type) ? libbpf_num_possible_cpus() : 1, e;

	if (!value)
		return err_set(err, ENOMEM, "no memory for an entry of %zu bytes", bytes);
	if (bpf_map_lookup_elem(c->map->fd, c->key, value))
		return err_set(err, errno == ENOENT ? ENOENT : EIO, "%.80s: %s", c->target,
			       errno == ENOENT ? "there is no such entry" : strerror(errno));
	at += (size_t)snprintf(words + at, room - at, "%s%.80s: ", at ? ", " : "", c->target);
	at = bpf_value_text(c->place.bits ? NULL : c->place.btf, c->place.type, value + c->place.at,
			    c->place.size, words, at, room);
	for (cpu = 0; cpu < cpus; cpu++)
		if (bpf_value_write(&c->place, value + (size_t)cpu * stride(c->map), c->target,
				    c->value, err) < 0)
			return -err->code;
	if (c->map->info.type == BPF_MAP_TYPE_ARRAY && c->map->info.map_flags & BPF_F_MMAPABLE)
		e = write_mapped(c, value, err);
	else if (bpf_map_update_elem(c->map->fd, c->key, value, BPF_EXIST))
		e = err_sys(err, errno, "%.80s", c->target);
	else
		e = 0;
	if (e < 0)
		return e;
	/* what is there now; the scheduler may have changed it already */
	if (!bpf_map_lookup_elem(c->map->fd, c->key, value) && at + 8 < room) {
		at += (size_t)snprintf(words + at, room - at, " -> ");
		bpf_value_text(c->place.bits ? NULL : c->place.btf, c->place.type,
			       value + c->place.at, c->place.size, words, at, room);
	}
	return 0;
}

/* Does it fit? Tried on a copy that nobody sees, so that all are written or none. */
static int fits(const struct change *c, struct err *err)
{
	cleanup_free uint8_t *value = calloc(1, c->place.at + c->place.size + 8);

	return value ? bpf_value_write(&c->place, value, c->target, c->value, err) : -ENOMEM;
}

int hand_sched_set(struct hand *h, struct job_reply *r)
{
	static struct bpf_parts parts;
	static struct change changes[SETS_MAX];
	static char words[900];
	const char *name = wire_get_str(&h->in);
	uint32_t n = wire_get_u32(&h->in), i;
	struct err err = ERR_INIT;
	int e = 0;

	r->leaving = true;
	libbpf_set_print(quiet);
	if (n > SETS_MAX)
		return hand_fail(h, E2BIG, "more than %d values at once", SETS_MAX);
	for (i = 0; i < n; i++) {
		changes[i].target = wire_get_str(&h->in);
		changes[i].value = wire_get_str(&h->in);
	}
	if (h->in.bad || !n)
		return hand_fail(h, EINVAL, "the order to set values makes no sense");
	e = bpf_parts_open(&parts, name, &err);
	for (i = 0; !e && i < n; i++) {
		e = resolve(&parts, &changes[i], &err);
		e = e ? e : fits(&changes[i], &err);
	}
	for (i = 0; !e && i < n; i++)
		e = change(&changes[i], words, sizeof(words), &err);
	bpf_parts_close(&parts);
	if (e)
		return hand_fail(h, -e, "%s", *err.msg ? err.msg : strerror(-e));
	r->text = words;
	return 0;
}
