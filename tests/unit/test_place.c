/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_place - places in a kernel: what their texts mean, what is found there in types and memory
 * made by hand, what is written and what is refused, and how it is judged.
 */
#include "tests/unit/test.h"

#include "tests/place_made.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "ops/model.h"
#include "ops/model_kernel.h"

#include <errno.h>

static void texts_are_taken_apart(void **state)
{
	struct place p;

	assert_int_equal(place_parse("runqueues:rq@3.cfs.h_load[2].x", &p, NULL), 0);
	assert_int_equal(p.kind, PLACE_SYMBOL);
	assert_string_equal(p.name, "runqueues");
	assert_string_equal(p.type, "rq");
	assert_true(p.has_cpu);
	assert_int_equal(p.cpu, 3);
	assert_int_equal(p.nsteps, 4);
	assert_string_equal(p.steps[1].name, "h_load");
	assert_string_equal(p.steps[2].name, "");
	assert_int_equal(p.steps[2].index, 2);
	assert_int_equal(place_parse("0xFFFF888000000010:task_struct*.pid", &p, NULL), 0);
	assert_int_equal(p.kind, PLACE_ADDRESS);
	assert_true(p.address == UINT64_C(0xffff888000000010));
	assert_int_equal(p.pointers, 1);
	assert_int_equal(place_parse("task(my-w.2).se.vruntime", &p, NULL), 0);
	assert_int_equal(p.kind, PLACE_TASK);
	assert_string_equal(p.name, "my-w.2");
	assert_int_equal(place_parse("task(17).pid", &p, NULL), 0);
	assert_int_equal(p.tid, 17);
}

static void texts_that_mean_nothing_are_refused(void **state)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
		{"", "names nothing"},
		{"a b", "stands where"},
		{"a:", "stands a type"},
		{"a:u8***", "at most 2"},
		{"a@", "number of a CPU"},
		{"a@4096", "0 to 4095"},
		{"a.", "name of a field"},
		{"a[x]", "stands a number"},
		{"a[1", "stands a number"},
		{"a[1048577]", "0 to 1048576"},
		{"0x12", "needs a type"},
		{"0x:u8", "at most 16 digits"},
		{"0x11112222333344445:u8", "16"},
		{"task().pid", "wants the name"},
		{"task(w)", "a field is read"},
		{"task(0).pid", "from 1"},
		{"task(w", "wants the name"},
		{"9a", "names nothing"},
		{"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r", "more than 16"},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err err = ERR_INIT;

		if (place_check(rows[i].text, &err) != -EINVAL || !strstr(err.msg, rows[i].words))
			fail_msg("'%s': expected '%s' in '%s'", rows[i].text, rows[i].words,
				 err.msg);
	}
}

struct made {
	struct places p;
	struct sight *sight;
	struct guest_memory view;
	uint8_t *mem;
};

static int make(void **state)
{
	struct made *m = calloc(1, sizeof(*m));

	m->sight = calloc(1, sizeof(*m->sight));
	m->mem = calloc(1, MADE_SIZE);
	made_places(&m->p, m->sight, m->mem, &m->view);
	*state = m;
	return 0;
}

static int finish(void **state)
{
	struct made *m = *state;

	btf__free(m->p.btf);
	free(m->sight);
	free(m->mem);
	free(m);
	return 0;
}

#define THING "0xffff888000030000:thing"

