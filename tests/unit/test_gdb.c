/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_gdb - packets of gdb's remote protocol: what is one, what is not all there yet, what it
 * says.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "vmm/gdb.h"

#include <errno.h>

static char body[GDB_BODY_MAX + 1];

static ssize_t take(const char *bytes, enum gdb_kind *kind)
{
	return gdb_take(bytes, strlen(bytes), kind, body);
}

static void a_packet_is_put_together_as_it_is_taken_apart(void **state)
{
	enum gdb_kind kind;
	char dst[64];

	assert_int_equal(gdb_put(dst, sizeof(dst), "Z2,ffffffff82000000,4"), 25);
	assert_string_equal(dst + 22, "#d2");
	assert_int_equal(take(dst, &kind), 25);
	assert_int_equal(kind, GDB_PACKET);
	assert_string_equal(body, "Z2,ffffffff82000000,4");
	assert_int_equal(gdb_put(dst, 5, "c"), 0);
	assert_int_equal(gdb_put(dst, 6, "c"), 5);
	assert_string_equal(dst, "$c#63");
}

static void what_is_not_all_there_is_waited_for(void **state)
{
	static const char whole[] = "$OK#9a";
	enum gdb_kind kind;
	size_t i;

	for (i = 0; i < 6; i++)
		assert_int_equal(gdb_take(whole, i, &kind, body), 0);
	assert_int_equal(gdb_take(whole, 6, &kind, body), 6);
	assert_int_equal(take("+$OK#9a", &kind), 1);
	assert_int_equal(kind, GDB_ACK);
	assert_int_equal(take("-", &kind), 1);
	assert_int_equal(kind, GDB_NAK);
}

static void what_is_no_packet_is_refused(void **state)
{
	static const char *const lines[] = {"x", "$OK#9b", "$OK#zz", "OK#9a", "%OK#9a"};
	char *big = calloc(1, GDB_BODY_MAX + 3);
	enum gdb_kind kind;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lines); i++)
		assert_int_equal(take(lines[i], &kind), -EPROTO);
	assert_int_equal(gdb_take("$\0#00", 5, &kind, body), -EPROTO);
	memset(big, '0', GDB_BODY_MAX + 2);
	*big = '$';
	assert_int_equal(gdb_take(big, GDB_BODY_MAX + 1, &kind, body), 0);
	assert_int_equal(gdb_take(big, GDB_BODY_MAX + 2, &kind, body), -EPROTO);
	free(big);
}

static void a_stop_says_who_and_where(void **state)
{
	struct gdb_stop s;

	assert_true(gdb_stop_parse("T05thread:02;watch:ffffffff8212ab34;", &s));
	assert_int_equal(s.signal, 5);
	assert_int_equal(s.thread, 2);
	assert_true(s.watched);
	assert_true(s.address == UINT64_C(0xffffffff8212ab34));
	assert_true(gdb_stop_parse("T05thread:p01.0a;watch:10", &s));
	assert_int_equal(s.thread, 10);
	assert_true(gdb_stop_parse("T02thread:01;", &s));
	assert_false(s.watched);
	assert_true(gdb_stop_parse("T05thread:01;rwatch:10;", &s));
	assert_false(s.watched);
	assert_true(gdb_stop_parse("S05", &s));
	assert_int_equal(s.thread, 0);
}

static void what_tells_of_no_stop_is_none(void **state)
{
	static const char *const bodies[] = {"",
					     "OK",
					     "T",
					     "T0",
					     "T0x",
					     "W00",
					     "T05thread:0;",
					     "T05thread:;",
					     "T05thread:ffff;",
					     "T05watch:;",
					     "T05watch:12g;",
					     "T05thread:p1;",
					     "T05watch:11112222333344445;"};
	struct gdb_stop s;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bodies); i++)
		if (gdb_stop_parse(bodies[i], &s))
			fail_msg("'%s' was taken for a stop", bodies[i]);
}

static void a_register_is_where_it_stands(void **state)
{
	static const char two[] = "00000000000000003412000000000080";
	uint64_t v;

	assert_true(gdb_register(two, 1, &v));
	assert_true(v == UINT64_C(0x8000000000001234));
	assert_true(gdb_register(two, 0, &v));
	assert_int_equal(v, 0);
	assert_false(gdb_register(two, 2, &v));
	assert_false(gdb_register("xxxxxxxxxxxxxxxx", 0, &v));
	assert_false(gdb_register("E01", 0, &v));
	assert_false(gdb_register("", 16, &v));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_packet_is_put_together_as_it_is_taken_apart),
		cmocka_unit_test(what_is_not_all_there_is_waited_for),
		cmocka_unit_test(what_is_no_packet_is_refused),
		cmocka_unit_test(a_stop_says_who_and_where),
		cmocka_unit_test(what_tells_of_no_stop_is_none),
		cmocka_unit_test(a_register_is_where_it_stands),
	};

	return cmocka_run_group_tests_name("gdb", tests, NULL, NULL);
}
