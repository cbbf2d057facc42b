/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_whose - see trace_whose.h. Invariant: of an address `now` is not older than `before`.
 */
#include "session/trace_whose.h"

#include "base/die.h"
#include "base/idmap.h"

#include <stdlib.h>

struct owner {
	uint64_t since_ns; /* UINT64_MAX = there was none */
	int32_t tid;
};

struct entry {
	struct owner now, before;
};

struct trace_whose {
	struct idmap at; /* address -> entry */
	struct entry *entries;
	size_t n, room;
};

static const struct owner nobody = {.since_ns = UINT64_MAX};

struct trace_whose *trace_whose_create(void)
{
	return xcalloc(1, sizeof(struct trace_whose));
}

void trace_whose_destroy(struct trace_whose *w)
{
	if (!w)
		return;
	idmap_finish(&w->at);
	free(w->entries);
	free(w);
}

void trace_whose_put(struct trace_whose *w, uint64_t address, int32_t tid, uint64_t t_ns)
{
	struct owner o = {.since_ns = t_ns, .tid = tid};
	struct entry *e;
	uint64_t i;

	if (!idmap_get(&w->at, address, &i)) {
		/* the map takes neither 0 nor the last one, and no task is there */
		if (!address || address == UINT64_MAX || w->n == TRACE_WHOSE_MAX)
			return;
		if (w->n == w->room) {
			w->room = w->room ? 2 * w->room : 256;
			w->entries = xreallocarray(w->entries, w->room, sizeof(*w->entries));
		}
		idmap_put(&w->at, address, w->n);
		w->entries[w->n++] = (struct entry){.now = o, .before = nobody};
		return;
	}
	e = &w->entries[i];
	if (t_ns >= e->now.since_ns) {
		if (tid != e->now.tid)
			*e = (struct entry){.now = o, .before = e->now};
	} else if (e->before.since_ns == UINT64_MAX || t_ns >= e->before.since_ns) {
		e->before = o;
	}
}

bool trace_whose_get(const struct trace_whose *w, uint64_t address, uint64_t t_ns, int32_t *tid)
{
	const struct entry *e;
	uint64_t i;

	if (!idmap_get(&w->at, address, &i))
		return false;
	e = &w->entries[i];
	if (e->now.since_ns <= t_ns)
		*tid = e->now.tid;
	else if (e->before.since_ns <= t_ns)
		*tid = e->before.tid;
	else
		return false;
	return true;
}
