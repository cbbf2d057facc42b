/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_subject - the measured guest: whose ping an answer belongs to.
 */
#include "tests/unit/test.h"

#include "bench/subject.h"

/* Both come in one turn of the loop when the guest was slow: the session's must not hide ours. */
static void an_answer_to_the_sessions_own_ping_hides_no_other(void **state)
{
	struct subject s = {.pong = 0};

	subject_pong(&s, SUBJECT_PINGS + 7);
	subject_pong(&s, UINT64_C(123456789));
	assert_int_equal(s.pong, SUBJECT_PINGS + 7);
	subject_pong(&s, SUBJECT_PINGS + 8);
	assert_int_equal(s.pong, SUBJECT_PINGS + 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_to_the_sessions_own_ping_hides_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
