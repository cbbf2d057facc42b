/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * place - from a name to an address and a type, see place.h.
 * Invariant: nothing of one look is remembered for the next but the image.
 */
#include "sight/place_private.h"

#include "base/cleanup.h"
#include "base/die.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the image -------------------------------------------------------------------------- */

static int image_symbols(struct places *p, symbols_fn fn, void *arg, struct err *err)
{
	return symbols_each(p->image, p->len, fn, arg, err);
}

static int open_image(struct places *p, const char *image, struct err *err)
{
	cleanup_fd int fd = open(image, O_RDONLY | O_CLOEXEC);
	struct stat st;
	const void *types;
	void *map;
	size_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, errno, "open the kernel image '%s'", image);
	map = st.st_size > 0 ? mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0)
			     : MAP_FAILED;
	if (map == MAP_FAILED)
		return err_sys(err, st.st_size > 0 ? errno : ENOEXEC, "map the kernel image '%s'",
			       image);
	p->image = map;
	p->len = (size_t)st.st_size;
	types = symbols_section(map, p->len, ".BTF", &n);
	p->btf = types && n <= UINT32_MAX ? btf__new(types, (uint32_t)n) : NULL;
	if (!p->btf)
		return err_set(err, ENOTSUP,
			       "the kernel has no types (CONFIG_DEBUG_INFO_BTF is off)");
	return 0;
}

struct places *places_create(const char *image, const struct guest_memory *memory, unsigned ncpus,
			     struct err *err)
{
	struct sight *sight = sight_create(image, memory, ncpus, err);
	struct places *p;

	if (!sight)
		return NULL;
	p = xcalloc(1, sizeof(*p));
	p->sight = sight;
	p->each = image_symbols;
	if (open_image(p, image, err) < 0) {
		places_destroy(p);
		return NULL;
	}
	return p;
}

void places_destroy(struct places *p)
{
	if (!p)
		return;
	btf__free(p->btf);
	if (p->image)
		munmap((void *)(uintptr_t)p->image, p->len);
	sight_destroy(p->sight);
	free(p);
}

/* ---- symbols ---------------------------------------------------------------------------- */

struct wanted {
	const char *name;
	size_t len;
	uint64_t address;
	bool found, several;
	uint64_t percpu, percpu_end; /* where variables lie there are for each CPU */
	bool has_percpu, has_percpu_end;
};

static bool is(const char *name, size_t len, const char *wanted, size_t wanted_len)
{
	return len == wanted_len && !memcmp(name, wanted, len);
}

static bool take_symbol(void *arg, const char *name, size_t len, uint64_t address)
{
	struct wanted *w = arg;

	if (is(name, len, w->name, w->len)) {
		w->several |= w->found && address != w->address;
		w->address = w->found ? w->address : address;
		w->found = true;
	}
	if (is(name, len, "__per_cpu_start", 15)) {
		w->percpu = address;
		w->has_percpu = true;
	}
	if (is(name, len, "__per_cpu_end", 13)) {
		w->percpu_end = address;
		w->has_percpu_end = true;
	}
	return true;
}

static int check_cpu(const struct places *p, const struct place *at, bool percpu, struct err *err)
{
	if (percpu && !at->has_cpu)
		return err_set(err, EINVAL, "'%s' is there once for each CPU: say which, %s@0",
			       at->name, at->name);
	if (!percpu && at->has_cpu)
		return err_set(err, EINVAL, "'%s' is there once, not for each CPU: leave out @%u",
			       at->name, at->cpu);
	if (percpu && at->cpu >= p->sight->ncpus)
		return err_set(err, EINVAL, "'%s@%u': the guest has CPUs 0 to %u", at->name,
			       at->cpu, p->sight->ncpus - 1);
	return 0;
}

static int find_symbol(struct places *p, const struct place *at, struct spot *out, struct err *err)
{
	struct wanted w = {.name = at->name, .len = strlen(at->name)};
	int32_t variable = btf__find_by_name_kind(p->btf, at->name, BTF_KIND_VAR);
	bool percpu;
	int r = p->each(p, take_symbol, &w, err);

	if (r < 0)
		return r;
	if (!w.found)
		return err_set(
			err, ENOENT,
			"the kernel has no symbol '%s': 'read /proc/kallsyms' lists them; what "
			"is in a module or was inlined is not there",
			at->name);
	if (w.several)
		return err_set(
			err, EINVAL,
			"the kernel has several symbols '%s': give the address of the one that "
			"is meant (/proc/kallsyms), 0xADDRESS:TYPE",
			at->name);
	percpu = w.has_percpu && w.has_percpu_end && w.address >= w.percpu &&
		 w.address < w.percpu_end;
	r = check_cpu(p, at, percpu, err);
	if (r < 0)
		return r;
	out->va = percpu ? sight_percpu(p->sight, w.address, at->cpu)
			 : sight_symbol(p->sight, w.address);
	out->type = variable > 0 ? btf__type_by_id(p->btf, (uint32_t)variable)->type : 0;
	if (!out->type && !*at->type)
		return err_set(
			err, EINVAL,
			"the type of '%s' is not in the kernel's BTF: write it, for example %s:int",
			at->name, at->name);
	return 0;
}

/* ---- types ------------------------------------------------------------------------------ */

/* What a person writes, where BTF has another name. */
static const struct {
	const char *word, *name;
} words[] = {{"long", "long int"},     {"ulong", "long unsigned int"},
	     {"short", "short int"},   {"ushort", "short unsigned int"},
	     {"uint", "unsigned int"}, {"uchar", "unsigned char"},
	     {"s8", "signed char"},    {"u8", "unsigned char"},
	     {"s16", "short int"},     {"u16", "short unsigned int"},
	     {"s32", "int"},           {"u32", "unsigned int"},
	     {"s64", "long int"},      {"u64", "long unsigned int"},
	     {"bool", "_Bool"}};

