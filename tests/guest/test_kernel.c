/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernel - the kernel's memory read and written from outside, hot and cold, as the guest
 * itself says it is; a moment that is recorded while the vCPUs stand still; and what is said of
 * what is not there.
 */
#include "lab.h"

#include "../unit/test.h"

#include "ops/model.h"

#include <string.h>

static void a_task_is_read_as_it_was_placed(void **state)
{
	struct lab *lab = *state;
	const struct event *placed;

	lab_ok(lab, "spawn w bursty n=2");
	placed = lab_wait(lab, 0, EV_PLACED, "w", NULL);
	lab_ok(lab, "kernel read task(w).pid how=cold");
	assert_int_equal(lab_wait(lab, 0, EV_KERNEL, "task(w).pid", NULL)->id, placed->pid);
	lab_must_say(lab_do(lab, "kernel read task(w.2).comm how=cold"), EV_DONE,
		 "w.2; the vCPUs stood still for");
	lab_must_say(lab_do(lab, "kernel read task(w).pdi"), EV_FAILED, "has no field 'pdi'");
	lab_must_say(lab_do(lab, "kernel read nowhere_at_all:int how=cold"), EV_FAILED,
		 "no symbol 'nowhere_at_all'");
	lab_must_say(lab_do(lab, "kernel write panic_timeout:int = 4294967296"), EV_FAILED,
		 "does not fit");
	/* it goes on after each of them */
	lab_ok(lab, "hold until ran(w) > 10ms timeout=60s");
	lab_ok(lab, "kill w");
	lab_must_say(lab_do(lab, "kernel read task(w).pid"), EV_FAILED, "no task of 'w' lives now");
}

static void a_moment_is_recorded_while_all_stand_still(void **state)
{
	struct lab *lab = *state;
	const struct model *m = session_model(lab_session(lab));
	uint64_t before;

	lab_ok(lab, "spawn q spin n=6");
	lab_ok(lab, "hold until ran(q) > 50ms timeout=60s");
	before = m->sample_ns;
	lab_must_say(lab_do(lab, "snapshot \"six on few\""), EV_DONE, "longest waits q.");
	assert_true(m->sample_ns > before);
	lab_must_say(lab_do(lab, "snapshot"), EV_DONE, "the vCPUs stood still for");
	lab_ok(lab, "kill q");
}

static void an_agent_that_tells_the_state_has_no_moments(void **state)
{
	struct lab *lab = *state;

	lab_must_say(lab_do(lab, "snapshot"), EV_FAILED, "--observe guest");
	lab_must_say(lab_do(lab, "kernel read system_state:system_states"), EV_DONE, "SYSTEM_RUNNING");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_task_is_read_as_it_was_placed, lab_setup, lab_teardown),
		cmocka_unit_test_setup_teardown(a_moment_is_recorded_while_all_stand_still, lab_setup,
						lab_teardown),
		cmocka_unit_test_setup_teardown(an_agent_that_tells_the_state_has_no_moments,
						lab_setup_told, lab_teardown),
	};

	return cmocka_run_group_tests_name("kernel", tests, NULL, NULL);
}
