/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_reduce - what is left of a scenario when all is left out that its failure does not need.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "ops/reduce.h"

#define CPUS 4

/* Fails while all these lines are in it, in this form. */
struct fake {
	const char *const *needs;
	unsigned runs, stop_at;
	size_t smallest;
};

static void text_of(const struct scenario *s, struct buf *out)
{
	size_t i;

	for (i = 0; i < scenario_len(s); i++) {
		cleanup_free char *line = op_format(scenario_at(s, i));

		buf_addf(out, "%s\n", line);
	}
}

static int fails(void *arg, const struct scenario *s, struct err *err)
{
	struct fake *f = arg;
	cleanup_buf struct buf text = BUF_INIT;
	size_t i;

	if (++f->runs == f->stop_at)
		return err_set(err, 5, "the guest does not start");
	text_of(s, &text);
	for (i = 0; f->needs[i]; i++)
		if (!strstr(buf_text(&text), f->needs[i]))
			return 0;
	return 1;
}

static void smaller(void *arg, const struct scenario *s)
{
	struct fake *f = arg;

	assert_true(!f->smallest || scenario_len(s) <= f->smallest);
	f->smallest = scenario_len(s);
}

static void assert_left(const char *from, struct fake *f, const char *want)
{
	struct scenario *s = scenario_create(CPUS), *left;
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	assert_int_equal(scenario_add_text(s, NULL, from, strlen(from), &err), 0);
	left = reduce(s, CPUS, &(struct reduce_ops){fails, smaller, f}, &err);
	text_of(left, &text);
	assert_string_equal(buf_text(&text), want);
	assert_string_equal(err.msg, f->stop_at ? "the guest does not start" : "");
	scenario_destroy(left);
	scenario_destroy(s);
}

static const char long_one[] = "cgroup add a\n"
			       "cgroup add b cpu.weight=50 memory.max=64M\n"
			       "spawn x@a spin n=3\n"
			       "hold 1s\n"
			       "spawn y@b spin n=2 nice=5\n"
			       "cgroup set a cpu.weight=200\n"
			       "cpuset set b 0-1\n"
			       "hold 2s\n"
			       "kill x\n"
			       "expect placed y in=b\n";

static void what_is_not_needed_goes(void **state)
{
	struct fake f = {.needs = (const char *const[]){"cpuset set b", NULL}};

	assert_left(long_one, &f,
		    "cgroup add b\n"
		    "spawn y spin\n"
		    "cpuset set b 0-1\n"
		    "expect placed y in=b\n");
	assert_true(f.runs < 40);
}

static void words_that_are_needed_stay(void **state)
{
	struct fake f = {.needs = (const char *const[]){"y@b", "nice=5", "cpu.weight=50", NULL}};

	assert_left(long_one, &f,
		    "cgroup add b cpu.weight=50\n"
		    "spawn y@b spin nice=5\n"
		    "expect placed y in=b\n");
}

static void a_body_goes_as_a_whole_or_op_by_op(void **state)
{
	static const char with_body[] = "cgroup add a\n"
					"cgroup add b\n"
					"spawn x@a spin\n"
					"every 5ms as swapper\n"
					"cpuset set a 0\n"
					"cpuset set b 1\n"
					"end\n"
					"hold 1s\n"
					"expect placed x in=a\n";
	struct fake whole = {.needs = (const char *const[]){"hold", NULL}};
	struct fake part = {.needs = (const char *const[]){"every", "cpuset set b", NULL}};

	assert_left(with_body, &whole,
		    "cgroup add a\n"
		    "spawn x spin\n"
		    "hold 1s\n"
		    "expect placed x in=a\n");
	assert_left(with_body, &part,
		    "cgroup add a\n"
		    "cgroup add b\n"
		    "spawn x spin\n"
		    "every 5ms as swapper\n"
		    "cpuset set b 1\n"
		    "end\n"
		    "expect placed x in=a\n");
}

static void where_all_is_needed_all_stays(void **state)
{
	struct fake f = {.needs = (const char *const[]){"cgroup add a\n", "spawn x@a spin n=2\n",
							"hold 1s\n", NULL}};
	static const char all[] =
		"cgroup add a\nspawn x@a spin n=2\nhold 1s\nexpect placed x in=a\n";

	assert_left(all, &f, all);
	assert_int_equal(f.smallest, 0);
}

static void what_cannot_be_carried_out_ends_it_with_the_smallest_so_far(void **state)
{
	struct fake f = {.needs = (const char *const[]){"cpuset set b", NULL}, .stop_at = 3};
	struct scenario *s = scenario_create(CPUS), *left;
	struct err err = ERR_INIT;

	assert_int_equal(scenario_add_text(s, NULL, long_one, strlen(long_one), &err), 0);
	left = reduce(s, CPUS, &(struct reduce_ops){fails, smaller, &f}, &err);
	assert_string_equal(err.msg, "the guest does not start");
	assert_int_equal(f.runs, 3);
	assert_true(scenario_len(left) <= scenario_len(s));
	if (f.smallest)
		assert_int_equal(scenario_len(left), f.smallest);
	scenario_destroy(left);
	scenario_destroy(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_needed_goes),
		cmocka_unit_test(words_that_are_needed_stay),
		cmocka_unit_test(a_body_goes_as_a_whole_or_op_by_op),
		cmocka_unit_test(where_all_is_needed_all_stays),
		cmocka_unit_test(what_cannot_be_carried_out_ends_it_with_the_smallest_so_far),
	};

	return cmocka_run_group_tests_name("reduce", tests, NULL, NULL);
}
