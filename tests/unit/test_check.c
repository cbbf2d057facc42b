/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_check - verdicts and their words.
 */
#include "tests/unit/recorded.h"

#include "ops/check.h"

static void assert_verdict(enum verdict got, enum verdict want, struct buf *why, const char *words)
{
	assert_string_equal(verdict_name(got), verdict_name(want));
	if (!strstr(buf_text(why), words))
		fail_msg("expected '%s' in '%s'", words, buf_text(why));
	buf_reset(why);
}

static void a_placed_task_passes_only_where_it_was_read(void **state)
{
	cleanup_buf struct buf why = BUF_INIT;
	struct recorded r;

	recorded_init(&r, SEED);
	assert_verdict(check_placed(r.model, "probe", "cg_dst", &why), VERDICT_PASS, &why,
		       "seen there by the probe");
	assert_verdict(check_placed(r.model, "probe", "other", &why), VERDICT_FAIL, &why,
		       "expected '0::/placement/other', read '0::/placement/cg_dst' "
		       "(probe.1[81] at 2.911s, before its first instruction)");
	assert_verdict(check_placed(r.model, "probe", "/", &why), VERDICT_FAIL, &why,
		       "expected '0::/'");
	assert_verdict(check_placed(r.model, "nobody", "cg_dst", &why), VERDICT_FAIL, &why,
		       "no group 'nobody'");
	recorded_finish(&r);
}

static void a_misplaced_task_names_both_lines(void **state)
{
	cleanup_buf struct buf why = BUF_INIT;
	struct recorded r;

	recorded_init(&r, HEAD DID(1, 1, 1, "cgroup add low") DID(2, 2, 2, "run probe@low -- true")
				  PLACED(2, "probe", 1, 81, "/placement/low", "0::/", true));
	assert_verdict(check_placed(r.model, "probe", "low", &why), VERDICT_FAIL, &why,
		       "expected '0::/placement/low', read '0::/'");
	recorded_finish(&r);
}

static void a_task_that_was_let_go_first_does_not_pass(void **state)
{
	cleanup_buf struct buf why = BUF_INIT;
	struct recorded r;

	recorded_init(&r, HEAD DID(1, 1, 1, "cgroup add low") DID(2, 2, 2, "run probe@low -- true")
				  PLACED(2, "probe", 1, 81, "/placement/low", "0::/placement/low",
					 false));
	assert_verdict(check_placed(r.model, "probe", "low", &why), VERDICT_FAIL, &why,
		       "only after");
	recorded_finish(&r);
}

static void the_probe_at_exec_overrules_a_good_line(void **state)
{
	cleanup_buf struct buf why = BUF_INIT;
	struct recorded r;

	recorded_init(&r, HEAD DID(1, 1, 1, "cgroup add low") DID(2, 2, 2, "run probe@low -- true")
				  PLACED(2, "probe", 1, 81, "/placement/low", "0::/placement/low",
					 true) EXECED(2, "probe", 81, "/"));
	assert_verdict(check_placed(r.model, "probe", "low", &why), VERDICT_FAIL, &why, "at exec");
	recorded_finish(&r);
}

static void every_worker_must_have_been_seen(void **state)
{
	cleanup_buf struct buf why = BUF_INIT;
	struct recorded r;

	recorded_init(
		&r, HEAD DID(1, 1, 1, "cgroup add low") DID(2, 2, 2, "spawn hogs@low spin n=2")
			    PLACED(2, "hogs", 1, 81, "/placement/low", "0::/placement/low", true));
	assert_verdict(check_placed(r.model, "hogs", "low", &why), VERDICT_FAIL, &why,
		       "expected 2 tasks of 'hogs', seen 1");
	recorded_finish(&r);
}

static void a_payload_that_never_executed_was_not_placed(void **state)
{
	cleanup_buf struct buf why = BUF_INIT;
	struct recorded r;

	recorded_init(
		&r,
		HEAD DID(1, 1, 1, "cgroup add low") "{\"seq\":2,\"t_ns\":0,\"op\":\"run probe@low "
						    "-- nonesuch\"}\n" PLACED(
							    2, "probe", 1, 81, "/placement/low",
							    "0::/placement/low",
							    true) "{\"seq\":2,\"t_ns\":3,\"event\":"
								  "\"failed\",\"code\":2,\"text\":"
								  "\"no such file\"}\n");
	assert_verdict(check_placed(r.model, "probe", "low", &why), VERDICT_FAIL, &why,
		       "never executed its first instruction: no such file");
	recorded_finish(&r);
}

