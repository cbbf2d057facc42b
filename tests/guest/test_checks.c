/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_checks - standard checks in one real guest: faults that are provoked are found and named,
 * what is well is a pass, what cannot be told is neither.
 *
 * The guest may be emulated: a time that is missed is then inconclusive, and that is asserted.
 */
#include "lab.h"

#include "../unit/test.h"
#include "base/cleanup.h"
#include "ops/check.h"
#include "ops/checks.h"

#include <inttypes.h>

static struct lab *lab;

static int boot(void **state)
{
	static const char *const include[] = {"sh", NULL};

	lab = lab_boot(&(struct lab_config){
		.topology = {.nodes = 1, .llcs = 1, .cores = 2, .threads = 1}, .include = include});
	return 0;
}

static int end(void **state)
{
	lab_end(lab);
	return 0;
}

static const struct model *model(void)
{
	return session_model(lab_session(lab));
}

static void judged(const char *line, enum verdict want, const char *words)
{
	const struct model_op *op = model_op(model(), lab_ok(lab, "%s", line));

	assert_non_null(op);
	if (!op->verdict_text || op->verdict != want || !strstr(op->verdict_text, words))
		fail_msg("'%s': %s '%s', expected %s and '%s'", line, verdict_name(op->verdict),
			 op->verdict_text ? op->verdict_text : "", verdict_name(want), words);
}

/* A time that is missed: what it is depends on whose time it is. */
static enum verdict missed(void)
{
	cleanup_buf struct buf why = BUF_INIT;

	return check_time_trusted(model(), &why) ? VERDICT_FAIL : VERDICT_INCONCLUSIVE;
}

/* Until each worker has done a whole round, however slow the machine is. */
static void have_gone_round(const char *name)
{
	const struct model_group *g;
	unsigned rounds;
	size_t i;

	for (rounds = 0; rounds < 600; rounds++) {
		lab_ok(lab, "hold 100ms");
		lab_ok(lab, "report %s", name);
		g = model_group(model(), name);
		for (i = 0; i < g->ntasks && g->tasks[i].report && g->tasks[i].report->iterations &&
			    g->tasks[i].report->wakes;
		     i++)
			;
		if (i == g->ntasks)
			return;
	}
	fail_msg("'%s' does nothing", name);
}

static void workers_that_work_pass(void **state)
{
	lab_ok(lab, "cgroup add good cpuset.cpus=0-1");
	lab_ok(lab, "spawn two@good bursty n=2 burst=5ms sleep=5ms");
	have_gone_round("two");
	judged("expect check starvation two", VERDICT_PASS, "work units of each is");
	judged("expect check escape two", VERDICT_PASS, "runs outside the cpuset is 0");
	judged("expect check rate two limit=0.0001/s", VERDICT_PASS, "iterations of each");
	judged("expect check wake-p99 two limit=60s", VERDICT_PASS, "p99 of wake-up latency");
	judged("expect check numa two limit=100%", VERDICT_PASS, "local pages of each is 100%");
	judged("expect check migrations two limit=1", VERDICT_PASS, "migrations by units");
	judged("expect check parity two limit=1000%", VERDICT_PASS, "deviation of throughput");
	judged("expect check spread two limit=100%", VERDICT_PASS, "spread of off-cpu");
	judged("expect check gap two limit=1us", missed(), "longest gap is");
	judged("expect check rate two limit=1000000000/s", missed(), "iterations of each");
	lab_ok(lab, "kill two");
}

/*
 * A program of the guest's changes the cpuset, no op: between the new mask and the move of each
 * thread the kernel lets them run where they no longer may.
 */
static void a_thread_that_ran_outside_its_cpuset_is_named(void **state)
{
	const struct model_op *op;
	const char *at;

	lab_ok(lab, "cgroup add torn cpuset.cpus=0");
	lab_ok(lab, "spawn runaway@torn yield n=16");
	lab_ok(lab, "run tearing -- sh -c 'i=0; while [ $i -lt 300 ]; do echo 1 > $1; echo 0 > $1; "
		    "i=$((i+1)); done' sh /sys/fs/cgroup/scxplore/torn/cpuset.cpus");
	lab_ok(lab, "wait tearing timeout=120s");
	judged("expect check escape runaway", VERDICT_FAIL, "at most 0 is allowed; first thread ");
	op = &model()->ops[model()->nops - 1];
	at = strstr(op->verdict_text, "(runaway.");
	assert_non_null(at);
	assert_non_null(strstr(at, ") on CPU "));
	assert_non_null(strstr(at, "s in '/scxplore/torn'"));
	lab_ok(lab, "kill runaway");
}

