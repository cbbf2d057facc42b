/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_trace_reader - the stream of switches out of a memory that this test writes as the kernel's
 * programs would: order, laps, overruns, what is half written; and what is hostile.
 */
#include "tests/unit/test.h"

#include "session/trace_reader.h"
#include "session/trace_whose.h"

#include <inttypes.h>
#include <pthread.h>

enum { CPUS = 2, SLOTS = 64, HEAD_PAGE = 1, RECORD_PAGE = 2, RECORD_PAGES = 2, NAME_PAGE = 4 };
#define NAME_PAGES ((uint32_t)(TRACE_NAMES * sizeof(struct trace_name_slot) / WIRE_TRACE_PAGE))
#define PAGES      (NAME_PAGE + NAME_PAGES)

static uint8_t *ram;
static struct guest_memory memory;
static struct trace_record got[4096];
static struct trace_task names[64];
static size_t ngot, nnames, named;
static uint64_t seen_ns;
static struct trace_reader *reader;

static void on_record(void *arg, const struct trace_record *r)
{
	assert_true(ngot < sizeof(got) / sizeof(*got));
	got[ngot++] = *r;
}

static void on_name(void *arg, const struct trace_task *n)
{
	names[nnames++ % 64] = *n;
}

static void on_seen(void *arg, uint64_t t_ns)
{
	assert_true(t_ns >= seen_ns);
	seen_ns = t_ns;
}

static const struct trace_sink sink = {on_record, on_name, on_seen};

enum { SLOT = sizeof(struct trace_slot) };

/* In bytes of slots; of the names (CPUS) one for each. */
static uint64_t *head(unsigned cpu)
{
	return (uint64_t *)(void *)(ram + (cpu == CPUS ? HEAD_PAGE * WIRE_TRACE_PAGE
						       : RECORD_PAGE * WIRE_TRACE_PAGE +
								 cpu * TRACE_RING(SLOTS)));
}

static uint64_t take_one(unsigned cpu)
{
	*head(cpu) += SLOT;
	return *head(cpu) / SLOT - 1;
}

static void frames(struct wire_trace_pages *p, uint64_t *list, uint64_t first, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		list[i] = first + i;
	*p = (struct wire_trace_pages){(const uint8_t *)list, n};
}

static int set_up(void **state)
{
	static uint64_t lists[3][PAGES];
	struct wire_trace_rings rings = {.ncpus = CPUS, .slots = SLOTS}, back;
	static uint8_t frame[64 << 10];
	struct wire_writer w;
	struct wire_header h;
	struct wire_reader r;
	struct err err = ERR_INIT;

	ram = calloc(PAGES, WIRE_TRACE_PAGE);
	memory = (struct guest_memory){ram, (uint64_t)PAGES * WIRE_TRACE_PAGE,
				       (uint64_t)PAGES * WIRE_TRACE_PAGE};
	ngot = nnames = named = 0;
	seen_ns = 0;
	frames(&rings.heads, lists[0], HEAD_PAGE, 1);
	frames(&rings.records, lists[1], RECORD_PAGE, RECORD_PAGES);
	frames(&rings.names, lists[2], NAME_PAGE, NAME_PAGES);
	/* by the road it takes */
	wire_begin(&w, frame, sizeof(frame));
	wire_trace_put(&w, &rings);
	assert_true(wire_end(&w, WIRE_TRACE_RINGS, 0, 0));
	assert_true(wire_frame(frame, w.len, &h, &r) > 0);
	assert_int_equal(wire_trace_read(&r, &back), 0);
	assert_true(wire_reader_done(&r));
	reader = trace_reader_create(&memory, &back, NULL, &sink, NULL, &err);
	assert_non_null(reader);
	return 0;
}

static int tear_down(void **state)
{
	trace_reader_destroy(reader);
	free(ram);
	return 0;
}

