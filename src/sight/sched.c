/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched - sched_ext: its state, its counters of all CPUs together, and the DSQs with their tasks.
 *
 * scx_root is the scheduler in force. A DSQ's list is walked until its length is what the queue
 * says of itself; places are told only then. Names of fields before 7.1 (event_stats_cpu,
 * scx_watchdog_timeout, rq.scx.bypass_dsq) are rows of the layout like the others.
 */
#include "sight/sight_private.h"

#include <stdio.h>
#include <string.h>

#define DSQ_BUILTIN (UINT64_C(1) << 63)
#define DSQ_GLOBAL  (DSQ_BUILTIN | 1)
#define DSQ_LOCAL   (DSQ_BUILTIN | 2)
#define CURSOR      1u /* SCX_DSQ_LNODE_ITER_CURSOR: an iteration's mark, no task */
#define BUCKETS_MAX (1u << 16)
#define CHAIN_MAX   4096
#define NODES_MAX   128
#define TABLES_MAX  2

/* ---- a DSQ ------------------------------------------------------------------------------ */

/* Its tasks in order: how many there are; UINT32_MAX when the list has no end. */
static uint32_t walk_dsq(struct sight *s, uint64_t head, uint64_t *oldest, bool tell)
{
	const struct layout *l = &s->layout;
	uint64_t node = head, back, since;
	uint32_t n = 0, steps = 0, flags;

	*oldest = SAMPLE_ABSENT;
	while (space_u64(&s->space, node, &node) && node != head) {
		uint64_t task = node - l->task_scx_node.offset;
		struct sight_task *t;

		if (++steps > SIGHT_TASKS_MAX || !space_u64(&s->space, node + 8, &back) ||
		    !space_u32(&s->space, task + l->task_scx_node_flags.offset, &flags))
			return UINT32_MAX;
		if (flags & CURSOR)
			continue;
		t = sight_task_at(s, task);
		if (tell && t && t->row != UINT32_MAX)
			s->out->tasks[t->row].dsq_place = n;
		if (l->task_last_queued.size &&
		    space_u64(&s->space, task + l->task_last_queued.offset, &since) && since &&
		    since < *oldest)
			*oldest = since;
		n++;
	}
	return node == head ? n : UINT32_MAX;
}

static void add_dsq(struct sight *s, uint64_t va, uint64_t cpu)
{
	const struct layout *l = &s->layout;
	const uint8_t *q = space_at(&s->space, va, l->dsq_size);
	struct sample_dsq *d = &s->out->dsqs[s->out->ndsqs];
	uint64_t oldest, first;
	uint32_t n;
	int i;

	if (!q)
		return;
	if (s->out->ndsqs == SAMPLE_DSQS_MAX) {
		s->out->cut++;
		return;
	}
	sample_clear(d, &sample_dsq_fields);
	d->id = field_get(q, &l->dsq_id);
	d->cpu = cpu;
	for (i = 0; i < SIGHT_TRIES; i++) {
		d->nr = field_get(q, &l->dsq_nr);
		n = walk_dsq(s, va + l->dsq_list.offset, &oldest, false);
		first = field_get(q, &l->dsq_first);
		if (n == d->nr && n == field_get(q, &l->dsq_nr))
			break;
	}
	if (i == SIGHT_TRIES) {
		s->unsteady++;
	} else {
		walk_dsq(s, va + l->dsq_list.offset, &oldest, true);
		d->oldest_ns = sight_time(s, oldest);
		if (n && l->dsq_priq.size &&
		    field_get(q, &(struct field){l->dsq_priq.offset, 8, 0, 0, false}) &&
		    !space_u64(&s->space, first + l->task_scx_vtime.offset, &d->head_vtime))
			d->head_vtime = SAMPLE_ABSENT;
	}
	s->out->ndsqs++;
}

/* ---- the scheduler's own DSQs: a hash table ---------------------------------------------- */

static void walk_bucket(struct sight *s, uint64_t node, unsigned *steps)
{
	uint64_t next;

	/* the end of a chain is an odd number */
	for (node &= ~UINT64_C(1); node && ++*steps < CHAIN_MAX; node = next) {
		if (!space_u64(&s->space, node, &next))
			return;
		add_dsq(s, node - s->layout.dsq_hash_node.offset, SAMPLE_ABSENT);
		if (next & 1)
			return;
	}
}

