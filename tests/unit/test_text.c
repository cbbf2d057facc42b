/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_text - foreign text made safe, numbers, durations, nearest words; errors and buffers beside it.
 */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/text.h"

#include <errno.h>

static void assert_shown(const char *src, size_t len, const char *want)
{
	char dst[64];

	assert_int_equal(text_sanitise(dst, sizeof(dst), src, len), strlen(want));
	assert_string_equal(dst, want);
}

static void nothing_that_moves_a_terminal_survives(void **state)
{
	assert_shown("a\tb", 3, "a b");
	assert_shown("\x1b[2J\r\n\x7f", 7, "?[2J???");
	assert_shown("a\0b", 3, "a?b");
	assert_shown("\xc2\x9b" "31m", 5, "?31m");
	assert_shown("\xe2\x80\xae" "abc\xe2\x80\x8b", 9, "?abc?");
	assert_shown("\xef\xbb\xbf", 3, "?");
}

static void good_utf8_stays_and_bad_is_marked_byte_by_byte(void **state)
{
	assert_shown("h\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 10, "h\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
	assert_shown("\xc0\xaf", 2, "??");
	assert_shown("\xed\xa0\x80", 3, "???");
	assert_shown("\xf5\x80\x80\x80", 4, "????");
	assert_shown("\xe2\x82", 2, "??");
	assert_shown("", 0, "");
}

static void a_cut_never_ends_inside_a_character(void **state)
{
	char dst[4];

	assert_int_equal(text_sanitise(dst, sizeof(dst), "ab\xe2\x82\xac", 5), 2);
	assert_string_equal(dst, "ab");
	assert_int_equal(text_sanitise(dst, 1, "abc", 3), 0);
	assert_string_equal(dst, "");
	dst[0] = 'x';
	assert_int_equal(text_sanitise(dst, 0, "abc", 3), 0);
	assert_int_equal(dst[0], 'x');
}

static void sanitising_in_place_is_safe(void **state)
{
	char s[] = "a\x1b\tb";

	text_sanitise(s, sizeof(s), s, strlen(s));
	assert_string_equal(s, "a? b");
}

static void numbers_are_whole_and_in_range(void **state)
{
	uint64_t u = 7;
	int64_t i = 7;

	assert_true(text_u64("18446744073709551615", 0, UINT64_MAX, &u));
	assert_true(u == UINT64_MAX);
	assert_false(text_u64("18446744073709551616", 0, UINT64_MAX, &u));
	assert_false(text_u64("", 0, 9, &u));
	assert_false(text_u64("+1", 0, 9, &u));
	assert_false(text_u64(" 1", 0, 9, &u));
	assert_false(text_u64("1x", 0, 9, &u));
	assert_false(text_u64("10", 0, 9, &u));
	assert_true(u == UINT64_MAX);
	assert_true(text_i64("-9223372036854775807", INT64_MIN, INT64_MAX, &i));
	assert_true(i == -INT64_MAX);
	assert_false(text_i64("9223372036854775808", INT64_MIN, INT64_MAX, &i));
	assert_false(text_i64("--1", -9, 9, &i));
	assert_false(text_i64("-", -9, 9, &i));
}

static void durations_have_a_unit_or_are_zero(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} good[] = {{"0", 0}, {"0s", 0}, {"10ns", 10}, {"5us", 5000}, {"250ms", 250000000}, {"2s", 2000000000},
		    {"1.5s", 1500000000}, {"0.25ms", 250000}, {"3m", 180000000000}, {"1h", 3600000000000}};
	static const char *const bad[] = {"", "5", "s", ".5s", "1.s", "-1s", "1 s", "1S", "1.5", "1.5ns", "0x1s",
					  "99999999999999999999s", "6000000h", "1.0000000000s", "1s ", "1ms2"};
	uint64_t ns;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		assert_true(text_duration(good[i].text, &ns));
		assert_true(ns == good[i].ns);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		if (text_duration(bad[i], &ns))
			fail_msg("'%s' is taken", bad[i]);
}

static void a_written_duration_is_read_back_exactly(void **state)
{
	static const uint64_t ns[] = {0, 1, 999, 1000, 1001, 1000000, 250000000, 1500000000, 60000000000, 3600000000000,
				      UINT64_MAX};
	char text[32];
	uint64_t back;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ns); i++) {
		text_format_duration(text, sizeof(text), ns[i]);
		assert_true(text_duration(text, &back));
		assert_true(back == ns[i]);
	}
}

static void the_nearest_word_is_near(void **state)
{
	static const char *const words[] = {"cgroup", NULL, "spawn", "step", "backdrop"};

	assert_string_equal(text_nearest("spwan", words, 5), "spawn");
	assert_string_equal(text_nearest("cgruop", words, 5), "cgroup");
	assert_string_equal(text_nearest("back", words, 5), "backdrop");
	assert_null(text_nearest("frobnicate", words, 5));
	assert_null(text_nearest("x", NULL, 0));
}

static void a_copy_says_when_it_was_cut(void **state)
{
	char dst[4];

	assert_true(text_copy(dst, sizeof(dst), "abc"));
	assert_false(text_copy(dst, sizeof(dst), "abcd"));
	assert_string_equal(dst, "abc");
}

static void errors_are_wrapped_in_front_and_never_overflow(void **state)
{
	char longest[2 * ERR_MSG_MAX];
	struct err err = ERR_INIT;

	assert_int_equal(err_sys(&err, ENOENT, "read '%s'", "x"), -ENOENT);
	assert_int_equal(err_wrap(&err, "line %d", 3), -ENOENT);
	assert_string_equal(err.msg, "line 3: read 'x': No such file or directory");
	assert_int_equal(err_set(NULL, EINVAL, "dropped"), -EINVAL);
	assert_int_equal(err_wrap(NULL, "dropped"), -EINVAL);
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	err_sys(&err, EIO, "%s", longest);
	err_wrap(&err, "%s", longest);
	assert_int_equal(strlen(err.msg), ERR_MSG_MAX - 1);
}

static void a_buffer_is_text_at_every_moment(void **state)
{
	cleanup_buf struct buf b = BUF_INIT;
	cleanup_free char *stolen = NULL;
	int i;

	assert_string_equal(buf_text(&b), "");
	for (i = 0; i < 1000; i++)
		buf_addf(&b, "%d,", i);
	assert_int_equal(strlen(buf_text(&b)), b.len);
	buf_drop(&b, b.len - 4);
	assert_string_equal(buf_text(&b), "999,");
	stolen = buf_steal(&b);
	assert_string_equal(stolen, "999,");
	assert_int_equal(b.len, 0);
	buf_add(&b, "a\0b", 3);
	assert_int_equal(b.len, 3);
	buf_reset(&b);
	assert_string_equal(buf_text(&b), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_that_moves_a_terminal_survives),
		cmocka_unit_test(good_utf8_stays_and_bad_is_marked_byte_by_byte),
		cmocka_unit_test(a_cut_never_ends_inside_a_character),
		cmocka_unit_test(sanitising_in_place_is_safe),
		cmocka_unit_test(numbers_are_whole_and_in_range),
		cmocka_unit_test(durations_have_a_unit_or_are_zero),
		cmocka_unit_test(a_written_duration_is_read_back_exactly),
		cmocka_unit_test(the_nearest_word_is_near),
		cmocka_unit_test(a_copy_says_when_it_was_cut),
		cmocka_unit_test(errors_are_wrapped_in_front_and_never_overflow),
		cmocka_unit_test(a_buffer_is_text_at_every_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