static struct trace_slot *slot(unsigned cpu, uint64_t at)
{
	return (struct trace_slot *)(void *)(ram + RECORD_PAGE * WIRE_TRACE_PAGE +
					     cpu * TRACE_RING(SLOTS) + sizeof(struct trace_head)) +
	       at % SLOTS;
}

static void name_slot(uint64_t at, uint64_t t, uint64_t task, int tid, const char *comm)
{
	struct trace_name_slot *n =
		(struct trace_name_slot *)(void *)(ram + NAME_PAGE * WIRE_TRACE_PAGE) +
		at % TRACE_NAMES;

	*n = (struct trace_name_slot){.t_ns = t,
				      .cgroup_id = 5,
				      .task = task,
				      .tid = tid,
				      .pid = tid,
				      .lap = at / TRACE_NAMES + 1};
	memcpy(n->comm, comm, strnlen(comm, sizeof(n->comm)));
	*head(CPUS) = at + 1;
}

/* Where the task is in the kernel, which the names tell. */
static uint64_t address_of(int tid)
{
	uint64_t address = 0xffff888000000000u + (uint64_t)tid * 4096;

	name_slot(named++, 0, address, tid, "x");
	return address;
}

/* The state of who goes with a switch counts when it sleeps. */
static void write_slot(unsigned cpu, uint64_t at, uint64_t t, enum trace_ring_type type,
		       unsigned state, unsigned to, int tid, int other)
{
	bool is_switch = type == TRACE_RING_SWITCH;
	struct trace_slot s = {.t_ns = t,
			       .other = other,
			       .state = (unsigned short)state,
			       .at = (unsigned short)(is_switch ? state != 0 : to),
			       .end = (at + 1) * SLOT + type};

	if (is_switch)
		s.task = address_of(tid);
	else
		s.tid = tid;
	*slot(cpu, at) = s;
}

static void make(unsigned cpu, uint64_t t, enum trace_ring_type type, unsigned state, unsigned to,
		 int tid, int other)
{
	write_slot(cpu, take_one(cpu), t, type, state, to, tid, other);
}

static void balanced(void)
{
	unsigned cpu;

	for (cpu = 0; cpu < CPUS; cpu++) {
		struct trace_account a = trace_reader_cpu_account(reader, cpu);

		assert_int_equal(a.produced, a.delivered + a.dropped);
		assert_int_equal(a.produced, *head(cpu) / SLOT);
	}
}

static void records_of_all_cpus_come_in_order_of_time(void **state)
{
	const uint64_t base = (UINT64_C(5) << WIRE_TRACE_TIME_BITS) - 50; /* the low bits turn over */
	size_t i;

	make(1, base + 10, TRACE_RING_SWITCH, 1, 0, 4194303, 7);
	make(0, base + 30, TRACE_RING_WAKE, 0, 1, 9, 0);
	make(0, base + 70, TRACE_RING_MIGRATE, 0, 0, 9, 1);
	make(1, base + 60, TRACE_RING_SWITCH, 0, 0, 0, 4194303);
	trace_reader_poll(reader, base + 20, false);
	/* only what no other CPU can come before any more */
	assert_int_equal(ngot, 1);
	trace_reader_poll(reader, base + 20, false);
	assert_int_equal(ngot, 3);
	assert_int_equal(seen_ns, base + 70);
	trace_reader_poll(reader, base + 90, true);
	assert_int_equal(ngot, 4);
	for (i = 1; i < ngot; i++)
		assert_true(got[i - 1].t_ns <= got[i].t_ns);
	assert_int_equal(got[0].t_ns, base + 10);
	assert_int_equal(got[0].type, TRACE_SWITCH);
	assert_int_equal(got[0].state, 'S');
	assert_int_equal(got[0].cpu, 1);
	assert_int_equal(got[0].tid, 4194303);
	assert_int_equal(got[0].other, 7);
	assert_int_equal(got[1].type, TRACE_WAKE);
	assert_int_equal(got[1].to, 1);
	assert_int_equal(got[2].state, 'r');
	/* a migration is told on the CPU it leaves */
	assert_int_equal(got[3].type, TRACE_MIGRATE);
	assert_int_equal(got[3].cpu, 1);
	assert_int_equal(got[3].to, 0);
	balanced();
}

