/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work_rt - work types of real-time and ordinary workers together.
 * Invariant: priorities stay below the agent's and its hands' (boot.h, hand.h), and a fifo worker
 * sleeps now and then, so that the guest can always be talked to.
 */
#include "guest/work.h"

#include "base/loop.h"
#include "guest/work_cpus.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>

#define RT_BURST_NS 95000000ull
#define RT_PAUSE_NS 5000000ull

static void become_fifo(unsigned priority)
{
	const struct sched_param param = {.sched_priority = (int)priority};

	if (sched_setscheduler(0, SCHED_FIFO, &param) < 0)
		work_cannot(errno);
}

static void compute(struct work *w)
{
	for (;;) {
		work_compute();
		work_did(w);
	}
}

void work_rt_starvation(struct work *w)
{
	uint64_t due;

	if (w->member < w->p[0])
		compute(w);
	become_fifo((unsigned)w->p[2]);
	for (;;) {
		work_compute_for(w, RT_BURST_NS);
		due = loop_now_ns() + RT_PAUSE_NS;
		work_sleep(RT_PAUSE_NS);
		work_woke(w, due);
		work_did(w);
	}
}

void work_preempt_storm(struct work *w)
{
	uint64_t due;

	if (w->member < w->p[0])
		compute(w);
	become_fifo(50);
	for (;;) {
		due = loop_now_ns() + w->p[2];
		work_sleep(w->p[2]);
		work_woke(w, due);
		work_turns(w->p[1]);
		work_did(w);
	}
}

/* ---- priority inversion ---- */

struct inversion {
	uint32_t ready; /* the mutex is made */
	uint32_t unused;
	pthread_mutex_t mutex;
};

static void make_mutex(struct inversion *v, bool inherit)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setprotocol(&attr, inherit ? PTHREAD_PRIO_INHERIT : PTHREAD_PRIO_NONE);
	if (pthread_mutex_init(&v->mutex, &attr))
		work_cannot(ENOTSUP);
	work_post(&v->ready, 1, INT32_MAX);
}

static void want(struct work *w, struct inversion *v, uint64_t pause)
{
	uint64_t asked = loop_now_ns();

	pthread_mutex_lock(&v->mutex);
	/* for the high one this is the inversion: from asking to having */
	work_woke(w, asked);
	work_turns(w->p[4]);
	work_unit(w);
	pthread_mutex_unlock(&v->mutex);
	work_did(w);
	work_sleep(pause);
}

void work_priority_inversion(struct work *w)
{
	static struct work_cpus cpus;
	struct inversion *v = w->shared;
	bool high = w->member < w->p[0], medium = !high && w->member < w->p[0] + w->p[1];

	if (w->member == 0)
		make_mutex(v, w->p[3]);
	else
		work_await(&v->ready, 0);
	work_cpus_allowed(&cpus);
	work_cpus_pin(0, cpus.v[0]);
	become_fifo(high ? 30 : medium ? 20 : 10);
	for (;;) {
		if (medium) {
			work_compute_for(w, 2000000);
			work_did(w);
			work_sleep(2000000);
		} else {
			want(w, v, high ? 1000000 : 100000);
		}
	}
}
