/* SPDX-License-Identifier: BSD-2-Clause */
/* test_idmap - ids are found as they were put, whatever was dropped in between. */
#include "tests/unit/test.h"

#include "base/idmap.h"

static void what_was_put_is_found_and_nothing_else(void **state)
{
	struct idmap m = {0};
	uint64_t i, v;

	assert_false(idmap_get(&m, 7, &v));
	for (i = 1; i <= 5000; i++)
		idmap_put(&m, i * 4096, i);
	idmap_put(&m, 4096, 99);
	assert_true(idmap_get(&m, 4096, &v) && v == 99);
	for (i = 2; i <= 5000; i++)
		assert_true(idmap_get(&m, i * 4096, &v) && v == i);
	assert_false(idmap_get(&m, 4097, &v));
	assert_int_equal(m.kept, 5000);
	idmap_finish(&m);
	assert_false(idmap_get(&m, 4096, &v));
}

static void ids_that_come_and_go_need_no_more_room(void **state)
{
	struct idmap m = {0};
	uint64_t i, v;

	for (i = 1; i <= 1000000; i++) {
		idmap_put(&m, i, i);
		if (i > 10)
			idmap_drop(&m, i - 10);
	}
	assert_int_equal(m.kept, 10);
	assert_true(m.room <= 64);
	assert_true(idmap_get(&m, 1000000, &v) && v == 1000000);
	assert_false(idmap_get(&m, 999990, &v));
	idmap_finish(&m);
}

static void the_ids_that_stand_for_nothing_are_never_found(void **state)
{
	struct idmap m = {0};
	uint64_t v;

	idmap_put(&m, 0, 1);
	idmap_put(&m, UINT64_MAX, 1);
	idmap_put(&m, 5, 1);
	idmap_drop(&m, 5);
	assert_false(idmap_get(&m, 0, &v));
	assert_false(idmap_get(&m, UINT64_MAX, &v));
	assert_int_equal(m.kept, 0);
	idmap_finish(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_put_is_found_and_nothing_else),
		cmocka_unit_test(ids_that_come_and_go_need_no_more_room),
		cmocka_unit_test(the_ids_that_stand_for_nothing_are_never_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