static void walk_hash(struct sight *s, uint64_t table)
{
	const struct layout *l = &s->layout;
	uint32_t size, nest, i;
	unsigned steps = 0, tables;
	uint64_t node;

	for (tables = 0; table && tables < TABLES_MAX; tables++) {
		if (!space_u32(&s->space, table + l->tbl_size.offset, &size) ||
		    !space_u32(&s->space, table + l->tbl_nest.offset, &nest))
			return;
		if (nest || size > BUCKETS_MAX) { /* hundreds of thousands of DSQs */
			s->out->cut++;
			return;
		}
		for (i = 0; i < size; i++)
			if (space_u64(&s->space, table + l->tbl_buckets.offset + 8 * (uint64_t)i,
				      &node) &&
			    node > 1)
				walk_bucket(s, node, &steps);
		if (!space_u64(&s->space, table + l->tbl_future.offset, &table))
			return;
	}
}

static uint64_t per_cpu(const struct sight *s, uint64_t base, unsigned cpu)
{
	return base + s->percpu[cpu];
}

static void add_globals(struct sight *s, const uint8_t *sch)
{
	const struct layout *l = &s->layout;
	const struct field *list = l->sch_pnode.size ? &l->sch_pnode : &l->sch_global_dsqs;
	uint64_t array = field_get(sch, list), at;
	unsigned node;

	if (array == SAMPLE_ABSENT)
		return;
	for (node = 0; node < NODES_MAX && space_u64(&s->space, array + 8 * node, &at) && at;
	     node++) {
		uint32_t n = s->out->ndsqs;

		if (l->sch_pnode.size)
			at += l->pnode_global_dsq.offset;
		add_dsq(s, at, SAMPLE_ABSENT);
		/* behind the last node's is whatever comes */
		if (s->out->ndsqs > n && s->out->dsqs[n].id != DSQ_GLOBAL) {
			s->out->ndsqs = n;
			break;
		}
	}
}

static void add_bypass(struct sight *s, const uint8_t *sch, unsigned cpu)
{
	const struct layout *l = &s->layout;
	uint32_t before = s->out->ndsqs;

	if (l->sch_pcpu.size && l->pcpu_bypass_dsq.size)
		add_dsq(s,
			per_cpu(s, field_get(sch, &l->sch_pcpu), cpu) + l->pcpu_bypass_dsq.offset,
			cpu);
	else if (l->rq_bypass_dsq.size)
		add_dsq(s, sight_percpu(s, s->symbols.runqueues, cpu) + l->rq_bypass_dsq.offset,
			cpu);
	/* an empty one says nothing: it is used when the kernel steps in only */
	if (s->out->ndsqs > before && !s->out->dsqs[before].nr)
		s->out->ndsqs = before;
}

/* Those of a scheduler alone: user DSQs, and its own global ones. */
static void add_own(struct sight *s, const uint8_t *sch, uint64_t sch_va)
{
	const struct layout *l = &s->layout;
	uint64_t table;

	if (l->sch_dsq_hash.size && l->rht_tbl.size && l->tbl_buckets.size &&
	    space_u64(&s->space, sch_va + l->sch_dsq_hash.offset + l->rht_tbl.offset, &table))
		walk_hash(s, table);
}

/* What is empty is not told: a sub-scheduler has as many as there are nodes and CPUs. */
static void add_sub(struct sight *s, uint32_t sub)
{
	const uint8_t *sch = space_at(&s->space, s->subs[sub], s->layout.sch_size);
	uint32_t from = s->out->ndsqs, kept = from, i;
	unsigned cpu;

	if (!sch)
		return;
	add_globals(s, sch);
	for (i = from; i < s->out->ndsqs; i++)
		if (s->out->dsqs[i].nr)
			s->out->dsqs[kept++] = s->out->dsqs[i];
	s->out->ndsqs = kept;
	for (cpu = 0; cpu < s->ncpus; cpu++)
		add_bypass(s, sch, cpu);
	add_own(s, sch, s->subs[sub]);
	for (i = from; i < s->out->ndsqs; i++)
		s->out->dsqs[i].sched = s->out->subs[sub].cgroup_id;
}

static void add_dsqs(struct sight *s, const uint8_t *sch, uint64_t sch_va)
{
	const struct layout *l = &s->layout;
	unsigned cpu;
	uint32_t i;

	if (!l->dsq_size || !l->dsq_list.size || !l->dsq_nr.size || !l->task_scx_node.size)
		return;
	sight_index_tasks(s);
	for (cpu = 0; cpu < s->ncpus && l->rq_local_dsq.size; cpu++)
		add_dsq(s, sight_percpu(s, s->symbols.runqueues, cpu) + l->rq_local_dsq.offset,
			cpu);
	add_globals(s, sch);
	for (cpu = 0; cpu < s->ncpus; cpu++)
		add_bypass(s, sch, cpu);
	add_own(s, sch, sch_va);
	for (i = 0; i < s->out->nsubs; i++)
		add_sub(s, i);
}

