/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_learn - limits and tolerances from what several replays have measured.
 */
#include "test.h"

#include "session/learn.h"

static void a_limit_is_the_worst_seen_and_the_spread_once_more(void **state)
{
	assert_true(learn_limit(100, 150, false) == 200);
	assert_true(learn_limit(100, 150, true) == 50);
	assert_true(learn_limit(100, 100, false) == 100);
	/* no limit below nothing */
	assert_true(learn_limit(10, 50, true) == 0);
	assert_true(learn_limit(0, 0, false) == 0);
}

static void a_limit_has_three_digits_and_never_lets_less_through(void **state)
{
	assert_true(learn_limit(123456, 123456, false) == 124000);
	assert_true(learn_limit(123456, 123456, true) == 123000);
	assert_true(learn_limit(0.012345, 0.012345, false) == 0.0124);
}

static void a_tolerance_covers_what_was_seen_on_the_side_that_counts(void **state)
{
	/* 2.9 to 3.1 around 3: a thirtieth off, and the spread of a fifteenth */
	assert_int_equal(learn_tolerance(2.9, 3.1, 3, "=="), 100000);
	assert_int_equal(learn_tolerance(4, 5, 10, "<"), 0);
	assert_int_equal(learn_tolerance(9, 12, 10, "<"), 500000);
	assert_int_equal(learn_tolerance(9, 12, 10, ">"), 400000);
	/* what is kept by far needs none */
	assert_int_equal(learn_tolerance(5992, 27496, 1, ">"), 1000000);
	assert_int_equal(learn_tolerance(26000, 27496, 1, ">"), 0);
	assert_int_equal(learn_tolerance(3, 3, 3, "=="), 0);
	assert_int_equal(learn_tolerance(1, 2, 0, "=="), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_limit_is_the_worst_seen_and_the_spread_once_more),
		cmocka_unit_test(a_limit_has_three_digits_and_never_lets_less_through),
		cmocka_unit_test(a_tolerance_covers_what_was_seen_on_the_side_that_counts),
	};

	return cmocka_run_group_tests_name("learn", tests, NULL, NULL);
}
