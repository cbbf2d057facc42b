/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_pages - moments of a memory made by hand: what is shared, what is put back, what has no room.
 */
#include "tests/unit/test.h"

#include "vmm/pages.h"

#include <errno.h>
#include <stdbool.h>

enum { N = 1500 }; /* three leaves, the last not whole */

static uint8_t *memory;
static bool holes; /* every page with an odd number of hundreds is not there */

static int there(void *arg, uint64_t at, uint64_t *from, uint64_t *to)
{
	uint64_t page = at / PAGES_SIZE;

	if (holes && page / 100 % 2)
		page = (page / 100 + 1) * 100;
	if (page >= N)
		return 0;
	*from = page * PAGES_SIZE;
	*to = (holes ? (page / 100 + 1) * 100 : N) * PAGES_SIZE;
	return 1;
}

static void fill(unsigned page, int c)
{
	memset(memory + page * PAGES_SIZE, c, PAGES_SIZE);
}

static int set_up(void **state)
{
	memory = calloc(N, PAGES_SIZE);
	holes = false;
	return 0;
}

static int tear_down(void **state)
{
	free(memory);
	return 0;
}

static int moment(struct pages *p, uint64_t changed)
{
	struct pages_cost cost;

	assert_int_equal(pages_sync(p, memory, there, NULL, &cost), 0);
	assert_int_equal(cost.changed, changed);
	return pages_take(p);
}

static void what_was_there_is_put_back_and_only_that_is_touched(void **state)
{
	struct pages *p = pages_create(N * PAGES_SIZE, 100 * PAGES_SIZE);
	struct pages_cost cost;
	int first, second;

	fill(3, 1);
	fill(600, 2);
	first = moment(p, 2);
	fill(3, 7);
	fill(1499, 8);
	fill(600, 0);
	second = moment(p, 3);
	assert_int_equal(pages_used(p), 4 * PAGES_SIZE);
	fill(4, 9);
	assert_int_equal(pages_restore(p, first, memory, there, NULL, &cost), 0);
	assert_int_equal(cost.changed, 4);
	assert_int_equal(memory[3 * PAGES_SIZE + 5], 1);
	assert_int_equal(memory[4 * PAGES_SIZE], 0);
	assert_int_equal(memory[600 * PAGES_SIZE], 2);
	assert_int_equal(memory[1499 * PAGES_SIZE], 0);
	assert_int_equal(pages_restore(p, second, memory, there, NULL, &cost), 0);
	assert_int_equal(memory[3 * PAGES_SIZE + 5], 7);
	assert_int_equal(memory[600 * PAGES_SIZE], 0);
	assert_int_equal(memory[1499 * PAGES_SIZE + 4095], 8);
	/* nothing has happened since */
	assert_int_equal(pages_sync(p, memory, there, NULL, &cost), 0);
	assert_int_equal(cost.changed, 0);
	pages_destroy(p);
}

static void a_page_that_did_not_change_is_kept_once(void **state)
{
	struct pages *p = pages_create(N * PAGES_SIZE, 100 * PAGES_SIZE);
	int first, i;

	for (i = 0; i < 20; i++)
		fill(i, 1 + i);
	first = moment(p, 20);
	fill(5, 99);
	moment(p, 1);
	assert_int_equal(pages_used(p), 21 * PAGES_SIZE);
	pages_forget(p, first);
	assert_int_equal(pages_used(p), 20 * PAGES_SIZE);
	assert_int_equal(pages_restore(p, first, memory, there, NULL, NULL), -ENOENT);
	pages_destroy(p);
}

static void what_finds_no_room_is_refused_and_what_was_kept_stays(void **state)
{
	struct pages *p = pages_create(N * PAGES_SIZE, 3 * PAGES_SIZE);
	int first, i;

	fill(1, 1);
	fill(2, 2);
	first = moment(p, 2);
	for (i = 1; i < 5; i++)
		fill(i, 50 + i);
	assert_int_equal(pages_sync(p, memory, there, NULL, NULL), -ENOSPC);
	assert_int_equal(pages_restore(p, first, memory, there, NULL, NULL), 0);
	assert_int_equal(memory[PAGES_SIZE], 1);
	assert_int_equal(memory[2 * PAGES_SIZE], 2);
	assert_int_equal(memory[4 * PAGES_SIZE], 0);
	pages_destroy(p);
}

static void what_is_not_there_is_zeros(void **state)
{
	struct pages *p = pages_create(N * PAGES_SIZE, 100 * PAGES_SIZE);
	int first;

	fill(150, 1);
	fill(205, 2);
	first = moment(p, 2);
	holes = true;
	moment(p, 1);
	assert_int_equal(pages_restore(p, first, memory, there, NULL, NULL), 0);
	assert_int_equal(memory[150 * PAGES_SIZE], 1);
	pages_destroy(p);
}

static void runs_give_all_pages_of_a_moment_in_order(void **state)
{
	struct pages *p = pages_create(N * PAGES_SIZE, 100 * PAGES_SIZE);
	uint64_t at = 0, first, n, all = 0;
	const uint8_t *data;
	int m;

	fill(10, 1);
	fill(11, 2);
	fill(12, 3);
	fill(700, 4);
	m = moment(p, 4);
	while ((n = pages_run(p, m, at, &first, &data))) {
		assert_memory_equal(data, memory + first * PAGES_SIZE, n * PAGES_SIZE);
		all += n;
		at = first + n;
	}
	assert_int_equal(all, 4);
	pages_destroy(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_there_is_put_back_and_only_that_is_touched, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_page_that_did_not_change_is_kept_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_finds_no_room_is_refused_and_what_was_kept_stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_not_there_is_zeros, set_up, tear_down),
		cmocka_unit_test_setup_teardown(runs_give_all_pages_of_a_moment_in_order, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