static void an_overrun_ring_loses_records_and_says_how_many_and_where(void **state)
{
	uint64_t t = 1000, lost = 0;
	size_t i, rest = 0;
	int round;

	make(0, t++, TRACE_RING_SWITCH, 1, 0, 1, 0);
	trace_reader_poll(reader, t, false);
	for (round = 0; round < 3; round++) {
		for (i = 0; i < 100; i++)
			make(0, t++, TRACE_RING_SWITCH, 1, 0, 1 + (int)i, (int)i);
		trace_reader_poll(reader, t, false);
	}
	trace_reader_poll(reader, t, true);
	for (i = 0; i < ngot; i++) {
		if (got[i].type != TRACE_LOST) {
			rest++;
			continue;
		}
		lost += got[i].count;
		/* right before the first that came through */
		assert_int_equal(got[i].t_ns, got[i + 1].t_ns);
	}
	assert_int_equal(lost, 3 * (100 - SLOTS + SLOTS / 8));
	assert_int_equal(rest + lost, 301);
	assert_int_equal(trace_reader_cpu_account(reader, 0).dropped, lost);
	balanced();
}

static void the_low_bits_of_a_time_are_those_nearest_to_now(void **state)
{
	const uint64_t turn = UINT64_C(5) << WIRE_TRACE_TIME_BITS;

	make(0, turn - 40, TRACE_RING_WAKE, 0, 0, 1, 0);
	make(0, turn + 40, TRACE_RING_WAKE, 0, 0, 2, 0);
	trace_reader_poll(reader, turn + 100, false); /* now is after the turn */
	make(0, 2 * turn - 40, TRACE_RING_WAKE, 0, 0, 1, 0);
	make(0, 2 * turn + 40, TRACE_RING_WAKE, 0, 0, 2, 0);
	trace_reader_poll(reader, 2 * turn - 100, true); /* and before it */
	assert_int_equal(ngot, 4);
	assert_int_equal(got[0].t_ns, turn - 40);
	assert_int_equal(got[1].t_ns, turn + 40);
	assert_int_equal(got[2].t_ns, 2 * turn - 40);
	assert_int_equal(got[3].t_ns, 2 * turn + 40);
}

static void who_is_woken_before_it_has_gone_keeps_what_it_was(void **state)
{
	enum { UNINTERRUPTIBLE = 2, WAKING = 0x200 };

	make(0, 110, TRACE_RING_SWITCH, WAKING, 0, 0, 7);          /* by CPU 1, told after this */
	make(1, 100, TRACE_RING_WAKE, UNINTERRUPTIBLE, 0, 7, 300); /* but before it in time */
	make(0, 120, TRACE_RING_SWITCH, WAKING, 0, 0, 8);          /* by a record that was lost */
	make(0, 130, TRACE_RING_WAKE, WAKING, 0, 9, 300);
	make(0, 140, TRACE_RING_SWITCH, WAKING, 0, 0, 9);
	trace_reader_poll(reader, 200, true);
	assert_int_equal(ngot, 5);
	assert_int_equal(got[0].type, TRACE_WAKE);
	assert_int_equal(got[0].state, 0);
	assert_int_equal(got[1].other, 7);
	assert_int_equal(got[1].state, 'D');
	assert_int_equal(got[2].other, 8);
	assert_int_equal(got[2].state, '?');
	assert_int_equal(got[4].other, 9);
	assert_int_equal(got[4].state, '?');
	balanced();
}

static void a_state_counts_only_of_who_sleeps(void **state)
{
	make(0, 100, TRACE_RING_SWITCH, 1, 0, 0, 7);
	make(0, 200, TRACE_RING_SWITCH, 1, 0, 7, 0);
	slot(0, 1)->at = 0xfffe; /* all but its lowest bit is the kernel's own */
	trace_reader_poll(reader, 300, true);
	assert_int_equal(ngot, 2);
	assert_int_equal(got[0].state, 'S');
	assert_int_equal(got[1].state, 'r');
}

