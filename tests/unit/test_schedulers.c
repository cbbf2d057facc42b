/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_schedulers - names and numbers of schedulers and of their ends, and what is judged by them.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "guest/wire_sched.h"
#include "ops/check.h"
#include "ops/model.h"
#include "ops/op.h"
#include "ops/schedulers.h"

#include <unistd.h>

static void exit_kinds_are_unique_and_found_by_name_number_and_reason(void **state)
{
	const struct sched_exit_kind *a, *b;
	size_t i, j;

	for (i = 0; (a = sched_exit_kind_at(i)); i++) {
		assert_ptr_equal(sched_exit_kind_by_name(a->name), a);
		assert_string_equal(sched_exit_kind_name(a->number), a->name);
		if (a->reason)
			assert_ptr_equal(sched_exit_kind_by_reason(a->reason), a);
		for (j = i + 1; (b = sched_exit_kind_at(j)); j++)
			assert_int_not_equal(a->number, b->number);
	}
	assert_string_equal(sched_exit_kind_name(0), "unknown");
	assert_string_equal(sched_exit_kind_name(1026), "stall");
	assert_null(sched_exit_kind_by_reason("of old age"));
}

static void every_scheduler_of_the_host_is_a_program(void **state)
{
	const struct scheduler *s;
	size_t i;

	for (i = 0; (s = scheduler_at(i)); i++) {
		cleanup_free char *path = NULL;

		assert_true(asprintf(&path, "%s/%s.bpf.o", SCHED_OBJECTS, s->name) > 0);
		assert_int_equal(access(path, R_OK), 0);
		assert_int_equal(scheduler_check(s->name, NULL), 0);
	}
	assert_true(i > 0);
}

static void a_scheduler_is_a_name_or_a_path(void **state)
{
	struct err err = ERR_INIT;

	assert_true(scheduler_is_path("./mine"));
	assert_true(scheduler_is_path("mine.bpf.o"));
	assert_true(scheduler_is_path("mine.bpf.c"));
	assert_false(scheduler_is_path("fifo"));
	assert_string_equal(scheduler_near("fifi"), "fifo");
	assert_int_equal(scheduler_check("scx_mine", &err), 0);
	assert_true(scheduler_check("two words", &err) < 0);
	assert_non_null(strstr(err.msg, "neither a scheduler's name nor a path"));
	assert_true(scheduler_check_kind("stal", &err) < 0);
	assert_non_null(strstr(err.msg, "'stall'"));
	assert_true(scheduler_check_constant("fifo", "slice", &err) < 0);
	assert_non_null(strstr(err.msg, "'slice_us'"));
	assert_int_equal(scheduler_check_constant("./mine.bpf.o", "anything", &err), 0);
}

static void a_reported_name_may_carry_a_version(void **state)
{
	assert_true(scheduler_same_name("fifo", "fifo"));
	assert_true(scheduler_same_name("fifo_1.2.0_x86_64", "fifo"));
	assert_false(scheduler_same_name("fifo2", "fifo"));
	assert_false(scheduler_same_name("fif", "fifo"));
}

static void refused(const char *line, const char *words)
{
	struct err err = ERR_INIT;
	struct op *op = NULL;

	assert_true(op_parse(line, &op, &err) < 0);
	assert_null(op);
	if (!strstr(err.msg, words))
		fail_msg("'%s': '%s' does not say '%s'", line, err.msg, words);
}

static void lines_that_make_no_sense_are_refused_with_the_argument(void **state)
{
	refused("sched load", "NAME|PATH is missing");
	refused("sched load fi*fo", "neither a scheduler's name nor a path");
	refused("sched load ./x.bpf.c watch=often", "must be yes or no");
	refused("sched load fifo slize_us=3", "did you mean 'slice_us'");
	refused("sched load fifo slice_us=1 slice_us=2", "given twice");
	refused("sched lod fifo", "did you mean 'sched load'");
	refused("expect sched exit == stalled", "stall");
	refused("expect sched exit stall", "'=='");
	refused("expect sched fifo", "'=='");
}

/* ---- judging ---- */

static void apply(struct model *m, enum event_type type, uint64_t seq, uint64_t ms, const char *name,
		  const char *text, int64_t code)
{
	model_apply(m, &(struct event){.type = type, .seq = seq, .t_ns = ms * 1000000, .name = name,
				       .text = text, .code = code, .cgroup = "", .path = "", .data = ""});
}

