/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_expr - the texts of hold until: what they mean, and what is said of those that mean nothing.
 */
#include "test.h"

#include "base/cleanup.h"
#include "guest/wire_expr.h"

static void conditions_are_taken_apart(void **state)
{
	struct expr e;

	assert_int_equal(expr_parse("nr_running(a/b) > 4 and exited(probe)  and ran(hogs)>=1500ms and "
				    "sched.state == disabled",
				    &e, NULL),
			 0);
	assert_int_equal(e.n, 4);
	assert_int_equal(e.v[0].term, EXPR_NR_RUNNING);
	assert_string_equal(e.v[0].name, "a/b");
	assert_int_equal(e.v[0].compare, EXPR_GT);
	assert_int_equal(e.v[0].number, 4);
	assert_int_equal(e.v[1].term, EXPR_EXITED);
	assert_int_equal(e.v[1].number, 1);
	assert_int_equal(e.v[2].compare, EXPR_GE);
	assert_int_equal(e.v[2].number, 1500000000);
	assert_int_equal(e.v[3].kind, EXPR_WORD);
	assert_string_equal(e.v[3].word, "disabled");
}

static void what_means_nothing_is_refused_with_what_to_write(void **state)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
		{"", "cannot be waited for"},
		{"runing(low) == 0", "did you mean 'running'"},
		{"running == 0", "needs a name: running(NAME)"},
		{"running() == 0", "needs a name"},
		{"running(low == 0", "needs a name"},
		{"running(low)", "compared with a number"},
		{"running(low) > x", "compared with a number"},
		{"running(low) > -1", "compared with a number"},
		{"ran(hogs) > 5", "compared with a time"},
		{"sched.state > disabled", "compared with a word"},
		{"exited(probe) == 1", "stands where 'and' or the end must"},
		{"live(a) == 0 or live(b) == 0", "stands where 'and' or the end must"},
		{"live(a) == 0 and", "stands where 'and'"},
		{"live(a) == 0 and ", "must follow 'and'"},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err err = ERR_INIT;

		if (!expr_check(rows[i].text, &err))
			fail_msg("'%s' is taken", rows[i].text);
		if (!strstr(err.msg, rows[i].words))
			fail_msg("'%s': expected '%s' in '%s'", rows[i].text, rows[i].words, err.msg);
	}
}

static void too_many_conditions_and_too_long_names_are_refused(void **state)
{
	char text[1024] = "live(a) == 0", name[400];
	int i;

	for (i = 1; i < EXPR_TERMS_MAX; i++)
		strcat(text, " and live(a) == 0");
	assert_int_equal(expr_check(text, NULL), 0);
	strcat(text, " and live(a) == 0");
	assert_true(expr_check(text, NULL) < 0);
	memset(name, 'x', sizeof(name));
	memcpy(name, "live(", 5);
	strcpy(name + sizeof(name) - 7, ") == 0");
	assert_true(expr_check(name, NULL) < 0);
}

static void comparisons_hold_as_they_read(void **state)
{
	static const struct {
		const char *text;
		uint64_t number;
		bool holds;
	} rows[] = {
		{"live(a) == 3", 3, true}, {"live(a) != 3", 3, false}, {"live(a) < 3", 2, true},
		{"live(a) <= 3", 4, false}, {"live(a) > 3", 4, true},  {"live(a) >= 3", 2, false},
	};
	struct expr e;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(expr_parse(rows[i].text, &e, NULL), 0);
		assert_int_equal(expr_holds(&e.v[0], rows[i].number, ""), rows[i].holds);
	}
	assert_int_equal(expr_parse("sched.ops != simple", &e, NULL), 0);
	assert_true(expr_holds(&e.v[0], 0, ""));
	assert_false(expr_holds(&e.v[0], 0, "simple"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conditions_are_taken_apart),
		cmocka_unit_test(what_means_nothing_is_refused_with_what_to_write),
		cmocka_unit_test(too_many_conditions_and_too_long_names_are_refused),
		cmocka_unit_test(comparisons_hold_as_they_read),
	};

	return cmocka_run_group_tests_name("expr", tests, NULL, NULL);
}
