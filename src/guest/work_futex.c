/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work_futex - work types whose workers wake each other through words of the group's page, or
 * with signals. Invariant: a member that is killed leaves the others waiting, not spinning.
 */
#include "guest/work.h"

#include "base/loop.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

struct turn {
	uint32_t word; /* whose turn it is, or how many have been given */
	uint32_t back; /* who is done */
	uint64_t time_ns;
};

static void ping_pong(struct work *w)
{
	struct turn *t = w->shared;

	for (;;) {
		work_await(&t->word, !w->member);
		work_woke(w, t->time_ns);
		work_turns(w->p[0]);
		work_did(w);
		t->time_ns = loop_now_ns();
		work_post(&t->word, !w->member, 1);
	}
}

void work_futex_ping_pong(struct work *w)
{
	ping_pong(w);
}

void work_asymmetric_waker(struct work *w)
{
	const struct sched_param param = {.sched_priority = 10};

	if (w->member == 0 && sched_setscheduler(0, SCHED_FIFO, &param) < 0)
		work_cannot(errno);
	ping_pong(w);
}

/* The first member wakes all others and waits until each has done what `job` does. */
static void give_turns(struct work *w, void (*between)(struct work *w))
{
	struct turn *t = w->shared;
	uint32_t done;

	for (;;) {
		__atomic_store_n(&t->back, 0, __ATOMIC_RELEASE);
		t->time_ns = loop_now_ns();
		__atomic_fetch_add(&t->word, 1, __ATOMIC_RELEASE);
		work_futex_wake(&t->word, INT32_MAX);
		between(w);
		while ((done = __atomic_load_n(&t->back, __ATOMIC_ACQUIRE)) < w->members - 1)
			work_futex_wait(&t->back, done);
		work_did(w);
	}
}

static void take_turns(struct work *w, void (*job)(struct work *w, void *memory), void *memory)
{
	struct turn *t = w->shared;
	uint32_t seen = 0;

	for (;;) {
		seen = work_await(&t->word, seen);
		work_woke(w, t->time_ns);
		job(w, memory);
		work_did(w);
		if (__atomic_add_fetch(&t->back, 1, __ATOMIC_ACQ_REL) == w->members - 1)
			work_futex_wake(&t->back, 1);
	}
}

static void compute_between(struct work *w)
{
	work_turns(w->p[1]);
}

static void nothing(struct work *w, void *memory)
{
}

void work_futex_fan_out(struct work *w)
{
	if (w->member == 0)
		give_turns(w, compute_between);
	take_turns(w, nothing, NULL);
}

static void no_pause(struct work *w)
{
}

static void sleep_and_multiply(struct work *w, void *memory)
{
	work_sleep(w->p[3]);
	work_matrix(memory, w->p[1], w->p[2]);
}

void work_fan_out_compute(struct work *w)
{
	if (w->member == 0)
		give_turns(w, no_pause);
	take_turns(w, sleep_and_multiply, work_memory(w->p[1]));
}

/* Does not wait for the woken: those that are late find that they missed some. */
void work_thundering_herd(struct work *w)
{
	struct turn *t = w->shared;
	uint64_t n;
	uint32_t seen = 0;

	while (w->member == 0) {
		for (n = 0; n < w->p[1]; n++) {
			t->time_ns = loop_now_ns();
			__atomic_fetch_add(&t->word, 1, __ATOMIC_RELEASE);
			work_futex_wake(&t->word, INT32_MAX);
			work_unit(w);
			work_sleep(w->p[2]);
		}
		work_did(w);
	}
	for (;;) {
		seen = work_await(&t->word, seen);
		work_woke(w, t->time_ns);
		work_did(w);
	}
}

/* 0 free, 1 held, 2 held and someone may wait. */
struct mutex {
	uint32_t word;
	uint64_t freed_ns;
};

static bool mutex_take(struct mutex *m)
{
	uint32_t seen = 0;

	if (__atomic_compare_exchange_n(&m->word, &seen, 1, false, __ATOMIC_ACQUIRE,
					__ATOMIC_RELAXED))
		return false;
	while (__atomic_exchange_n(&m->word, 2, __ATOMIC_ACQUIRE))
		work_futex_wait(&m->word, 2);
	return true;
}

static void mutex_free(struct mutex *m)
{
	m->freed_ns = loop_now_ns();
	if (__atomic_exchange_n(&m->word, 0, __ATOMIC_RELEASE) == 2)
		work_futex_wake(&m->word, 1);
}

void work_mutex_contention(struct work *w)
{
	struct mutex *m = w->shared;

	for (;;) {
		if (mutex_take(m))
			work_woke(w, m->freed_ns);
		work_turns(w->p[1]);
		mutex_free(m);
		work_did(w);
		work_turns(w->p[2]);
	}
}

/* ---- signals ---- */

static struct work *receiver;

static void on_signal(int sig)
{
	work_unit(receiver);
}

void work_signal_storm(struct work *w)
{
	struct sigaction sa = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	uint32_t *pids = w->shared, partner;
	uint64_t i;
	int fd;

	receiver = w;
	sigaction(SIGUSR1, &sa, NULL);
	work_post(&pids[w->member], (uint32_t)getpid(), 1);
	partner = work_await(&pids[!w->member], 0);
	/* by descriptor: the number of a partner that is gone may be another's by now */
	fd = (int)syscall(SYS_pidfd_open, partner, 0);
	if (fd < 0)
		work_cannot(errno);
	for (;;) {
		for (i = 0; i < w->p[0]; i++)
			if (syscall(SYS_pidfd_send_signal, fd, SIGUSR1, NULL, 0) < 0)
				pause();
		work_turns(w->p[1]);
		work_did(w);
	}
}
