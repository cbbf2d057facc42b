/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_lane - entries in order of time in blocks, the oldest of which can be dropped.
 *
 * Invariant: entry `first` is the first of the first block, and times never go back.
 */
#include "base/die.h"
#include "ops/trace_private.h"

#include <stdlib.h>

#define ROOM_LEAST 4 /* a power of two, and doubled */

static void grow(struct trace *t, struct lane *l)
{
	size_t room = l->room ? l->room * 2 : ROOM_LEAST, i;
	unsigned char **blocks = xcalloc(room, sizeof(*blocks));

	for (i = 0; i < l->nblocks; i++)
		blocks[i] = l->blocks[(l->head + i) & (l->room - 1)];
	free(l->blocks);
	t->bytes += (room - l->room) * sizeof(*blocks);
	l->blocks = blocks;
	l->head = 0;
	l->room = room;
}

void *lane_push(struct trace *t, struct lane *l)
{
	if (l->next - l->first == l->nblocks * LANE_BLOCK) {
		if (l->nblocks == l->room)
			grow(t, l);
		l->blocks[(l->head + l->nblocks++) & (l->room - 1)] =
			xcalloc(1, LANE_BLOCK * l->entry + l->more);
		t->bytes += LANE_BLOCK * l->entry + l->more;
	}
	return lane_at(l, l->next++);
}

void *lane_at(const struct lane *l, uint64_t n)
{
	uint64_t i = n - l->first;

	return l->blocks[(l->head + i / LANE_BLOCK) & (l->room - 1)] + i % LANE_BLOCK * l->entry;
}

void *lane_behind(const struct lane *l, uint64_t n)
{
	uint64_t i = n - l->first;

	return l->blocks[(l->head + i / LANE_BLOCK) & (l->room - 1)] + LANE_BLOCK * l->entry;
}

void lane_drop_block(struct trace *t, struct lane *l)
{
	free(l->blocks[l->head]);
	l->head = (l->head + 1) & (l->room - 1);
	l->nblocks--;
	l->first += LANE_BLOCK;
	t->bytes -= LANE_BLOCK * l->entry + l->more;
}

void lane_finish(struct lane *l)
{
	size_t i;

	for (i = 0; i < l->nblocks; i++)
		free(l->blocks[(l->head + i) & (l->room - 1)]);
	free(l->blocks);
}

uint64_t lane_find(const struct lane *l, uint64_t t_ns)
{
	uint64_t low = l->first, high = l->next;

	while (low < high) {
		uint64_t mid = low + (high - low) / 2;

		if (*(const uint64_t *)lane_at(l, mid) < t_ns)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}