static void an_exit_is_judged_by_code_and_by_signal(void **state)
{
	cleanup_buf struct buf why = BUF_INIT;
	struct recorded r;

	recorded_init(&r, HEAD DID(1, 1, 1, "run a -- x") PLACED(1, "a", 1, 81, "/", "0::/", true)
				  DID(2, 1, 1, "run b -- x") PLACED(2, "b", 1, 82, "/", "0::/",
								    true) DID(3, 1, 1, "run c -- x")
					  PLACED(3, "c", 1, 83, "/", "0::/", true)
						  EXITED(1, "a", 1, 81, 3, 0, false)
							  EXITED(2, "b", 1, 82, 0, 11, false));
	assert_verdict(check_exit(r.model, "a", 3, &why), VERDICT_PASS, &why, "exited with 3");
	assert_verdict(check_exit(r.model, "a", 0, &why), VERDICT_FAIL, &why,
		       "expected exit 0, a.1[81] exited with 3");
	assert_verdict(check_exit(r.model, "b", 139, &why), VERDICT_PASS, &why, "signal 11");
	assert_verdict(check_exit(r.model, "b", 0, &why), VERDICT_FAIL, &why, "signal 11");
	assert_verdict(check_exit(r.model, "c", 0, &why), VERDICT_FAIL, &why, "still running");
	assert_verdict(check_exit(r.model, "c", 0, &why), VERDICT_FAIL, &why,
		       "put 'wait c' before");
	recorded_finish(&r);
}

static void output_is_searched_on_both_streams(void **state)
{
	cleanup_buf struct buf why = BUF_INIT;
	struct recorded r;

	recorded_init(&r, HEAD DID(1, 1, 1, "run a -- x") PLACED(1, "a", 1, 81, "/", "0::/", true)
				  WROTE(1, "a", 1, "hel") WROTE(1, "a", 1, "lo\\n")
					  WROTE(1, "a", 2, "oops\\n"));
	assert_verdict(check_output(r.model, "a", "hello", &why), VERDICT_PASS, &why,
		       "in stdout of 'a'");
	assert_verdict(check_output(r.model, "a", "oops", &why), VERDICT_PASS, &why,
		       "in stderr of 'a'");
	assert_verdict(check_output(r.model, "a", "bye", &why), VERDICT_FAIL, &why,
		       "expected 'bye' in the output of 'a'");
	recorded_finish(&r);
}

static void a_text_that_may_be_in_lost_output_is_inconclusive(void **state)
{
	cleanup_buf struct buf why = BUF_INIT;
	struct recorded r;

	recorded_init(&r, HEAD DID(1, 1, 1, "run a -- x") PLACED(
				  1, "a", 1, 81, "/", "0::/",
				  true) "{\"seq\":1,\"t_ns\":1,\"event\":\"output\",\"name\":\"a\","
					"\"stream\":1,\"data\":\"x\",\"count\":99}\n");
	assert_verdict(check_output(r.model, "a", "bye", &why), VERDICT_INCONCLUSIVE, &why,
		       "99 bytes");
	recorded_finish(&r);
}

static void a_file_is_compared_trimmed_and_by_its_reading(void **state)
{
	cleanup_buf struct buf why = BUF_INIT;
	struct recorded r;

	recorded_init(&r, HEAD DID(1, 1, 1, "read /tmp/a") FILE_READ(1, "/tmp/a", " one\\n")
				  DID(2, 1, 1, "read /tmp/a") FILE_READ(2, "/tmp/a", "two"));
	assert_verdict(check_file(r.model, "/tmp/a", 0, "one", &why), VERDICT_PASS, &why, "one");
	assert_verdict(check_file(r.model, "/tmp/a", 1, "two\n", &why), VERDICT_PASS, &why, "two");
	assert_verdict(check_file(r.model, "/tmp/a", 1, "one", &why), VERDICT_FAIL, &why,
		       "expected 'one', read 'two'");
	assert_verdict(check_file(r.model, "/tmp/a", 2, "one", &why), VERDICT_INCONCLUSIVE, &why,
		       "was not read");
	recorded_finish(&r);
}

static void foreign_text_in_a_sentence_is_printable(void **state)
{
	cleanup_buf struct buf why = BUF_INIT;
	struct recorded r;

	recorded_init(&r, HEAD DID(1, 1, 1, "read /tmp/a") FILE_READ(1, "/tmp/a", "\\u001b[2Jx"));
	assert_verdict(check_file(r.model, "/tmp/a", 0, "one", &why), VERDICT_FAIL, &why,
		       "read '?[2Jx'");
	recorded_finish(&r);
}

static void a_session_is_as_bad_as_its_worst_op(void **state)
{
	cleanup_buf struct buf why = BUF_INIT;
	struct recorded r;

	recorded_init(&r, SEED);
	assert_int_equal(check_session(r.model, &why), VERDICT_PASS);
	recorded_finish(&r);
	recorded_init(&r, SEED DID(7, 200, 201, "expect exit probe == 0"));
	assert_verdict(check_session(r.model, &why), VERDICT_INCONCLUSIVE, &why, "never judged");
	recorded_finish(&r);
	recorded_init(&r, SEED DID(7, 200, 201, "expect exit probe == 1")
				  JUDGED(7, 1, "exited with 0"));
	assert_verdict(check_session(r.model, &why), VERDICT_FAIL, &why, "exited with 0");
	recorded_finish(&r);
	assert_int_equal(verdict_exit_code(VERDICT_PASS), 0);
	assert_int_equal(verdict_exit_code(VERDICT_SKIP), 0);
	assert_int_equal(verdict_exit_code(VERDICT_FAIL), 1);
	assert_int_equal(verdict_exit_code(VERDICT_INCONCLUSIVE), 2);
}

