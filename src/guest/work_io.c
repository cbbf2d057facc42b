/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work_io - work types of files, and phases that may be such. The guest has no disk: a file lies
 * in memory, and a little sleep stands for the device. Invariant: a file never has a name.
 */
#include "guest/work.h"

#include "base/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

static int nameless_file(void)
{
	int fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0)
		fd = memfd_create("scx-work", MFD_CLOEXEC);
	if (fd < 0)
		work_cannot(errno);
	return fd;
}

/* One block, written out, and the device's time; round and round in the first 16 blocks. */
static void write_block(struct work *w, int fd, const void *block, uint64_t size, uint64_t device)
{
	off_t at = (off_t)(w->meter.report->units % 16 * size);
	uint64_t due;

	if (pwrite(fd, block, size, at) < 0 || fsync(fd) < 0)
		work_cannot(errno);
	due = loop_now_ns() + device;
	work_sleep(device);
	work_woke(w, due);
}

void work_io_sync_write(struct work *w)
{
	void *block = work_memory(w->p[0]);
	int fd = nameless_file();

	for (;;) {
		write_block(w, fd, block, w->p[0], w->p[1]);
		work_did(w);
	}
}

void work_io_rand_read(struct work *w)
{
	void *block = work_memory(w->p[1]);
	uint64_t random = w->index, blocks = w->p[0] / w->p[1], due;
	int fd = nameless_file();

	if (ftruncate(fd, (off_t)w->p[0]) < 0)
		work_cannot(errno);
	blocks += !blocks;
	for (;;) {
		random = random * 6364136223846793005ull + 1442695040888963407ull;
		if (pread(fd, block, w->p[1], (off_t)((random >> 33) % blocks * w->p[1])) < 0)
			work_cannot(errno);
		due = loop_now_ns() + w->p[2];
		work_sleep(w->p[2]);
		work_woke(w, due);
		work_did(w);
	}
}

/* Tickets: who comes first is served first, the others queue behind him. */
struct convoy {
	uint32_t next, serving;
};

void work_io_convoy(struct work *w)
{
	struct convoy *c = w->shared;
	void *block = work_memory(w->p[1]);
	int fd = nameless_file();
	uint32_t mine, now;

	for (;;) {
		mine = __atomic_fetch_add(&c->next, 1, __ATOMIC_ACQ_REL);
		while ((now = __atomic_load_n(&c->serving, __ATOMIC_ACQUIRE)) != mine)
			work_futex_wait(&c->serving, now);
		write_block(w, fd, block, w->p[1], w->p[2]);
		work_post(&c->serving, mine + 1, INT32_MAX);
		work_did(w);
	}
}

static void phase(struct work *w, const struct work_phase *p, int fd, const void *block)
{
	uint64_t end = loop_now_ns() + p->ns;

	switch (p->kind) {
	case PHASE_SPIN:
		work_compute_for(w, p->ns);
		break;
	case PHASE_SLEEP:
		work_sleep(p->ns);
		work_woke(w, end);
		break;
	case PHASE_YIELD:
		do {
			sched_yield();
			work_unit(w);
		} while (loop_now_ns() < end);
		break;
	case PHASE_IO:
		do {
			write_block(w, fd, block, 4096, 100000);
			work_unit(w);
		} while (loop_now_ns() < end);
		break;
	}
}

void work_sequence(struct work *w)
{
	struct work_phase phases[WORK_PHASES_MAX];
	int n = work_phases(w->text, phases, NULL), fd = nameless_file(), i;
	void *block = work_memory(4096);

	if (n < 0)
		work_cannot(-n);
	for (;;) {
		for (i = 0; i < n; i++)
			phase(w, &phases[i], fd, block);
		work_did(w);
	}
}
