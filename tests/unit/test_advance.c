/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_advance - what a person asks of a guest's time is read, what makes no sense refused with
 * what to write; and the model knows how it goes on.
 */
#include "test.h"

#include "ops/advance.h"
#include "ops/model.h"
#include "ops/op.h"

#include <errno.h>
#include <string.h>

static int parse(const char *line, struct advance *out, struct err *err)
{
	size_t n;
	char **words = words_split(line, &n, err);
	int r;

	assert_non_null(words);
	r = advance_parse(words, n, out, err);
	words_free(words);
	return r;
}

static void must_be(const char *line, enum advance_to to, int cpu, uint64_t ns)
{
	struct advance a;
	struct err err = ERR_INIT;

	if (parse(line, &a, &err))
		fail_msg("'%s': %s", line, err.msg);
	assert_int_equal(a.to, to);
	assert_int_equal(a.cpu, cpu);
	assert_int_equal(a.span_ns, ns);
}

static void must_refuse(const char *line, const char *words)
{
	struct advance a;
	struct err err = ERR_INIT;

	assert_int_equal(parse(line, &a, &err), -EINVAL);
	if (!strstr(err.msg, words))
		fail_msg("'%s': %s", line, err.msg);
}

static void steps_are_read(void **state)
{
	must_be("advance switch", ADVANCE_SWITCH, -1, 0);
	must_be("advance switch 3", ADVANCE_SWITCH, 3, 0);
	must_be("advance tick", ADVANCE_TICK, -1, 0);
	must_be("advance us 250", ADVANCE_SPAN, -1, 250000);
	must_be("advance us 10000000", ADVANCE_SPAN, -1, 10000000000);
	must_be("advance 2ms", ADVANCE_SPAN, -1, 2000000);
	must_refuse("advance", "advance switch [CPU] | tick | us N");
	must_refuse("advance switch -1", "advance switch [CPU]");
	must_refuse("advance switch 1 2", "advance switch [CPU]");
	must_refuse("advance switch 99999", "advance switch [CPU]");
	must_refuse("advance tick 2", "advance switch");
	must_refuse("advance us", "us N");
	must_refuse("advance us 0", "us N");
	must_refuse("advance us 10000001", "1us to 10s");
	must_refuse("advance us 1 1", "us N");
	must_refuse("advance 10ns", "1us to 10s");
	must_refuse("advance 1h", "1us to 10s");
	must_refuse("advance swich", "advance switch");
}

static int slow(const char *line, unsigned *part)
{
	struct err err = ERR_INIT;
	size_t n;
	char **words = words_split(line, &n, &err);
	int r = advance_parse_slow(words, n, part, &err);

	assert_true(r == 0 || strstr(err.msg, "slow N"));
	words_free(words);
	return r;
}

static void slow_motion_is_read(void **state)
{
	unsigned part = 0;

	assert_int_equal(slow("slow 10", &part), 0);
	assert_int_equal(part, 10);
	assert_int_equal(slow("slow 1/100", &part), 0);
	assert_int_equal(part, 100);
	assert_int_equal(slow("slow 1", &part), 0);
	assert_int_equal(part, 1);
	assert_int_equal(slow("slow 1000", &part), 0);
	assert_int_equal(slow("slow", &part), -EINVAL);
	assert_int_equal(slow("slow 0", &part), -EINVAL);
	assert_int_equal(slow("slow 1001", &part), -EINVAL);
	assert_int_equal(slow("slow 2/3", &part), -EINVAL);
	assert_int_equal(slow("slow 1/", &part), -EINVAL);
	assert_int_equal(slow("slow 1 2", &part), -EINVAL);
}

static void apply(struct model *m, enum event_type type, const char *name, uint64_t count)
{
	model_apply(m, &(struct event){.type = type,
				       .name = name,
				       .count = count,
				       .text = "words",
				       .cgroup = "",
				       .path = "",
				       .data = ""});
}

static void the_model_knows_how_time_goes_on(void **state)
{
	struct model *m = model_create();

	assert_false(m->paused);
	apply(m, EV_PACE, PACE_PAUSED, 0);
	assert_true(m->paused);
	apply(m, EV_PACE, PACE_STEP, 1);
	assert_true(m->paused);
	apply(m, EV_PACE, PACE_SLOW, 10);
	assert_false(m->paused);
	assert_int_equal(m->slow, 10);
	apply(m, EV_PACE, PACE_PAUSED, 0);
	assert_int_equal(m->slow, 0);
	apply(m, EV_PACE, PACE_RUNS, 1);
	assert_false(m->paused);
	/* from a file that lies */
	apply(m, EV_PACE, PACE_SLOW, UINT64_MAX);
	assert_int_equal(m->slow, 0);
	apply(m, EV_PACE, "nonsense", 7);
	assert_false(m->paused);
	apply(m, EV_PACE, PACE_SLOW, 10);
	apply(m, EV_GONE, "", 0);
	assert_int_equal(m->slow, 0);
	model_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_are_read),
		cmocka_unit_test(slow_motion_is_read),
		cmocka_unit_test(the_model_knows_how_time_goes_on),
	};

	return cmocka_run_group_tests_name("advance", tests, NULL, NULL);
}
