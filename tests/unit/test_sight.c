/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_sight - reading a kernel's memory that was made by hand: what it holds, wherever it lies,
 * and what is not told of one that makes no sense.
 */
#include "tests/unit/test.h"

#include "tests/sight_made.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "ops/sample_rows.h"

#include <errno.h>

struct made {
	struct sight *s;
	struct guest_memory view;
	uint8_t *mem;
	struct sample now;
};

static void make(struct made *m, uint64_t slide, unsigned levels)
{
	*m = (struct made){.s = xcalloc(1, sizeof(*m->s)), .mem = xcalloc(1, MADE_SIZE)};
	made_kernel(m->s, m->mem, &m->view, slide, levels);
	sample_alloc(&m->now);
}

static void finish(struct made *m)
{
	sample_free(&m->now);
	sight_destroy(m->s);
	free(m->mem);
}

static void look(struct made *m)
{
	struct err err = ERR_INIT;

	if (sight_sample(m->s, &m->now, 0, &err) < 0)
		fail_msg("%s", err.msg);
}

static void must_be_as_made(struct made *m)
{
	const struct sample *s = &m->now;
	unsigned i;

	look(m);
	assert_int_equal(s->ntasks, MADE_NTASKS);
	for (i = 0; i < MADE_NTASKS; i++) {
		assert_int_equal(s->tasks[i].tid, 100 + i);
		assert_int_equal(s->tasks[i].cgroup_id, 42);
		assert_int_equal(s->tasks[i].sclass, SAMPLE_CLASS_EXT);
		assert_int_equal(s->masks[s->tasks[i].allowed].bits[0], 3);
		assert_int_equal(s->tasks[i].dsq_place, i < 4 ? SAMPLE_ABSENT : i - 4);
		assert_int_equal(s->tasks[i].held, i < 2   ? SAMPLE_HELD_RUNNING
						   : i < 4 ? SAMPLE_HELD_BPF
							   : SAMPLE_HELD_USER);
	}
	assert_int_equal(s->ncpus, 2);
	assert_int_equal(s->cpus[1].pid, 101);
	assert_string_equal(s->cpus[1].comm, "made.1");
	assert_int_equal(s->cpus[1].nr_running, 2);
	assert_int_equal(s->cpus[1].clock, 1001);
	assert_int_equal(s->cpus[1].cgroup_id, 42);
	assert_int_equal(s->ncgroups, 2);
	assert_string_equal(s->cgroups[1].path, "/low");
	assert_int_equal(s->cgroups[1].procs, MADE_NTASKS);
	assert_string_equal(sight_scheduler(m->s), "made");
	assert_int_equal(s->scx_enables, 7);
	assert_int_equal(s->sched.watchdog_ns, 1000000000);
	assert_int_equal(s->nscx, 2);
	assert_int_equal(s->scx[0].value, 11); /* of both CPUs */
	assert_int_equal(s->ndsqs, 3);
	assert_int_equal(s->dsqs[2].id, 77);
	assert_int_equal(s->dsqs[2].nr, 4);
	assert_int_equal(s->cut, 0);
	assert_int_equal(sight_unsteady(m->s), 0);
}

static void a_kernel_is_read_as_it_is(void **state)
{
	struct made m;

	make(&m, 0, 4);
	must_be_as_made(&m);
	finish(&m);
}

static void a_kernel_that_moved_itself_is_found(void **state)
{
	struct made m;
	uint64_t slide;

	for (slide = 0x200000; slide < 0x20000000; slide *= 8) {
		make(&m, slide, 4);
		must_be_as_made(&m);
		assert_int_equal(m.s->space.slide, slide);
		finish(&m);
	}
}

static void five_levels_of_page_tables_are_walked(void **state)
{
	struct made m;

	make(&m, 0x400000, 5);
	must_be_as_made(&m);
	assert_int_equal(m.s->space.levels, 5);
	finish(&m);
}

static void a_kernel_that_is_not_there_yet_is_told_later(void **state)
{
	struct err err = ERR_INIT;
	struct made m;
	uint8_t *whole = xcalloc(1, MADE_SIZE);

	make(&m, 0, 4);
	memcpy(whole, m.mem, MADE_SIZE);
	memset(m.mem, 0, MADE_SIZE);
	assert_int_equal(sight_sample(m.s, &m.now, 0, &err), -EAGAIN);
	assert_non_null(strstr(err.msg, "not there"));
	memcpy(m.mem, whole, MADE_SIZE);
	must_be_as_made(&m);
	finish(&m);
	free(whole);
}

/* A list that leads to itself, out of memory, or never back. */
static void a_list_without_an_end_is_not_told(void **state)
{
	static const uint64_t nowhere[] = {
		0, 8, UINT64_MAX, 1, MADE_DIRECT + MADE_SIZE, MADE_DIRECT - 8, MADE_VMAP + 0x1000};
	struct err err = ERR_INIT;
	struct made m;
	size_t i, at;

	for (i = 0; i <= ARRAY_SIZE(nowhere); i++) {
		make(&m, 0, 4);
		at = MADE_TASKS + 0x3000 + m.s->layout.task_tasks.offset;
		made_put(m.mem, at, i < ARRAY_SIZE(nowhere) ? nowhere[i] : MADE_DIRECT + at);
		assert_int_equal(sight_sample(m.s, &m.now, 0, &err), -EAGAIN);
		assert_non_null(strstr(err.msg, "no end"));
		finish(&m);
	}
}

