/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_check_ledger - verdicts on what was noted at every switch, from events made up here.
 */
#include "test.h"

#include "base/cleanup.h"
#include "ops/check_ledger.h"
#include "ops/model_ledger.h"

static struct model *m;

static void look_at(uint64_t seq, const char *name, uint64_t run_ns, uint64_t delay_ns, int64_t lost)
{
	model_apply(m, &(struct event){.type = EV_LEDGER,
				       .seq = seq,
				       .name = name,
				       .count = run_ns,
				       .id = delay_ns,
				       .index = 12,
				       .code = lost});
}

static void ran_on(uint64_t seq, const char *name, uint64_t cpu)
{
	model_apply(m, &(struct event){
			       .type = EV_LEDGER_CPU, .seq = seq, .name = name, .index = cpu, .id = 5, .pid = 77});
}

static void ran_in(uint64_t seq, const char *name, const char *cgroup)
{
	model_apply(m, &(struct event){.type = EV_LEDGER_CGROUP,
				       .seq = seq,
				       .name = name,
				       .cgroup = cgroup,
				       .id = 2500000,
				       .index = 3,
				       .pid = 78});
}

static int build(void **state)
{
	m = model_create();
	model_apply(m, &(struct event){.type = EV_READY, .count = 4, .cgroup = "/scxplore"});
	model_apply(m, &(struct event){.type = EV_ACCEL, .name = "tcg", .text = ""});
	look_at(1, "good", 3000000000, 1000000, 0);
	ran_on(1, "good", 0);
	ran_in(1, "good", "/scxplore/low");
	look_at(1, "slow", 1000000000, 1000000, 0);
	look_at(2, "bad", 5, 900000000, 0);
	ran_on(2, "bad", 3);
	ran_in(2, "bad", "/scxplore/low");
	ran_in(2, "bad", "/scxplore/high");
	model_apply(m, &(struct event){.type = EV_LEDGER_ESCAPE,
				       .seq = 2,
				       .name = "bad",
				       .count = 4,
				       .id = 7000000,
				       .index = 3,
				       .pid = 79,
				       .cgroup = "/scxplore/low",
				       .text = "run\033away"});
	look_at(3, "never", 0, LEDGER_NOT_YET, 0);
	look_at(4, "full", 10, 20, 6);
	ran_in(4, "full", "/scxplore/low");
	return 0;
}

static int drop(void **state)
{
	model_destroy(m);
	return 0;
}

static void assert_verdict(enum verdict got, struct buf *why, enum verdict want, const char *words)
{
	if (got != want || !strstr(buf_text(why), words))
		fail_msg("%s: '%s', expected %s and '%s'", verdict_name(got), buf_text(why),
			 verdict_name(want), words);
	buf_finish(why);
}

static void a_thread_in_another_cgroup_is_named(void **state)
{
	struct buf why = BUF_INIT;

	assert_verdict(check_stayed(m, 1, "good", "low", &why), &why, VERDICT_PASS, "always in");
	assert_verdict(check_stayed(m, 2, "bad", "low", &why), &why, VERDICT_FAIL,
		       "thread 78 of 'bad' ran in '/scxplore/high' at 0.002500s on CPU 3");
	assert_verdict(check_stayed(m, 3, "never", "low", &why), &why, VERDICT_INCONCLUSIVE,
		       "has not run");
	assert_verdict(check_stayed(m, 4, "full", "low", &why), &why, VERDICT_INCONCLUSIVE,
		       "6 notes found no room");
	assert_verdict(check_stayed(m, 9, "good", "low", &why), &why, VERDICT_INCONCLUSIVE,
		       "nothing was noted");
}

static void a_thread_on_another_cpu_is_named(void **state)
{
	struct buf why = BUF_INIT;

	assert_verdict(check_cpus(m, 1, "good", "0-1", &why), &why, VERDICT_PASS, "one of 0-1");
	assert_verdict(check_cpus(m, 2, "bad", "0-1", &why), &why, VERDICT_FAIL,
		       "thread 77 of 'bad' ran on CPU 3");
}

static void an_escape_is_named_and_its_text_is_harmless(void **state)
{
	struct buf why = BUF_INIT;

	assert_verdict(check_confined(m, 1, "good", &why), &why, VERDICT_PASS, "one of its cpuset");
	check_confined(m, 2, "bad", &why);
	assert_null(strchr(buf_text(&why), '\033'));
	buf_reset(&why);
	assert_verdict(check_confined(m, 2, "bad", &why), &why, VERDICT_FAIL,
		       "4 times; first thread 79");
}

static void too_late_under_emulation_is_inconclusive_and_under_kvm_a_failure(void **state)
{
	struct buf why = BUF_INIT;

	assert_verdict(check_ran(m, 1, "good", 2000000, &why), &why, VERDICT_PASS, "first ran 1");
	assert_verdict(check_ran(m, 2, "bad", 2000000, &why), &why, VERDICT_INCONCLUSIVE,
		       "is emulated");
	assert_verdict(check_ran(m, 3, "never", 2000000, &why), &why, VERDICT_INCONCLUSIVE,
		       "has not run yet");
	model_apply(m, &(struct event){.type = EV_ACCEL, .name = "kvm", .text = ""});
	assert_verdict(check_ran(m, 2, "bad", 2000000, &why), &why, VERDICT_FAIL, "expected within");
}

static void a_share_is_a_ratio_with_a_tolerance(void **state)
{
	struct buf why = BUF_INIT;

	assert_verdict(check_share(m, 1, "good/slow", 3000000, 100000, &why), &why, VERDICT_PASS,
		       "ratio 3.000");
	assert_verdict(check_share(m, 1, "good/slow", 2000000, 100000, &why), &why, VERDICT_FAIL,
		       "expected 2 within 10%");
	assert_verdict(check_share(m, 1, "good/none", 2000000, 100000, &why), &why,
		       VERDICT_INCONCLUSIVE, "nothing was noted");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thread_in_another_cgroup_is_named),
		cmocka_unit_test(a_thread_on_another_cpu_is_named),
		cmocka_unit_test(an_escape_is_named_and_its_text_is_harmless),
		cmocka_unit_test(too_late_under_emulation_is_inconclusive_and_under_kvm_a_failure),
		cmocka_unit_test(a_share_is_a_ratio_with_a_tolerance),
	};

	return cmocka_run_group_tests_name("check_ledger", tests, build, drop);
}