/* It is found without being asked for, and a word leaves it out. */
static void an_escape_is_a_failure_of_the_session_unasked(void **state)
{
	cleanup_buf struct buf why = BUF_INIT;

	lab_ok(lab, "spawn unasked@torn yield n=16");
	lab_ok(lab, "run again -- sh -c 'i=0; while [ $i -lt 300 ]; do echo 1 > $1; echo 0 > $1; "
		    "i=$((i+1)); done' sh /sys/fs/cgroup/scxplore/torn/cpuset.cpus");
	lab_ok(lab, "wait again timeout=120s");
	lab_ok(lab, "kill unasked");
	assert_int_equal(check_unasked(model(), &why), VERDICT_FAIL);
	assert_non_null(strstr(buf_text(&why), "escape of unasked"));
	judged("expect check escape unasked limit=off", VERDICT_SKIP, "not to be judged");
	buf_reset(&why);
	if (check_unasked(model(), &why) != VERDICT_PASS)
		fail_msg("%s", buf_text(&why));
}

static void the_machine_is_judged_by_its_samples(void **state)
{
	size_t i;

	lab_ok(lab, "cgroup add crowd cpuset.cpus=0");
	judged("expect check dsq-depth", VERDICT_SKIP, "no sched_ext scheduler");
	judged("expect check fallback", VERDICT_SKIP, "no sched_ext scheduler");
	judged("expect check keep-last", VERDICT_SKIP, "no sched_ext scheduler");
	lab_ok(lab, "spawn crowded@crowd spin n=12");
	lab_samples(lab, 8);
	judged("expect check imbalance", VERDICT_FAIL, "at most 4 is allowed; held over 5 samples");
	judged("expect check imbalance limit=100", VERDICT_PASS, "longest runqueue by shortest");
	judged("expect check imbalance samples=1000", VERDICT_INCONCLUSIVE, "hold longer");
	judged("expect check stuck-clock limit=60s", VERDICT_PASS, "standstill");
	/* this kernel tells all of it */
	for (i = 0; i < model()->ncpus; i++) {
		assert_true(model()->cpus[i].now.clock != SAMPLE_ABSENT);
		assert_true(model()->cpus[i].now.local_dsq != SAMPLE_ABSENT);
		assert_true(model()->cpus[i].now.scx_running != SAMPLE_ABSENT);
	}
	lab_ok(lab, "sched load fifo");
	lab_samples(lab, 8);
	judged("expect check dsq-depth", VERDICT_PASS, "longest local DSQ");
	judged("expect check fallback limit=10000000/s", VERDICT_PASS, "select_cpu fallbacks");
	judged("expect check keep-last limit=10000000/s", VERDICT_PASS, "kept the last task");
	lab_ok(lab, "sched unload");
	lab_ok(lab, "kill crowded");
}

static void what_a_scheduler_starves_is_named(void **state)
{
	lab_ok(lab, "cgroup add hungry");
	lab_ok(lab, "sched load starve cgroup_id=@hungry");
	lab_ok(lab, "spawn starved@hungry spin n=1");
	lab_ok(lab, "hold 1s");
	judged("expect check starvation starved", VERDICT_FAIL, "starved.1[");
	lab_ok(lab, "sched unload");
}

/* The kernel does not let it come so far: the scheduler ends, nobody escapes. */
static void a_dispatch_to_a_forbidden_cpu_is_an_end_and_no_escape(void **state)
{
	lab_ok(lab, "sched load badcpu");
	lab_ok(lab, "spawn bound@crowd bursty");
	lab_ok(lab, "expect sched exit == error within=60s");
	judged("expect check escape bound", VERDICT_PASS, "runs outside the cpuset is 0");
	lab_ok(lab, "kill bound");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* first: of too few samples to say something of a thousand */
		cmocka_unit_test(the_machine_is_judged_by_its_samples),
		cmocka_unit_test(workers_that_work_pass),
		cmocka_unit_test(a_thread_that_ran_outside_its_cpuset_is_named),
		cmocka_unit_test(an_escape_is_a_failure_of_the_session_unasked),
		cmocka_unit_test(what_a_scheduler_starves_is_named),
		cmocka_unit_test(a_dispatch_to_a_forbidden_cpu_is_an_end_and_no_escape),
	};

	return cmocka_run_group_tests_name("checks", tests, boot, end);
}
