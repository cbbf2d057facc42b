/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_tsc - the rate of the time stamp counter, measured twice.
 */
#include "test.h"

#include "vmm/tsc.h"

static void two_measurements_agree_within_a_thousandth(void **state)
{
	struct tsc_mark start;
	unsigned a, b;

	tsc_take(&start);
	a = tsc_khz_since(&start);
	tsc_take(&start);
	b = tsc_khz_since(&start);
	assert_true(a > 0 && b > 0);
	assert_true((a > b ? a - b : b - a) < a / 1000 + 1);
}

static void a_counter_that_stands_still_or_goes_back_gives_no_rate(void **state)
{
	struct tsc_mark start;

	tsc_take(&start);
	start.ticks = UINT64_MAX;
	assert_int_equal(tsc_khz_since(&start), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_measurements_agree_within_a_thousandth),
		cmocka_unit_test(a_counter_that_stands_still_or_goes_back_gives_no_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