/* A kernel that stood still in the middle of a change: the way back is not right yet. */
static void a_change_that_stands_still_is_read(void **state)
{
	struct made m;

	make(&m, 0, 4);
	made_put(m.mem, MADE_TASKS + 0x3000 + m.s->layout.task_tasks.offset + 8, MADE_DIRECT);
	look(&m);
	assert_int_equal(m.now.ntasks, MADE_NTASKS);
	finish(&m);
}

static void a_queue_that_does_not_fit_has_no_places(void **state)
{
	struct made m;

	make(&m, 0, 4);
	made_put(m.mem, MADE_HEAP + 0x4000 + m.s->layout.dsq_nr.offset, 5);
	look(&m);
	assert_int_equal(m.now.dsqs[2].nr, 5);
	assert_int_equal(m.now.dsqs[2].oldest_ns, SAMPLE_ABSENT);
	assert_int_equal(m.now.tasks[5].dsq_place, SAMPLE_ABSENT);
	assert_int_equal(sight_unsteady(m.s), 1);
	finish(&m);
}

static void what_a_kernel_lacks_is_absent(void **state)
{
	struct made m;

	make(&m, 0, 4);
	m.s->layout.rq_scx_running.size = m.s->layout.rq_local_dsq.size = 0;
	m.s->layout.task_scx_dsq.size = m.s->layout.sch_watchdog.size = 0;
	m.s->symbols.scx_nr_rejected = 0;
	look(&m);
	assert_int_equal(m.now.cpus[0].scx_running, SAMPLE_ABSENT);
	assert_int_equal(m.now.cpus[0].local_dsq, SAMPLE_ABSENT);
	assert_int_equal(m.now.tasks[5].dsq, SAMPLE_ABSENT);
	assert_int_equal(m.now.tasks[5].held, SAMPLE_ABSENT);
	assert_int_equal(m.now.sched.watchdog_ns, SAMPLE_ABSENT);
	assert_int_equal(m.now.sched.rejected, SAMPLE_ABSENT);
	assert_int_equal(m.now.tasks[5].mig_llc, SAMPLE_ABSENT);
	assert_int_equal(m.now.drops, SAMPLE_ABSENT);
	finish(&m);
}

/* A scheduler at heap + at, attached to the cgroup at heap + cgrp. */
static void make_sub(struct made *m, uint64_t at, const char *name, uint64_t level, uint64_t cgrp)
{
	const struct layout *l = &m->s->layout;
	uint64_t sch = MADE_HEAP + at, pcpu = sch + 0x800, va, pa;
	unsigned cpu;

	memcpy(m->mem + sch + l->sch_name.offset, name, strlen(name) + 1);
	made_put(m->mem, sch + l->sch_level.offset, level);
	made_put(m->mem, sch + l->sch_cgrp.offset, MADE_DIRECT + MADE_HEAP + cgrp);
	made_put(m->mem, sch + l->sch_pcpu.offset, MADE_DIRECT + pcpu);
	for (cpu = 0; cpu < 2; cpu++) {
		uint64_t q = pcpu + 0x4000 * cpu + l->pcpu_bypass_dsq.offset;

		made_put(m->mem, pcpu + 0x4000 * cpu + l->pcpu_events.offset, 7 + cpu);
		va = MADE_DIRECT + q + l->dsq_list.offset;
		pa = q + l->dsq_list.offset;
		made_list(m->mem, &va, &pa, 1);
	}
}

static void below(struct made *m, uint64_t parent, uint64_t child)
{
	const struct layout *l = &m->s->layout;
	uint64_t pa[2] = {MADE_HEAP + parent + l->sch_children.offset,
			  MADE_HEAP + child + l->sch_sibling.offset};
	uint64_t va[2] = {MADE_DIRECT + pa[0], MADE_DIRECT + pa[1]};

	made_list(m->mem, va, pa, 2);
}

/* One for the cgroup "low", and below it one for a cgroup that is in no list. */
static void make_subs(struct made *m)
{
	uint64_t heap = MADE_DIRECT + MADE_HEAP;
	const struct layout *l;
	unsigned i;

	make(m, 0, 4);
	l = &m->s->layout;
	make_sub(m, 0x10000, "child", 1, 0x1000);
	make_sub(m, 0x11800, "grand\033child", 2, 0x13000);
	made_put(m->mem, MADE_HEAP + 0x13000 + l->cgrp_kn.offset, heap + 0x13800);
	made_put(m->mem, MADE_HEAP + 0x13800 + l->kn_id.offset, 43);
	below(m, 0, 0x10000);
	below(m, 0x10000, 0x11800);
	made_put(m->mem, MADE_HEAP + 0x1000 + l->cgrp_scx.offset, heap + 0x10000);
	made_put(m->mem, m->s->symbols.cgrp_dfl_root - MADE_TEXT + l->cgrp_scx.offset, heap);
	for (i = 0; i < MADE_NTASKS; i++)
		made_put(m->mem, MADE_TASKS + 0x1000 * i + l->task_scx_sched.offset,
			 heap + (i == 2 ? 0x10000 : i == 3 ? 0x11800 : 0));
}

