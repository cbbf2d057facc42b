/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_report - a session as test results, in formats that stay whole whatever a name holds.
 */
#include "tests/unit/recorded.h"

#include "base/cleanup.h"
#include "ops/report.h"

#include <json-c/json.h>

/* One expectation that holds, one that does not, one never reached, one op that failed. */
#define MIXED                                                                                      \
	HEAD DID(1, 1, 1, "cgroup add low") DID(2, 2, 2, "run probe@low -- true")                  \
	PLACED(2, "probe", 1, 81, "/placement/low", "0::/placement/low", true)                     \
	EXITED(2, "probe", 1, 81, 3, 0, false)                                                     \
	DID(3, 5, 1505, "expect placed probe in=low") JUDGED(3, 0, "it was")                       \
	DID(4, 1506, 1507, "expect output probe contains \\\"# <&> x\\\"") JUDGED(4, 1, "expected <a> & \\\"b\\\"\\n# c") \
	"{\"seq\":5,\"t_ns\":0,\"op\":\"expect exit probe == 0\"}\n"                               \
	"{\"seq\":6,\"t_ns\":0,\"op\":\"read /nonesuch\"}\n"                                       \
	"{\"seq\":6,\"t_ns\":3,\"event\":\"failed\",\"code\":2,\"text\":\"no such file\"}\n"

static void written(const char *text, const char *format, struct buf *out)
{
	struct recorded r;
	struct report report;

	recorded_init(&r, text);
	report_build(&report, "mixed.session", r.model);
	report_format_by_name(format)->write(&report, r.model, out);
	report_finish(&report);
	recorded_finish(&r);
}

static void assert_has(const struct buf *out, const char *words)
{
	if (!strstr(buf_text(out), words))
		fail_msg("expected '%s' in:\n%s", words, buf_text(out));
}

static void numbers_stand_in_the_json_report(void **state)
{
	cleanup_buf struct buf out = BUF_INIT;
	struct json_object *root, *o;

	written(HEAD DID(1, 1, 1, "run bench -- b") PLACED(1, "bench", 1, 81, "/", "0::/", true)
			WROTE(1, "bench", 1, "lat=1ms x/y=3\\nlat=5ms\\n"),
		"json", &out);
	root = json_tokener_parse(buf_text(&out));
	assert_true(json_object_object_get_ex(root, "metrics", &o));
	assert_true(json_object_object_get_ex(o, "bench", &o));
	assert_int_equal(json_object_object_length(o), 2);
	assert_true(json_object_object_get_ex(o, "lat", &o));
	assert_true(json_object_get_double(json_object_object_get(o, "value")) == 5e6);
	assert_true(json_object_get_double(json_object_object_get(o, "mean")) == 3e6);
	assert_int_equal(json_object_get_int64(json_object_object_get(o, "samples")), 2);
	assert_string_equal(json_object_get_string(json_object_object_get(o, "unit")), "ns");
	json_object_put(root);
	buf_reset(&out);
	written(MIXED, "json", &out);
	assert_null(strstr(buf_text(&out), "metrics"));
}

static void there_is_a_point_for_each_expectation_failure_and_placement(void **state)
{
	struct report report;
	struct recorded r;

	recorded_init(&r, MIXED);
	report_build(&report, "x", r.model);
	assert_int_equal(report.n, 5);
	assert_int_equal(report.points[0].verdict, VERDICT_PASS);
	assert_int_equal(report.points[0].ns, 1500000000);
	assert_int_equal(report.points[1].verdict, VERDICT_FAIL);
	assert_int_equal(report.points[2].verdict, VERDICT_INCONCLUSIVE);
	assert_int_equal(report.points[3].verdict, VERDICT_INCONCLUSIVE);
	assert_string_equal(report.points[3].why, "no such file");
	assert_string_equal(report.points[4].name, "probe is in 'low' before its first instruction");
	assert_int_equal(report.points[4].verdict, VERDICT_PASS);
	assert_int_equal(report_verdict(&report), VERDICT_FAIL);
	report_finish(&report);
	recorded_finish(&r);
}

static void tap_has_one_line_a_point(void **state)
{
	cleanup_buf struct buf out = BUF_INIT;

	written(MIXED, "tap", &out);
	assert_has(&out, "TAP version 13\n");
	assert_has(&out, "\n1..5\nok 1 - expect placed probe in=low\n");
	assert_has(&out, "\nnot ok 2 - expect output probe contains \"\\# <&> x\"\n# fail: expected <a> & \"b\"?# c\n");
	assert_has(&out, "\nnot ok 3 - expect exit probe == 0\n# inconclusive: was never reached\n");
	assert_has(&out, "\nok 5 - probe is in 'low' before its first instruction\n");
	buf_reset(&out);
	written(MIXED, "ktap", &out);
	assert_has(&out, "KTAP version 1\n");
	assert_has(&out, "\n1..5\n");
}

static void junit_escapes_what_xml_would_misread(void **state)
{
	cleanup_buf struct buf out = BUF_INIT;

	written(MIXED, "junit", &out);
	assert_has(&out, "tests=\"5\" failures=\"1\" errors=\"2\" skipped=\"0\"");
	assert_has(&out, "# &lt;&amp;&gt; x");
	assert_has(&out, "<failure message=\"expected &lt;a&gt; &amp; &quot;b&quot;?# c\"/>");
	assert_has(&out, "time=\"1.500\"");
	assert_has(&out, "</testsuites>\n");
}

static void json_is_one_object_that_parses(void **state)
{
	cleanup_buf struct buf out = BUF_INIT;
	struct json_object *o, *v;

	written(MIXED, "json", &out);
	o = json_tokener_parse(buf_text(&out));
	assert_non_null(o);
	assert_true(json_object_object_get_ex(o, "verdict", &v));
	assert_string_equal(json_object_get_string(v), "fail");
	assert_true(json_object_object_get_ex(o, "points", &v));
	assert_int_equal(json_object_array_length(v), 5);
	json_object_put(o);
}

static void the_seed_passes(void **state)
{
	struct report report;
	struct recorded r;

	recorded_init(&r, SEED);
	report_build(&report, "seed", r.model);
	assert_int_equal(report_verdict(&report), VERDICT_PASS);
	report_finish(&report);
	recorded_finish(&r);
	assert_null(report_format_by_name("toml"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_stand_in_the_json_report),
		cmocka_unit_test(there_is_a_point_for_each_expectation_failure_and_placement),
		cmocka_unit_test(tap_has_one_line_a_point),
		cmocka_unit_test(junit_escapes_what_xml_would_misread),
		cmocka_unit_test(json_is_one_object_that_parses),
		cmocka_unit_test(the_seed_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
