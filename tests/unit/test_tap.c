/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_tap - what cmocka says of skipped tests, in words that test runners understand.
 */
#include "tests/unit/test.h"

#include "lib/tap.h"

static void assert_retold(const char *in, const char *want)
{
	char *out = NULL;
	size_t size = 0;
	FILE *from = fmemopen((void *)in, strlen(in), "r"), *to = open_memstream(&out, &size);

	tap_retell(from, to);
	fclose(from);
	fclose(to);
	assert_string_equal(out, want);
	free(out);
}

static void a_skipped_test_is_ok_and_has_its_reason(void **state)
{
	assert_retold("1..2\n# skipped: no kernel\nnot ok 1 # SKIP a_name\nok 2 - other\n",
		      "1..2\nok 1 - a_name # SKIP no kernel\nok 2 - other\n");
}

static void a_failure_stays_one(void **state)
{
	assert_retold("not ok 1 - a_name\n# x.c:3: error: Failure!\n",
		      "not ok 1 - a_name\n# x.c:3: error: Failure!\n");
	assert_retold("not ok 1 - about # SKIP\n", "not ok 1 - about # SKIP\n");
}

static void a_reason_belongs_to_one_test(void **state)
{
	assert_retold("# skipped: one\nnot ok 1 # SKIP a\nnot ok 2 # SKIP b\n",
		      "ok 1 - a # SKIP one\nok 2 - b # SKIP \n");
}

static void a_last_line_without_an_end_is_kept(void **state)
{
	assert_retold("ok 1 - a", "ok 1 - a\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_skipped_test_is_ok_and_has_its_reason),
		cmocka_unit_test(a_failure_stays_one),
		cmocka_unit_test(a_reason_belongs_to_one_test),
		cmocka_unit_test(a_last_line_without_an_end_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