static void what_stands_there_is_read(void **state)
{
	static const struct {
		const char *text, *value;
		enum place_value_kind kind;
	} rows[] = {
		{THING ".number", "-5", PLACE_SIGNED},
		{THING ".low", "5", PLACE_UNSIGNED},
		{THING ".high", "9", PLACE_UNSIGNED},
		{THING ".flag", "true", PLACE_BOOL},
		{THING ".name", "one", PLACE_TEXT},
		{THING ".name[1]", "110", PLACE_UNSIGNED},
		{THING ".next", "0xffff888000030100", PLACE_POINTER},
		{THING ".next.number", "6", PLACE_SIGNED},
		{THING ".next.name", "two?[m", PLACE_TEXT},
		{THING ".mode", "BLUE", PLACE_ENUM},
		{THING ".many[2]", "9", PLACE_UNSIGNED},
		{THING ".inner", "3", PLACE_SIGNED},
		{"0xffff888000030010:thing*.number", "6", PLACE_SIGNED},
		{"0xffff888000030000:u8", "251", PLACE_UNSIGNED},
		{"0xffff888000030000:s8", "-5", PLACE_SIGNED},
		{"counter:int", "11", PLACE_SIGNED},
		{"each@0", "20", PLACE_UNSIGNED},
		{"each@1", "21", PLACE_UNSIGNED},
		{"each:u8@1", "21", PLACE_UNSIGNED},
	};
	struct made *m = *state;
	struct place_value v;
	struct place at;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(place_parse(rows[i].text, &at, NULL), 0);
		if (places_read(&m->p, &at, &v, &err) < 0)
			fail_msg("%s: %s", rows[i].text, err.msg);
		if (strcmp(v.text, rows[i].value) || v.kind != rows[i].kind)
			fail_msg("%s: expected %s, is %s of kind %d", rows[i].text, rows[i].value,
				 v.text, v.kind);
	}
}

static void what_is_not_there_is_said(void **state)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
		{"nowhere:int", "no symbol 'nowhere'"},
		{"twice:int", "several symbols"},
		{"counter", "write it, for example counter:int"},
		{"counter:nothing", "no type 'nothing'"},
		{"counter:colour*", "no pointer to 'colour'"},
		{"counter:int@0", "leave out @0"},
		{"each", "each@0"},
		{"each@2", "CPUs 0 to 1"},
		{"counter:int.x", "has no fields"},
		{"counter:int[0]", "no array"},
		{THING, "name a field of it, for example '.number'"},
		{THING ".many", "name an element"},
		{THING ".many[3]", "elements 0 to 2"},
		{THING ".nummer", "did you mean 'number'"},
		{THING ".next.next.number", "NULL"},
		{"0xffff000000000000:u64", "no memory"},
		{"0x10:u64", "no memory"},
		{"0xffff88800003fffd:u64", "no memory"},
		{"task(99).first", "no task 99"},
	};
	struct made *m = *state;
	struct place_value v;
	struct place at;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(place_parse(rows[i].text, &at, NULL), 0);
		if (places_read(&m->p, &at, &v, &err) == 0)
			fail_msg("%s was read: %s", rows[i].text, v.text);
		if (!strstr(err.msg, rows[i].words))
			fail_msg("%s: expected '%s' in '%s'", rows[i].text, rows[i].words, err.msg);
	}
}

static int put(struct made *m, const char *text, const char *value, struct place_value *now,
	       struct err *err)
{
	struct place_value before;
	struct place at;

	assert_int_equal(place_parse(text, &at, NULL), 0);
	return places_write(&m->p, &at, value, &before, now, err);
}

static void what_fits_is_written_and_nothing_beside_it(void **state)
{
	static const struct {
		const char *text, *value, *shown;
	} rows[] = {{THING ".number", "-2147483648", "-2147483648"},
		    {THING ".low", "2", "2"},
		    {THING ".high", "536870911", "536870911"},
		    {THING ".flag", "false", "false"},
		    {THING ".mode", "RED", "RED"},
		    {THING ".mode", "1", "BLUE"},
		    {THING ".many[1]", "0xffffffff", "4294967295"},
		    {"each@1", "5", "5"}};
	struct made *m = *state;
	struct made_thing t;
	struct place_value now;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err err = ERR_INIT;

		if (put(m, rows[i].text, rows[i].value, &now, &err) < 0)
			fail_msg("%s: %s", rows[i].text, err.msg);
		assert_string_equal(now.text, rows[i].shown);
	}
	memcpy(&t, m->mem + MADE_THING, sizeof(t));
	assert_int_equal(t.number, INT32_MIN);
	assert_int_equal(t.bits, 2 | 536870911u << 3);
	assert_int_equal(t.flag, 0);
	assert_string_equal(t.name, "one");
	assert_int_equal(t.many[0], 7);
	assert_int_equal(t.many[2], 9);
	assert_int_equal(m->mem[MADE_EACH], 20);
	made_thing(m->mem);
}

