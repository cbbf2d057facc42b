/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work - the table of work functions, and what all of them use: computing, sleeping, waiting. What
 * they count and measure is wire_meter.c's.
 * Invariant: computing makes no system call, so that spinning stays spinning.
 */
#include "guest/work.h"

#include "base/cleanup.h"
#include "base/loop.h"

#include <errno.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { TURNS = 4096 };

static const work_fn functions[WORK_IDS] = {
#define X(e, fn) [WORK_##e] = fn,
	WORK_LIST(X)
#undef X
};

/* What a type's groups have besides their page. */
static const enum work_links links[WORK_IDS] = {
	[WORK_PIPE_IO] = LINKS_PIPES,      [WORK_CACHE_PIPE] = LINKS_PIPES,
	[WORK_WAKE_CHAIN] = LINKS_PIPES,   [WORK_PRODUCER_CONSUMER] = LINKS_PIPES,
	[WORK_EPOLL_STORM] = LINKS_EVENTS, [WORK_NET_TRAFFIC] = LINKS_LOOPBACK,
};

work_fn work_function(enum work_id id)
{
	return functions[id];
}

enum work_links work_links_of(enum work_id id)
{
	return links[id];
}

/* ---- computing ---- */

void work_turns(uint64_t n)
{
	static volatile uint64_t sink;
	uint64_t x = sink + 1;

	/* a bit of arithmetic that the compiler may not drop */
	while (n--)
		x = x * 6364136223846793005ull + 1442695040888963407ull;
	sink = x;
}

void work_compute(void)
{
	work_turns(TURNS);
}

void work_compute_for(struct work *w, uint64_t ns)
{
	uint64_t end = loop_now_ns() + ns;

	do {
		work_compute();
		work_unit(w);
	} while (loop_now_ns() < end);
}

void work_sleep(uint64_t ns)
{
	struct timespec ts = {.tv_sec = (time_t)(ns / 1000000000ull),
			      .tv_nsec = (long)(ns % 1000000000ull)};

	while (nanosleep(&ts, &ts) < 0 && errno == EINTR)
		;
}

void work_cannot(int error)
{
	/* seen as the worker's exit code */
	_exit(error > 0 && error < 126 ? error : 126);
}

void *work_memory(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (p == MAP_FAILED)
		work_cannot(errno);
	return p;
}

void work_walk(volatile uint8_t *memory, uint64_t size, uint64_t stride, uint64_t steps)
{
	static uint64_t at;

	while (steps--) {
		at = at + stride < size ? at + stride : 0;
		memory[at]++;
	}
}

void work_matrix(uint64_t *memory, uint64_t size, uint64_t rows)
{
	static uint64_t row;
	uint64_t n = 1, i, k, *a = memory, *b, *c;

	while ((n + 1) * (n + 1) * 3 * sizeof(*a) <= size)
		n++;
	b = a + n * n;
	c = b + n * n;
	for (; rows--; row++) {
		uint64_t *to = c + row % n * n, *from = a + row % n * n;

		for (k = 0; k < n; k++)
			for (i = 0; i < n; i++)
				to[i] += (from[k] + row) * b[k * n + i];
	}
}

/* ---- measuring ---- */

void work_unit(struct work *w)
{
	meter_unit(&w->meter);
}

void work_did(struct work *w)
{
	meter_round(&w->meter);
}

void work_woke(struct work *w, uint64_t since_ns)
{
	meter_woke(&w->meter, since_ns);
}

void work_begin(struct work *w)
{
	meter_begin(&w->meter);
}

/* ---- waiting ---- */

void work_futex_wait(uint32_t *word, uint32_t value)
{
	syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

void work_futex_wake(uint32_t *word, int n)
{
	syscall(SYS_futex, word, FUTEX_WAKE, n, NULL, NULL, 0);
}

uint32_t work_await(uint32_t *word, uint32_t old)
{
	uint32_t v;

	while ((v = __atomic_load_n(word, __ATOMIC_ACQUIRE)) == old)
		work_futex_wait(word, old);
	return v;
}

void work_post(uint32_t *word, uint32_t value, int wake)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
	work_futex_wake(word, wake);
}
