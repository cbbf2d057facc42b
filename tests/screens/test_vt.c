/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_vt - the terminal of the guest's shell: bytes in, cells and answers out.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "tui/keys.h"
#include "tui/vt.h"

#include <locale.h>

enum { ROWS = 4, COLS = 10 };

static struct vt *vt;

static int set_up(void **state)
{
	vt = vt_create(ROWS, COLS);
	return 0;
}

static int tear_down(void **state)
{
	vt_destroy(vt);
	return 0;
}

static void feed(const char *text)
{
	vt_feed(vt, text, strlen(text));
}

static void assert_shown(int rows, int cols, const char *want)
{
	cleanup_buf struct buf seen = BUF_INIT;
	struct canvas c;

	canvas_init(&c, rows, cols, false);
	canvas_clear(&c);
	vt_draw(vt, &c, canvas_all(&c));
	canvas_dump(&c, &seen);
	canvas_finish(&c);
	assert_string_equal(buf_text(&seen), want);
}

static void assert_answer(const char *want)
{
	char text[256];
	size_t n = vt_take(vt, text, sizeof(text) - 1);

	text[n] = '\0';
	assert_string_equal(text, want);
}

static void text_wraps_at_the_edge_and_scrolls_at_the_end(void **state)
{
	feed("0123456789");
	assert_shown(ROWS, COLS, "0123456789\n\n\n\n");
	feed("ab\r\nc\r\nd\r\ne");
	assert_shown(ROWS, COLS, "ab\nc\nd\ne\n");
	assert_true(vt_scroll(vt, 9));
	assert_int_equal(vt_scrolled(vt), 1);
	assert_shown(ROWS, COLS, "0123456789\nab\nc\nd\n");
}

static void a_wide_character_is_never_halved(void **state)
{
	feed("123456789\xe5\x8f\xb0");
	assert_shown(ROWS, COLS, "123456789\n\xe5\x8f\xb0\n\n\n");
	feed("\033[2;2Hx");
	assert_shown(ROWS, COLS, "123456789\n x\n\n\n");
	feed("\033[3;1H\xe5\x8f\xb0\033[3;1Hy");
	assert_shown(ROWS, COLS, "123456789\n x\ny\n\n");
}

static void characters_come_in_pieces_and_broken_ones_are_marked(void **state)
{
	vt_feed(vt, "\xe5", 1);
	vt_feed(vt, "\x8f", 1);
	vt_feed(vt, "\xb0", 1);
	feed("\xff" "a\xc2\x9b");
	assert_shown(ROWS, COLS, "\xe5\x8f\xb0\xef\xbf\xbd" "a?\n\n\n\n");
}

static void what_is_erased_and_shifted_is_what_was_asked_for(void **state)
{
	feed("abcdef\033[1;3H\033[2P");
	assert_shown(ROWS, COLS, "abef\n\n\n\n");
	feed("\033[3@");
	assert_shown(ROWS, COLS, "ab   ef\n\n\n\n");
	feed("\033[1;7H\033[1K");
	assert_shown(ROWS, COLS, "\n\n\n\n");
	feed("\033[Hone\r\ntwo\r\nthree\033[2;1H\033[L");
	assert_shown(ROWS, COLS, "one\n\ntwo\nthree\n");
	feed("\033[2M");
	assert_shown(ROWS, COLS, "one\nthree\n\n\n");
	feed("\033[2J");
	assert_shown(ROWS, COLS, "\n\n\n\n");
}

static void only_the_rows_between_the_margins_scroll(void **state)
{
	feed("a\r\nb\r\nc\r\nd\033[2;3r\033[3;1H\n");
	assert_shown(ROWS, COLS, "a\nc\n\nd\n");
	feed("\033[2;1H\033M");
	assert_shown(ROWS, COLS, "a\n\nc\nd\n");
	/* nothing of it is history */
	assert_true(vt_scroll(vt, 9));
	assert_int_equal(vt_scrolled(vt), 0);
}

static void a_program_with_the_whole_screen_gives_it_back(void **state)
{
	feed("before\033[?1049h\033[Hinside");
	assert_shown(ROWS, COLS, "inside\n\n\n\n");
	assert_false(vt_scroll(vt, 1));
	feed("\033[?1049l!");
	assert_shown(ROWS, COLS, "before!\n\n\n\n");
}

static void titles_and_other_strings_are_read_to_their_end(void **state)
{
	feed("a\033]0;title\007b\033P$q\033\\c\033]52;c;eA==\033[1md\033[>5qe\033[!pf\033(0q\033(Bq");
	assert_shown(ROWS, COLS, "abcdef\xe2\x94\x80q\n\n\n\n");
	assert_answer("");
}

static void questions_are_answered(void **state)
{
	feed("ab\033[6n");
	assert_answer("\033[1;3R");
	feed("\033[5n\033[c");
	assert_answer("\033[0n\033[?1;2c");
}

static void keys_are_those_of_an_xterm(void **state)
{
	vt_key(vt, KEY_GO_UP);
	feed("\033[?1h");
	vt_key(vt, KEY_GO_UP);
	vt_key(vt, KEY_FUNCTION + 5);
	vt_key(vt, 0xe9);
	assert_answer("\033[A\033OA\033[15~\xc3\xa9");
	feed("\033[?2004h");
	vt_paste(vt, "a\n\033b", 4);
	assert_answer("\033[200~a\rb\033[201~");
}

static void a_smaller_screen_keeps_the_line_of_the_cursor(void **state)
{
	feed("a\r\nb\r\nc\r\nd\0337");
	assert_true(vt_resize(vt, 2, 12));
	assert_shown(2, 12, "c\nd\n");
	assert_true(vt_resize(vt, ROWS, COLS));
	feed("\0338e\033[9999;9999Hx");
	assert_shown(ROWS, COLS, "c\nde\n\n         x\n");
	assert_true(vt_scroll(vt, 9));
	assert_int_equal(vt_scrolled(vt), 2);
	assert_false(vt_resize(vt, ROWS, COLS));
}

static void no_number_is_too_large(void **state)
{
	feed("x\033[2147483648b\033[99999999999S\033[4294967295L\033[9999999@\033[-5P\033[99999;99999r\033[0;0;0;0;0;0;0;0;0;0;0;0;0;0;0;"
	     "0;0;0;0;0;7m");
	feed("\033[2J\033[Hdone");
	assert_shown(ROWS, COLS, "done\n\n\n\n");
}

#define VT_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		VT_TEST(text_wraps_at_the_edge_and_scrolls_at_the_end),
		VT_TEST(a_wide_character_is_never_halved),
		VT_TEST(characters_come_in_pieces_and_broken_ones_are_marked),
		VT_TEST(what_is_erased_and_shifted_is_what_was_asked_for),
		VT_TEST(only_the_rows_between_the_margins_scroll),
		VT_TEST(a_program_with_the_whole_screen_gives_it_back),
		VT_TEST(titles_and_other_strings_are_read_to_their_end),
		VT_TEST(questions_are_answered),
		VT_TEST(keys_are_those_of_an_xterm),
		VT_TEST(a_smaller_screen_keeps_the_line_of_the_cursor),
		VT_TEST(no_number_is_too_large),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