/* ---- who is at an address ---- */

enum { AT = 0x9000, AT_TOO = 0xa000 };

static void make_unnamed(unsigned cpu, uint64_t t, uint64_t task, int other)
{
	uint64_t at = take_one(cpu);

	*slot(cpu, at) = (struct trace_slot){
		.t_ns = t, .task = task, .other = other, .end = (at + 1) * SLOT + TRACE_RING_SWITCH};
}

static void a_switch_seen_from_outside_tells_the_tid_and_needs_no_name(void **state)
{
	make(0, 100, TRACE_RING_WAKE, 0, 0, 7, 0);
	*slot(0, take_one(0)) = (struct trace_slot){
		.t_ns = 90, .tid = 8, .other = 7, .state = 2, .at = 1, .end = 2 * SLOT + TRACE_RING_SEEN};
	*slot(0, take_one(0)) = (struct trace_slot){
		.t_ns = 110, .tid = 9, .other = 8, .state = 2, .end = 3 * SLOT + TRACE_RING_SEEN};
	trace_reader_poll(reader, 200, true);
	assert_int_equal(ngot, 3);
	/* all of it is there when its position is, whatever the time before */
	assert_int_equal(got[0].type, TRACE_SWITCH);
	assert_int_equal(got[0].tid, 8);
	assert_int_equal(got[0].other, 7);
	assert_int_equal(got[0].state, 'D');
	assert_int_equal(got[2].tid, 9);
	assert_int_equal(got[2].state, 'r');
	balanced();
}

static void records_may_be_in_other_rings_than_the_guest_s(void **state)
{
	struct wire_trace_rings rings = {.ncpus = 1, .slots = SLOTS};
	static uint64_t lists[3][PAGES];
	uint8_t *own = calloc(1, 2 * TRACE_RING(SLOTS) + WIRE_TRACE_PAGE);
	struct trace_rings seen = {.bytes = own, .ncpus = 2, .slots = SLOTS};
	struct trace_head *h = (struct trace_head *)(void *)(own + TRACE_RING(SLOTS));
	struct err err = ERR_INIT;
	struct trace_reader *r;

	frames(&rings.heads, lists[0], HEAD_PAGE, 1);
	frames(&rings.records, lists[1], RECORD_PAGE, 1);
	frames(&rings.names, lists[2], NAME_PAGE, NAME_PAGES);
	r = trace_reader_create(&memory, &rings, &seen, &sink, NULL, &err);
	assert_non_null(r);
	make(0, 50, TRACE_RING_WAKE, 0, 0, 1, 0); /* nobody reads there */
	h->produced = SLOT;
	*(struct trace_slot *)(void *)(h + 1) =
		(struct trace_slot){.t_ns = 100, .tid = 3, .other = 4, .end = SLOT + TRACE_RING_SEEN};
	trace_reader_poll(r, 200, true);
	assert_int_equal(ngot, 1);
	assert_int_equal(got[0].cpu, 1);
	assert_int_equal(got[0].tid, 3);
	assert_int_equal(trace_reader_account(r).delivered, 1);
	trace_reader_destroy(r);
	free(own);
}

static void who_was_at_an_address_depends_on_when(void **state)
{
	make_unnamed(0, 110, AT, 1);
	make_unnamed(1, 120, AT_TOO, 2);
	make_unnamed(1, 160, AT, 3);
	name_slot(named++, 100, AT, 5, "old");
	name_slot(named++, 105, AT_TOO, 0, "swapper/1");
	name_slot(named++, 150, AT, 6, "new");
	name_slot(named++, 155, AT, 6, "renamed");
	trace_reader_poll(reader, 200, true);
	assert_int_equal(ngot, 3);
	assert_int_equal(got[0].tid, 5);
	assert_int_equal(got[1].tid, 0);
	assert_int_equal(got[2].tid, 6);
	assert_int_equal(nnames, 3); /* that of an idle task is none */
	balanced();
}

