/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sight - reading one moment of the guest, see sight.h.
 * Invariant: nothing is allocated for a sample; translations are remembered for one sample only.
 */
#include "sight/sight_private.h"
#include "base/cleanup.h"
#include "base/die.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_image(struct sight *s, const void *image, size_t len, struct err *err)
{
	const char *banner;
	const void *btf;
	size_t n;
	int r;

	btf = symbols_section(image, len, ".BTF", &n);
	if (!btf)
		return err_set(err, ENOTSUP,
			       "the kernel has no types (CONFIG_DEBUG_INFO_BTF is off)");
	r = layout_read(btf, n, &s->layout, err);
	if (r == 0)
		r = symbols_read(image, len, &s->symbols, err);
	if (r < 0)
		return r;
	banner = symbols_bytes(image, len, s->symbols.linux_banner, sizeof(s->banner));
	if (!banner)
		return err_set(err, ENOEXEC, "the kernel image has no banner");
	memcpy(s->banner, banner, sizeof(s->banner));
	s->banner_len = strnlen(s->banner, sizeof(s->banner));
	return 0;
}

void *sight_map(const char *image, size_t *len, struct err *err)
{
	cleanup_fd int fd = open(image, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *map;

	if (fd < 0 || fstat(fd, &st) < 0) {
		err_sys(err, errno, "open the kernel image '%s'", image);
		return NULL;
	}
	*len = st.st_size > 0 ? (size_t)st.st_size : 0;
	map = *len ? mmap(NULL, *len, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
	if (map == MAP_FAILED) {
		err_sys(err, *len ? errno : ENOEXEC, "map the kernel image '%s'", image);
		return NULL;
	}
	return map;
}

struct sight *sight_create(const char *image, const struct guest_memory *memory, unsigned ncpus,
			   struct err *err)
{
	struct sight *s;
	size_t len;
	void *map = sight_map(image, &len, err);
	int r;

	if (!map)
		return NULL;
	s = xcalloc(1, sizeof(*s));
	s->memory = memory;
	s->ncpus = ncpus < SAMPLE_CPUS_MAX ? ncpus : SAMPLE_CPUS_MAX;
	r = read_image(s, map, len, err);
	munmap(map, len);
	if (r < 0) {
		sight_destroy(s);
		return NULL;
	}
	return s;
}

void sight_destroy(struct sight *s)
{
	free(s);
}

static int find_kernel(struct sight *s, struct err *err)
{
	int r = space_find(&s->space, s->memory, &s->symbols, s->banner, s->banner_len, err);

	s->found = r == 0;
	return r;
}

static void read_percpu(struct sight *s)
{
	uint64_t list = sight_symbol(s, s->symbols.__per_cpu_offset);
	unsigned cpu;

	for (cpu = 0; cpu < s->ncpus; cpu++)
		if (!space_u64(&s->space, list + 8 * (uint64_t)cpu, &s->percpu[cpu]))
			s->percpu[cpu] = 0;
}

uint64_t sight_class(const struct sight *s, uint64_t sched_class)
{
	const struct symbols *y = &s->symbols;
	const uint64_t classes[SAMPLE_CLASSES] = {
		[SAMPLE_CLASS_STOP] = y->stop_sched_class,
		[SAMPLE_CLASS_DEADLINE] = y->dl_sched_class,
		[SAMPLE_CLASS_RT] = y->rt_sched_class,
		[SAMPLE_CLASS_EXT] = y->ext_sched_class,
		[SAMPLE_CLASS_FAIR] = y->fair_sched_class,
		[SAMPLE_CLASS_IDLE] = y->idle_sched_class,
	};
	unsigned i;

	for (i = 1; i < SAMPLE_CLASSES; i++)
		if (classes[i] && sched_class == sight_symbol(s, classes[i]))
			return i;
	return SAMPLE_ABSENT;
}

uint64_t sight_mask(struct sight *s, uint64_t va)
{
	struct sample_mask mask = {{0}};
	unsigned i, words = (s->ncpus + 63) / 64;

	if (!va || va == SAMPLE_ABSENT)
		return SAMPLE_ABSENT;
	for (i = 0; i < words; i++)
		if (!space_u64(&s->space, va + 8 * (uint64_t)i, &mask.bits[i]))
			return SAMPLE_ABSENT;
	if (s->ncpus % 64)
		mask.bits[words - 1] &= (UINT64_C(1) << s->ncpus % 64) - 1;
	return sample_mask_index(s->out, &mask);
}

int sight_begin(struct sight *s, struct err *err)
{
	int r = s->found ? 0 : find_kernel(s, err);

	if (r < 0)
		return r;
	space_forget(&s->space);
	read_percpu(s);
	return 0;
}

int sight_sample(struct sight *s, struct sample *out, uint64_t host_ns, struct err *err)
{
	int r = sight_begin(s, err);

	if (r < 0)
		return r;
	s->out = out;
	out->cut = 0;
	out->drops = out->cost_ns = out->steal_ns = SAMPLE_ABSENT;
	out->nmasks = 0;
	memset(s->groups, 0, sizeof(s->groups));
	sight_cpus(s);
	sight_clock(s);
	if (!sight_tasks(s)) {
		s->found = false; /* look for it anew */
		return err_set(err, EAGAIN, "the list of tasks in the guest's memory has no end");
	}
	sight_groups(s);
	sight_sched(s);
	sight_now(s, host_ns);
	out->sched.outside = 1;
	return 0;
}

const char *sight_scheduler(const struct sight *s)
{
	return s->scheduler;
}

uint64_t sight_unsteady(const struct sight *s)
{
	return s->unsteady;
}
