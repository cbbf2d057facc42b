/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_words - quoting in both directions.
 */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "ops/op.h"

static void assert_words(const char *line, const char *const *want)
{
	struct err err = ERR_INIT;
	size_t n, i;
	char **words = words_split(line, &n, &err);

	assert_non_null(words);
	for (i = 0; want[i]; i++) {
		assert_true(i < n);
		assert_string_equal(words[i], want[i]);
	}
	assert_int_equal(n, i);
	words_free(words);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void words_are_split_as_a_posix_shell_quotes_them(void **state)
{
	assert_words("a b\tc", WORDS("a", "b", "c"));
	assert_words("'a b' \"c d\" e\\ f", WORDS("a b", "c d", "e f"));
	assert_words("\"a\\\"b\" \"a\\nb\" '\\'", WORDS("a\"b", "a\\nb", "\\"));
	assert_words("a'b'\"c\"", WORDS("abc"));
	assert_words("'' \"\"", WORDS("", ""));
}

static void nothing_is_expanded(void **state)
{
	assert_words("$HOME *.c ~ `id` $(id)", WORDS("$HOME", "*.c", "~", "`id`", "$(id)"));
}

static void a_hash_begins_a_comment_only_at_the_start_of_a_word(void **state)
{
	assert_words("a # b", WORDS("a"));
	assert_words("a#b '#'", WORDS("a#b", "#"));
}

static void an_open_quote_is_an_error_that_says_so(void **state)
{
	struct err err = ERR_INIT;
	size_t n;

	assert_null(words_split("a 'b", &n, &err));
	assert_non_null(strstr(err.msg, "never closed"));
	assert_null(words_split("a \"b", &n, &err));
	assert_null(words_split("a \\", &n, &err));
}

static void every_byte_survives_quoting(void **state)
{
	cleanup_buf struct buf out = BUF_INIT;
	char all[256];
	int i;

	for (i = 1; i < 256; i++)
		all[i - 1] = (char)i;
	all[255] = '\0';
	words_quote(&out, all);
	assert_words(buf_text(&out), WORDS(all));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_split_as_a_posix_shell_quotes_them),
		cmocka_unit_test(nothing_is_expanded),
		cmocka_unit_test(a_hash_begins_a_comment_only_at_the_start_of_a_word),
		cmocka_unit_test(an_open_quote_is_an_error_that_says_so),
		cmocka_unit_test(every_byte_survives_quoting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