static void load(struct model *m, uint64_t seq, const char *line, const char *kernel_name)
{
	apply(m, EV_OP, seq, seq * 100, "", line, 0);
	apply(m, EV_BEGIN, seq, seq * 100, "", "", 0);
	if (kernel_name)
		apply(m, EV_SCHED, 0, seq * 100 + 10, kernel_name, "enabled", 0);
	apply(m, EV_DONE, seq, seq * 100 + 20, "", "", 0);
}

static void assert_session(struct model *m, enum verdict v, const char *words)
{
	cleanup_buf struct buf why = BUF_INIT;

	assert_int_equal(check_sched_session(m, &why), v);
	if (words && !strstr(buf_text(&why), words))
		fail_msg("'%s' does not say '%s'", buf_text(&why), words);
	model_destroy(m);
}

static void a_scenario_fails_when_its_scheduler_was_not_the_one_that_ran(void **state)
{
	struct model *m = model_create();

	assert_session(m, VERDICT_SKIP, NULL);
	m = model_create();
	load(m, 1, "sched load fifo", "fifo");
	assert_session(m, VERDICT_PASS, NULL);
	m = model_create();
	load(m, 1, "sched load fifo", "vtime");
	assert_session(m, VERDICT_FAIL, "'vtime' was in force instead");
	m = model_create();
	load(m, 1, "sched load fifo", NULL);
	assert_session(m, VERDICT_FAIL, "no scheduler came into force");
	m = model_create();
	load(m, 1, "sched load fifo", "fifo");
	apply(m, EV_SCHED_EXIT, 0, 500, "fifo", "runnable task stall", 1026);
	assert_session(m, VERDICT_FAIL, "not the one that ran to the end: 'fifo' ended at 0.500s: stall");
	m = model_create();
	load(m, 1, "sched load fifo", "fifo");
	apply(m, EV_SCHED_EXIT, 0, 500, "fifo", "unregistered from user space", 64);
	assert_session(m, VERDICT_PASS, NULL);
}

static void an_end_that_was_expected_is_no_failure(void **state)
{
	struct model *m = model_create();
	cleanup_buf struct buf why = BUF_INIT;

	load(m, 1, "sched load stall", "stall");
	apply(m, EV_OP, 2, 200, "", "expect sched exit == stall within=10s", 0);
	apply(m, EV_BEGIN, 2, 200, "", "", 0);
	apply(m, EV_SCHED_EXIT, 0, 500, "stall", "runnable task stall", 1026);
	apply(m, EV_DONE, 2, 501, "", "", 0);
	assert_int_equal(check_sched_exit(m, "error", &why), VERDICT_FAIL);
	assert_int_equal(check_sched_exit(m, "stall", &why), VERDICT_PASS);
	assert_int_equal(check_sched(m, "none", &why), VERDICT_PASS);
	assert_int_equal(check_sched(m, "stall", &why), VERDICT_FAIL);
	assert_int_equal(m->scheds[0].before_seq, 1);
	apply(m, EV_VERDICT, 2, 502, "", "it did", VERDICT_PASS);
	assert_session(m, VERDICT_PASS, NULL);
}

static void a_dump_is_put_together_and_belongs_to_its_scheduler(void **state)
{
	struct model *m = model_create();
	struct event part = {.type = EV_SCHED_DUMP, .name = "", .cgroup = "", .path = "", .text = "",
			     .index = 1, .data = "one\n", .data_len = 4};

	load(m, 1, "sched load fifo", "fifo");
	model_apply(m, &part);
	part.index = 2;
	part.data = "two\n";
	part.flag = true;
	part.count = 3;
	model_apply(m, &part);
	assert_string_equal(buf_text(&m->scheds[0].dump), "one\ntwo\n");
	assert_int_equal(m->scheds[0].dump_missing, 3);
	model_destroy(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exit_kinds_are_unique_and_found_by_name_number_and_reason),
		cmocka_unit_test(every_scheduler_of_the_host_is_a_program),
		cmocka_unit_test(a_scheduler_is_a_name_or_a_path),
		cmocka_unit_test(a_reported_name_may_carry_a_version),
		cmocka_unit_test(lines_that_make_no_sense_are_refused_with_the_argument),
		cmocka_unit_test(a_scenario_fails_when_its_scheduler_was_not_the_one_that_ran),
		cmocka_unit_test(an_end_that_was_expected_is_no_failure),
		cmocka_unit_test(a_dump_is_put_together_and_belongs_to_its_scheduler),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
