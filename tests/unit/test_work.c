/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_work - the agent's work types are the ones that the language offers.
 */
#include "test.h"

#include "guest/work.h"
#include "ops/work_types.h"

static void the_agent_does_every_work_type_of_the_language(void **state)
{
	size_t i;

	for (i = 0; work_type_at(i); i++)
		assert_non_null(work_find(work_type_at(i)->name));
	assert_true(i > 0);
}

static void an_unknown_work_type_is_not_found(void **state)
{
	assert_null(work_find("spinn"));
	assert_null(work_find(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_agent_does_every_work_type_of_the_language),
		cmocka_unit_test(an_unknown_work_type_is_not_found),
	};

	return cmocka_run_group_tests_name("work", tests, NULL, NULL);
}