static void what_does_not_fit_is_refused(void **state)
{
	static const struct {
		const char *text, *value, *words;
	} rows[] = {{THING ".number", "2147483648", "at most 2147483647"},
		    {THING ".number", "-2147483649", "does not fit"},
		    {THING ".low", "8", "of 3 bits"},
		    {THING ".low", "-1", "does not fit"},
		    {THING ".flag", "2", "at most 1"},
		    {THING ".mode", "GREEN", "or the name of one"},
		    {THING ".number", "5x", "write a number"},
		    {THING ".next", "0", "a pointer is not written"},
		    {"0xffff888000030001:u32", "1", "no aligned memory"}};
	struct made *m = *state;
	struct made_thing t, was;
	struct place_value now;
	size_t i;

	memcpy(&was, m->mem + MADE_THING, sizeof(was));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err err = ERR_INIT;

		if (put(m, rows[i].text, rows[i].value, &now, &err) == 0 ||
		    !strstr(err.msg, rows[i].words))
			fail_msg("%s = %s: expected '%s' in '%s'", rows[i].text, rows[i].value,
				 rows[i].words, err.msg);
	}
	memcpy(&t, m->mem + MADE_THING, sizeof(t));
	assert_memory_equal(&t, &was, sizeof(t));
}

static void what_is_watched_is_whole_aligned_and_found_once(void **state)
{
	static const struct {
		const char *text, *words;
	} rows[] = {{THING ".low", "a bit field of 3 bits"},
		    {THING ".name", "a text of 7 bytes"},
		    {THING ".many", "name an element"},
		    {THING, "name a field of it"},
		    {"0xffff888000030001:u32", "is not aligned"},
		    {"0x10:u64", "no memory"},
		    {"each@2", "CPUs 0 to 1"},
		    {"nowhere:int", "no symbol"}};
	struct made *m = *state;
	struct place_held held;
	struct place_value v;
	struct place at;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(place_parse(rows[i].text, &at, NULL), 0);
		if (places_hold(&m->p, &at, &held, &err) == 0 || !strstr(err.msg, rows[i].words))
			fail_msg("%s: expected '%s' in '%s'", rows[i].text, rows[i].words, err.msg);
	}
	assert_int_equal(place_parse(THING ".next.number", &at, NULL), 0);
	assert_int_equal(places_hold(&m->p, &at, &held, NULL), 0);
	assert_int_equal(held.size, 4);
	assert_true(held.va == MADE_DIRECT + MADE_THING + 0x100);
	assert_int_equal(places_look(&m->p, &held, &v, NULL), 0);
	assert_string_equal(v.text, "6");
	/* where the pointer leads meanwhile does not matter */
	memset(m->mem + MADE_THING + 16, 0, 8);
	assert_int_equal(places_look(&m->p, &held, &v, NULL), 0);
	assert_string_equal(v.text, "6");
	made_thing(m->mem);
}

static int three_functions(struct places *p, symbols_fn fn, void *arg, struct err *err)
{
	fn(arg, "second", 6, MADE_TEXT + 0x200);
	fn(arg, "first", 5, MADE_TEXT + 0x100);
	fn(arg, "_etext", 6, MADE_TEXT + 0x300);
	fn(arg, "data", 4, MADE_TEXT + 0x400);
	return 0;
}

static void an_instruction_is_of_the_function_before_it(void **state)
{
	struct made *m = *state;
	char name[16];
	struct place_value v;
	struct place at;

	assert_int_equal(place_parse("counter:int", &at, NULL), 0);
	assert_int_equal(places_read(&m->p, &at, &v, NULL), 0);
	m->p.each = three_functions;
	assert_true(places_function(&m->p, MADE_TEXT + 0x1ff, name, sizeof(name)));
	assert_string_equal(name, "first");
	assert_true(places_function(&m->p, MADE_TEXT + 0x200, name, sizeof(name)));
	assert_string_equal(name, "second");
	assert_false(places_function(&m->p, MADE_TEXT + 0x300, name, sizeof(name)));
	assert_false(places_function(&m->p, MADE_TEXT + 0x450, name, sizeof(name)));
	assert_false(places_function(&m->p, MADE_TEXT + 0xff, name, sizeof(name)));
	assert_false(places_function(&m->p, 0, name, sizeof(name)));
	assert_false(places_function(&m->p, UINT64_MAX, name, sizeof(name)));
}