#define WORKERS                                                                                    \
	HEAD DID(1, 1, 1, "spawn a spin n=2") PLACED(1, "a", 1, 81, "/", "0::/", true)             \
		PLACED(1, "a", 2, 82, "/", "0::/", true)

static void a_report_is_judged_worker_by_worker(void **state)
{
	cleanup_buf struct buf why = BUF_INIT;
	struct recorded r;

	recorded_init(&r, WORKERS REPORTED(1, "a", 1, 81, "units=5 gap=2000000 wall=9000000 cpu=1000000")
				  REPORTED(1, "a", 2, 82, "units=0 gap=3000000 wall=9000000 cpu=1000000"));
	assert_verdict(check_report(r.model, CHECK_AT_END, "a", "work-units", ">=", "0", &why), VERDICT_PASS, &why,
		       "holds for each of 2 workers");
	assert_verdict(check_report(r.model, CHECK_AT_END, "a", "work-units", ">", "0", &why), VERDICT_FAIL, &why,
		       "expected work-units > 0, a.2[82] reported 0 at 3.050s");
	assert_verdict(check_report(r.model, CHECK_AT_END, "a", "gap", "<", "5ms", &why), VERDICT_PASS, &why, "gap < 5ms");
	assert_verdict(check_report(r.model, CHECK_AT_END, "a", "off-cpu", "==", "8ms", &why), VERDICT_PASS, &why, "8ms");
	assert_verdict(check_report(r.model, CHECK_AT_END, "a", "gap", "<", "2", &why), VERDICT_FAIL, &why, "not a time");
	assert_verdict(check_report(r.model, CHECK_AT_END, "a", "gapp", "<", "2ms", &why), VERDICT_FAIL, &why,
		       "no figure of a report");
	assert_verdict(check_report(r.model, CHECK_AT_END, "b", "gap", "<", "2ms", &why), VERDICT_FAIL, &why, "no group 'b'");
	recorded_finish(&r);
}

static void a_figure_that_no_worker_has_measured_is_inconclusive(void **state)
{
	cleanup_buf struct buf why = BUF_INIT;
	struct recorded r;

	recorded_init(&r, WORKERS REPORTED(1, "a", 1, 81, "units=5"));
	assert_verdict(check_report(r.model, CHECK_AT_END, "a", "wake-p99", "<", "1s", &why), VERDICT_INCONCLUSIVE, &why,
		       "a.1[81] has not measured it");
	assert_verdict(check_report(r.model, CHECK_AT_END, "a", "work-units", ">", "0", &why), VERDICT_INCONCLUSIVE, &why,
		       "a.2[82] has sent no report");
	/* what is known to be wrong is worse than what is not known */
	assert_verdict(check_report(r.model, CHECK_AT_END, "a", "work-units", ">", "5", &why), VERDICT_FAIL, &why, "a.1[81]");
	recorded_finish(&r);
}

static void a_time_that_is_missed_under_emulation_is_inconclusive(void **state)
{
	cleanup_buf struct buf why = BUF_INIT;
	struct recorded r;

	recorded_init(&r, WORKERS "{\"t_ns\":0,\"event\":\"accel\",\"name\":\"tcg\",\"text\":\"no KVM\"}\n"
			  REPORTED(1, "a", 1, 81, "units=5 gap=2000000") REPORTED(1, "a", 2, 82, "units=5 gap=1"));
	assert_verdict(check_report(r.model, CHECK_AT_END, "a", "gap", "<", "1ms", &why), VERDICT_INCONCLUSIVE, &why, "emulated");
	assert_verdict(check_report(r.model, CHECK_AT_END, "a", "gap", "<", "3ms", &why), VERDICT_PASS, &why, "holds");
	assert_verdict(check_report(r.model, CHECK_AT_END, "a", "work-units", ">", "5", &why), VERDICT_FAIL, &why, "reported 5");
	recorded_finish(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_placed_task_passes_only_where_it_was_read),
		cmocka_unit_test(a_misplaced_task_names_both_lines),
		cmocka_unit_test(a_task_that_was_let_go_first_does_not_pass),
		cmocka_unit_test(the_probe_at_exec_overrules_a_good_line),
		cmocka_unit_test(every_worker_must_have_been_seen),
		cmocka_unit_test(a_payload_that_never_executed_was_not_placed),
		cmocka_unit_test(an_exit_is_judged_by_code_and_by_signal),
		cmocka_unit_test(output_is_searched_on_both_streams),
		cmocka_unit_test(a_text_that_may_be_in_lost_output_is_inconclusive),
		cmocka_unit_test(a_file_is_compared_trimmed_and_by_its_reading),
		cmocka_unit_test(foreign_text_in_a_sentence_is_printable),
		cmocka_unit_test(a_report_is_judged_worker_by_worker),
		cmocka_unit_test(a_figure_that_no_worker_has_measured_is_inconclusive),
		cmocka_unit_test(a_time_that_is_missed_under_emulation_is_inconclusive),
		cmocka_unit_test(a_session_is_as_bad_as_its_worst_op),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
