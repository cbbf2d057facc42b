/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_check_trace - what `expect trace` says of exact runs, of others, and of other machines'.
 */
#include "tests/unit/recorded.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "ops/check.h"

#define HASH    "3f2a90cc417b6d05"
#define OTHER   "3f2a90cc417b6d06"
#define MACHINE "qemu-10.0.2:max:7.3.4:1f6c20ab"

#define EXACT                                                                                      \
	"{\"t_ns\":0,\"event\":\"accel\",\"name\":\"tcg-exact\",\"text\":\"exact\"}\n"              \
	"{\"t_ns\":0,\"event\":\"machine\",\"text\":\"" MACHINE "\"}\n"
#define TRACE(hash, code, why)                                                                     \
	"{\"t_ns\":9,\"event\":\"exact\",\"name\":\"" hash "\",\"count\":2195,\"code\":" #code         \
	",\"text\":\"" why "\"}\n"

static void judged(const char *session, const char *line, enum verdict want, const char *words)
{
	cleanup_buf struct buf why = BUF_INIT;
	cleanup_free char *text = xasprintf("%s%s", HEAD, session);
	cleanup_op struct op *op = NULL;
	struct recorded r;

	recorded_init(&r, text);
	assert_int_equal(op_parse(line, &op, NULL), 0);
	assert_int_equal(check_op(r.model, op, 1, &why), want);
	if (!strstr(buf_text(&why), words))
		fail_msg("expected '%s' in '%s'", words, buf_text(&why));
	recorded_finish(&r);
}

static void the_same_hash_passes_and_another_one_fails(void **state)
{
	judged(EXACT TRACE(HASH, 0, ""), "expect trace == " HASH, VERDICT_PASS, "all 2195");
	judged(EXACT TRACE(HASH, 0, ""), "expect trace == " HASH " on=" MACHINE, VERDICT_PASS, "all 2195");
	judged(EXACT TRACE(HASH, 0, ""), "expect trace == " OTHER " on=" MACHINE, VERDICT_FAIL,
	       "another way: " HASH);
	judged(EXACT TRACE(HASH, 0, ""), "expect trace == " OTHER, VERDICT_FAIL, "on=" MACHINE);
}

static void another_machine_is_not_judged(void **state)
{
	judged(EXACT TRACE(HASH, 0, ""), "expect trace == " OTHER " on=qemu-7.2.0:max:7.3.4:1f6c20ab",
	       VERDICT_SKIP, "the other expectations alone");
}

static void what_has_no_hash_is_inconclusive_with_the_reason(void **state)
{
	judged(EXACT TRACE("", 61, "7 records are missing"), "expect trace == " HASH, VERDICT_INCONCLUSIVE,
	       "7 records are missing");
	judged(EXACT, "expect trace == " HASH, VERDICT_INCONCLUSIVE, "did not come to its end");
	judged(TRACE(HASH, 0, ""), "expect trace == " HASH, VERDICT_INCONCLUSIVE, "not exact");
}

static void the_first_word_on_a_trace_stands(void **state)
{
	judged(EXACT TRACE(OTHER, 0, "") TRACE(HASH, 0, ""), "expect trace == " HASH, VERDICT_FAIL, OTHER);
	judged(EXACT TRACE("", 5, "lost") TRACE(HASH, 0, ""), "expect trace == " HASH, VERDICT_INCONCLUSIVE,
	       "lost");
}

static void a_hash_has_sixteen_digits(void **state)
{
	static const char *const bad[] = {"expect trace == 3f2a", "expect trace == " HASH "0",
					  "expect trace == 3F2A90CC417B6D05", "expect trace == 3f2a90cc417b6d0g",
					  "expect trace == " HASH " on=\"a b\"", "expect trace == " HASH " on="};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct err err = ERR_INIT;
		struct op *op = NULL;

		if (op_parse(bad[i], &op, &err) == 0)
			fail_msg("'%s' was taken", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_hash_passes_and_another_one_fails),
		cmocka_unit_test(another_machine_is_not_judged),
		cmocka_unit_test(what_has_no_hash_is_inconclusive_with_the_reason),
		cmocka_unit_test(the_first_word_on_a_trace_stands),
		cmocka_unit_test(a_hash_has_sixteen_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