static void who_has_no_name_is_known_by_how_it_goes(void **state)
{
	make_unnamed(0, 100, AT, 1);
	make(0, 105, TRACE_RING_WAKE, 0, 0, 30, 8);
	make_unnamed(0, 110, AT_TOO, 8);
	trace_reader_poll(reader, 200, true);
	/* who came last went nowhere yet */
	assert_int_equal(ngot, 3);
	assert_int_equal(got[0].tid, 8);
	assert_int_equal(got[2].type, TRACE_LOST);
	assert_int_equal(got[2].count, 1);
	assert_int_equal(got[2].cpu, 0);
	assert_int_equal(trace_reader_cpu_account(reader, 0).dropped, 1);
	/* and it is remembered */
	make_unnamed(1, 210, AT, 0);
	trace_reader_poll(reader, 300, true);
	assert_int_equal(got[3].type, TRACE_SWITCH);
	assert_int_equal(got[3].tid, 8);
	balanced();
}

static void nothing_is_known_by_who_goes_after_a_gap(void **state)
{
	int i;

	make_unnamed(0, 100, AT, 1);
	trace_reader_poll(reader, 50, false);
	for (i = 0; i < SLOTS + 1; i++)
		make(0, 200 + (uint64_t)i, TRACE_RING_SWITCH, 0, 0, 7, 7);
	trace_reader_poll(reader, 400, true);
	assert_int_equal(got[0].type, TRACE_LOST);
	assert_int_equal(got[0].count, 1);
	assert_int_equal(got[0].t_ns, 100);
	balanced();
}

static void addresses_without_end_are_kept_in_bounds(void **state)
{
	struct trace_whose *w = trace_whose_create();
	uint64_t i;
	int32_t tid = -1;

	for (i = 0; i <= TRACE_WHOSE_MAX; i++)
		trace_whose_put(w, 1 + i, (int32_t)i, 10);
	assert_true(trace_whose_get(w, TRACE_WHOSE_MAX, 10, &tid));
	assert_int_equal(tid, TRACE_WHOSE_MAX - 1);
	assert_false(trace_whose_get(w, TRACE_WHOSE_MAX + 1, 10, &tid));
	/* who is there already can still change, and what is told late counts for then */
	trace_whose_put(w, 7, 70, 30);
	trace_whose_put(w, 7, 60, 20);
	assert_false(trace_whose_get(w, 7, 9, &tid));
	assert_true(trace_whose_get(w, 7, 29, &tid));
	assert_int_equal(tid, 60);
	assert_true(trace_whose_get(w, 7, 30, &tid));
	assert_int_equal(tid, 70);
	trace_whose_destroy(w);
	/* no task is there: they take nobody's room */
	w = trace_whose_create();
	for (i = 0; i < TRACE_WHOSE_MAX; i++) {
		trace_whose_put(w, 0, 1, i);
		trace_whose_put(w, UINT64_MAX, 1, i);
	}
	assert_false(trace_whose_get(w, 0, UINT64_MAX, &tid));
	assert_false(trace_whose_get(w, UINT64_MAX, UINT64_MAX, &tid));
	trace_whose_put(w, AT, 3, 1);
	assert_true(trace_whose_get(w, AT, 1, &tid));
	trace_whose_destroy(w);
}

/* ---- while it is written ---- */

#define RACE 3000000u

static uint64_t race_at;

/* Of a switch: an address, which is named as the tid. */
static uint64_t raced_tid(uint64_t at)
{
	return 1 + at % (at % 3 ? WIRE_TRACE_TID_MASK : 1000);
}

/*
 * As the kernel's programs do it: the position, then its words, the one with the position last; of a
 * switch, which is every third, the time is last.
 */
