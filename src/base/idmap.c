/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * idmap - see idmap.h. Invariant: at least a third of the slots is free, so that a search ends.
 */
#include "base/idmap.h"

#include "base/die.h"

#include <stdlib.h>

#define DROPPED UINT64_MAX

/* Spreads ids that are close to each other; the constant is 2^64 by the golden ratio. */
static size_t place(const struct idmap *m, uint64_t id)
{
	return (size_t)((id * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (m->room - 1);
}

static struct idmap_slot *find(const struct idmap *m, uint64_t id)
{
	size_t i;

	if (!m->room || !id || id == DROPPED)
		return NULL;
	for (i = place(m, id); m->slots[i].id; i = (i + 1) & (m->room - 1))
		if (m->slots[i].id == id)
			return &m->slots[i];
	return NULL;
}

static void insert(struct idmap *m, uint64_t id, uint64_t value)
{
	size_t i = place(m, id);

	while (m->slots[i].id)
		i = (i + 1) & (m->room - 1);
	m->slots[i] = (struct idmap_slot){.id = id, .value = value};
	m->used++;
	m->kept++;
}

static void grow(struct idmap *m)
{
	struct idmap old = *m;
	size_t i;

	/* many that were dropped need no more room, only order */
	*m = (struct idmap){.room = !old.room                 ? 16
				    : old.kept * 3 > old.room ? old.room * 2
							      : old.room};
	m->slots = xcalloc(m->room, sizeof(*m->slots));
	for (i = 0; i < old.room; i++)
		if (old.slots[i].id && old.slots[i].id != DROPPED)
			insert(m, old.slots[i].id, old.slots[i].value);
	free(old.slots);
}

void idmap_put(struct idmap *m, uint64_t id, uint64_t value)
{
	struct idmap_slot *s = find(m, id);

	if (!id || id == DROPPED)
		return;
	if (s) {
		s->value = value;
		return;
	}
	if ((m->used + 1) * 3 > m->room * 2)
		grow(m);
	insert(m, id, value);
}

bool idmap_get(const struct idmap *m, uint64_t id, uint64_t *value)
{
	const struct idmap_slot *s = find(m, id);

	if (s)
		*value = s->value;
	return s;
}

void idmap_drop(struct idmap *m, uint64_t id)
{
	struct idmap_slot *s = find(m, id);

	if (!s)
		return;
	s->id = DROPPED;
	m->kept--;
}

void idmap_finish(struct idmap *m)
{
	free(m->slots);
	*m = (struct idmap){0};
}
