/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work_cpu - work types that need a CPU and a clock: spinning, yielding, bursts, timers, phases.
 * Invariant: each worker stands alone; nothing here waits for another.
 */
#include "guest/work.h"

#include "base/loop.h"
#include "guest/work_cpus.h"

#include <errno.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

void work_spin(struct work *w)
{
	for (;;) {
		work_compute();
		work_did(w);
	}
}

void work_yield(struct work *w)
{
	for (;;) {
		sched_yield();
		work_did(w);
	}
}

void work_mixed(struct work *w)
{
	for (;;) {
		work_turns(w->p[0]);
		sched_yield();
		work_did(w);
	}
}

void work_alu_hot(struct work *w)
{
	uint64_t a = 1, b = 2, c = 3, d = 4;
	int i;

	for (;;) {
		for (i = 0; i < 4096; i++) {
			a = a * 5 + 1;
			b = (b ^ (b >> 7)) + 3;
			c = c * 9 + (c >> 3);
			d = (d << 5) - d;
		}
		/* the results are wanted, the compiler is told */
		__asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d));
		work_did(w);
	}
}

/* A ring of pointers through all cache lines, in an order no prefetcher guesses. */
static void **chain(uint64_t size)
{
	uint64_t n = size / 64, step = n / 2 + 1, i, at = 0, next;
	char *memory = work_memory(n * 64);

	/* an odd step goes round all places when their number is a power of two; else round many */
	step |= 1;
	for (i = 0; i < n; i++, at = next) {
		next = (at + step * 7) % n;
		*(void **)(memory + at * 64) = memory + next * 64;
	}
	return (void **)memory;
}

void work_ipc_variance(struct work *w)
{
	void *volatile *p = chain(w->p[2]);
	uint64_t end;
	int i;

	for (;;) {
		work_compute_for(w, w->p[0]);
		end = loop_now_ns() + w->p[1];
		do {
			for (i = 0; i < 1024; i++)
				p = *p;
			work_unit(w);
		} while (loop_now_ns() < end);
		work_did(w);
	}
}

void work_smt_sibling_spin(struct work *w)
{
	work_cpus_pin_sibling((w->index - 1) / w->members, w->member);
	work_spin(w);
}

static void bursts(struct work *w)
{
	uint64_t due;

	for (;;) {
		work_compute_for(w, w->p[0]);
		due = loop_now_ns() + w->p[1];
		work_sleep(w->p[1]);
		work_woke(w, due);
		work_did(w);
	}
}

void work_bursty(struct work *w)
{
	bursts(w);
}

void work_idle_churn(struct work *w)
{
	bursts(w);
}

void work_timer_latency(struct work *w)
{
	uint64_t due = loop_now_ns();
	struct timespec ts;

	for (;;) {
		due += w->p[0];
		/* one that comes late by more than its interval begins anew, and is counted once */
		if (due < loop_now_ns())
			due = loop_now_ns() + w->p[0];
		ts = (struct timespec){.tv_sec = (time_t)(due / 1000000000ull),
				       .tv_nsec = (long)(due % 1000000000ull)};
		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
			;
		work_woke(w, due);
		work_did(w);
	}
}

void work_irq_wake(struct work *w)
{
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), ep = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event ev = {.events = EPOLLIN};
	struct itimerspec at = {.it_value.tv_sec = (time_t)(w->p[0] / 1000000000ull),
				.it_value.tv_nsec = (long)(w->p[0] % 1000000000ull)};
	uint64_t due, n;

	if (timer < 0 || ep < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, timer, &ev) < 0)
		work_cannot(errno);
	for (;;) {
		due = loop_now_ns() + w->p[0];
		timerfd_settime(timer, 0, &at, NULL);
		while (epoll_wait(ep, &ev, 1, -1) < 1)
			;
		work_woke(w, due);
		if (read(timer, &n, sizeof(n)) < 0)
			work_cannot(errno);
		work_turns(w->p[1]);
		work_did(w);
	}
}