static void *write_on(void *arg)
{
	uint64_t at;

	for (at = 0; at < RACE; at++) {
		struct trace_slot *s = slot(0, at);
		/* who goes and who came before is one task; a time of 0 is none */
		uint64_t tids = raced_tid(at), other = at * 7 & WIRE_TRACE_TID_MASK;
		uint64_t type = at % 3 ? TRACE_RING_WAKE : TRACE_RING_SWITCH;
		uint64_t *words = (uint64_t *)(void *)s;

		__atomic_fetch_add(head(0), SLOT, __ATOMIC_SEQ_CST);
		if (type == TRACE_RING_WAKE)
			__atomic_store_n(&words[0], at + 1, __ATOMIC_RELEASE);
		__atomic_store_n(&words[1], tids, __ATOMIC_RELEASE);
		__atomic_store_n(&words[2], other, __ATOMIC_RELEASE);
		__atomic_store_n(&words[3], (at + 1) * SLOT + type, __ATOMIC_RELEASE);
		if (type == TRACE_RING_SWITCH)
			__atomic_store_n(&words[0], at + 1, __ATOMIC_RELEASE);
	}
	return NULL;
}

/* Each record is whole and at its place: what came before it and was lost is its number. */
static void on_raced(void *arg, const struct trace_record *r)
{
	if (r->type == TRACE_LOST) {
		race_at += r->count;
		return;
	}
	assert_int_equal(r->t_ns, race_at + 1);
	assert_int_equal(r->type, race_at % 3 ? TRACE_WAKE : TRACE_SWITCH);
	assert_int_equal(r->tid, raced_tid(race_at));
	assert_int_equal(r->other, race_at * 7 & WIRE_TRACE_TID_MASK);
	race_at++;
}

static void nothing_torn_is_told_however_quick_the_writer_is(void **state)
{
	static const struct trace_sink raced = {on_raced, on_name, on_seen};
	struct wire_trace_rings rings = {.ncpus = CPUS, .slots = SLOTS};
	static uint64_t lists[3][PAGES];
	struct err err = ERR_INIT;
	struct trace_reader *r;
	struct trace_account a;
	pthread_t writer;
	int tid;

	frames(&rings.heads, lists[0], HEAD_PAGE, 1);
	frames(&rings.records, lists[1], RECORD_PAGE, RECORD_PAGES);
	frames(&rings.names, lists[2], NAME_PAGE, NAME_PAGES);
	r = trace_reader_create(&memory, &rings, NULL, &raced, NULL, &err);
	assert_non_null(r);
	race_at = 0;
	for (tid = 1; tid <= 1000; tid++)
		name_slot(named++, 0, (uint64_t)tid, tid, "x");
	assert_int_equal(pthread_create(&writer, NULL, write_on, NULL), 0);
	while (__atomic_load_n(head(0), __ATOMIC_SEQ_CST) / SLOT < RACE)
		trace_reader_poll(r, 0, false);
	pthread_join(writer, NULL);
	trace_reader_poll(r, 0, true);
	a = trace_reader_cpu_account(r, 0);
	assert_int_equal(a.produced, RACE);
	assert_int_equal(a.delivered + a.dropped, RACE);
	assert_int_equal(race_at, RACE);
	assert_true(a.delivered > 0);
	trace_reader_destroy(r);
}

