/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_task - what the trace knows of each tid: its names, and where its slices and marks are.
 *
 * Invariant: a task is in the list of those without references if and only if it has none; these
 * are kept for their names as long as there is room.
 */
#include "base/die.h"
#include "ops/trace_private.h"

#include <stdlib.h>
#include <string.h>

/* How far a reference may come late: CPUs are apart by as much as a buffer. */
#define LATE_MAX   32768
#define REFS_LEAST 4
#define NAMES_MAX  64 /* a task that changes its name for ever */

struct task *task_get(const struct trace *t, int32_t tid)
{
	struct task **page;

	if (tid <= 0 || (uint32_t)tid >= TRACE_TID_MAX)
		return NULL;
	page = t->tasks[tid / TASKS_PAGE];
	return page ? page[tid % TASKS_PAGE] : NULL;
}

static void enlist(struct trace *t, struct task *k)
{
	k->older = t->newest;
	k->newer = NULL;
	*(k->older ? &k->older->newer : &t->oldest) = k;
	t->newest = k;
	t->unreferred++;
}

static void delist(struct trace *t, struct task *k)
{
	*(k->older ? &k->older->newer : &t->oldest) = k->newer;
	*(k->newer ? &k->newer->older : &t->newest) = k->older;
	k->older = k->newer = NULL;
	t->unreferred--;
}

struct task *task_make(struct trace *t, int32_t tid)
{
	struct task ***page = &t->tasks[tid / TASKS_PAGE], *k = task_get(t, tid);

	if (k)
		return k;
	if (!*page) {
		*page = xcalloc(TASKS_PAGE, sizeof(**page));
		t->bytes += TASKS_PAGE * sizeof(**page);
	}
	k = (*page)[tid % TASKS_PAGE] = xcalloc(1, sizeof(*k));
	t->bytes += sizeof(*k);
	k->tid = tid;
	t->on_page[tid / TASKS_PAGE]++;
	enlist(t, k);
	return k;
}

static void destroy(struct trace *t, struct task *k)
{
	size_t page = (size_t)k->tid / TASKS_PAGE;

	t->tasks[page][k->tid % TASKS_PAGE] = NULL;
	if (!--t->on_page[page]) {
		free(t->tasks[page]);
		t->tasks[page] = NULL;
		t->bytes -= TASKS_PAGE * sizeof(**t->tasks);
	}
	t->bytes -= sizeof(*k) + k->room * sizeof(*k->refs) + k->nnames * sizeof(*k->names);
	free(k->refs);
	free(k->names);
	free(k);
}

bool task_drop_oldest(struct trace *t)
{
	struct task *k = t->oldest;

	if (!k)
		return false;
	delist(t, k);
	destroy(t, k);
	return true;
}

void task_finish_all(struct trace *t)
{
	size_t i, j;

	for (i = 0; i < TRACE_TID_MAX / TASKS_PAGE; i++)
		for (j = 0; t->tasks[i] && j < TASKS_PAGE; j++)
			if (t->tasks[i][j])
				destroy(t, t->tasks[i][j]);
}

static void make_room(struct trace *t, struct task *k)
{
	size_t room = k->room ? k->room * 2 : REFS_LEAST;

	if (k->head + k->n < k->room)
		return;
	if (k->head > k->room / 2) {
		memmove(k->refs, k->refs + k->head, k->n * sizeof(*k->refs));
		k->head = 0;
		return;
	}
	k->refs = xreallocarray(k->refs, room, sizeof(*k->refs));
	t->bytes += (room - k->room) * sizeof(*k->refs);
	k->room = room;
}

size_t task_refer(struct trace *t, struct task *k, struct ref r)
{
	size_t at = k->n;

	if (k->n > LATE_MAX && task_ref(k, k->n - LATE_MAX)->t_ns > r.t_ns)
		return k->n;
	if (at && task_ref(k, at - 1)->t_ns > r.t_ns) {
		/* behind those of the same moment */
		at = r.t_ns == UINT64_MAX ? at : task_find(k, r.t_ns + 1);
	}
	if (!k->n)
		delist(t, k);
	make_room(t, k);
	memmove(&k->refs[k->head + at + 1], &k->refs[k->head + at], (k->n - at) * sizeof(*k->refs));
	k->refs[k->head + at] = r;
	k->n++;
	return at;
}

void task_forget(struct trace *t, int32_t tid)
{
	struct task *k = task_get(t, tid);

	if (!k || !k->n)
		return;
	while (k->n && !ref_holds(t, task_ref(k, 0))) {
		k->head++;
		k->n--;
	}
	if (k->n)
		return;
	t->bytes -= k->room * sizeof(*k->refs);
	free(k->refs);
	k->refs = NULL;
	k->head = k->room = 0;
	enlist(t, k);
}

size_t task_find(const struct task *k, uint64_t t_ns)
{
	size_t low = 0, high = k->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (task_ref(k, mid)->t_ns < t_ns)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool same(const struct trace_task *a, const struct trace_task *b)
{
	return a->pid == b->pid && a->cgroup_id == b->cgroup_id && !strcmp(a->comm, b->comm);
}

/* The last name at or before the moment, or -1. */
static ptrdiff_t name_at(const struct task *k, uint64_t t_ns)
{
	ptrdiff_t i = (ptrdiff_t)k->nnames;

	while (i-- > 0)
		if (k->names[i].t_ns <= t_ns)
			return i;
	return -1;
}

/* May it have been so at this moment already? */
static bool reaches(const struct trace_task *n, uint64_t t_ns)
{
	return n->vague_ns && n->t_ns - n->vague_ns < t_ns;
}

void task_name(struct trace *t, struct task *k, const struct trace_task *n)
{
	ptrdiff_t at = name_at(k, n->t_ns);
	size_t next = (size_t)(at + 1);

	if (at >= 0 && (same(&k->names[at], n) || reaches(n, k->names[at].t_ns)))
		return;
	/* it was stored when this one was not known yet */
	if (!n->vague_ns && next < k->nnames && reaches(&k->names[next], n->t_ns)) {
		k->names[next] = *n;
		return;
	}
	if (next < k->nnames && same(&k->names[next], n)) {
		k->names[next].t_ns = n->t_ns;
		return;
	}
	if (k->nnames == NAMES_MAX) {
		if (!next)
			return;
		/* the oldest goes: what is known of then is the name that follows it */
		memmove(k->names, k->names + 1, --k->nnames * sizeof(*k->names));
		next--;
	} else {
		k->names = xreallocarray(k->names, k->nnames + 1, sizeof(*k->names));
		t->bytes += sizeof(*k->names);
	}
	memmove(&k->names[next + 1], &k->names[next], (k->nnames - next) * sizeof(*k->names));
	k->names[next] = *n;
	k->nnames++;
}

bool trace_name_at(const struct trace *t, int32_t tid, uint64_t t_ns, struct trace_task *out)
{
	const struct task *k = task_get(t, tid);
	ptrdiff_t at;

	if (!k || !k->nnames)
		return false;
	at = name_at(k, t_ns);
	*out = k->names[at < 0 ? 0 : at];
	return true;
}

int32_t trace_next_tid(const struct trace *t, int32_t after)
{
	uint32_t tid = after < 0 ? 1 : (uint32_t)after + 1;

	while (tid < TRACE_TID_MAX) {
		struct task *const *page = t->tasks[tid / TASKS_PAGE];

		if (!page) {
			tid = (tid / TASKS_PAGE + 1) * TASKS_PAGE;
			continue;
		}
		if (page[tid % TASKS_PAGE])
			return (int32_t)tid;
		tid++;
	}
	return 0;
}