static void sub_schedulers_are_a_tree_and_have_their_own(void **state)
{
	struct made m;

	make_subs(&m);
	look(&m);
	assert_int_equal(m.now.nsubs, 2);
	assert_string_equal(m.now.subs[0].name, "child");
	assert_int_equal(m.now.subs[0].cgroup_id, 42);
	assert_int_equal(m.now.subs[0].parent, SAMPLE_ABSENT);
	assert_int_equal(m.now.subs[0].level, 1);
	assert_int_equal(m.now.subs[0].exit_kind, 0);
	assert_int_equal(m.now.subs[0].events[0], 15);
	assert_int_equal(m.now.subs[0].events[1], 0);
	assert_int_equal(m.now.subs[0].events[2], SAMPLE_ABSENT);
	assert_int_equal(m.now.subs[1].cgroup_id, 43);
	assert_int_equal(m.now.subs[1].parent, 42);
	assert_int_equal(m.now.cgroups[0].sched, SAMPLE_ABSENT);
	assert_int_equal(m.now.cgroups[1].sched, 42);
	assert_int_equal(m.now.tasks[1].sched, SAMPLE_ABSENT);
	assert_int_equal(m.now.tasks[2].sched, 42);
	assert_int_equal(m.now.tasks[3].sched, 43);
	assert_int_equal(m.now.cut, 0);
	assert_int_equal(sight_unsteady(m.s), 0);
	finish(&m);
}

static void a_tree_of_schedulers_that_changes_is_told_as_far_as_it_goes(void **state)
{
	struct made m;

	make_subs(&m);
	made_put(m.mem, MADE_HEAP + 0x11800 + m.s->layout.sch_sibling.offset + 8, MADE_DIRECT);
	look(&m);
	assert_int_equal(m.now.nsubs, 1);
	assert_int_equal(m.now.tasks[3].sched, SAMPLE_ABSENT);
	assert_int_equal(m.now.cut, 1);
	finish(&m);
	/* a child that is its own parent */
	make_subs(&m);
	below(&m, 0x11800, 0x11800);
	look(&m);
	assert_true(m.now.nsubs <= SAMPLE_SUBS_MAX && m.now.cut);
	finish(&m);
	/* a kernel without them: an address is never told for an id */
	make_subs(&m);
	m.s->layout.sch_children.size = 0;
	look(&m);
	assert_int_equal(m.now.nsubs, 0);
	assert_int_equal(m.now.cgroups[1].sched, SAMPLE_ABSENT);
	assert_int_equal(m.now.tasks[2].sched, SAMPLE_ABSENT);
	finish(&m);
	/* and none is in force */
	make_subs(&m);
	made_put(m.mem, m.s->symbols.scx_root - MADE_TEXT, 0);
	look(&m);
	assert_int_equal(m.now.nsubs, 0);
	assert_int_equal(m.now.cgroups[1].sched, SAMPLE_ABSENT);
	finish(&m);
}

static void time_goes_on_in_an_idle_guest_and_not_in_a_stopped_one(void **state)
{
	struct err err = ERR_INIT;
	struct made m;
	uint64_t t;

	make(&m, 0, 4);
	assert_int_equal(sight_sample(m.s, &m.now, 1000, &err), 0);
	t = m.now.t_ns;
	assert_int_equal(sight_sample(m.s, &m.now, 1500, &err), 0);
	assert_int_equal(m.now.t_ns, t + 500);
	assert_int_equal(sight_sample(m.s, &m.now, 0, &err), 0);
	assert_int_equal(m.now.t_ns, t + 500);
	assert_int_equal(sight_sample(m.s, &m.now, 90000, &err), 0);
	assert_int_equal(m.now.t_ns, t + 500); /* never less, and not the time it stood */
	finish(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_kernel_is_read_as_it_is),
		cmocka_unit_test(a_kernel_that_moved_itself_is_found),
		cmocka_unit_test(five_levels_of_page_tables_are_walked),
		cmocka_unit_test(a_kernel_that_is_not_there_yet_is_told_later),
		cmocka_unit_test(a_list_without_an_end_is_not_told),
		cmocka_unit_test(a_change_that_stands_still_is_read),
		cmocka_unit_test(a_queue_that_does_not_fit_has_no_places),
		cmocka_unit_test(what_a_kernel_lacks_is_absent),
		cmocka_unit_test(sub_schedulers_are_a_tree_and_have_their_own),
		cmocka_unit_test(a_tree_of_schedulers_that_changes_is_told_as_far_as_it_goes),
		cmocka_unit_test(time_goes_on_in_an_idle_guest_and_not_in_a_stopped_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
