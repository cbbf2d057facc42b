/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_sched_stats - what a user-space scheduler answers on its statistics socket, as numbers.
 */
#include "tests/unit/recorded.h"

#include "base/cleanup.h"
#include "ops/model_metric.h"
#include "ops/model_stats.h"
#include "ops/sched_stats.h"
#include "ops/sheet.h"

static void reads(const char *text, const char *want)
{
	cleanup_buf struct buf json = BUF_INIT, why = BUF_INIT;

	if (!sched_stats_read(text, strlen(text), &json, &why))
		fail_msg("'%s': %s", text, buf_text(&why));
	assert_string_equal(buf_text(&json), want);
}

static void refuses(const char *text, const char *want)
{
	cleanup_buf struct buf json = BUF_INIT, why = BUF_INIT;

	assert_false(sched_stats_read(text, strlen(text), &json, &why));
	assert_string_equal(buf_text(&why), want);
	assert_int_equal(json.len, 0);
}

static void an_answer_is_taken_out_of_its_envelope(void **state)
{
	reads("{\"errno\":0,\"args\":{\"resp\":{\"at\":5,\"x\":[1.50,2]}}}",
	      "{\"stats\":{\"at\":5,\"x\":[1.50,2]}}\n");
	reads("{\"args\":{\"resp\":\"a\\nb\"},\"errno\":0}", "{\"stats\":\"a\\nb\"}\n");
	reads("{\"errno\":0,\"args\":{\"resp\":null}}", "{\"stats\":null}\n");
}

static void what_is_no_answer_says_why(void **state)
{
	refuses("", "its answer is no JSON");
	refuses("{\"errno\":0,", "its answer is no JSON");
	refuses("{\"errno\":0,\"args\":{\"resp\":1}} more", "its answer is no JSON");
	refuses("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "its answer is no JSON");
	refuses("[1]", "its answer has no errno, or no args.resp");
	refuses("{\"errno\":\"0\",\"args\":{\"resp\":1}}",
		"its answer has no errno, or no args.resp");
	refuses("{\"errno\":0,\"args\":[1]}", "its answer has no errno, or no args.resp");
	refuses("{\"errno\":22,\"args\":{\"resp\":\"no\\u001b[2J\"}}",
		"it refused with errno 22: no?[2J");
	refuses("{\"errno\":-1,\"args\":{\"resp\":{\"x\":1}}}", "it refused with errno -1");
}

#define LOADED                                                                                     \
	HEAD DID(1, 1, 2, "sched load ./scx_own -- -v") PLACED(                                    \
		1, "sched", 1, 81, "/", "0::/",                                                    \
		true) "{\"seq\":0,\"t_ns\":2950000000,\"event\":\"sched\",\"name\":\"own\","       \
		      "\"text\":\"enabled\",\"id\":1,\"count\":0}\n"
#define ANSWERED(ms, name, code, text, data)                                                       \
	"{\"seq\":0,\"t_ns\":" #ms "000000,\"event\":\"sched-stats\",\"name\":\"" name             \
	"\",\"pid\":82,\"code\":" #code ",\"text\":\"" text "\",\"data\":\"" data "\"}\n"
#define GOOD(resp) "{\\\"errno\\\":0,\\\"args\\\":{\\\"resp\\\":" resp "}}"

static const struct model_stats *stats(const struct recorded *r)
{
	return r->model->scheds[0].stats;
}

static void its_numbers_are_the_payloads_and_the_schedulers(void **state)
{
	struct recorded r;
	struct metric m;

	recorded_init(&r,
		      LOADED WROTE(1, "sched", 1, "x=1\\nhalf_a_l")
			      ANSWERED(3000, "sched", 0, "",
				       GOOD("{\\\"x\\\":7,\\\"lat_us\\\":5,\\\"s\\\":\\\"y=3\\\"}"))
				      ANSWERED(4000, "sched", 0, "", GOOD("{\\\"x\\\":9}"))
					      WROTE(1, "sched", 1, "ine=2\\n"));
	assert_true(model_metric(r.model, "sched", "stats.x", &m));
	assert_true(m.value == 9 && m.min == 7 && m.samples == 2 && m.when_ns == 4000000000);
	assert_true(model_metric(r.model, "sched", "stats.lat_us", &m));
	assert_true(m.value == 5000 && m.unit == UNIT_NS);
	assert_true(model_metric(r.model, "sched", "x", &m));
	assert_true(m.value == 1 && m.samples == 1);
	/* the line it was printing goes on behind the answers */
	assert_true(model_metric(r.model, "sched", "half_a_line", &m));
	assert_false(model_metric(r.model, "sched", "y", &m));
	assert_int_equal(stats(&r)->answers, 2);
	assert_int_equal(stats(&r)->pid, 82);
	assert_null(stats(&r)->wrong);
	assert_string_equal(model_stats_at(&r.model->scheds[0], 0)->name, "stats.x");
	assert_null(model_stats_at(&r.model->scheds[0], 2));
	recorded_finish(&r);
}

static void what_is_wrong_stands_until_the_next_answer(void **state)
{
	struct recorded r;

	recorded_init(&r, LOADED ANSWERED(3000, "sched", 0, "", GOOD("{\\\"x\\\":7}"))
				  ANSWERED(4000, "sched", 110, "it has not answered", ""));
	assert_string_equal(stats(&r)->wrong, "it has not answered");
	assert_int_equal(stats(&r)->when_ns, 3000000000);
	recorded_finish(&r);
	recorded_init(&r, LOADED ANSWERED(3000, "sched", 0, "", "nonsense")
				  ANSWERED(4000, "sched", 0, "", GOOD("{\\\"x\\\":7}"))
					  ANSWERED(5000, "sched", 0, "", "nonsense"));
	assert_string_equal(stats(&r)->wrong, "its answer is no JSON");
	assert_int_equal(stats(&r)->answers, 1);
	recorded_finish(&r);
}

/* One that nobody of the session has started: a row of its own, not of a payload. */
static void a_scheduler_of_nobodys_has_its_numbers_too(void **state)
{
	struct recorded r;
	struct sheet_value v;
	struct sheet s;

	recorded_init(&r, LOADED ANSWERED(3000, "", 0, "", GOOD("{\\\"x\\\":7}")));
	sheet_build(&s, &sheet_numbers, r.model, &(struct sheet_ask){0});
	assert_int_equal(s.n, 1);
	sheet_value(&s, &s.rows[0], 0, &v);
	assert_string_equal(v.text, "stats.x");
	sheet_value(&s, &s.rows[0], 1, &v);
	assert_string_equal(v.more, "own");
	sheet_finish(&s);
	recorded_finish(&r);
}

/* Before there is a scheduler, and of a group that there is not. */
static void an_answer_of_nothing_harms_nothing(void **state)
{
	struct recorded r;

	recorded_init(&r, HEAD ANSWERED(3000, "who", 0, "", GOOD("{\\\"x\\\":7}"))
				  ANSWERED(3000, "", 5, "bad", ""));
	assert_int_equal(r.model->nscheds, 0);
	recorded_finish(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_taken_out_of_its_envelope),
		cmocka_unit_test(what_is_no_answer_says_why),
		cmocka_unit_test(its_numbers_are_the_payloads_and_the_schedulers),
		cmocka_unit_test(what_is_wrong_stands_until_the_next_answer),
		cmocka_unit_test(a_scheduler_of_nobodys_has_its_numbers_too),
		cmocka_unit_test(an_answer_of_nothing_harms_nothing),
	};

	return cmocka_run_group_tests_name("sched_stats", tests, NULL, NULL);
}