static void a_slot_that_is_being_written_holds_the_rest_back(void **state)
{
	make(0, 100, TRACE_RING_SWITCH, 1, 0, 1, 0);
	take_one(0); /* taken, not written */
	make(0, 300, TRACE_RING_SWITCH, 1, 0, 3, 2);
	make(1, 250, TRACE_RING_SWITCH, 1, 0, 4, 0);
	trace_reader_poll(reader, 400, false);
	trace_reader_poll(reader, 400, false);
	assert_int_equal(ngot, 0); /* CPU 0 may still have something from 100 on */
	write_slot(0, 1, 200, TRACE_RING_SWITCH, 1, 0, 2, 1);
	trace_reader_poll(reader, 400, false);
	assert_int_equal(ngot, 4);
	assert_int_equal(got[1].tid, 2);
	assert_int_equal(got[2].tid, 4);
	assert_int_equal(got[3].tid, 3);
	/* so does a switch without its time, which is of a lap ago or none */
	write_slot(0, take_one(0), 0, TRACE_RING_SWITCH, 1, 0, 5, 3);
	trace_reader_poll(reader, 500, false);
	trace_reader_poll(reader, 500, false);
	assert_int_equal(ngot, 4);
	slot(0, 3)->t_ns = 150;
	trace_reader_poll(reader, 500, false);
	assert_int_equal(ngot, 4);
	slot(0, 3)->t_ns = 450;
	trace_reader_poll(reader, 500, false);
	trace_reader_poll(reader, 500, false);
	assert_int_equal(ngot, 5);
	assert_int_equal(got[4].t_ns, 450);
	/* at the end it counts as lost */
	take_one(0);
	trace_reader_poll(reader, 500, true);
	assert_int_equal(got[ngot - 1].type, TRACE_LOST);
	assert_int_equal(got[ngot - 1].count, 1);
	balanced();
}

static void a_switch_has_no_time_before_it_is_written(void **state)
{
	const uint64_t up = UINT64_C(1) << WIRE_TRACE_TIME_BITS; /* the guest has run for long */

	write_slot(0, take_one(0), 0, TRACE_RING_SWITCH, 1, 0, 5, 3);
	trace_reader_poll(reader, up + 10, false);
	trace_reader_poll(reader, up + 10, false);
	assert_int_equal(ngot, 0);
	slot(0, 0)->t_ns = up + 5;
	/* a clock that goes back holds nothing back once the CPU has gone on */
	write_slot(0, take_one(0), up + 3, TRACE_RING_SWITCH, 1, 0, 3, 5);
	trace_reader_poll(reader, up + 10, false);
	trace_reader_poll(reader, up + 10, false);
	assert_int_equal(ngot, 0);
	make(0, up + 7, TRACE_RING_SWITCH, 1, 0, 5, 3);
	trace_reader_poll(reader, up + 10, false);
	trace_reader_poll(reader, up + 10, false);
	assert_int_equal(ngot, 3);
	balanced();
}

static void what_an_interrupt_wrote_in_between_is_put_right(void **state)
{
	make(0, 100, TRACE_RING_WAKE, 0, 0, 1, 0);
	make(0, 130, TRACE_RING_WAKE, 0, 0, 2, 0);
	make(0, 120, TRACE_RING_WAKE, 0, 0, 3, 0);
	trace_reader_poll(reader, 200, true);
	assert_int_equal(ngot, 3);
	assert_int_equal(got[1].tid, 3);
	assert_int_equal(got[2].tid, 2);
}

static void make_name(uint64_t at, int tid, const char *comm)
{
	name_slot(at, at, (uint64_t)tid, tid, comm);
}

static void names_are_handed_on_and_lost_ones_counted(void **state)
{
	uint64_t i;

	make_name(0, 11, "one");
	make_name(1, 12, "no end in sixteen");
	trace_reader_poll(reader, 1, false);
	assert_int_equal(nnames, 2);
	assert_string_equal(names[0].comm, "one");
	assert_string_equal(names[1].comm, "no end in sixte");
	for (i = 2; i < TRACE_NAMES + 12; i++)
		make_name(i, (int)i, "x");
	trace_reader_poll(reader, 1, false);
	assert_int_equal(trace_reader_names_lost(reader), 10 + TRACE_NAMES / 8);
	assert_int_equal(nnames + trace_reader_names_lost(reader), TRACE_NAMES + 12);
}