static int32_t type_named(const struct btf *btf, const char *name)
{
	static const uint32_t kinds[] = {BTF_KIND_STRUCT, BTF_KIND_TYPEDEF, BTF_KIND_INT,
					 BTF_KIND_UNION,  BTF_KIND_ENUM,    BTF_KIND_ENUM64};
	int32_t id = -ENOENT;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(words[i].word, name))
			name = words[i].name;
	for (i = 0; i < ARRAY_SIZE(kinds) && id <= 0; i++)
		id = btf__find_by_name_kind(btf, name, kinds[i]);
	return id;
}

/* BTF has only those pointers that are used somewhere. */
static int32_t pointer_to(const struct btf *btf, uint32_t to)
{
	uint32_t i, n = btf__type_cnt(btf);

	for (i = 1; i < n; i++) {
		const struct btf_type *t = btf__type_by_id(btf, i);

		if (btf_is_ptr(t) && t->type == to)
			return (int32_t)i;
	}
	return -ENOENT;
}

static int set_type(struct places *p, const struct place *at, struct spot *out, struct err *err)
{
	int32_t id = type_named(p->btf, at->type);
	unsigned i;

	if (id <= 0)
		return err_set(
			err, ENOENT,
			"the kernel has no type '%s'; u8 to u64, s8 to s64 and bool there are "
			"always, structures without the word struct",
			at->type);
	for (i = 0; i < at->pointers && id > 0; i++)
		id = pointer_to(p->btf, (uint32_t)id);
	if (id <= 0)
		return err_set(err, ENOENT,
			       "the kernel's types have no pointer to '%s': read it as u64",
			       at->type);
	out->type = (uint32_t)id;
	return 0;
}

/* ---- from the text to the spot ---------------------------------------------------------- */

static int find_task(struct places *p, const struct place *at, struct spot *out, struct err *err)
{
	int32_t id = type_named(p->btf, "task_struct");

	if (id <= 0)
		return err_set(err, ENOENT, "the kernel's types have no task_struct");
	out->type = (uint32_t)id;
	if (!at->tid || !sight_find_task(p->sight, at->tid, &out->va))
		return err_set(err, ENOENT, "there is no task %u now", at->tid);
	return 0;
}

static int find(struct places *p, const struct place *at, struct spot *out, struct err *err)
{
	int r = sight_begin(p->sight, err);
	unsigned i;

	*out = (struct spot){.va = at->address};
	if (r == 0 && at->kind == PLACE_SYMBOL)
		r = find_symbol(p, at, out, err);
	if (r == 0 && at->kind == PLACE_TASK)
		r = find_task(p, at, out, err);
	if (r == 0 && *at->type)
		r = set_type(p, at, out, err);
	for (i = 0; r == 0 && i < at->nsteps; i++)
		r = spot_step(p, out, &at->steps[i], err);
	return r;
}

int places_read(struct places *p, const struct place *at, struct place_value *out, struct err *err)
{
	struct spot spot;
	int r = find(p, at, &spot, err);

	return r < 0 ? r : spot_read(p, &spot, out, err);
}

int places_hold(struct places *p, const struct place *at, struct place_held *out, struct err *err)
{
	struct spot spot;
	int r = find(p, at, &spot, err);

	if (r == 0)
		r = spot_size(p, &spot, &out->size, err);
	if (r < 0)
		return r;
	if (spot.va % out->size)
		return err_set(err, EINVAL,
			       "0x%016" PRIx64 " is not aligned: %u bytes there begin at a "
			       "multiple of %u",
			       spot.va, out->size, out->size);
	if (!space_at_aligned(&p->sight->space, spot.va, out->size, out->size))
		return err_set(err, EFAULT, "there is no memory at 0x%016" PRIx64, spot.va);
	out->va = spot.va;
	out->type = spot.type;
	return 0;
}

int places_look(struct places *p, const struct place_held *held, struct place_value *out,
		struct err *err)
{
	const struct spot spot = {.va = held->va, .type = held->type};
	int r = sight_begin(p->sight, err);

	return r < 0 ? r : spot_read(p, &spot, out, err);
}

struct nearest {
	uint64_t at, best, end;
	char *name;
	size_t size;
};

static bool take_nearest(void *arg, const char *name, size_t len, uint64_t address)
{
	struct nearest *n = arg;

	if (is(name, len, "_etext", 6))
		n->end = address;
	if (address <= n->at && address > n->best) {
		n->best = address;
		snprintf(n->name, n->size, "%.*s", (int)(len < INT_MAX ? len : INT_MAX), name);
	}
	return true;
}

bool places_function(struct places *p, uint64_t at, char *name, size_t size)
{
	struct nearest n = {.at = at - p->sight->space.slide, .name = name, .size = size};

	*name = '\0';
	if (n.at < p->sight->symbols._text || p->each(p, take_nearest, &n, NULL) < 0)
		return false;
	if (n.best < p->sight->symbols._text || !n.end || n.at >= n.end)
		*name = '\0';
	return *name;
}

int places_write(struct places *p, const struct place *at, const char *value,
		 struct place_value *before, struct place_value *after, struct err *err)
{
	struct spot spot;
	int r = find(p, at, &spot, err);

	if (r == 0)
		r = spot_read(p, &spot, before, err);
	if (r == 0)
		r = spot_write(p, &spot, value, err);
	return r < 0 ? r : spot_read(p, &spot, after, err);
}