static void a_value_is_judged_by_its_kind(void **state)
{
	static const struct {
		const char *text;
		uint64_t bits;
		enum place_value_kind kind;
		const char *compare, *value;
		enum verdict verdict;
	} rows[] = {{"7", 7, PLACE_SIGNED, "==", "7", VERDICT_PASS},
		    {"7", 7, PLACE_SIGNED, ">", "-1", VERDICT_PASS},
		    {"-7", -UINT64_C(7), PLACE_SIGNED, "<", "-6", VERDICT_PASS},
		    {"-7", -UINT64_C(7), PLACE_SIGNED, ">=", "-6", VERDICT_FAIL},
		    {"18446744073709551615", UINT64_MAX, PLACE_UNSIGNED, ">", "5", VERDICT_PASS},
		    {"18446744073709551615", UINT64_MAX, PLACE_UNSIGNED, "==", "-1", VERDICT_FAIL},
		    {"true", 1, PLACE_BOOL, "==", "true", VERDICT_PASS},
		    {"BLUE", 1, PLACE_ENUM, "!=", "RED", VERDICT_PASS},
		    {"BLUE", 1, PLACE_ENUM, "==", "1", VERDICT_PASS},
		    {"BLUE", 1, PLACE_ENUM, "<", "RED", VERDICT_INCONCLUSIVE},
		    {"w.1", 0, PLACE_TEXT, "==", "w.2", VERDICT_FAIL},
		    {"w.1", 0, PLACE_TEXT, "==", "w.1", VERDICT_PASS},
		    {"7", 7, PLACE_SIGNED, "==", "seven", VERDICT_INCONCLUSIVE},
		    {"7", 7, 99, "==", "7", VERDICT_INCONCLUSIVE}};
	struct model *m = model_create();
	cleanup_buf struct buf why = BUF_INIT;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		model_apply(m, &(struct event){.type = EV_KERNEL,
					       .seq = i + 1,
					       .name = "x",
					       .cgroup = "",
					       .path = "",
					       .data = "",
					       .text = rows[i].text,
					       .id = rows[i].bits,
					       .code = rows[i].kind});
		buf_reset(&why);
		if (check_kernel(m, i + 1, "x", rows[i].compare, rows[i].value, &why) !=
		    rows[i].verdict)
			fail_msg("%s %s %s: %s", rows[i].text, rows[i].compare, rows[i].value,
				 buf_text(&why));
	}
	assert_int_equal(check_kernel(m, 77, "x", "==", "1", &why), VERDICT_INCONCLUSIVE);
	assert_string_equal(model_kernel_nth(m, "x", 2)->text, "-7");
	assert_null(model_kernel_nth(m, "y", 0));
	model_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_taken_apart),
		cmocka_unit_test(texts_that_mean_nothing_are_refused),
		cmocka_unit_test_setup_teardown(what_stands_there_is_read, make, finish),
		cmocka_unit_test_setup_teardown(what_is_not_there_is_said, make, finish),
		cmocka_unit_test_setup_teardown(what_fits_is_written_and_nothing_beside_it, make,
						finish),
		cmocka_unit_test_setup_teardown(what_does_not_fit_is_refused, make, finish),
		cmocka_unit_test_setup_teardown(what_is_watched_is_whole_aligned_and_found_once,
						make, finish),
		cmocka_unit_test_setup_teardown(an_instruction_is_of_the_function_before_it, make,
						finish),
		cmocka_unit_test(a_value_is_judged_by_its_kind),
	};

	return cmocka_run_group_tests_name("place", tests, NULL, NULL);
}