/* Ends, and keeps within its account. */
static void hostile_heads_and_slots_lose_records_and_nothing_else(void **state)
{
	static const uint64_t heads[] = {UINT64_MAX,     0,         UINT64_C(1) << 63, 5,
					 UINT64_MAX - 1, UINT64_MAX};
	uint32_t seed = 1;
	size_t i, k;

	for (i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		for (k = RECORD_PAGE * WIRE_TRACE_PAGE; k < (RECORD_PAGE + 3) * WIRE_TRACE_PAGE;
		     k++) {
			seed = seed * 1103515245u + 12345u;
			ram[k] = (uint8_t)(seed >> 16);
		}
		*head(0) = heads[i];
		*head(CPUS) = heads[i];
		ngot = 0;
		trace_reader_poll(reader, 1000, i % 2);
	}
	assert_int_equal(trace_reader_cpu_account(reader, 0).produced,
			 trace_reader_cpu_account(reader, 0).delivered +
				 trace_reader_cpu_account(reader, 0).dropped);
}

static void rings_where_there_is_no_memory_are_refused(void **state)
{
	uint64_t list[PAGES];
	struct wire_trace_rings rings = {.ncpus = CPUS, .slots = SLOTS};
	struct err err = ERR_INIT;

	frames(&rings.heads, list, PAGES, 1);
	frames(&rings.records, list + 1, RECORD_PAGE, RECORD_PAGES);
	frames(&rings.names, list + 1 + RECORD_PAGES, NAME_PAGE, NAME_PAGES);
	assert_null(trace_reader_create(&memory, &rings, NULL, &sink, NULL, &err));
	assert_non_null(strstr(err.msg, "no memory"));
	list[0] = UINT64_MAX;
	assert_null(trace_reader_create(&memory, &rings, NULL, &sink, NULL, &err));
	memory.base = NULL;
	assert_null(trace_reader_create(&memory, &rings, NULL, &sink, NULL, &err));
}

static void sizes_that_do_not_belong_together_are_no_rings(void **state)
{
	static const uint32_t bad[][3] = {/* CPUs, slots, pages too few */
					  {0, 64, 0},    {1, 63, 0},       {1, 32, 0},
					  {1025, 64, 0}, {1, 1u << 31, 0}, {1, 64, 1}};
	static uint64_t list[2 * NAME_PAGE + NAME_PAGES];
	static uint8_t frame[64 << 10];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct wire_trace_rings rings = {.ncpus = bad[i][0], .slots = bad[i][1]}, back;
		struct wire_writer w;
		struct wire_header h;
		struct wire_reader r;

		rings.heads = (struct wire_trace_pages){(uint8_t *)list, 1};
		rings.records = (struct wire_trace_pages){(uint8_t *)list, 1};
		rings.names = (struct wire_trace_pages){(uint8_t *)list, NAME_PAGES - bad[i][2]};
		wire_begin(&w, frame, sizeof(frame));
		wire_trace_put(&w, &rings);
		assert_true(wire_end(&w, WIRE_TRACE_RINGS, 0, 0));
		wire_frame(frame, w.len, &h, &r);
		assert_true(wire_trace_read(&r, &back) < 0);
	}
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(records_of_all_cpus_come_in_order_of_time),
		T(an_overrun_ring_loses_records_and_says_how_many_and_where),
		T(the_low_bits_of_a_time_are_those_nearest_to_now),
		T(nothing_torn_is_told_however_quick_the_writer_is),
		T(a_slot_that_is_being_written_holds_the_rest_back),
		T(who_is_woken_before_it_has_gone_keeps_what_it_was),
		T(a_switch_has_no_time_before_it_is_written),
		T(a_state_counts_only_of_who_sleeps),
		T(a_switch_seen_from_outside_tells_the_tid_and_needs_no_name),
		T(records_may_be_in_other_rings_than_the_guest_s),
		T(who_was_at_an_address_depends_on_when),
		T(who_has_no_name_is_known_by_how_it_goes),
		T(nothing_is_known_by_who_goes_after_a_gap),
		T(addresses_without_end_are_kept_in_bounds),
		T(what_an_interrupt_wrote_in_between_is_put_right),
		T(names_are_handed_on_and_lost_ones_counted),
		T(hostile_heads_and_slots_lose_records_and_nothing_else),
		T(rings_where_there_is_no_memory_are_refused),
		T(sizes_that_do_not_belong_together_are_no_rings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
