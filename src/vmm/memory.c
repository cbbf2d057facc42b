/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memory - making and mapping the files of the guest's RAM, see memory.h.
 * Source of the hole's place: QEMU hw/i386/pc_q35.c, pc_q35_init(), 7.2 to 10.0.
 */
#include "vmm/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MIB       (UINT64_C(1) << 20)
#define LOW_LIMIT UINT64_C(0xb0000000) /* from this size on ... */
#define LOW_SIZE  UINT64_C(0x80000000) /* ... only so much stays below 4 GiB */

static int add_node(struct memory *m, uint64_t size, struct err *err)
{
	int fd = memfd_create("scxplore-ram", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return err_sys(err, errno, "make a file for the guest's memory");
	m->fds[m->nodes] = fd;
	m->sizes[m->nodes++] = size;
	if (ftruncate(fd, (off_t)size) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) < 0)
		return err_sys(err, errno, "give the guest's memory %llu MiB",
			       (unsigned long long)(size / MIB));
	return 0;
}

static int map(struct memory *m, uint64_t size, struct err *err)
{
	uint8_t *base =
		mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint64_t at = 0;
	unsigned i;

	if (base == MAP_FAILED)
		return err_sys(err, errno, "map the guest's memory");
	m->view.base = base;
	m->view.size = size;
	m->view.below_4g = size >= LOW_LIMIT ? LOW_SIZE : size;
	for (i = 0; i < m->nodes; i++) {
		if (mmap(base + at, m->sizes[i], PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
			 m->fds[i], 0) == MAP_FAILED)
			return err_sys(err, errno, "map the guest's memory");
		at += m->sizes[i];
	}
	/* a core of this program must not carry the guest along */
	madvise(base, size, MADV_DONTDUMP);
	return 0;
}

static uint64_t share(unsigned mib, unsigned nodes, unsigned node)
{
	return (mib / nodes + (node ? 0 : mib % nodes)) * MIB;
}

void memory_plan(struct memory *m, unsigned mib)
{
	unsigned i;

	m->view.size = mib * MIB;
	for (i = 0; i < m->nodes && i < MEMORY_NODES_MAX; i++)
		m->sizes[i] = share(mib, m->nodes, i);
}

int memory_init(struct memory *m, unsigned nodes, unsigned mib, struct err *err)
{
	unsigned i;
	int r = 0;

	*m = (struct memory){.nodes = 0};
	if (!nodes || nodes > MEMORY_NODES_MAX)
		return err_set(err, EINVAL, "%u NUMA nodes are more than %u: give --topology fewer",
			       nodes, MEMORY_NODES_MAX);
	for (i = 0; i < nodes && r == 0; i++)
		r = add_node(m, share(mib, nodes, i), err);
	return r < 0 ? r : map(m, mib * MIB, err);
}

int memory_there(void *memory, uint64_t at, uint64_t *from, uint64_t *to)
{
	const struct memory *m = memory;
	uint64_t base = 0;
	unsigned i;

	for (i = 0; i < m->nodes; base += m->sizes[i++]) {
		off_t begin, end;

		if (at >= base + m->sizes[i])
			continue;
		begin = lseek(m->fds[i], at > base ? (off_t)(at - base) : 0, SEEK_DATA);
		if (begin < 0 && errno == ENXIO)
			continue;
		end = begin < 0 ? -1 : lseek(m->fds[i], begin, SEEK_HOLE);
		/* where it cannot be told, all of it counts */
		*from = begin < 0 ? at : base + (uint64_t)begin;
		*to = base + (end < 0 ? m->sizes[i] : (uint64_t)end);
		return 1;
	}
	return 0;
}

void memory_finish(struct memory *m)
{
	while (m->nodes)
		close(m->fds[--m->nodes]);
	if (m->view.base)
		munmap((void *)m->view.base, m->view.size);
	m->view = (struct guest_memory){NULL, 0, 0};
}
