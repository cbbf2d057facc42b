/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_witness - the desk that this program and the emulator share, with this test as the emulator:
 * orders, answers, sizes; and which emulators are asked at all.
 */
#include "test.h"

#include "vmm/witness.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct witness *witness;
static struct witness_desk *other; /* as the emulator has it */
static int fds[WITNESS_FDS];

static int set_up(void **state)
{
	struct err err = ERR_INIT;
	struct stat st;

	witness = witness_create(2, false, &err);
	assert_non_null(witness);
	witness_fds(witness, fds);
	assert_int_equal(fstat(fds[0], &st), 0);
	other = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fds[0], 0);
	assert_true(other != MAP_FAILED);
	return 0;
}

static int tear_down(void **state)
{
	munmap(other, WITNESS_RINGS);
	witness_destroy(witness);
	return 0;
}

static bool readable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 0) == 1;
}

static void answer(uint32_t done)
{
	uint64_t one = 1;

	other->done = done;
	assert_int_equal(write(fds[2], &one, sizeof(one)), sizeof(one));
}

static void an_order_is_awaited_until_it_is_answered(void **state)
{
	assert_int_equal(witness_state(witness), WITNESS_OFF);
	assert_false(readable(fds[1]));
	witness_on(witness, 0);
	assert_true(readable(fds[1]));
	assert_int_equal(other->on, 1);
	assert_int_equal(witness_state(witness), WITNESS_AWAITED);
	answer(other->order);
	assert_true(readable(witness_answer(witness)));
	assert_int_equal(witness_state(witness), WITNESS_ON);
	assert_false(readable(witness_answer(witness)));
	witness_off(witness);
	assert_int_equal(other->on, 0);
	assert_int_equal(witness_state(witness), WITNESS_AWAITED);
	/* that of an order before is none */
	answer(other->order - 1);
	assert_int_equal(witness_state(witness), WITNESS_AWAITED);
	answer(other->order);
	assert_int_equal(witness_state(witness), WITNESS_OFF);
}

static void one_that_cannot_work_says_so(void **state)
{
	witness_on(witness, 0);
	answer(UINT32_MAX);
	assert_int_equal(witness_state(witness), WITNESS_FAILED);
}

static void another_emulator_begins_with_nothing_ordered_and_what_was_seen_stays(void **state)
{
	uint32_t ncpus, slots;
	struct trace_head *h;

	witness_on(witness, 0);
	h = (struct trace_head *)(void *)((uint8_t *)other + WITNESS_RINGS);
	h->produced = 320;
	witness_begin(witness);
	assert_int_equal(witness_state(witness), WITNESS_OFF);
	assert_false(readable(fds[1]));
	assert_int_equal(
		((const struct trace_head *)(const void *)witness_rings(witness, &ncpus, &slots))
			->produced,
		320);
	witness_on(witness, 0);
	assert_int_equal(h->produced, 0);
}

static void rings_are_as_long_as_they_may_be(void **state)
{
	struct err err = ERR_INIT;
	struct witness *many = witness_create(WITNESS_CPUS, true, &err);
	uint32_t ncpus, slots;
	struct stat st;
	int its[WITNESS_FDS];

	witness_on(witness, 0);
	assert_int_equal(other->ncpus, 2);
	assert_int_equal(other->slots, 65536);
	assert_int_equal(other->counted, 0);
	witness_on(witness, 1);
	assert_int_equal(other->slots, TRACE_SLOTS_MIN);
	witness_on(witness, 300);
	assert_int_equal(other->slots, 256);
	/* what the other side writes there is not believed */
	other->slots = other->ncpus = 1u << 30;
	witness_rings(witness, &ncpus, &slots);
	assert_int_equal(ncpus, 2);
	assert_int_equal(slots, 256);
	witness_on(witness, TRACE_SLOTS_MAX);
	assert_int_equal(other->slots, 65536);
	assert_non_null(many);
	witness_fds(many, its);
	witness_on(many, 0);
	assert_int_equal(witness_desk(many)->slots, 1024);
	assert_int_equal(witness_desk(many)->counted, 1);
	assert_int_equal(fstat(its[0], &st), 0);
	assert_true((uint64_t)st.st_size >= WITNESS_RINGS + WITNESS_CPUS * TRACE_RING(1024));
	witness_destroy(many);
}

static void a_comma_in_its_path_ends_no_option(void **state)
{
	struct memory memory = {.nodes = 2, .fds = {40, 41}};
	char *text = witness_argument(witness, "/a,b/w.so", &memory);
	char want[200];

	snprintf(want, sizeof(want),
		 "file=/a,,b/w.so,desk=%d,bell=%d,answer=%d,memory=40,memory=41", fds[0], fds[1],
		 fds[2]);
	assert_string_equal(text, want);
	free(text);
}

static void only_an_emulator_that_exports_all_is_asked(void **state)
{
	assert_false(witness_fits("/nowhere"));
	assert_false(witness_fits("/proc/self/exe"));
	assert_false(witness_fits("/etc/passwd"));
	assert_false(witness_fits("/bin"));
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(an_order_is_awaited_until_it_is_answered),
		T(one_that_cannot_work_says_so),
		T(another_emulator_begins_with_nothing_ordered_and_what_was_seen_stays),
		T(rings_are_as_long_as_they_may_be),
		T(a_comma_in_its_path_ends_no_option),
		T(only_an_emulator_that_exports_all_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
