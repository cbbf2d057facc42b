/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_matrix_collect - what a guest has shown, as a run: its numbers with what they are made of,
 * and what only the guest knows of its conditions.
 */
#include "tests/unit/recorded.h"

#include "matrix/cell.h"
#include "matrix/collect.h"

#include <math.h>

#define FLAW(name)  "/sys/devices/system/cpu/vulnerabilities/" name
#define ACCEL(name) "{\"t_ns\":0,\"event\":\"accel\",\"name\":\"" name "\",\"text\":\"as asked\"}\n"
#define STAT(seq, steal)                                                                           \
	DID(seq, seq, seq, "read /proc/stat")                                                      \
	FILE_READ(seq, "/proc/stat",                                                               \
		  "cpu  1 2 3 4 5 6 7 " #steal " 8 9\\ncpu0 0 0 0 0 0 0 0 0 0 0\\n")

static void collected(const char *text, struct mx_run *run)
{
	struct recorded r;

	recorded_init(&r, text);
	*run = (struct mx_run){.turn = 1};
	mx_conditions_init(&run->conditions);
	mx_collect(run, r.model, "s", NULL, "qemu -append 'quiet mitigations=off'");
	recorded_finish(&r);
}

static void a_number_has_the_value_of_the_run_and_what_it_is_made_of(void **state)
{
	const struct mx_metric *m;
	struct mx_run run;

	collected(
		HEAD DID(1, 1, 2, "spawn w spin n=2") PLACED(1, "w", 1, 81, "/", "0::/", true)
			PLACED(1, "w", 2, 82, "/", "0::/", true) REPORTED(0, "w", 1, 81, "units=10")
				REPORTED(0, "w", 2, 82, "units=30") DID(2, 3, 4, "run b -- b")
					PLACED(2, "b", 1, 83, "/", "0::/", true)
						WROTE(2, "b", 1, "x=5\\nx=7\\ny=1\\n"),
		&run);
	m = mx_run_metric(&run, "w:work-units");
	assert_non_null(m);
	assert_int_equal(m->nsamples, 2);
	assert_true(m->value == 40 && m->samples[0] == 10 && m->samples[1] == 30);
	m = mx_run_metric(&run, "b:x");
	assert_int_equal(m->nsamples, 2);
	assert_true(m->value == 7 && m->samples[0] == 5 && m->samples[1] == 7);
	/* its only sample is its value */
	m = mx_run_metric(&run, "b:y");
	assert_int_equal(m->nsamples, 1);
	assert_true(isnan(m->value) && m->samples[0] == 1);
	mx_run_finish(&run);
}

static void the_numbers_of_an_exact_run_are_of_virtual_time(void **state)
{
	const struct mx_metric *m;
	struct mx_run run;

	collected(HEAD ACCEL("tcg-exact") DID(1, 1, 2, "run b -- b") PLACED(1, "b", 1, 83, "/", "0::/", true)
			  WROTE(1, "b", 1, "x=5\\n"),
		  &run);
	m = mx_run_metric(&run, "b:x");
	assert_non_null(m);
	assert_true(m->virtual_time && run.conditions.exact);
	assert_string_equal(run.conditions.accel, "tcg-exact");
	mx_run_finish(&run);
	collected(HEAD ACCEL("tcg") DID(1, 1, 2, "run b -- b") PLACED(1, "b", 1, 83, "/", "0::/", true)
			  WROTE(1, "b", 1, "x=5\\n"),
		  &run);
	assert_false(mx_run_metric(&run, "b:x")->virtual_time || run.conditions.exact);
	mx_run_finish(&run);
}

static void the_guest_says_what_its_conditions_were(void **state)
{
	struct mx_run run;

	collected(HEAD ACCEL("kvm") FILE_READ(1, MX_CLOCK_FILE, "kvm-clock\\n")
			  FILE_READ(2, FLAW("meltdown"), "Not affected\\n")
				  FILE_READ(3, FLAW("mds"), "Vulnerable; SMT\\n") STAT(4, 7)
					  STAT(5, 9) STAT(6, 12),
		  &run);
	assert_string_equal(run.conditions.accel, "kvm");
	assert_string_equal(run.conditions.clock, "kvm-clock");
	assert_string_equal(run.conditions.mitigations, "off");
	assert_string_equal(run.conditions.vulnerabilities,
			    "meltdown: Not affected | mds: Vulnerable; SMT");
	assert_true(run.conditions.guest_steal_ms == 50);
	mx_run_finish(&run);
}

static void what_the_guest_cannot_know_is_not_known(void **state)
{
	struct mx_run run;

	/* emulated, nobody tells it; 0 would be a lie */
	collected(HEAD ACCEL("tcg") STAT(1, 0) STAT(2, 0), &run);
	assert_true(isnan(run.conditions.guest_steal_ms));
	assert_null(run.conditions.clock);
	assert_null(run.conditions.vulnerabilities);
	mx_run_finish(&run);
	/* the end was never reached */
	collected(HEAD ACCEL("kvm") STAT(1, 5), &run);
	assert_true(isnan(run.conditions.guest_steal_ms));
	mx_run_finish(&run);
	collected(HEAD ACCEL("kvm") STAT(1, 5) FILE_READ(2, "/proc/stat", "cpu  1 2 3\\n"), &run);
	assert_true(isnan(run.conditions.guest_steal_ms));
	mx_run_finish(&run);
	collected(HEAD ACCEL("kvm"), &run);
	assert_true(isnan(run.conditions.guest_steal_ms));
	mx_run_finish(&run);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_has_the_value_of_the_run_and_what_it_is_made_of),
		cmocka_unit_test(the_numbers_of_an_exact_run_are_of_virtual_time),
		cmocka_unit_test(the_guest_says_what_its_conditions_were),
		cmocka_unit_test(what_the_guest_cannot_know_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
