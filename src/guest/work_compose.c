/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * work_compose - work types that are like known benchmarks: several kinds of workers in a group.
 * Invariant: each request is given to one worker and answered before that gets its next.
 */
#include "guest/work.h"

#include "base/loop.h"

/* One place for a request in the group's page. */
struct request {
	uint32_t state; /* how many times it changed hands: odd = with the worker */
	uint32_t unused;
	uint64_t time_ns;
};

static void answer(struct request *r, uint32_t *bell)
{
	__atomic_fetch_add(&r->state, 1, __ATOMIC_RELEASE);
	__atomic_fetch_add(bell, 1, __ATOMIC_RELEASE);
	work_futex_wake(bell, 1);
}

static uint32_t give(struct request *r)
{
	uint32_t state = __atomic_load_n(&r->state, __ATOMIC_ACQUIRE);

	if (state & 1)
		return 0;
	r->time_ns = loop_now_ns();
	work_post(&r->state, state + 1, 1);
	return 1;
}

/* Waits for a request; its answer is what makes the number even again. */
static void await(struct work *w, struct request *r)
{
	uint32_t state;

	while (!((state = __atomic_load_n(&r->state, __ATOMIC_ACQUIRE)) & 1))
		work_futex_wait(&r->state, state);
	work_woke(w, r->time_ns);
}

void work_schbench(struct work *w)
{
	uint32_t *bell = w->shared, heard, i, given;
	struct request *requests = (struct request *)(bell + 4);
	uint64_t *memory;

	while (w->member == 0) {
		heard = __atomic_load_n(bell, __ATOMIC_ACQUIRE);
		for (i = 1, given = 0; i < w->members; i++)
			given += give(&requests[i]);
		if (given)
			work_did(w);
		else
			work_futex_wait(bell, heard);
	}
	memory = work_memory(w->p[1]);
	for (;;) {
		await(w, &requests[w->member]);
		work_sleep(w->p[3]);
		work_matrix(memory, w->p[1], w->p[2]);
		work_did(w);
		answer(&requests[w->member], bell);
	}
}

/* A fast worker serves from its memory; a miss goes to a slow one, round and round. */
static void serve(struct work *w, struct request *requests)
{
	uint8_t *memory = work_memory(w->p[3]);
	uint32_t fast = (uint32_t)w->p[0], slow = w->members - fast, next = w->member;
	uint64_t random = w->index;

	for (;;) {
		random = random * 6364136223846793005ull + 1442695040888963407ull;
		work_walk(memory, w->p[3], 64 * (1 + (random >> 60)), 256);
		work_did(w);
		if ((random >> 33) % 100 < w->p[2])
			continue;
		/* one that is busy still is passed over: the request is dropped, as a full queue
		 * does */
		give(&requests[fast + next++ % slow]);
		work_unit(w);
	}
}

void work_taobench(struct work *w)
{
	uint32_t *bell = w->shared;
	struct request *requests = (struct request *)(bell + 4);

	if (w->member < w->p[0])
		serve(w, requests);
	for (;;) {
		await(w, &requests[w->member]);
		work_sleep(w->p[4]);
		work_turns(1024);
		work_did(w);
		answer(&requests[w->member], bell);
	}
}