/* ---- counters and state ------------------------------------------------------------------ */

bool sight_scx_events(struct sight *s, const uint8_t *sch, uint64_t *values)
{
	const struct layout *l = &s->layout;
	bool old = !l->pcpu_events.size;
	uint64_t base = field_get(sch, old ? &l->sch_events_old : &l->sch_pcpu), v;
	unsigned cpu, i;

	if (base == SAMPLE_ABSENT)
		return false;
	for (i = 0; i < l->nevents; i++) {
		values[i] = 0;
		for (cpu = 0; cpu < s->ncpus; cpu++)
			if (space_u64(&s->space,
				      per_cpu(s, base, cpu) + (old ? 0 : l->pcpu_events.offset) +
					      l->events[i].field.offset,
				      &v))
				values[i] += v;
	}
	return true;
}

static void add_counters(struct sight *s, const uint8_t *sch)
{
	const struct layout *l = &s->layout;
	uint64_t values[SAMPLE_SCX_MAX];
	struct sample *out = s->out;
	unsigned i;

	if (!sight_scx_events(s, sch, values))
		return;
	for (i = 0; i < l->nevents; i++) {
		snprintf(out->scx[i].name, sizeof(out->scx[i].name), "%s", l->events[i].name);
		out->scx[i].value = values[i];
	}
	out->nscx = l->nevents;
}

static uint64_t number(struct sight *s, uint64_t symbol, unsigned size)
{
	uint64_t v = SAMPLE_ABSENT;
	const uint8_t *byte;
	uint32_t small;

	if (!symbol)
		return SAMPLE_ABSENT;
	symbol = sight_symbol(s, symbol);
	if (size == 8)
		return space_u64(&s->space, symbol, &v) ? v : SAMPLE_ABSENT;
	if (size == 4)
		return space_u32(&s->space, symbol, &small) ? small : SAMPLE_ABSENT;
	byte = space_at_aligned(&s->space, symbol, 1, 1);
	return byte ? *byte != 0 : SAMPLE_ABSENT;
}

uint64_t sight_jiffies(const struct sight *s, uint64_t ticks)
{
	return s->tick_ns && ticks < UINT64_C(1) << 32 ? ticks * s->tick_ns : SAMPLE_ABSENT;
}

static void look(struct sight *s, uint64_t *root)
{
	const struct layout *l = &s->layout;
	const struct symbols *y = &s->symbols;
	struct sample *out = s->out;
	const uint8_t *sch;
	uint64_t again;
	uint32_t cut = out->cut;

	s->scheduler[0] = '\0';
	sample_clear(&out->sched, &sample_sched_fields);
	out->sched.state = number(s, y->scx_enable_state_var, 4);
	out->sched.switch_all = number(s, y->scx_switching_all, 1);
	out->sched.rejected = number(s, y->scx_nr_rejected, 8);
	out->scx_enables = number(s, y->scx_enable_seq, 8);
	if (out->scx_enables == SAMPLE_ABSENT)
		out->scx_enables = 0;
	*root = number(s, y->scx_root, 8);
	sch = *root && *root != SAMPLE_ABSENT && l->sch_size
		      ? space_at(&s->space, *root, l->sch_size)
		      : NULL;
	if (!sch)
		return;
	out->sched.exit_kind = field_get(sch, &l->sch_exit_kind);
	out->sched.watchdog_ns =
		sight_jiffies(s, l->sch_watchdog.size ? field_get(sch, &l->sch_watchdog)
					      : number(s, y->scx_watchdog_timeout, 8));
	out->sched.bypass = l->sch_bypass.size ? field_get(sch, &l->sch_bypass)
					       : number(s, y->scx_bypass_depth, 4);
	space_text(&s->space, *root + l->sch_name.offset, s->scheduler, sizeof(s->scheduler));
	add_counters(s, sch);
	sight_subs(s, *root);
	add_dsqs(s, sch, *root);
	/* the scheduler was changed under the walk: what was read is of none */
	again = number(s, y->scx_root, 8);
	if (again != *root) {
		out->nscx = out->ndsqs = out->nsubs = 0;
		out->cut = cut + 1;
		s->unsteady++;
	}
}

void sight_sched(struct sight *s)
{
	uint64_t root = 0;

	s->out->nscx = s->out->ndsqs = s->out->nsubs = 0;
	look(s, &root);
	sight_subs_tell(s, root);
}
