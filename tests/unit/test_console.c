/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_console - the newest bytes of a stream, and its last lines made safe.
 */
#include "tests/unit/test.h"

#include "vmm/console.h"

static void assert_tail(const struct console *c, unsigned lines, const char *want)
{
	cleanup_buf struct buf out = BUF_INIT;

	console_tail(c, lines, &out);
	assert_string_equal(buf_text(&out), want);
}

static void the_last_lines_are_shown_indented_and_safe(void **state)
{
	struct console c = {0};

	assert_tail(&c, 3, "");
	console_add(&c, "one\r\ntwo\r\n\r\n\x1b[31mthree\r\nfour\r\n", 30);
	assert_tail(&c, 2, "  ?[31mthree\n  four\n");
	assert_tail(&c, 1, "  four\n");
	assert_tail(&c, 99, "  one\n  two\n  ?[31mthree\n  four\n");
	console_add(&c, "half a li", 9);
	assert_tail(&c, 1, "  half a li\n");
	console_reset(&c);
	assert_tail(&c, 1, "");
	console_finish(&c);
}

static void what_is_kept_is_bounded_and_the_newest(void **state)
{
	struct console c = {0};
	size_t i;

	for (i = 0; i < CONSOLE_MAX; i++)
		console_add(&c, i % 10 ? "x" : "\n", 1);
	for (i = 0; i < 3; i++)
		console_add(&c, "\nnew", 4);
	assert_int_equal(c.total, CONSOLE_MAX + 12);
	assert_true(c.text.len <= CONSOLE_MAX && c.text.len >= CONSOLE_MAX / 2);
	assert_tail(&c, 2, "  new\n  new\n");
	console_finish(&c);
}

static void one_huge_piece_keeps_its_end(void **state)
{
	char *huge = malloc(2 * CONSOLE_MAX);
	struct console c = {0};

	memset(huge, 'x', 2 * CONSOLE_MAX);
	memcpy(huge + 2 * CONSOLE_MAX - 4, "\nend", 4);
	console_add(&c, huge, 2 * CONSOLE_MAX);
	assert_true(c.text.len <= CONSOLE_MAX);
	assert_tail(&c, 1, "  end\n");
	assert_int_equal(c.total, 2 * CONSOLE_MAX);
	free(huge);
	console_finish(&c);
}

static void a_nul_does_not_hide_what_follows(void **state)
{
	struct console c = {0};

	console_add(&c, "a\0b\nc\0d\n", 8);
	assert_tail(&c, 2, "  a?b\n  c?d\n");
	console_finish(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_lines_are_shown_indented_and_safe),
		cmocka_unit_test(what_is_kept_is_bounded_and_the_newest),
		cmocka_unit_test(one_huge_piece_keeps_its_end),
		cmocka_unit_test(a_nul_does_not_hide_what_follows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
