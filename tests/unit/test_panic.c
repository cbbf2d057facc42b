/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_panic - what a kernel has said of its panic, out of its console.
 */
#include "test.h"

#include "vmm/panic.h"

static char words[400];

static void the_reason_stands_on_one_line(void **state)
{
	assert_true(panic_words("[    6.0] Kernel panic - not syncing: sysrq triggered crash\r\n"
				"[    6.1] CPU: 0 UID: 0\r\n",
				words, sizeof(words)));
	assert_string_equal(words, "sysrq triggered crash");
}

static void what_went_wrong_and_where_stand_beside_it(void **state)
{
	assert_true(panic_words(
		"[    2.0] BUG: workqueue lockup\r\n"
		"[    6.0] BUG: kernel NULL pointer dereference, address: 0000000000000028\r\n"
		"[    6.0] Oops: Oops: 0000 [#1] SMP\r\n"
		"[    6.0] RIP: 0010:dispatch_enqueue+0x31/0x420\r\n"
		"[    6.1] Kernel panic - not syncing: Fatal exception\r\n"
		"[    6.1] RIP: 0010:panic+0x1/0x2\r\n",
		words, sizeof(words)));
	assert_string_equal(words, "Fatal exception (kernel NULL pointer dereference, address: "
				   "0000000000000028, in: dispatch_enqueue+0x31/0x420)");
}

static void a_console_without_one_tells_nothing(void **state)
{
	assert_false(panic_words("", words, sizeof(words)));
	assert_string_equal(words, "");
	assert_false(panic_words("[    6.0] BUG: something, RIP: 0010:x\n", words, sizeof(words)));
	assert_false(panic_words("Kernel panic - not syncing: \r\n", words, sizeof(words)));
}

static void whatever_it_says_it_is_one_short_line_that_can_be_shown(void **state)
{
	char console[4096] = "BUG: \033[2J";
	char small[12];
	size_t i;

	memset(console + strlen(console), 'b', 1000);
	strcat(console, "\nRIP: 0010:");
	memset(console + strlen(console), 'r', 1000);
	strcat(console, "\nKernel panic - not syncing: ");
	memset(console + strlen(console), 'k', 1000);
	assert_true(panic_words(console, words, sizeof(words)));
	for (i = 0; words[i]; i++)
		assert_true(words[i] >= ' ' && words[i] < 127);
	assert_true(panic_words(console, small, sizeof(small)));
	assert_int_equal(strlen(small), sizeof(small) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_reason_stands_on_one_line),
		cmocka_unit_test(what_went_wrong_and_where_stand_beside_it),
		cmocka_unit_test(a_console_without_one_tells_nothing),
		cmocka_unit_test(whatever_it_says_it_is_one_short_line_that_can_be_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
